"""Stays in the meeting as the office reads them: the report before it is imported, and what it adds up to per person."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from certificates.names import fold_name
from lms import clock
from lms.cohorts.models import CourseBreak, PresenceImport, PresenceSpan
from lms.cohorts.queries.seats import AttendanceEntry, Day, Seat, attendance_entries, get_cohort, list_participants
from lms.cohorts.rules.presence import Block, Presence, Span, unite, weigh_presence, whole_minutes, within
from lms.cohorts.rules.roster import Problem, RosterProblem, UnreadableRoster
from lms.cohorts.rules.roster_files import read_lines
from lms.cohorts.rules.zoom_report import (
    MAX_JOINS,
    Attendee,
    Join,
    MatchReason,
    ProposedMatch,
    ReportFault,
    ReportProblem,
    ZoomIdentity,
    propose_match,
    read_report,
)
from lms.cohorts.source import course_facts
from lms.db.session import db


@dataclass(frozen=True, slots=True)
class Strand:
    """Stays that are matched together: all of one identity, or a single one where a name may stand for several people."""

    who: ZoomIdentity
    stays: tuple[Span, ...]
    minutes: int
    """Within the day's hours, breaks included."""
    proposed: ProposedMatch


@dataclass(frozen=True, slots=True)
class ReportPreview:
    """What importing a report would bring; nothing happens while there is any problem."""

    strands: tuple[Strand, ...]
    faults: tuple[ReportFault, ...]
    unreadable: Problem | None
    known: int
    """Stays that were imported before and stay as they are."""
    waited: int


@dataclass(frozen=True, slots=True)
class Stay:
    """One imported stay of a participant, or of somebody else."""

    id: int
    who: ZoomIdentity
    span: Span
    participant_id: int | None


def entry_differs(entry: AttendanceEntry | None, stays: Sequence[Stay] | Sequence[Span], presence: Presence) -> bool:
    """Whether the minutes that count were entered by hand and are not those of the stays."""
    return bool(stays) and entry is not None and entry.minutes != presence.minutes


@dataclass(frozen=True, slots=True)
class PresenceLine:
    """One participant on one day: stays, what they add up to, and the entry that counts."""

    seat: Seat
    stays: tuple[Stay, ...]
    presence: Presence
    entry: AttendanceEntry | None

    @property
    def differs(self) -> bool:
        """The minutes that count are not those of the stays."""
        return entry_differs(self.entry, self.stays, self.presence)


@dataclass(frozen=True, slots=True)
class ImportLine:
    """One import of a report."""

    imported_at: datetime
    added: int
    known: int


@dataclass(frozen=True, slots=True)
class PresenceOfDay:
    """A course day with everybody's presence."""

    day: Day
    blocks: tuple[Block, ...]
    breaks: tuple[Span, ...]
    lines: tuple[PresenceLine, ...]
    withdrawn: tuple[PresenceLine, ...]
    """Who has stays and withdrew: shown, so that stays matched by mistake can be moved."""
    others: tuple[Stay, ...]
    """Stays of people who are not participants."""
    imports: tuple[ImportLine, ...]


def preview_report(cohort_id: int, day: Day, data: bytes) -> ReportPreview:
    """Read a report of a course day and propose whose stays are whose. Raises NoSuchCohort."""
    get_cohort(cohort_id)
    try:
        lines = read_lines(data, most=MAX_JOINS)
    except UnreadableRoster as unreadable:
        if unreadable.problem.kind is RosterProblem.TOO_MANY_ROWS:
            return ReportPreview((), (ReportFault(ReportProblem.TOO_MANY, detail=str(MAX_JOINS)),), None, 0, 0)
        return ReportPreview((), (), unreadable.problem, 0, 0)
    report = read_report(lines, day=hours_of(day), zone=clock.JST)
    if report.faults:
        return ReportPreview((), report.faults, None, 0, report.waited)
    known = {(stay.who, stay.span) for stay in list_stays(cohort_id, day.number)}
    fresh = [join for join in report.joins if (join.who, join.span) not in known]
    strands = _strands(cohort_id, fresh, hours_of(day))
    return ReportPreview(strands, (), None, len(report.joins) - len(fresh), report.waited)


def presence_of_day(cohort_id: int, day: Day) -> PresenceOfDay:
    """Everybody's presence on a day; the number of SELECTs does not grow with the people."""
    seats, stays = list_participants(cohort_id, with_withdrawn=True), list_stays(cohort_id, day.number)
    entries = attendance_entries([seat.participant_id for seat in seats])
    breaks, blocks = list_breaks(cohort_id, day.number), blocks_of(day)
    imports = select(PresenceImport).where(PresenceImport.cohort_id == cohort_id, PresenceImport.day_number == day.number)
    lines = [
        _line(seat, [stay for stay in stays if stay.participant_id == seat.participant_id], day, breaks, blocks, entries)
        for seat in seats
    ]
    return PresenceOfDay(
        day=day,
        blocks=blocks,
        breaks=breaks,
        lines=tuple(line for line in lines if line.seat.withdrawn_at is None),
        withdrawn=tuple(line for line in lines if line.seat.withdrawn_at is not None and line.stays),
        others=tuple(stay for stay in stays if stay.participant_id is None),
        imports=tuple(
            ImportLine(row.imported_at, row.added, row.known)
            for row in db.session.scalars(imports.order_by(PresenceImport.id.desc()))
        ),
    )


def list_stays(cohort_id: int, day_number: int) -> list[Stay]:
    """Every imported stay of a day, the earliest first."""
    rows = db.session.scalars(
        select(PresenceSpan)
        .where(PresenceSpan.cohort_id == cohort_id, PresenceSpan.day_number == day_number)
        .order_by(PresenceSpan.joined_at, PresenceSpan.id)
    )
    return [
        Stay(row.id, ZoomIdentity(row.zoom_name, row.zoom_email), Span(row.joined_at, row.left_at), row.participant_id)
        for row in rows
    ]


def list_breaks(cohort_id: int, day_number: int) -> tuple[Span, ...]:
    """The breaks of a day in order."""
    rows = db.session.scalars(
        select(CourseBreak)
        .where(CourseBreak.cohort_id == cohort_id, CourseBreak.day_number == day_number)
        .order_by(CourseBreak.starts_at)
    )
    return tuple(Span(row.starts_at, row.ends_at) for row in rows)


def hours_of(day: Day) -> Span:
    """From the beginning to the end of a course day."""
    return Span(day.starts_at, day.ends_at)


def blocks_of(day: Day) -> tuple[Block, ...]:
    """The timetable of a course day by content/course.yaml, moved along when the day begins at another time."""
    lines = [line for line in course_facts().timetable if line.day == day.number]
    blocks, start = [], day.starts_at
    for line in lines:
        end = start + timedelta(minutes=line.minutes)
        blocks.append(Block(line.title, Span(start, end), tuple(line.lessons)))
        start = end
    return tuple(blocks)


def weigh(stays: Iterable[Span], day: Day, breaks: Sequence[Span]) -> Presence:
    """What somebody's stays add up to on a course day."""
    return weigh_presence(stays, hours_of(day), breaks, blocks_of(day))


def _line(
    seat: Seat,
    stays: Sequence[Stay],
    day: Day,
    breaks: Sequence[Span],
    blocks: Sequence[Block],
    entries: dict[tuple[int, int], AttendanceEntry],
) -> PresenceLine:
    presence = weigh_presence([stay.span for stay in stays], hours_of(day), breaks, blocks)
    return PresenceLine(seat, tuple(stays), presence, entries.get((seat.participant_id, day.number)))


def _strands(cohort_id: int, joins: Sequence[Join], day: Span) -> tuple[Strand, ...]:
    seats = list_participants(cohort_id)
    attendees = [Attendee(seat.participant_id, seat.name, seat.email) for seat in seats]
    remembered = _remembered(cohort_id)
    spans: dict[ZoomIdentity, list[Span]] = {}
    for join in joins:
        spans.setdefault(join.who, []).append(join.span)
    strands = []
    for who, stays in sorted(spans.items()):
        proposed = remembered.get(who) or propose_match(who, attendees, fold_name)
        # One name without an address may stand for two people: then every stay is matched alone.
        is_doubtful = proposed.reason is MatchReason.SAME_NAME and not who.email
        for part in [[stay] for stay in sorted(stays)] if is_doubtful else [sorted(stays)]:
            strands.append(Strand(who, tuple(part), whole_minutes(within(unite(part), day)), proposed))
    return tuple(strands)


def _remembered(cohort_id: int) -> dict[ZoomIdentity, ProposedMatch]:
    """Identities with an address that stood for one and the same person on every earlier import of the cohort."""
    rows = db.session.execute(
        select(PresenceSpan.zoom_name, PresenceSpan.zoom_email, PresenceSpan.participant_id)
        .where(PresenceSpan.cohort_id == cohort_id, PresenceSpan.zoom_email != "")
        .distinct()
    )
    people: dict[ZoomIdentity, set[int | None]] = {}
    for name, email, participant_id in rows:
        people.setdefault(ZoomIdentity(name, email), set()).add(participant_id)
    return {who: ProposedMatch(next(iter(found)), MatchReason.REMEMBERED) for who, found in people.items() if len(found) == 1}
