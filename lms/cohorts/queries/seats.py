"""Every SELECT of 期: cohorts with their days, seats with what the rooms above need to know of them, attendance."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ScalarSelect, Select, and_, bindparam, func, select
from sqlalchemy.orm import aliased
from werkzeug.exceptions import NotFound

from lms.accounts.models import User
from lms.cohorts.models import Attendance, Cohort, CourseDay, Participant
from lms.cohorts.rules.roster import KnownUser, Problem, RosterRow, UnreadableRoster, conflicts, read_roster
from lms.cohorts.rules.roster_files import read_lines
from lms.db.session import db
from lms.text import fold
from lms.web.access import Role


class NoSuchCohort(NotFound):
    """There is no cohort with this id; a page answers 404."""


class NoSuchParticipant(NotFound):
    """There is no participant with this id; a page answers 404."""


@dataclass(frozen=True, slots=True)
class Day:
    """研修1日目 or 2日目: a date in Japan, aware moments, and the minutes that count for attendance."""

    number: int
    held_on: date
    starts_at: datetime
    ends_at: datetime
    minutes: int
    join_url: str


@dataclass(frozen=True, slots=True)
class CohortCard:
    """A cohort with its days in order; `seats` counts the participants who have not withdrawn."""

    id: int
    course_id: str
    ordinal: int
    label: str
    capacity: int | None
    is_demo: bool
    created_at: datetime
    days: tuple[Day, ...]
    seats: int


@dataclass(frozen=True, slots=True)
class Seat:
    """受講者: one user's seat in one cohort, with the cohort's days in order."""

    participant_id: int
    user_id: int
    cohort_id: int
    course_id: str
    cohort_label: str
    is_demo: bool
    name: str
    """氏名 as it will be printed, exactly as typed."""
    kana: str
    email: str
    company: str
    department: str
    postal_code: str
    address: str
    enrolled_at: datetime
    withdrawn_at: datetime | None
    days: tuple[Day, ...]

    def day(self, number: int) -> Day:
        """The day with this number (1 or 2).

        Raises KeyError when the cohort has no such day.
        """
        for day in self.days:
            if day.number == number:
                return day
        raise KeyError(number)


@dataclass(frozen=True, slots=True)
class AttendanceEntry:
    """The entry that counts for one participant and day; `corrections` counts the entries it replaced."""

    participant_id: int
    day_number: int
    minutes: int
    reason: str
    entered_by_id: int
    entered_at: datetime
    corrections: int


# Asked at every request, so built once.
_ANY_SEAT = select(Participant.id).where(Participant.user_id == bindparam("user_id"), Participant.withdrawn_at.is_(None)).limit(1)


def seat_roles(user_id: int) -> frozenset[Role]:
    """The participant role, when the user has a seat in any cohort."""
    return frozenset({Role.PARTICIPANT}) if db.session.scalar(_ANY_SEAT, {"user_id": user_id}) is not None else frozenset()


def find_participant(participant_id: int | ScalarSelect[int]) -> Seat | None:
    """A seat by its id or a query for it, withdrawn or not."""
    seats = _read_seats(_seats().where(Participant.id == participant_id))
    return seats[0] if seats else None


def get_participant(participant_id: int) -> Seat:
    """A seat by its id, withdrawn or not.

    Raises NoSuchParticipant.
    """
    seat = find_participant(participant_id)
    if seat is None:
        raise NoSuchParticipant
    return seat


def participant_names(participant_ids: Iterable[int]) -> dict[int, str]:
    """Participant id → the name as it stands on the certificate; unknown ids are left out."""
    rows = db.session.execute(
        select(Participant.id, Participant.certificate_name).where(Participant.id.in_(list(participant_ids)))
    )
    return {row.id: row.certificate_name for row in rows}


def list_participants(cohort_id: int, *, with_withdrawn: bool = False) -> list[Seat]:
    """The seats of a cohort in the order of enrolment."""
    seats = _seats().where(Participant.cohort_id == cohort_id)
    if not with_withdrawn:
        seats = seats.where(Participant.withdrawn_at.is_(None))
    return _read_seats(seats.order_by(Participant.id))


def attendance_entries(participant_ids: Iterable[int]) -> dict[tuple[int, int], AttendanceEntry]:
    """(participant id, day number) → the entry that counts: the last one."""
    ids = list(participant_ids)
    if not ids:
        return {}
    rows = db.session.scalars(select(Attendance).where(Attendance.participant_id.in_(ids)).order_by(Attendance.id))
    return entries_that_count(rows)


def entries_that_count(rows: Iterable[Attendance]) -> dict[tuple[int, int], AttendanceEntry]:
    """Of entries in the order they were made, those that count."""
    found: dict[tuple[int, int], AttendanceEntry] = {}
    for row in rows:
        key = (row.participant_id, row.day_number)
        earlier = found.get(key)
        found[key] = AttendanceEntry(
            participant_id=row.participant_id,
            day_number=row.day_number,
            minutes=row.minutes,
            reason=row.reason,
            entered_by_id=row.entered_by_id,
            entered_at=row.entered_at,
            corrections=0 if earlier is None else earlier.corrections + 1,
        )
    return found


def attendance_minutes(participant_ids: Iterable[int]) -> dict[int, dict[int, int]]:
    """Participant id → day number → minutes; only days that were entered. Every asked id is a key."""
    ids = list(participant_ids)
    minutes: dict[int, dict[int, int]] = {identity: {} for identity in ids}
    for (participant_id, day_number), entry in attendance_entries(ids).items():
        minutes[participant_id][day_number] = entry.minutes
    return minutes


def find_cohort(cohort_id: int) -> CohortCard | None:
    """A cohort by its id."""
    cards = _read_cohorts(_cohorts().where(Cohort.id == cohort_id))
    return cards[0] if cards else None


def get_cohort(cohort_id: int) -> CohortCard:
    """A cohort by its id.

    Raises NoSuchCohort.
    """
    card = find_cohort(cohort_id)
    if card is None:
        raise NoSuchCohort
    return card


def list_cohorts() -> list[CohortCard]:
    """Every cohort, the latest first."""
    return _read_cohorts(_cohorts().order_by(Cohort.ordinal.desc(), Cohort.id.desc()))


def course_days(cohort_id: int) -> tuple[Day, ...]:
    """The days of a cohort in order."""
    return _days([cohort_id]).get(cohort_id, ())


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """What will become of one row: a new user, or a seat for a user the house knows already (under this name)."""

    row: RosterRow
    known_name: str | None

    @property
    def has_other_name(self) -> bool:
        """The house knows the person under a name that reads differently."""
        return self.known_name is not None and fold(self.known_name) != fold(self.row.name)


@dataclass(frozen=True, slots=True)
class RosterPreview:
    """What an import would do; nothing happens while there is any problem."""

    lines: tuple[PreviewLine, ...]
    problems: tuple[Problem, ...]
    unused: tuple[str, ...] = ()

    @property
    def rows(self) -> tuple[RosterRow, ...]:
        """The rows to import."""
        return tuple(line.row for line in self.lines)


def preview_roster(cohort_id: int, data: bytes) -> RosterPreview:
    """Read a roster file and say what importing it into the cohort would do.

    Raises NoSuchCohort.
    """
    cohort = get_cohort(cohort_id)
    try:
        roster = read_roster(read_lines(data))
    except UnreadableRoster as unreadable:
        return RosterPreview((), (unreadable.problem,))
    known = known_users(cohort_id, [row.email for row in roster.rows])
    against = conflicts(roster.rows, known, seats=cohort.seats, capacity=cohort.capacity)
    lines = tuple(PreviewLine(row, known[row.email].name if row.email in known else None) for row in roster.rows)
    return RosterPreview(lines, tuple(dict.fromkeys((*roster.problems, *against))), roster.unused)


def known_users(cohort_id: int, emails: Iterable[str]) -> dict[str, KnownUser]:
    """Mail address → what the house knows of it, for the addresses that are users already."""
    seat = aliased(Participant)
    rows = db.session.execute(
        select(User, seat)
        .outerjoin(seat, and_(seat.user_id == User.id, seat.cohort_id == cohort_id))
        .where(User.email.in_(list(emails)))
    )
    return {
        user.email: KnownUser(
            user_id=user.id,
            name=user.name,
            is_disabled=user.disabled_at is not None,
            is_seated=own is not None and own.withdrawn_at is None,
            is_withdrawn=own is not None and own.withdrawn_at is not None,
        )
        for user, own in rows
    }


def _seats() -> Select[Participant, User, Cohort]:
    return (
        select(Participant, User, Cohort)
        .join(User, User.id == Participant.user_id)
        .join(Cohort, Cohort.id == Participant.cohort_id)
    )


def _read_seats(seats: Select[Participant, User, Cohort]) -> list[Seat]:
    rows = db.session.execute(seats).all()
    days = _days({participant.cohort_id for participant, _, _ in rows})
    return [_seat(participant, user, cohort, days.get(cohort.id, ())) for participant, user, cohort in rows]


def _seat(participant: Participant, user: User, cohort: Cohort, days: tuple[Day, ...]) -> Seat:
    return Seat(
        participant_id=participant.id,
        user_id=user.id,
        cohort_id=cohort.id,
        course_id=cohort.course_id,
        cohort_label=cohort.label,
        is_demo=cohort.is_demo,
        name=participant.certificate_name,
        kana=user.kana,
        email=user.email,
        company=participant.company,
        department=participant.department,
        postal_code=participant.postal_code,
        address=participant.address,
        enrolled_at=participant.enrolled_at,
        withdrawn_at=participant.withdrawn_at,
        days=days,
    )


def _cohorts() -> Select[Cohort, int]:
    seats = (
        select(func.count(Participant.id))
        .where(Participant.cohort_id == Cohort.id, Participant.withdrawn_at.is_(None))
        .scalar_subquery()
    )
    return select(Cohort, seats)


def _read_cohorts(cohorts: Select[Cohort, int]) -> list[CohortCard]:
    rows = db.session.execute(cohorts).all()
    days = _days([cohort.id for cohort, _ in rows])
    return [
        CohortCard(
            id=cohort.id,
            course_id=cohort.course_id,
            ordinal=cohort.ordinal,
            label=cohort.label,
            capacity=cohort.capacity,
            is_demo=cohort.is_demo,
            created_at=cohort.created_at,
            days=days.get(cohort.id, ()),
            seats=seats,
        )
        for cohort, seats in rows
    ]


def _days(cohort_ids: Iterable[int]) -> dict[int, tuple[Day, ...]]:
    ids: Sequence[int] = list(cohort_ids)
    if not ids:
        return {}
    found: dict[int, tuple[Day, ...]] = {}
    days = select(CourseDay).where(CourseDay.cohort_id.in_(ids)).order_by(CourseDay.number)
    for row in db.session.scalars(days):
        found[row.cohort_id] = (*found.get(row.cohort_id, ()), read_day(row))
    return found


def read_day(row: CourseDay) -> Day:
    """The day of a row."""
    return Day(row.number, row.held_on, row.starts_at, row.ends_at, row.minutes, row.join_url)
