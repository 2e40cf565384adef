"""The record is read strictly and written in one canonical way."""

import json
from dataclasses import FrozenInstanceError, replace
from datetime import date

import pytest

from certificates.record import CertificateRecord, RecordError, record_from_json, record_to_json
from tests.databases import ROOT


def test_a_record_survives_the_way_to_json_and_back(record):
    changed = replace(record, holder_name="髙﨑𠮷邉 辻\U000e0100", honorific="殿", version=3)
    assert record_from_json(record_to_json(changed)) == changed


def test_the_json_is_the_same_text_whatever_the_order_it_was_read_in(record):
    text = record_to_json(record)
    shuffled = dict(reversed(json.loads(text).items()))
    assert record_to_json(record_from_json(json.dumps(shuffled, indent=3))) == text


def test_a_name_is_not_normalized_by_reading_or_writing(record):
    name = "\ufa19崎 か\u3099"  # a compatibility ideograph and a loose voicing mark, both of which NFC would change
    assert record_from_json(record_to_json(replace(record, holder_name=name))).holder_name == name


def test_honorific_and_version_may_be_left_out(record):
    plain = json.loads(record_to_json(record))
    del plain["honorific"], plain["version"]
    assert record_from_json(json.dumps(plain)) == record


def test_a_text_stored_before_the_later_fields_existed_reads_and_is_still_canonical(record):
    text = record_to_json(record)
    assert not {"expires_on", "first_issued_on", "template"} & set(json.loads(text))
    read = record_from_json(text)
    assert (read.expires_on, read.first_issued_on, read.template) == (None, None, "landscape")
    assert record_to_json(read) == text


def test_the_later_fields_survive_the_way_to_json_and_back(record):
    changed = replace(record, version=2, first_issued_on=date(2026, 12, 1), expires_on=date(2029, 11, 30), template="portrait")
    assert record_from_json(record_to_json(changed)) == changed


def test_the_shipped_sample_is_a_record_and_says_that_it_is_a_sample():
    assert record_from_json((ROOT / "certificates" / "sample.json").read_bytes()).is_sample


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param("holder_name", 7, id="a number for a name"),
        pytest.param("holder_name", "\ud800", id="half a surrogate pair"),
        pytest.param("body_lines", "one line", id="text for lines"),
        pytest.param("body_lines", [], id="no lines"),
        pytest.param("body_lines", ["fine", None], id="a line that is no text"),
        pytest.param("issued_on", "2026-02-30", id="no such day"),
        pytest.param("issued_on", 20261201, id="a number for a day"),
        pytest.param("is_sample", "false", id="text for a flag"),
        pytest.param("version", 0, id="version zero"),
        pytest.param("version", True, id="a flag for a version"),
        pytest.param("birthday", "1990-01-01", id="a field nobody knows"),
    ],
)
def test_a_wrong_field_is_refused_by_name(record, field, value):
    plain = json.loads(record_to_json(record)) | {field: value}
    with pytest.raises(RecordError, match=field):
        record_from_json(json.dumps(plain))


def test_a_missing_field_is_named(record):
    plain = json.loads(record_to_json(record))
    del plain["issued_on"]
    with pytest.raises(RecordError, match="issued_on: missing"):
        record_from_json(json.dumps(plain))


@pytest.mark.parametrize(
    "text",
    ["", "[]", "null", "{", b"\xff\xfe", "[" * 100_000],
    ids=["nothing", "a list", "null", "cut off", "not UTF-8", "too deep"],
)
def test_what_is_no_record_is_refused(text):
    with pytest.raises(RecordError):
        record_from_json(text)


def test_a_record_cannot_be_changed(record: CertificateRecord):
    with pytest.raises(FrozenInstanceError):
        record.holder_name = "別人"  # type: ignore[misc]
