"""Where a cohort stands, from the roster to the certificates."""

from dataclasses import replace

import pytest

from lms.exam_engine.windows import Phase
from lms.office.labels import NEXT_BUTTONS, NEXT_WORDS, STAFFING_GAPS, STEP_PLACES, STEP_TITLES, next_words
from lms.office.rules import CohortCounts, StaffingGap, StepKey, StepState, cohort_steps, next_step, staffing_gaps

EMPTY = CohortCounts(seats=0, paid=0, learned=0, attended=0, days_are_over=False)
SEATED = replace(EMPTY, seats=3)
PAID = replace(SEATED, paid=3)
AFTER_DAYS = replace(PAID, days_are_over=True)
ATTENDED = replace(AFTER_DAYS, attended=3)
OPEN = replace(ATTENDED, window=Phase.OPEN, started=2, submitted=1)
CLOSED = replace(ATTENDED, window=Phase.CLOSED, started=3, submitted=3)
GRADED = replace(CLOSED, is_grading_open=True, essays=6, settled=6)
RELEASED = replace(CLOSED, is_grading_open=True, is_released=True, passed=2)


@pytest.mark.parametrize(
    ("counts", "here"),
    [
        pytest.param(EMPTY, StepKey.ROSTER, id="nobody yet"),
        pytest.param(SEATED, StepKey.PAYMENT, id="nobody has paid"),
        pytest.param(PAID, StepKey.LEARNING, id="before the days"),
        pytest.param(AFTER_DAYS, StepKey.ATTENDANCE, id="after the days"),
        pytest.param(ATTENDED, StepKey.EXAM, id="no window"),
        pytest.param(OPEN, StepKey.EXAM, id="people are sitting"),
        pytest.param(replace(CLOSED, submitted=2), StepKey.EXAM, id="closed but one not yet submitted"),
        pytest.param(CLOSED, StepKey.GRADING, id="all submitted"),
        pytest.param(replace(CLOSED, is_grading_open=True, essays=6, settled=5), StepKey.GRADING, id="grading"),
        pytest.param(replace(OPEN, is_grading_open=True, essays=2, settled=0), StepKey.GRADING, id="grading while people sit"),
        pytest.param(replace(GRADED, unassigned=1), StepKey.GRADING, id="a late hand-in is not shared out yet"),
        pytest.param(GRADED, StepKey.RESULTS, id="every essay has its points"),
        pytest.param(RELEASED, StepKey.CERTIFICATION, id="released"),
        pytest.param(replace(RELEASED, certified=2), None, id="everybody who passed is certified"),
    ],
)
def test_the_first_step_that_is_not_done_is_the_one_to_look_at(counts: CohortCounts, here: StepKey | None) -> None:
    steps = cohort_steps(counts)
    assert next_step(steps) is here
    assert [step.key for step in steps] == list(StepKey)
    assert sum(step.state is StepState.HERE for step in steps) == (here is not None)


def test_learning_goes_on_beside_the_office_work_once_the_days_are_over() -> None:
    states = {step.key: step.state for step in cohort_steps(AFTER_DAYS)}
    assert (states[StepKey.LEARNING], states[StepKey.ATTENDANCE]) == (StepState.RUNNING, StepState.HERE)
    assert {step.key: step.state for step in cohort_steps(CLOSED)}[StepKey.LEARNING] is StepState.DONE


def test_the_exam_goes_on_beside_the_grading_while_its_window_is_open() -> None:
    states = {step.key: step.state for step in cohort_steps(replace(OPEN, is_grading_open=True, essays=2))}
    assert (states[StepKey.EXAM], states[StepKey.GRADING]) == (StepState.RUNNING, StepState.HERE)


@pytest.mark.parametrize(
    ("key", "counts", "words"),
    [
        (StepKey.EXAM, ATTENDED, "受験期間を設定します"),
        (StepKey.EXAM, replace(ATTENDED, window=Phase.BEFORE), "開始を待っています"),
        (StepKey.EXAM, OPEN, "見守ります"),
        (StepKey.EXAM, replace(CLOSED, submitted=2), "自動提出を待っています"),
        (StepKey.GRADING, CLOSED, "採点者を決め"),
        (StepKey.GRADING, replace(CLOSED, is_grading_open=True, essays=6), "採点が進んでいます"),
        (StepKey.RESULTS, replace(GRADED, window=Phase.OPEN), "受験期間が終わると"),
        (StepKey.RESULTS, GRADED, "結果を公開します"),
    ],
)
def test_the_next_thing_to_do_is_said_as_far_as_the_step_has_come(key: StepKey, counts: CohortCounts, words: str) -> None:
    assert words in next_words(key, counts)


@pytest.mark.parametrize(
    ("graders", "office", "gaps"),
    [(3, 2, ()), (2, 2, (StaffingGap.GRADERS,)), (3, 1, (StaffingGap.DECIDERS,)), (0, 0, tuple(StaffingGap))],
)
def test_an_exam_needs_three_graders_and_two_deciders(graders: int, office: int, gaps: tuple[StaffingGap, ...]) -> None:
    assert staffing_gaps(graders=graders, office=office) == gaps


def test_every_step_has_its_words() -> None:
    assert set(STEP_TITLES) == set(NEXT_WORDS) == set(NEXT_BUTTONS) == set(STEP_PLACES) == set(StepKey)
    assert set(STAFFING_GAPS) == set(StaffingGap)
