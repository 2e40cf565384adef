"""Rules of the exam room's pages: which versions are listed, when a presence is worth a write, what a second device is."""

from datetime import UTC, datetime, timedelta

import pytest

from lms.exam_engine.kinds.registry import KINDS
from lms.exams.rules.conduct import HEARD_EVERY, Presence, is_second_device, is_worth_noting
from lms.exams.rules.history import VersionStamp, choose_versions
from lms.exams.rules.kinds.registry import PAGE_KINDS
from lms.exams.rules.sitting import SaveOutcome
from lms.web.assets import FOLDER
from tests.live import ROOT

NOON = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)


def test_every_kind_of_the_engine_has_its_page_its_template_and_its_script() -> None:
    assert set(PAGE_KINDS) == set(KINDS)
    for kind in KINDS:
        assert (ROOT / f"lms/exams/templates/exams/kinds/{kind}.html").is_file()
        assert (FOLDER / f"js/exam/kinds/{kind}.js").is_file()


def test_of_many_versions_the_last_of_each_minute_and_all_set_aside_are_listed() -> None:
    seconds_and_outcomes = [(0, "current"), (20, "current"), (59, "stale"), (59, "current"), (61, "current"), (200, "late")]
    stamps = [
        VersionStamp(version, NOON + timedelta(seconds=seconds), SaveOutcome(outcome))
        for version, (seconds, outcome) in enumerate(seconds_and_outcomes, 1)
    ]
    assert choose_versions(stamps, current=5) == (3, 4, 5, 6)
    assert choose_versions(stamps, current=1) == (1, 3, 4, 5, 6)
    assert choose_versions([], current=0) == ()


@pytest.mark.parametrize(
    ("seconds", "unsent", "address", "is_worth"),
    [
        (0, 2, "192.0.2.1", False),
        (19, 2, "192.0.2.1", False),
        (20, 2, "192.0.2.1", True),
        (0, 1, "192.0.2.1", True),
        (0, 2, "::1", True),
    ],
)
def test_a_presence_is_written_when_it_is_old_or_says_something_new(
    seconds: int, unsent: int, address: str, is_worth: bool
) -> None:
    before = Presence(NOON, 2, "192.0.2.1")
    assert timedelta(seconds=20) == HEARD_EVERY
    assert is_worth_noting(before, unsent=unsent, address=address, now=NOON + timedelta(seconds=seconds)) is is_worth
    assert is_worth_noting(None, unsent=0, address="", now=NOON)


@pytest.mark.parametrize(
    ("writer", "replaces", "is_second"),
    [
        (None, None, False),
        ("page-b", None, False),
        ("page-a", None, True),
        ("page-a", "page-a", False),
        ("page-a", "page-0", True),
    ],
)
def test_a_page_beside_another_is_a_second_device_and_a_reload_is_none(
    writer: str | None, replaces: str | None, is_second: bool
) -> None:
    assert is_second_device(writer, "page-b", replaces=replaces) is is_second
