"""Pure decisions of マイページ: what comes next for a participant, and how far the way to the 認定証 is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from lms.exam_engine.attempts import AttemptStatus

DAY_IS_NEAR = timedelta(hours=24)
"""From this long before a course day, the day itself is what comes next."""


class ExamStage(StrEnum):
    """Where a participant stands with the 認定試験."""

    NO_WINDOW = "no_window"
    BEFORE_WINDOW = "before_window"
    MAY_START = "may_start"
    NOT_ELIGIBLE = "not_eligible"
    RUNNING = "running"
    WAITING = "waiting"
    """Handed in; the result is not released."""
    PASSED = "passed"
    FAILED = "failed"
    MISSED = "missed"
    """The window closed without a sitting."""


class WindowPhase(StrEnum):
    """Where now stands relative to the window that is still to be sat."""

    BEFORE = "before"
    OPEN = "open"
    CLOSED = "closed"


class Step(StrEnum):
    """The one thing a participant does next."""

    CONSENT = "consent"
    CONTINUE_EXAM = "continue_exam"
    SEE_CERTIFICATE = "see_certificate"
    SEE_RESULT = "see_result"
    WAIT_FOR_RESULT = "wait_for_result"
    ATTEND_DAY = "attend_day"
    START_EXAM = "start_exam"
    READ_LESSON = "read_lesson"
    PREPARE_DAY = "prepare_day"
    CHECK_ELIGIBILITY = "check_eligibility"
    WAIT_FOR_EXAM = "wait_for_exam"
    EXAM_MISSED = "exam_missed"
    WAIT_FOR_PAYMENT = "wait_for_payment"
    WAIT_FOR_WINDOW = "wait_for_window"


@dataclass(frozen=True, slots=True)
class DayTimes:
    """A course day: its number and its aware beginning and end."""

    number: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Journey:
    """What is known of a participant's way through the course."""

    has_consented: bool
    is_paid: bool
    days: tuple[DayTimes, ...]
    has_lesson_to_do: bool
    """A published lesson is open and not read to its end, or its quiz is not passed."""
    are_first_lessons_done: bool
    """Those that open with the payment, before the first day."""
    are_lessons_done: bool
    exam: ExamStage
    is_certified: bool


@dataclass(frozen=True, slots=True)
class Resit:
    """The second window of a cohort, half-open, and from when this participant may sit in it."""

    opens_at: datetime
    closes_at: datetime
    possible_from: datetime
    is_over: bool

    @property
    def comes_too_late(self) -> bool:
        """Whether the days after the release reach beyond the window's end."""
        return self.possible_from >= self.closes_at


class ResitState(StrEnum):
    """How somebody who did not pass stands with 再受験."""

    NOT_SET = "not_set"
    """A further window may come."""
    AHEAD = "ahead"
    """The next window is known, and she has not begun in it."""
    SITTING = "sitting"
    HANDED_IN = "handed_in"
    """Its result is not out yet."""
    NONE_LEFT = "none_left"
    """The result is of the last window there is."""


def resit_state(*, number: int, allowed: int, is_known: bool, attempt: AttemptStatus | None) -> ResitState:
    """The state after failing the window of this number, of as many as the exam allows; `attempt` is hers in the next one."""
    if attempt is not None:
        return ResitState.HANDED_IN if attempt is AttemptStatus.SUBMITTED else ResitState.SITTING
    if is_known:
        return ResitState.AHEAD
    return ResitState.NONE_LEFT if number >= allowed else ResitState.NOT_SET


WEAK_PART = Decimal("0.6")
"""A criterion below this part of its points is named as worth studying; the pass line asks for about as much."""


def is_weak(points: Decimal, max_points: int) -> bool:
    """Whether a criterion is worth studying again."""
    return points < max_points * WEAK_PART


class Milestone(StrEnum):
    """The stations on the way."""

    PAYMENT = "payment"
    FIRST_LESSONS = "first_lessons"
    DAY1 = "day1"
    DAY2 = "day2"
    LESSONS = "lessons"
    EXAM = "exam"
    RESULT = "result"
    CERTIFICATE = "certificate"


class MilestoneState(StrEnum):
    """済, いまここ, これから."""

    DONE = "done"
    HERE = "here"
    TODO = "todo"


_URGENT = {ExamStage.PASSED: Step.SEE_RESULT, ExamStage.WAITING: Step.WAIT_FOR_RESULT}
_PATIENT = {
    ExamStage.NOT_ELIGIBLE: Step.CHECK_ELIGIBILITY,
    ExamStage.BEFORE_WINDOW: Step.WAIT_FOR_EXAM,
    ExamStage.MISSED: Step.EXAM_MISSED,
    ExamStage.FAILED: Step.SEE_RESULT,
}


def next_step(journey: Journey, *, now: datetime) -> Step:
    """The one next step: what would be lost by waiting comes first, then what can be done, then what is waited for."""
    if journey.exam is ExamStage.RUNNING:  # her time runs: even new terms wait until the exam is over
        return Step.CONTINUE_EXAM
    if not journey.has_consented:
        return Step.CONSENT
    if journey.is_certified:
        return Step.SEE_CERTIFICATE
    if journey.exam in _URGENT:
        return _URGENT[journey.exam]
    if journey.exam is ExamStage.MAY_START:
        return Step.START_EXAM
    return _learning_step(journey, now=now)


def _learning_step(journey: Journey, *, now: datetime) -> Step:
    day = next_day(journey.days, now=now)
    if day is not None and now >= day.starts_at - DAY_IS_NEAR:
        return Step.ATTEND_DAY
    if journey.has_lesson_to_do and journey.exam is not ExamStage.FAILED:
        return Step.READ_LESSON
    if day is not None:
        return Step.PREPARE_DAY
    if not journey.is_paid:
        return Step.WAIT_FOR_PAYMENT
    return _PATIENT.get(journey.exam, Step.WAIT_FOR_WINDOW)


def next_day(days: tuple[DayTimes, ...], *, now: datetime) -> DayTimes | None:
    """The course day that runs or comes next, or None after the last."""
    return next((day for day in days if now < day.ends_at), None)


def milestones(journey: Journey, *, now: datetime) -> tuple[tuple[Milestone, MilestoneState], ...]:
    """Every station with its state; the first that is not done is where the participant is."""
    found: list[tuple[Milestone, MilestoneState]] = []
    is_here_found = False
    for milestone, is_done in _stations(journey, now=now):
        if is_done:
            state = MilestoneState.DONE
        else:
            state = MilestoneState.TODO if is_here_found else MilestoneState.HERE
            is_here_found = True
        found.append((milestone, state))
    return tuple(found)


def _stations(journey: Journey, *, now: datetime) -> Iterator[tuple[Milestone, bool]]:
    ended = {day.number for day in journey.days if now >= day.ends_at}
    released = journey.exam in {ExamStage.PASSED, ExamStage.FAILED}
    yield Milestone.PAYMENT, journey.is_paid
    yield Milestone.FIRST_LESSONS, journey.are_first_lessons_done
    yield Milestone.DAY1, 1 in ended
    yield Milestone.DAY2, 2 in ended
    yield Milestone.LESSONS, journey.are_lessons_done
    yield Milestone.EXAM, released or journey.exam is ExamStage.WAITING
    yield Milestone.RESULT, released
    yield Milestone.CERTIFICATE, journey.is_certified


def exam_stage(*, is_running: bool, outcomes: tuple[bool | None, ...], phase: WindowPhase | None, is_eligible: bool) -> ExamStage:
    """The stage from the attempts (`outcomes`: the released verdict of each finished one, in order) and the window ahead."""
    if is_running:
        return ExamStage.RUNNING
    if outcomes and outcomes[-1] is not False:
        return ExamStage.PASSED if outcomes[-1] else ExamStage.WAITING
    if phase is WindowPhase.OPEN:
        return ExamStage.MAY_START if is_eligible else ExamStage.NOT_ELIGIBLE
    if outcomes:
        return ExamStage.FAILED
    return {None: ExamStage.NO_WINDOW, WindowPhase.BEFORE: ExamStage.BEFORE_WINDOW}.get(phase, ExamStage.MISSED)


def window_phase(opens_at: datetime, closes_at: datetime, *, now: datetime) -> WindowPhase:
    """The phase of a half-open window."""
    if now < opens_at:
        return WindowPhase.BEFORE
    return WindowPhase.OPEN if now < closes_at else WindowPhase.CLOSED
