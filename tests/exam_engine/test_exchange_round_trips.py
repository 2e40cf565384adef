"""What a format can say comes back as it was, for every kind and format; what it cannot say has a name."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from lms.exam_engine.exchange.bank_yaml import BankItem, write_bank
from lms.exam_engine.exchange.entries import entry_of
from lms.exam_engine.exchange.files import export_bank, import_bank
from lms.exam_engine.exchange.losses import LEFT_OUT, Format, LossCode, list_losses
from lms.exam_engine.kinds.registry import BANK_KINDS, Entry
from lms.exam_engine.yaml_tree import SourceText, read_tree
from lms.exams.source import load_exam
from tests.exam_engine.exchange_samples import DEFAULTS, STRATEGIES, has_errors
from tests.exam_engine.sample_exam import EVERY_KIND

CONTENT = Path(__file__).parents[2] / "content"
CHANGING = {LossCode.ARROW, LossCode.LINE_BREAKS, LossCode.CHARACTERS}
FREE = settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    # Whole questions shrink for minutes and are not clearer for it.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
SLOW = settings(FREE, max_examples=3)
MANY = 6
"""Questions in one file."""


def test_there_is_a_sample_of_every_kind() -> None:
    assert set(STRATEGIES) == set(BANK_KINDS)


def _read_bank(text: str) -> list[Entry]:
    tree, problems = read_tree(SourceText("bank.yaml", text))
    assert tree is not None
    assert not problems
    assert isinstance(tree.data, dict)
    entries = tree.data["questions"]
    return [BANK_KINDS[each["kind"]].define(BANK_KINDS[each["kind"]].source.model_validate(each)) for each in entries]


@pytest.mark.parametrize("kind", STRATEGIES)
@FREE
@given(data=st.data())
def test_a_bank_file_says_what_the_definition_says(kind: str, data: st.DataObject) -> None:
    definition = data.draw(STRATEGIES[kind])
    assert _read_bank(write_bank([BankItem(entry_of(definition), ["注 # : *"])])) == [definition]


def _draw(data: st.DataObject, kind: str) -> list[Entry]:
    drawn = data.draw(st.lists(STRATEGIES[kind], min_size=1, max_size=MANY, unique_by=lambda each: each.id))
    definitions = [each for each in drawn if not has_errors(each)]
    assume(definitions)
    return definitions


def _come_back(definitions: list[Entry], to: Format) -> None:
    written, losses = export_bank(definitions, to)
    assert losses == list_losses(definitions, to)
    codes = {each.id: {loss.code for loss in losses if loss.question_id == each.id} for each in definitions}
    expected = [each for each in definitions if not codes[each.id] & LEFT_OUT]
    read = import_bank(written, DEFAULTS)
    if not expected:
        assert not read.entries
        return
    assert not read.is_refused, read.faults
    came = [each.definition for each in read.entries]
    assert [each.id for each in came] == [each.id for each in expected]
    for before, after in zip(expected, came, strict=True):
        assert before == after or codes[before.id] & CHANGING
    assert _read_bank(read.bank) == came


@pytest.mark.parametrize("kind", STRATEGIES)
@FREE
@given(data=st.data())
def test_gift_brings_back_what_it_can_say(kind: str, data: st.DataObject) -> None:
    _come_back(_draw(data, kind), Format.GIFT)


@pytest.mark.parametrize("kind", STRATEGIES)
@FREE
@given(data=st.data())
def test_moodle_xml_brings_back_what_it_can_say(kind: str, data: st.DataObject) -> None:
    _come_back(_draw(data, kind), Format.MOODLE_XML)


@pytest.mark.parametrize("kind", STRATEGIES)
@SLOW
@given(data=st.data())
def test_excel_brings_back_everything(kind: str, data: st.DataObject) -> None:
    definitions = _draw(data, kind)
    assert not list_losses(definitions, Format.EXCEL)
    _come_back(definitions, Format.EXCEL)


@pytest.mark.parametrize("to", Format)
def test_the_whole_bank_of_the_exam_comes_back(to: Format) -> None:
    exam = load_exam(CONTENT, "practitioner")
    definitions: list[Entry] = [*exam.cases, *exam.questions, *exam.essays]
    written, losses = export_bank(definitions, to)
    gone = {loss.question_id for loss in losses if loss.code in LEFT_OUT}
    read = import_bank(written, DEFAULTS)
    came = {each.definition.id: each.definition for each in read.entries}
    assert not read.is_refused
    assert came == {each.id: each for each in definitions if each.id not in gone}
    assert _read_bank(read.bank) == [each.definition for each in read.entries]


def test_losses_are_named_question_by_question_and_in_the_file() -> None:
    definitions: list[Entry] = [*EVERY_KIND.questions, *EVERY_KIND.essays]
    written, losses = export_bank(definitions, Format.GIFT)
    of = {kind: {loss.code for loss in losses if loss.kind == kind} for kind in STRATEGIES}
    assert of["ordering"] == {LossCode.NOT_WRITTEN}
    assert of["short_text"] == {LossCode.FOLDING}
    assert of["numeric"] == {LossCode.UNIT}
    assert of["essay"] == {LossCode.CHAR_LIMITS, LossCode.RUBRIC}
    assert of["single_choice"] == of["multiple_choice"] == set()
    for loss in losses:
        assert f"not carried: {loss.code}" in written.decode() or loss.kind == "essay"
        assert loss.question_id in written.decode()


def test_the_excel_file_tells_its_losses_on_the_first_sheet() -> None:
    [short, *_] = [each for each in EVERY_KIND.questions if each.kind == "short_text"]
    changed = replace(short, reviewers=("山田\n花子",))
    written, losses = export_bank([changed], Format.EXCEL, words={LossCode.LINE_BREAKS: "改行は空白に"})
    guide = load_workbook(io.BytesIO(written))["説明"]
    assert [loss.code for loss in losses] == [LossCode.LINE_BREAKS]
    assert (changed.id, "改行は空白に") in [tuple(row[:2]) for row in guide.iter_rows(values_only=True)]
