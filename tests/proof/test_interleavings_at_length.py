"""Three pages of one attempt, a thousand times in any order: nothing newer is replaced, every text is kept.

The control lets the text that came last win always, and is noticed.
"""

import pytest
from flask import Flask

from lms.exams.rules.sitting import SaveOutcome
from lms.exams.services import saving
from tests.factories import Factory
from tests.lms.exams.test_interleavings import interleave

RUNS = {"sqlite": 1000, "postgresql": 250}
STEPS = 16

pytestmark = [pytest.mark.proof, pytest.mark.timeout(900)]


@pytest.mark.usefixtures("context")
def test_a_thousand_interleavings_lose_and_overwrite_nothing(make: Factory, database_kind: str) -> None:
    interleave(make, runs=RUNS[database_kind], steps=STEPS)
    runs = RUNS[database_kind]
    print(f"\ninterleavings on {database_kind}: {runs} orders of three pages, 0 newer texts replaced by older ones, 0 missing")


@pytest.mark.database("sqlite")
def test_an_older_text_that_wins_is_noticed(make: Factory, context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saving, "judge_save", lambda **_: SaveOutcome.CURRENT)
    with pytest.raises(BaseException) as noticed:  # noqa: PT011 - hypothesis groups what several rules have found
        interleave(make, runs=RUNS["sqlite"], steps=STEPS)
    assert "AssertionError" in repr(noticed.getrepr(style="short"))
