"""The course days of one participant: plan, own attendance and stays, and what a calendar needs to know of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, literal, select, union_all

from lms.accounts.models import User
from lms.audit.models import AuditEvent
from lms.cohorts.models import Attendance, CalendarFeed, Cohort, CourseBreak, CourseDay, Participant, PresenceSpan
from lms.cohorts.queries.presence import blocks_of, entry_differs, hours_of
from lms.cohorts.queries.seats import AttendanceEntry, Day, entries_that_count, read_day
from lms.cohorts.rules.presence import Block, Presence, Span, unite, weigh_presence
from lms.db.session import db


@dataclass(frozen=True, slots=True)
class OwnDay:
    """A course day as its participant sees it."""

    day: Day
    blocks: tuple[Block, ...]
    stays: tuple[Span, ...]
    """From entering to leaving, two devices at once as one; not cut to the hours of the day."""
    presence: Presence
    entry: AttendanceEntry | None

    @property
    def differs(self) -> bool:
        """The minutes that count are not those of the stays."""
        return entry_differs(self.entry, self.stays, self.presence)


@dataclass(frozen=True, slots=True)
class OwnDays:
    """The days in order; the generation of the calendar's address, 0 while there is none."""

    days: tuple[OwnDay, ...]
    generation: int


@dataclass(frozen=True, slots=True)
class CalendarDays:
    """The days of a participant's cohort, with when they were last changed and how often."""

    cohort_label: str
    course_id: str
    cohort_id: int
    days: tuple[Day, ...]
    changed_at: datetime
    changes: int


@dataclass(frozen=True, slots=True)
class ComingDay:
    """A course day that has not begun, and its cohort."""

    cohort_id: int
    cohort_label: str
    day: Day


def own_days(participant_id: int) -> OwnDays:
    """The days of a participant with what is kept of her there; two SELECTs."""
    rows = db.session.execute(
        select(CourseDay, Attendance, CalendarFeed.generation)
        .join(Participant, Participant.cohort_id == CourseDay.cohort_id)
        .outerjoin(Attendance, and_(Attendance.participant_id == Participant.id, Attendance.day_number == CourseDay.number))
        .outerjoin(CalendarFeed, CalendarFeed.participant_id == Participant.id)
        .where(Participant.id == participant_id)
        .order_by(CourseDay.number, Attendance.id)
    ).all()
    days = {row.number: read_day(row) for row, _, _ in rows}
    entries = entries_that_count(entry for _, entry, _ in rows if entry is not None)
    stays, breaks = _stays_and_breaks(participant_id)
    return OwnDays(
        tuple(
            _own_day(day, breaks.get(number, []), stays.get(number, []), entries.get((participant_id, number)))
            for number, day in days.items()
        ),
        (rows[0][2] or 0) if rows else 0,
    )


def find_feed_owner(participant_id: int, generation: int) -> int | None:
    """The cohort of the participant whose calendar has this address now; None when it ended or she may not take part."""
    return db.session.scalar(
        select(Participant.cohort_id)
        .join(CalendarFeed, CalendarFeed.participant_id == Participant.id)
        .join(User, User.id == Participant.user_id)
        .where(
            Participant.id == participant_id,
            CalendarFeed.generation == generation,
            Participant.withdrawn_at.is_(None),
            User.disabled_at.is_(None),
        )
    )


def calendar_days(cohort_id: int) -> CalendarDays | None:
    """The days of a cohort as calendars need them, or None while there are none; one SELECT.

    操作記録 tells how often and when the office changed them: what was never changed is as old as the cohort.
    """
    changed = (
        select(func.max(AuditEvent.at).label("at"), func.count(AuditEvent.id).label("times"))
        .where(
            AuditEvent.tag == "cohort:change_days", AuditEvent.subject_kind == "cohort", AuditEvent.subject_id == str(cohort_id)
        )
        .subquery()
    )
    rows = db.session.execute(
        select(Cohort, CourseDay, changed.c.at, changed.c.times)
        .join(CourseDay, CourseDay.cohort_id == Cohort.id)
        .join(changed, changed.c.times >= 0)
        .where(Cohort.id == cohort_id)
        .order_by(CourseDay.number)
    ).all()
    if not rows:
        return None
    cohort, _, changed_at, times = rows[0]
    days = tuple(read_day(row[1]) for row in rows)
    return CalendarDays(cohort.label, cohort.course_id, cohort.id, days, changed_at or cohort.created_at, times)


def list_coming_days(*, now: datetime, until: datetime) -> list[ComingDay]:
    """Every course day that begins after now and not after `until`; one SELECT."""
    rows = db.session.execute(
        select(Cohort.label, CourseDay)
        .join(Cohort, Cohort.id == CourseDay.cohort_id)
        .where(CourseDay.starts_at > now, CourseDay.starts_at <= until)
        .order_by(CourseDay.starts_at, CourseDay.id)
    )
    return [ComingDay(row.cohort_id, label, read_day(row)) for label, row in rows]


def _stays_and_breaks(participant_id: int) -> tuple[dict[int, list[Span]], dict[int, list[Span]]]:
    """Day number → her stays, and day number → the breaks of her cohort; one SELECT, because both are spans."""
    stays = select(
        literal(1).label("is_stay"), PresenceSpan.day_number, PresenceSpan.joined_at.label("start"), PresenceSpan.left_at
    ).where(PresenceSpan.participant_id == participant_id)
    breaks = (
        select(literal(0), CourseBreak.day_number, CourseBreak.starts_at, CourseBreak.ends_at)
        .join(Participant, Participant.cohort_id == CourseBreak.cohort_id)
        .where(Participant.id == participant_id)
    )
    found: tuple[dict[int, list[Span]], dict[int, list[Span]]] = ({}, {})
    for is_stay, day_number, start, end in db.session.execute(union_all(stays, breaks).order_by("start")):
        found[0 if is_stay else 1].setdefault(day_number, []).append(Span(start, end))
    return found


def _own_day(day: Day, breaks: Sequence[Span], stays: Sequence[Span], entry: AttendanceEntry | None) -> OwnDay:
    blocks = blocks_of(day)
    return OwnDay(day, blocks, unite(stays), weigh_presence(stays, hours_of(day), breaks, blocks), entry)
