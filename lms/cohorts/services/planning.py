"""Opening a cohort and changing its days and capacity."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from lms import clock
from lms.audit.services import record
from lms.cohorts.models import Cohort, CourseBreak, CourseDay, Participant
from lms.cohorts.queries import get_cohort
from lms.cohorts.rules.decisions import CohortProblem, CohortRefused, DayPlan
from lms.cohorts.rules.joining import is_safe_address
from lms.cohorts.rules.presence import Span, counted_minutes, within
from lms.cohorts.services.presence import FROM_HOURS, enter_anew
from lms.cohorts.source import course_facts
from lms.db.session import command, db


@dataclass(frozen=True, slots=True)
class DaysOutcome:
    """What came of new hours: breaks that lay outside them and are gone, minutes entered anew, people whose minutes a hand
    has corrected."""

    dropped: int = 0
    entered: int = 0
    kept: tuple[int, ...] = ()

    def __add__(self, other: "DaysOutcome") -> "DaysOutcome":
        return DaysOutcome(
            self.dropped + other.dropped, self.entered + other.entered, tuple(dict.fromkeys((*self.kept, *other.kept)))
        )


@command
def create_cohort(
    course_id: str,
    ordinal: int,
    label: str,
    day1: DayPlan | date,
    day2: DayPlan | date,
    capacity: int | None,
    *,
    by: int | None,
    now: datetime,
    is_demo: bool = False,
) -> int:
    """Open a cohort with its two days; a bare date takes the usual times of content/course.yaml. Returns its id.

    Raises CohortRefused when the ordinal is taken or the days are not in order.
    """
    plans = (_plan(day1), _plan(day2))
    _check(plans)
    taken = select(Cohort.id).where(Cohort.course_id == course_id, Cohort.ordinal == ordinal)
    if db.session.scalar(taken) is not None:
        raise CohortRefused(CohortProblem.ORDINAL_TAKEN)
    cohort = Cohort(course_id=course_id, ordinal=ordinal, label=label, capacity=capacity, is_demo=is_demo, created_at=now)
    db.session.add(cohort)
    db.session.flush()
    for number, plan in enumerate(plans, start=1):
        day = CourseDay(cohort_id=cohort.id, number=number)
        _set_hours(day, plan, ())
        db.session.add(day)
    record("cohort:create", subject=("cohort", cohort.id), by=by, now=now, detail={"ordinal": ordinal})
    return cohort.id


@command
def change_days(cohort_id: int, day1: DayPlan, day2: DayPlan, *, by: int, now: datetime) -> DaysOutcome:
    """Move the days of a cohort, or change their times or the address to join at.

    Breaks that lie within the new hours stay, and the minutes of everybody who has stays in the meeting are entered anew;
    those that were corrected by hand stay. Raises NoSuchCohort; CohortRefused when the days are not in order, or one that
    has stays is moved ahead.
    """
    db.session.get(Cohort, get_cohort(cohort_id).id, with_for_update=True)  # an import at once comes before or after
    plans = (day1, day2)
    _check(plans)
    before, after, outcome = {}, {}, DaysOutcome()
    rows = select(CourseDay).where(CourseDay.cohort_id == cohort_id).order_by(CourseDay.number)
    for day, plan in zip(db.session.scalars(rows).all(), plans, strict=True):
        before[str(day.number)] = day.held_on.isoformat()
        after[str(day.number)] = plan.held_on.isoformat()
        outcome += _move(day, plan, by=by, now=now)
    detail = {"before": before, "after": after, "entered": outcome.entered, "kept": list(outcome.kept)}
    record("cohort:change_days", subject=("cohort", cohort_id), by=by, now=now, detail=detail)
    return outcome


@command
def change_capacity(cohort_id: int, capacity: int | None, *, by: int, now: datetime) -> None:
    """Set the number of seats of a cohort; None means without limit.

    Raises CohortRefused when more people are seated already.
    """
    cohort = db.session.get(Cohort, get_cohort(cohort_id).id, with_for_update=True)
    assert cohort is not None
    taken = select(func.count(Participant.id)).where(Participant.cohort_id == cohort_id, Participant.withdrawn_at.is_(None))
    if capacity is not None and capacity < (db.session.scalar(taken) or 0):
        raise CohortRefused(CohortProblem.CAPACITY_TOO_SMALL)
    if capacity != cohort.capacity:
        detail = {"before": cohort.capacity, "after": capacity}
        record("cohort:change_capacity", subject=("cohort", cohort_id), by=by, now=now, detail=detail)
        cohort.capacity = capacity


@command
def change_plan(cohort_id: int, day1: DayPlan, day2: DayPlan, capacity: int | None, *, by: int, now: datetime) -> DaysOutcome:
    """Days and capacity in one act; raises as `change_days` and `change_capacity` do."""
    outcome = change_days(cohort_id, day1, day2, by=by, now=now)
    change_capacity(cohort_id, capacity, by=by, now=now)
    return outcome


def _plan(day: DayPlan | date) -> DayPlan:
    if isinstance(day, DayPlan):
        return day
    usual = course_facts().days
    return DayPlan(day, usual.starts_at, usual.ends_at)


def _move(day: CourseDay, plan: DayPlan, *, by: int, now: datetime) -> DaysOutcome:
    """Give a day its new times; a break outside them means nothing any more."""
    hours, stayed, dropped = _hours(plan), [], 0
    breaks = select(CourseBreak).where(CourseBreak.cohort_id == day.cohort_id, CourseBreak.day_number == day.number)
    for row in db.session.scalars(breaks).all():
        pause = Span(row.starts_at, row.ends_at)
        if within((pause,), hours) == (pause,):
            stayed.append(pause)
        else:
            db.session.delete(row)
            dropped += 1
    has_moved = Span(day.starts_at, day.ends_at) != hours
    _set_hours(day, plan, stayed)
    db.session.flush()
    entered, kept = enter_anew(day.cohort_id, day.number, FROM_HOURS, by=by, now=now) if has_moved else (0, ())
    return DaysOutcome(dropped, entered, kept)


def _set_hours(day: CourseDay, plan: DayPlan, breaks: Sequence[Span]) -> None:
    hours = _hours(plan)
    day.held_on, day.starts_at, day.ends_at, day.join_url = plan.held_on, hours.start, hours.end, plan.join_url
    day.minutes = counted_minutes(hours, breaks)


def _hours(plan: DayPlan) -> Span:
    return Span(clock.jst_moment(plan.held_on, plan.starts), clock.jst_moment(plan.held_on, plan.ends))


def _check(plans: tuple[DayPlan, DayPlan]) -> None:
    if plans[0].held_on >= plans[1].held_on:
        raise CohortRefused(CohortProblem.DAYS_NOT_IN_ORDER)
    if any(plan.starts >= plan.ends for plan in plans):
        raise CohortRefused(CohortProblem.DAY_ENDS_BEFORE_START)
    if any(plan.join_url and not is_safe_address(plan.join_url) for plan in plans):
        raise CohortRefused(CohortProblem.LINK_NOT_SAFE)
