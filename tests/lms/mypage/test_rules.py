"""Rules of マイページ: the one next step and the stations on the way."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from lms.exam_engine.attempts import AttemptStatus
from lms.mypage.labels import MILESTONE_STATES, MILESTONES, RESITS, STEPS
from lms.mypage.rules import (
    DayTimes,
    ExamStage,
    Journey,
    Milestone,
    MilestoneState,
    ResitState,
    Step,
    WindowPhase,
    exam_stage,
    milestones,
    next_step,
    resit_state,
    window_phase,
)

NOON = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
AHEAD = (DayTimes(1, NOON + 10 * DAY, NOON + 10 * DAY + 5 * HOUR), DayTimes(2, NOON + 11 * DAY, NOON + 11 * DAY + 5 * HOUR))
PAST = (DayTimes(1, NOON - 10 * DAY, NOON - 10 * DAY + 5 * HOUR), DayTimes(2, NOON - 9 * DAY, NOON - 9 * DAY + 5 * HOUR))

NEW = Journey(
    has_consented=True,
    is_paid=True,
    days=AHEAD,
    has_lesson_to_do=True,
    are_first_lessons_done=False,
    are_lessons_done=False,
    exam=ExamStage.NO_WINDOW,
    is_certified=False,
)
READ = replace(NEW, has_lesson_to_do=False, are_first_lessons_done=True, are_lessons_done=True)
AFTER = replace(READ, days=PAST)


@pytest.mark.parametrize(
    ("journey", "step"),
    [
        pytest.param(replace(NEW, has_consented=False), Step.CONSENT, id="the terms come before everything"),
        pytest.param(NEW, Step.READ_LESSON, id="lessons before the first day"),
        pytest.param(READ, Step.PREPARE_DAY, id="all read, the first day far ahead"),
        pytest.param(replace(READ, days=()), Step.WAIT_FOR_WINDOW, id="all read, no days yet"),
        pytest.param(replace(READ, days=(), is_paid=False), Step.WAIT_FOR_PAYMENT, id="not paid"),
        pytest.param(replace(READ, is_paid=False), Step.PREPARE_DAY, id="not paid, but a day is coming"),
        pytest.param(replace(AFTER, has_lesson_to_do=True), Step.READ_LESSON, id="further lessons after the days"),
        pytest.param(AFTER, Step.WAIT_FOR_WINDOW, id="everything read, no window yet"),
        pytest.param(replace(AFTER, exam=ExamStage.BEFORE_WINDOW), Step.WAIT_FOR_EXAM, id="the window is ahead"),
        pytest.param(replace(AFTER, exam=ExamStage.MAY_START), Step.START_EXAM, id="may start"),
        pytest.param(replace(AFTER, exam=ExamStage.NOT_ELIGIBLE), Step.CHECK_ELIGIBILITY, id="something is missing"),
        pytest.param(
            replace(AFTER, exam=ExamStage.NOT_ELIGIBLE, has_lesson_to_do=True), Step.READ_LESSON, id="what is missing is a lesson"
        ),
        pytest.param(replace(AFTER, exam=ExamStage.RUNNING), Step.CONTINUE_EXAM, id="in the exam"),
        pytest.param(
            replace(AFTER, exam=ExamStage.RUNNING, has_consented=False), Step.CONTINUE_EXAM, id="in the exam, with new terms"
        ),
        pytest.param(replace(AFTER, exam=ExamStage.WAITING), Step.WAIT_FOR_RESULT, id="handed in"),
        pytest.param(replace(AFTER, exam=ExamStage.PASSED), Step.SEE_RESULT, id="passed"),
        pytest.param(replace(AFTER, exam=ExamStage.FAILED), Step.SEE_RESULT, id="failed"),
        pytest.param(
            replace(AFTER, exam=ExamStage.FAILED, has_lesson_to_do=True), Step.SEE_RESULT, id="failed comes before lessons"
        ),
        pytest.param(replace(AFTER, exam=ExamStage.MISSED), Step.EXAM_MISSED, id="missed"),
        pytest.param(replace(AFTER, exam=ExamStage.PASSED, is_certified=True), Step.SEE_CERTIFICATE, id="certified"),
    ],
)
def test_there_is_one_next_step(journey: Journey, step: Step) -> None:
    assert next_step(journey, now=NOON) is step


@pytest.mark.parametrize(
    ("now", "step"),
    [
        pytest.param(AHEAD[0].starts_at - DAY - timedelta(seconds=1), Step.READ_LESSON, id="more than a day before"),
        pytest.param(AHEAD[0].starts_at - DAY, Step.ATTEND_DAY, id="a day before"),
        pytest.param(AHEAD[0].starts_at + HOUR, Step.ATTEND_DAY, id="while it runs"),
        pytest.param(AHEAD[0].ends_at, Step.ATTEND_DAY, id="its last second, the second day is near"),
        pytest.param(AHEAD[1].ends_at - timedelta(seconds=1), Step.ATTEND_DAY, id="one second before the end of the second"),
        pytest.param(AHEAD[1].ends_at, Step.READ_LESSON, id="after the second day"),
    ],
)
def test_a_day_that_is_near_comes_before_reading(now: datetime, step: Step) -> None:
    assert next_step(NEW, now=now) is step


def test_the_first_station_that_is_not_done_is_here() -> None:
    states = dict(milestones(NEW, now=NOON))
    assert states[Milestone.PAYMENT] is MilestoneState.DONE
    assert states[Milestone.FIRST_LESSONS] is MilestoneState.HERE
    assert list(states.values()).count(MilestoneState.HERE) == 1
    assert set(list(states.values())[2:]) == {MilestoneState.TODO}


def test_at_the_end_every_station_is_done() -> None:
    states = milestones(replace(AFTER, exam=ExamStage.PASSED, is_certified=True), now=NOON)
    assert {state for _, state in states} == {MilestoneState.DONE}


def test_who_failed_waits_at_the_certificate_with_the_result_known() -> None:
    states = dict(milestones(replace(AFTER, exam=ExamStage.FAILED), now=NOON))
    assert (states[Milestone.RESULT], states[Milestone.CERTIFICATE]) == (MilestoneState.DONE, MilestoneState.HERE)


@pytest.mark.parametrize(
    ("outcomes", "phase", "is_eligible", "stage"),
    [
        pytest.param((), None, False, ExamStage.NO_WINDOW, id="no window"),
        pytest.param((), WindowPhase.BEFORE, False, ExamStage.BEFORE_WINDOW, id="before"),
        pytest.param((), WindowPhase.OPEN, True, ExamStage.MAY_START, id="open and eligible"),
        pytest.param((), WindowPhase.OPEN, False, ExamStage.NOT_ELIGIBLE, id="open and not eligible"),
        pytest.param((), WindowPhase.CLOSED, False, ExamStage.MISSED, id="closed without a sitting"),
        pytest.param((None,), None, False, ExamStage.WAITING, id="handed in"),
        pytest.param((True,), None, False, ExamStage.PASSED, id="passed"),
        pytest.param((False,), None, False, ExamStage.FAILED, id="failed, no resit"),
        pytest.param((False,), WindowPhase.BEFORE, False, ExamStage.FAILED, id="failed, the resit is ahead"),
        pytest.param((False,), WindowPhase.OPEN, True, ExamStage.MAY_START, id="the resit is open"),
        pytest.param((False, None), None, False, ExamStage.WAITING, id="the resit was handed in"),
        pytest.param((False, True), None, False, ExamStage.PASSED, id="the resit was passed"),
    ],
)
def test_where_one_stands_with_the_exam(
    outcomes: tuple[bool | None, ...], phase: WindowPhase | None, is_eligible: bool, stage: ExamStage
) -> None:
    assert exam_stage(is_running=False, outcomes=outcomes, phase=phase, is_eligible=is_eligible) is stage
    assert exam_stage(is_running=True, outcomes=outcomes, phase=phase, is_eligible=is_eligible) is ExamStage.RUNNING


@pytest.mark.parametrize(
    ("now", "phase"),
    [
        pytest.param(NOON - timedelta(seconds=1), WindowPhase.BEFORE, id="one second early"),
        pytest.param(NOON, WindowPhase.OPEN, id="the opening second"),
        pytest.param(NOON + DAY - timedelta(seconds=1), WindowPhase.OPEN, id="the last second"),
        pytest.param(NOON + DAY, WindowPhase.CLOSED, id="the closing second"),
    ],
)
def test_a_window_is_half_open(now: datetime, phase: WindowPhase) -> None:
    assert window_phase(NOON, NOON + DAY, now=now) is phase


def test_every_step_and_station_has_words() -> None:
    assert set(STEPS) == set(Step)
    assert set(MILESTONES) == set(Milestone)
    assert set(MILESTONE_STATES) == set(MilestoneState)


@pytest.mark.parametrize(
    ("number", "is_known", "attempt", "state"),
    [
        pytest.param(1, False, None, ResitState.NOT_SET, id="no second window yet"),
        pytest.param(1, True, None, ResitState.AHEAD, id="the second window is known"),
        pytest.param(1, True, AttemptStatus.NOT_STARTED, ResitState.SITTING, id="pledged for the second"),
        pytest.param(1, True, AttemptStatus.IN_SECTION, ResitState.SITTING, id="sitting in the second"),
        pytest.param(1, True, AttemptStatus.SUBMITTED, ResitState.HANDED_IN, id="the second is handed in"),
        pytest.param(2, False, None, ResitState.NONE_LEFT, id="the second was failed, too"),
    ],
)
def test_a_resit_is_not_set_ahead_under_way_or_over(
    number: int, is_known: bool, attempt: AttemptStatus | None, state: ResitState
) -> None:
    assert resit_state(number=number, allowed=2, is_known=is_known, attempt=attempt) is state


def test_every_state_of_a_resit_without_dates_has_words() -> None:
    assert set(RESITS) == set(ResitState) - {ResitState.AHEAD}
