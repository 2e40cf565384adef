"""The office's acts on running clocks: more time, a pause, the clock running again; for everybody in a window or for one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lms.audit.services import record
from lms.db.session import command, db
from lms.exam_engine.attempts import (
    Event,
    NotAllowed,
    next_events_for_extension,
    next_events_for_pause,
    next_events_for_resumption,
    section_clock,
)
from lms.exams.models import ExamIncident
from lms.exams.queries.incidents import expect_gain, find_incident
from lms.exams.queries.sittings import Sitting
from lms.exams.queries.windows import get_window
from lms.exams.rules.incidents import (
    LONGEST_EXTENSION,
    IncidentKind,
    IncidentRefusal,
    IncidentRefused,
    refuse_time,
    time_to_add,
)
from lms.exams.services.ledger import append_events, lock_sittings, lock_window
from lms.exams.services.windows import change_window

REASON_LIMIT = 1000
TAGS = {
    IncidentKind.TIME_ADDED: "exam_window:add_time",
    IncidentKind.PAUSED: "exam_window:pause",
    IncidentKind.RESUMED: "exam_window:resume",
}

NextEvents = Callable[[Sitting, datetime], Sequence[Event]]
"""A running attempt and the moment → what is appended to it; raises NotAllowed where the act does not concern it."""


@dataclass(frozen=True, slots=True)
class Incident:
    """What an act came to; `is_repeat` when the same form had been sent before and nothing happened now."""

    people: int
    widened: timedelta
    is_repeat: bool


@dataclass(frozen=True, slots=True)
class _Act:
    """Who does what to whom, and why."""

    kind: IncidentKind
    window_id: int
    attempt_id: int | None
    reason: str
    form_key: str
    by: int
    now: datetime
    seconds: int | None = None


@command
def add_time(
    window_id: int, minutes: int, reason: str, *, form_key: str, attempt_id: int | None = None, by: int, now: datetime
) -> Incident:
    """Let every running section of the window, or that of one attempt, end so many minutes later.

    For everybody, the window closes later too when it would cut those who have not started. Two people's acts both
    count; one form sent twice is one act. Raises IncidentRefused, like its siblings also for an act on one's own attempt
    alone; an act for everybody reaches one's own attempt too, because it concerns everybody alike.
    """
    given = timedelta(minutes=minutes)
    _refuse(refuse_time(given, LONGEST_EXTENSION))
    seconds = int(given.total_seconds())
    act = _Act(IncidentKind.TIME_ADDED, window_id, attempt_id, reason.strip(), form_key, by, now, seconds)
    if (before := _begin(act)) is not None:
        return before
    window = get_window(window_id)
    gain = timedelta(0) if attempt_id is not None else expect_gain(window, given, now=now)
    people = _append_to_all(act, lambda sitting, at: _extension(sitting, given=given, gain=gain, at=at))
    if gain:
        change_window(window_id, window.opens_at, window.closes_at + gain, by=by, now=now, reason=act.reason)
    return _write_down(act, people, gain)


@command
def pause_attempts(
    window_id: int, reason: str, *, form_key: str, attempt_id: int | None = None, by: int, now: datetime
) -> Incident:
    """Stop the clock of every running section of the window, or of one attempt; nothing runs out until it is resumed.

    Those who are paused already stay so. Raises IncidentRefused.
    """
    act = _Act(IncidentKind.PAUSED, window_id, attempt_id, reason.strip(), form_key, by, now)
    if (before := _begin(act)) is not None:
        return before
    people = _append_to_all(act, lambda sitting, at: next_events_for_pause(sitting.stored_state, now=at))
    return _write_down(act, people)


@command
def resume_attempts(
    window_id: int, reason: str, *, form_key: str, attempt_id: int | None = None, by: int, now: datetime
) -> Incident:
    """Let the paused clocks of the window, or that of one attempt, run again; each gets back the time it stood.

    Raises IncidentRefused.
    """
    act = _Act(IncidentKind.RESUMED, window_id, attempt_id, reason.strip(), form_key, by, now)
    if (before := _begin(act)) is not None:
        return before
    people = _append_to_all(act, lambda sitting, at: next_events_for_resumption(sitting.stored_state, now=at))
    return _write_down(act, people)


def _begin(act: _Act) -> Incident | None:
    """Hold the window; what the same form did before, if it was sent already."""
    if not act.reason:
        raise IncidentRefused(IncidentRefusal.REASON_MISSING)
    lock_window(act.window_id)
    before = find_incident(act.form_key)
    return None if before is None else Incident(before.people, before.widened, is_repeat=True)


def _append_to_all(act: _Act, next_events: NextEvents) -> int:
    concerned = [
        sitting
        for sitting in lock_sittings(act.window_id, now=act.now)
        if (act.attempt_id is None or sitting.attempt_id == act.attempt_id) and _append(act, sitting, next_events)
    ]
    if not concerned:
        raise IncidentRefused(IncidentRefusal.NOBODY_CONCERNED)
    return len(concerned)


def _append(act: _Act, sitting: Sitting, next_events: NextEvents) -> bool:
    """Whether the act concerned this attempt."""
    if act.attempt_id is not None and sitting.user_id == act.by:
        raise IncidentRefused(IncidentRefusal.OWN_ATTEMPT)
    # The server's clock may have been set back since the last event; an attempt's time never runs backwards.
    at = max(act.now, sitting.stored_state.last_event_at or act.now)
    try:
        events = next_events(sitting, at)
    except NotAllowed:
        return False
    append_events(sitting, events, by=act.by, now=act.now, reason=act.reason)
    if not events:
        _record_gain(act, sitting)
    return True


def _record_gain(act: _Act, sitting: Sitting) -> None:
    """The later closing alone gave this attempt its time: no event, but a line like everybody's."""
    detail = {"section": sitting.stored_state.current_section, "seconds": act.seconds, "by_window": True}
    subject = ("attempt", sitting.attempt_id)
    record("attempt:time_added", subject=subject, by=act.by, now=act.now, reason=act.reason, detail=detail)


def _extension(sitting: Sitting, *, given: timedelta, gain: timedelta, at: datetime) -> Sequence[Event]:
    state = sitting.stored_state
    clock = section_clock(state, sitting.paper, sitting.extra)
    added = given if clock is None else time_to_add(clock, closes_at=sitting.window.closes_at, gain=gain, given=given)
    # Asked for the whole time first, so that an attempt without a running section is refused and not passed over.
    next_events_for_extension(state, seconds=int(given.total_seconds()), now=at)
    if added < timedelta(seconds=1):
        return ()
    return next_events_for_extension(state, seconds=int(added.total_seconds()), now=at, widened=int(gain.total_seconds()))


def _write_down(act: _Act, people: int, gain: timedelta = timedelta(0)) -> Incident:
    widened = int(gain.total_seconds())
    db.session.add(
        ExamIncident(
            window_id=act.window_id,
            attempt_id=act.attempt_id,
            kind=act.kind,
            seconds=act.seconds,
            widened_seconds=widened,
            people=people,
            reason=act.reason[:REASON_LIMIT],
            form_key=act.form_key,
            done_by_id=act.by,
            done_at=act.now,
        )
    )
    if act.attempt_id is None:
        detail = {"people": people} | ({} if act.seconds is None else {"seconds": act.seconds, "widened_seconds": widened})
        subject = ("exam_window", act.window_id)
        record(TAGS[act.kind], subject=subject, by=act.by, now=act.now, reason=act.reason, detail=detail)
    return Incident(people, gain, is_repeat=False)


def _refuse(reason: IncidentRefusal | None) -> None:
    if reason is not None:
        raise IncidentRefused(reason)
