"""Importing stays in the meeting, moving them to whom they belong, entering breaks; each enters the minutes that follow."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import delete, select

from lms import clock
from lms.audit.services import record
from lms.cohorts.models import Cohort, CourseBreak, CourseDay, PresenceImport, PresenceSpan, PresenceSum
from lms.cohorts.queries import CohortCard, Day, NoSuchCohort, attendance_entries, get_cohort, list_participants
from lms.cohorts.queries.presence import hours_of, list_breaks, list_stays, weigh
from lms.cohorts.rules.decisions import CohortProblem, CohortRefused
from lms.cohorts.rules.presence import Span, counted_minutes, unite, within
from lms.cohorts.rules.zoom_report import ZoomIdentity
from lms.cohorts.services.attending import enter_attendance
from lms.db.session import command, db

MAX_BREAKS = 12
FROM_STAYS = "Zoomの参加記録から計算"
FROM_BREAKS = "休憩時間の変更により、Zoomの参加記録から計算し直し"
FROM_HOURS = "研修時間の変更により、Zoomの参加記録から計算し直し"
FROM_MOVES = "参加記録の対応を直したため、計算し直し"


@dataclass(frozen=True, slots=True)
class MatchedStay:
    """A stay of the report and whose it is; None: not a participant."""

    who: ZoomIdentity
    span: Span
    participant_id: int | None


@dataclass(frozen=True, slots=True)
class PresenceOutcome:
    """What came of it: stays added and known before, minutes entered, people whose minutes a hand has corrected."""

    added: int
    known: int
    entered: int
    kept: tuple[int, ...]


@command
def import_presence(cohort_id: int, day_number: int, stays: Sequence[MatchedStay], *, by: int, now: datetime) -> PresenceOutcome:
    """Keep the stays of a report and enter the minutes they add up to; stays known already change nothing.

    Minutes that were corrected by hand stay, and are named. Raises NoSuchCohort; CohortRefused when the cohort has no such
    day, the day is still to come, or a stay is put to somebody who is no participant of the cohort.
    """
    cohort, day = _locked(cohort_id, day_number)
    _refuse_early(day, now)
    _refuse_strangers(cohort_id, [stay.participant_id for stay in stays])
    known = {(stay.who, stay.span) for stay in list_stays(cohort_id, day_number)}
    fresh = [stay for stay in stays if (stay.who, stay.span) not in known]
    made = PresenceImport(
        cohort_id=cohort_id,
        day_number=day_number,
        added=len(fresh),
        known=len(stays) - len(fresh),
        imported_by_id=by,
        imported_at=now,
    )
    db.session.add(made)
    db.session.flush()
    db.session.add_all(_span(made, stay) for stay in fresh)
    db.session.flush()
    concerned = {stay.participant_id for stay in fresh if stay.participant_id is not None}
    entered, kept = _enter_minutes(cohort, day, concerned, FROM_STAYS, by=by, now=now)
    detail = {"day": day_number, "added": made.added, "known": made.known, "entered": entered, "kept": list(kept)}
    record("cohort:import_presence", subject=("cohort", cohort_id), by=by, now=now, detail=detail)
    return PresenceOutcome(made.added, made.known, entered, kept)


@command
def move_stays(
    cohort_id: int, day_number: int, stay_ids: Collection[int], participant_id: int | None, *, by: int, now: datetime
) -> PresenceOutcome:
    """Put stays to somebody else (None: not a participant) and enter the minutes of everybody concerned anew.

    Raises as `import_presence` does; CohortRefused when nothing changes.
    """
    cohort, day = _locked(cohort_id, day_number)
    _refuse_strangers(cohort_id, [participant_id])
    rows = db.session.scalars(
        select(PresenceSpan).where(
            PresenceSpan.cohort_id == cohort_id, PresenceSpan.day_number == day_number, PresenceSpan.id.in_(stay_ids)
        )
    ).all()
    moved = [row for row in rows if row.participant_id != participant_id]
    if not moved:
        raise CohortRefused(CohortProblem.NOTHING_CHANGED)
    concerned = {row.participant_id for row in moved} | {participant_id}
    before = sorted({row.participant_id or 0 for row in moved})
    for row in moved:
        row.participant_id = participant_id
    db.session.flush()
    people = {person for person in concerned if person is not None}
    entered, kept = _enter_minutes(cohort, day, people, FROM_MOVES, by=by, now=now)
    detail = {"day": day_number, "stays": len(moved), "before": before, "after": participant_id or 0, "kept": list(kept)}
    record("cohort:move_presence", subject=("cohort", cohort_id), by=by, now=now, detail=detail)
    return PresenceOutcome(len(moved), 0, entered, kept)


@command
def change_breaks(
    cohort_id: int, day_number: int, breaks: Sequence[tuple[time, time]], *, by: int, now: datetime
) -> PresenceOutcome:
    """Enter the breaks of a day, Japanese clock times; the minutes that count become those of the day less the breaks.

    Raises NoSuchCohort; CohortRefused when a break lies outside the day, ends before it begins, or breaks overlap.
    """
    _cohort, day = _locked(cohort_id, day_number)
    spans = _break_spans(day, breaks)
    db.session.execute(delete(CourseBreak).where(CourseBreak.cohort_id == cohort_id, CourseBreak.day_number == day_number))
    for span in spans:
        db.session.add(CourseBreak(cohort_id=cohort_id, day_number=day_number, starts_at=span.start, ends_at=span.end))
    row = db.session.scalars(select(CourseDay).where(CourseDay.cohort_id == cohort_id, CourseDay.number == day_number)).one()
    before, row.minutes = row.minutes, counted_minutes(hours_of(day), spans)
    db.session.flush()
    entered, kept = enter_anew(cohort_id, day_number, FROM_BREAKS, by=by, now=now)
    detail = {"day": day_number, "breaks": len(spans), "before": before, "after": row.minutes, "kept": list(kept)}
    record("cohort:change_breaks", subject=("cohort", cohort_id), by=by, now=now, detail=detail)
    return PresenceOutcome(0, 0, entered, kept)


def enter_anew(cohort_id: int, day_number: int, reason: str, *, by: int, now: datetime) -> tuple[int, tuple[int, ...]]:
    """Within an act that changed what counts on a day: enter the minutes of everybody who has stays there.

    How many were entered, and whose were corrected by hand and stay. Raises CohortRefused when there are stays and the day
    is still to come.
    """
    people = {stay.participant_id for stay in list_stays(cohort_id, day_number) if stay.participant_id is not None}
    if not people:
        return 0, ()
    cohort = get_cohort(cohort_id)
    day = _day(cohort, day_number)
    if clock.to_jst(now).date() < day.held_on:
        raise CohortRefused(CohortProblem.HELD_ALREADY)
    return _enter_minutes(cohort, day, people, reason, by=by, now=now)


def _locked(cohort_id: int, day_number: int) -> tuple[CohortCard, Day]:
    """The cohort and its day; two imports at once come one after the other."""
    if db.session.get(Cohort, cohort_id, with_for_update=True) is None:
        raise NoSuchCohort
    cohort = get_cohort(cohort_id)
    return cohort, _day(cohort, day_number)


def _day(cohort: CohortCard, day_number: int) -> Day:
    for day in cohort.days:
        if day.number == day_number:
            return day
    raise CohortRefused(CohortProblem.NO_SUCH_DAY)


def _refuse_early(day: Day, now: datetime) -> None:
    if clock.to_jst(now).date() < day.held_on:
        raise CohortRefused(CohortProblem.BEFORE_THE_DAY)


def _refuse_strangers(cohort_id: int, participant_ids: Sequence[int | None]) -> None:
    own = {seat.participant_id for seat in list_participants(cohort_id)}
    if any(person is not None and person not in own for person in participant_ids):
        raise CohortRefused(CohortProblem.NOT_IN_THE_COHORT)


def _span(made: PresenceImport, stay: MatchedStay) -> PresenceSpan:
    return PresenceSpan(
        import_id=made.id,
        cohort_id=made.cohort_id,
        day_number=made.day_number,
        zoom_name=stay.who.name,
        zoom_email=stay.who.email,
        joined_at=stay.span.start,
        left_at=stay.span.end,
        participant_id=stay.participant_id,
    )


def _break_spans(day: Day, breaks: Sequence[tuple[time, time]]) -> list[Span]:
    spans = sorted(
        Span(datetime.combine(day.held_on, start, clock.JST), datetime.combine(day.held_on, end, clock.JST))
        for start, end in breaks
    )
    total = sum((span.length for span in spans), timedelta(0))
    is_sound = (
        len(spans) <= MAX_BREAKS
        and all(span.length for span in spans)
        and within(spans, hours_of(day)) == tuple(spans)
        and sum((span.length for span in unite(spans)), timedelta(0)) == total
        and counted_minutes(hours_of(day), spans) > 0
    )
    if not is_sound:
        raise CohortRefused(CohortProblem.BREAKS_NOT_SOUND)
    return spans


def _enter_minutes(
    cohort: CohortCard, day: Day, people: Collection[int], reason: str, *, by: int, now: datetime
) -> tuple[int, tuple[int, ...]]:
    """Enter the minutes of these people where they differ; how many, and whose were corrected by hand and stay."""
    breaks = list_breaks(cohort.id, day.number)
    stays = list_stays(cohort.id, day.number)
    entries = attendance_entries(people)
    sums = {
        row.participant_id: row
        for row in db.session.scalars(
            select(PresenceSum).where(PresenceSum.participant_id.in_(people), PresenceSum.day_number == day.number)
        )
    }
    entered, kept = 0, []
    for person in sorted(people):
        minutes = weigh([stay.span for stay in stays if stay.participant_id == person], day, breaks).minutes
        entry, last = entries.get((person, day.number)), sums.get(person)
        if entry is not None and (last is None or last.minutes != entry.minutes) and entry.minutes != minutes:
            kept.append(person)
            continue
        if entry is None or entry.minutes != minutes:
            enter_attendance(person, day.number, minutes, reason if entry else "", by=by, now=now)
            entered += 1
        _note_sum(last, person, day.number, minutes, now)
    return entered, tuple(kept)


def _note_sum(last: PresenceSum | None, person: int, day_number: int, minutes: int, now: datetime) -> None:
    if last is None:
        db.session.add(PresenceSum(participant_id=person, day_number=day_number, minutes=minutes, entered_at=now))
    else:
        last.minutes, last.entered_at = minutes, now
