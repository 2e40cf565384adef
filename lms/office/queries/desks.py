"""Pages of 事務局 put together from the queries of the rooms below."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lms.accounts.queries import list_staff, list_users
from lms.audit.queries import EventLine
from lms.billing.queries import ConfirmedPayment, payments_of
from lms.certification.queries.completion import numbers_of
from lms.cohorts.queries import (
    AttendanceEntry,
    CohortCard,
    Day,
    Seat,
    attendance_entries,
    get_cohort,
    list_cohorts,
    list_participants,
    participant_names,
)
from lms.cohorts.rules.decisions import needed_minutes
from lms.cohorts.source import course_facts
from lms.exam_engine.attempts import AttemptStatus
from lms.exam_engine.windows import resolve_access
from lms.exams.queries.live_room import list_room
from lms.exams.queries.sittings import list_sittings
from lms.exams.queries.windows import WindowCard, list_windows, window_flaws
from lms.exams.rules.live_room import RoomSummary, summarize
from lms.exams.rules.sitting import WindowFlaw
from lms.grading.queries.board import get_grading_board
from lms.grading.queries.released import list_released_verdicts
from lms.grading.queries.staff import find_release, find_round
from lms.grading.rules.parts import EssayState
from lms.lessons.queries import progress_of_cohort
from lms.lessons.rules.progress import LessonsDone
from lms.office.rules import CohortCounts, StaffingGap, Step, StepKey, cohort_steps, next_step, staffing_gaps
from lms.web.access import Role


@dataclass(frozen=True, slots=True)
class CohortOverview:
    """A cohort and its steps; `next_key` is None when all is done."""

    cohort: CohortCard
    counts: CohortCounts
    steps: tuple[Step, ...]
    next_key: StepKey | None


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """A seat and its confirmed payment; None means 入金待ち."""

    seat: Seat
    payment: ConfirmedPayment | None

    @property
    def is_paid(self) -> bool:
        """Whether the payment is confirmed."""
        return self.payment is not None


@dataclass(frozen=True, slots=True)
class AttendanceCell:
    """One participant on one day: the entry that counts, and how many minutes are needed."""

    day: Day
    entry: AttendanceEntry | None
    needed: int

    @property
    def minutes(self) -> int | None:
        """The minutes that count; None when nothing was entered."""
        return None if self.entry is None else self.entry.minutes


@dataclass(frozen=True, slots=True)
class AttendanceLine:
    """A seat and its days."""

    seat: Seat
    cells: tuple[AttendanceCell, ...]


@dataclass(frozen=True, slots=True)
class ProgressLine:
    """A seat and how far its participant is with the published lessons."""

    seat: Seat
    done: LessonsDone
    is_paid: bool


@dataclass(frozen=True, slots=True)
class ExamDesk:
    """One window of a cohort with its warnings and the room in numbers."""

    window: WindowCard
    flaws: tuple[WindowFlaw, ...]
    summary: RoomSummary
    late: int
    """遅延受信 nobody has decided about."""


def cohort_overview(cohort_id: int, *, now: datetime) -> CohortOverview:
    """A cohort with its steps.

    Raises NoSuchCohort.
    """
    return _overview(get_cohort(cohort_id), now=now)


def list_overviews(*, now: datetime) -> list[CohortOverview]:
    """Every cohort with its steps, the latest first."""
    return [_overview(cohort, now=now) for cohort in list_cohorts()]


def payment_lines(cohort_id: int) -> list[PaymentLine]:
    """The seats of a cohort with their payments, in the order of enrolment."""
    payments = payments_of(cohort_id)
    return [PaymentLine(seat, payments.get(seat.participant_id)) for seat in list_participants(cohort_id)]


def attendance_lines(cohort_id: int) -> list[AttendanceLine]:
    """The seats of a cohort with their minutes per day."""
    percent = course_facts().attendance_percent
    seats = list_participants(cohort_id)
    entries = attendance_entries([seat.participant_id for seat in seats])
    return [
        AttendanceLine(
            seat,
            tuple(
                AttendanceCell(day, entries.get((seat.participant_id, day.number)), needed_minutes(day.minutes, percent))
                for day in seat.days
            ),
        )
        for seat in seats
    ]


def progress_lines(cohort_id: int) -> list[ProgressLine]:
    """The seats of a cohort with lessons read and quizzes passed."""
    done = progress_of_cohort(cohort_id)
    paid = payments_of(cohort_id)
    return [ProgressLine(seat, done[seat.participant_id], seat.participant_id in paid) for seat in list_participants(cohort_id)]


def subject_names(events: Sequence[EventLine]) -> dict[tuple[str, str], str]:
    """(kind, id) → the name of every cohort, participant and user these lines of 操作記録 are about."""
    ids = {
        kind: [int(event.subject_id) for event in events if event.subject_kind == kind and event.subject_id.isdecimal()]
        for kind in ("participant", "user")
    }
    return (
        {("cohort", str(cohort.id)): cohort.label for cohort in list_cohorts()}
        | {("participant", str(each)): name for each, name in participant_names(ids["participant"]).items()}
        | {("user", str(user_id)): user.name for user_id, user in list_users(ids["user"]).items()}
    )


def exam_desks(cohort_id: int, *, now: datetime) -> list[ExamDesk]:
    """The windows of a cohort, each with warnings and room."""
    return [_exam_desk(window, now=now) for window in list_windows(cohort_id)]


def list_staffing_gaps() -> tuple[StaffingGap, ...]:
    """Which people an exam still lacks."""
    working = [member for member in list_staff() if member.disabled_at is None]
    return staffing_gaps(
        # Whoever works in the office sees names beside 受験番号, and is given nothing to grade.
        graders=sum(Role.GRADER in member.roles and Role.OFFICE not in member.roles for member in working),
        office=sum(Role.OFFICE in member.roles for member in working),
    )


def _exam_desk(window: WindowCard, *, now: datetime) -> ExamDesk:
    rows = list_room(window.id, window.cohort_id, now=now)
    return ExamDesk(window, window_flaws(window.id), summarize(rows), sum(row.late for row in rows))


def _overview(cohort: CohortCard, *, now: datetime) -> CohortOverview:
    counts = _counts(cohort, now=now)
    steps = cohort_steps(counts)
    return CohortOverview(cohort, counts, steps, next_step(steps))


def _counts(cohort: CohortCard, *, now: datetime) -> CohortCounts:
    seats = list_participants(cohort.id)
    ids = [seat.participant_id for seat in seats]
    paid, done = payments_of(cohort.id), progress_of_cohort(cohort.id)
    entries = attendance_entries(ids)
    window = next((each for each in list_windows(cohort.id) if each.number == 1), None)
    statuses = _statuses(window, now=now)
    verdicts = list_released_verdicts(ids)
    is_released = window is not None and find_release(window.id) is not None
    board = None if window is None or is_released or find_round(window.id) is None else get_grading_board(window.id)
    return CohortCounts(
        seats=len(seats),
        paid=sum(identity in paid for identity in ids),
        learned=sum(_has_learned(done[identity]) for identity in ids),
        attended=sum(all((identity, day.number) in entries for day in cohort.days) for identity in ids),
        days_are_over=all(day.ends_at <= now for day in cohort.days),
        window=None if window is None else resolve_access(window.engine_window, now=now).phase,
        started=window.attempts if window else 0,
        submitted=sum(status is AttemptStatus.SUBMITTED for status in statuses.values()),
        is_grading_open=board is not None,
        essays=len(board.essays) if board else 0,
        settled=board.count(EssayState.SETTLED) if board else 0,
        unassigned=board.waiting if board else 0,
        is_released=is_released,
        passed=sum(verdict.is_passed for verdict in verdicts.values()),
        certified=len(numbers_of(ids)),
    )


def _statuses(window: WindowCard | None, *, now: datetime) -> Mapping[int, AttemptStatus]:
    if window is None or not window.attempts:
        return {}
    return {sitting.attempt_id: sitting.state_at(now).status for sitting in list_sittings(window.id)}


def _has_learned(done: LessonsDone) -> bool:
    return done.published > 0 and done.completed >= done.published and done.quizzes_passed >= done.published
