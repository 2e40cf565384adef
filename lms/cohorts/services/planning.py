"""Opening a cohort and changing its days and capacity."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, select

from lms import clock
from lms.audit.services import record
from lms.cohorts.models import Cohort, CourseBreak, CourseDay, Participant
from lms.cohorts.queries import get_cohort
from lms.cohorts.rules.decisions import CohortProblem, CohortRefused, DayPlan
from lms.cohorts.rules.joining import is_safe_address
from lms.cohorts.source import course_facts
from lms.db.session import command, db


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
        db.session.add(CourseDay(cohort_id=cohort.id, number=number, minutes=course_facts().days.minutes, **_moments(plan)))
    record("cohort:create", subject=("cohort", cohort.id), by=by, now=now, detail={"ordinal": ordinal})
    return cohort.id


@command
def change_days(cohort_id: int, day1: DayPlan, day2: DayPlan, *, by: int, now: datetime) -> None:
    """Move the days of a cohort, or change their times or the address to join at.

    Raises NoSuchCohort; CohortRefused when the days are not in order.
    """
    get_cohort(cohort_id)
    plans = (day1, day2)
    _check(plans)
    before, after = {}, {}
    rows = select(CourseDay).where(CourseDay.cohort_id == cohort_id).order_by(CourseDay.number)
    for day, plan in zip(db.session.scalars(rows), plans, strict=True):
        before[str(day.number)] = day.held_on.isoformat()
        after[str(day.number)] = plan.held_on.isoformat()
        _move(day, _moments(plan))
    record("cohort:change_days", subject=("cohort", cohort_id), by=by, now=now, detail={"before": before, "after": after})


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
def change_plan(cohort_id: int, day1: DayPlan, day2: DayPlan, capacity: int | None, *, by: int, now: datetime) -> None:
    """Days and capacity in one act; raises as `change_days` and `change_capacity` do."""
    change_days(cohort_id, day1, day2, by=by, now=now)
    change_capacity(cohort_id, capacity, by=by, now=now)


def _plan(day: DayPlan | date) -> DayPlan:
    if isinstance(day, DayPlan):
        return day
    usual = course_facts().days
    return DayPlan(day, usual.starts_at, usual.ends_at)


def _move(day: CourseDay, moments: dict[str, Any]) -> None:
    """Give a day its new times; breaks entered for other times mean nothing any more."""
    if (day.starts_at, day.ends_at) != (moments["starts_at"], moments["ends_at"]):
        db.session.execute(
            delete(CourseBreak).where(CourseBreak.cohort_id == day.cohort_id, CourseBreak.day_number == day.number)
        )
        day.minutes = course_facts().days.minutes
    for name, value in moments.items():
        setattr(day, name, value)


def _check(plans: tuple[DayPlan, DayPlan]) -> None:
    if plans[0].held_on >= plans[1].held_on:
        raise CohortRefused(CohortProblem.DAYS_NOT_IN_ORDER)
    if any(plan.starts >= plan.ends for plan in plans):
        raise CohortRefused(CohortProblem.DAY_ENDS_BEFORE_START)
    if any(plan.join_url and not is_safe_address(plan.join_url) for plan in plans):
        raise CohortRefused(CohortProblem.LINK_NOT_SAFE)


def _moments(plan: DayPlan) -> dict[str, object]:
    return {
        "held_on": plan.held_on,
        "starts_at": clock.jst_moment(plan.held_on, plan.starts),
        "ends_at": clock.jst_moment(plan.held_on, plan.ends),
        "join_url": plan.join_url,
    }
