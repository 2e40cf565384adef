"""受験: the life of an attempt as a fold over its events, and which events may come next."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from lms.exam_engine.errors import NotAllowed, Refusal
from lms.exam_engine.events import (
    AttemptPaused,
    AttemptReopened,
    AttemptResumed,
    AttemptStarted,
    AttemptSubmitted,
    Event,
    EventKind,
    SectionHandedIn,
    SectionStarted,
    TimeAdded,
)
from lms.exam_engine.papers import Paper
from lms.exam_engine.windows import (
    NO_EXTRA,
    ExamWindow,
    ExtraTime,
    SectionClock,
    resolve_access,
    section_deadline,
)

__all__ = [
    "AttemptPaused",
    "AttemptReopened",
    "AttemptResumed",
    "AttemptStarted",
    "AttemptState",
    "AttemptStatus",
    "AttemptSubmitted",
    "Event",
    "EventKind",
    "NotAllowed",
    "Refusal",
    "SectionHandedIn",
    "SectionStarted",
    "TimeAdded",
    "fold",
    "next_events_for_expiry",
    "next_events_for_extension",
    "next_events_for_hand_in",
    "next_events_for_pause",
    "next_events_for_reopening",
    "next_events_for_resumption",
    "next_events_for_start",
    "section_clock",
]

NO_EXTRA_TIME = ExtraTime()


class AttemptStatus(StrEnum):
    """How far an attempt has come."""

    NOT_STARTED = "not_started"
    IN_SECTION = "in_section"
    SUBMITTED = "submitted"


@dataclass(frozen=True, slots=True)
class AttemptState:
    """What the events amount to; `current_section` is None before the start, after the submission,
    and between a hand-in and the start of the next section."""

    status: AttemptStatus = AttemptStatus.NOT_STARTED
    current_section: str | None = None
    section_started_at: datetime | None = None
    handed_in: tuple[str, ...] = ()
    submitted_at: datetime | None = None
    started_at: datetime | None = None
    last_event_at: datetime | None = None
    added: timedelta = NO_EXTRA
    """Given to the running section so far, pauses that are over among it."""
    carried: timedelta = NO_EXTRA
    """The part of `added` that moves the window's end for later sections: what the window itself was not widened by."""
    added_before: timedelta = NO_EXTRA
    """What earlier sections carried over."""
    granted: timedelta | None = None
    """The time of a reopened section."""
    paused_at: datetime | None = None
    """Since when the running section's clock stands still."""


def fold(events: Iterable[Event], *, sections: tuple[str, ...]) -> AttemptState:
    """The state after these events, for a paper with these sections in order.

    Raises NotAllowed for an order of events that no attempt can have.
    """
    state = AttemptState()
    for event in events:
        state = _apply(state, event, sections)
    return state


def next_events_for_start(state: AttemptState, paper: Paper, window: ExamWindow, *, now: datetime) -> tuple[Event, ...]:
    """The events of starting an attempt; raises NotAllowed when it has begun or the window is not open."""
    if state.status is not AttemptStatus.NOT_STARTED:
        raise NotAllowed(Refusal.ALREADY_STARTED)
    if not resolve_access(window, now=now).may_start:
        raise NotAllowed(Refusal.WINDOW_NOT_OPEN)
    return (AttemptStarted(section_id=paper.sections[0].id, at=now),)


def next_events_for_hand_in(
    state: AttemptState, paper: Paper, *, now: datetime, by_clock: bool, section_id: str | None = None
) -> tuple[Event, ...]:
    """The events of handing in the running section: the next one starts at once, the last one submits.

    `section_id` is the section the form was made for; naming it keeps a form sent twice from handing in
    the next section too. Raises NotAllowed when there is nothing to hand in.
    """
    running, _ = _running_section(state)
    if section_id is not None and section_id != running:
        _refuse_other_section(state, paper, section_id)
    if state.paused_at is not None:
        raise NotAllowed(Refusal.PAUSED)
    return _close_section(state, _section_ids(paper), running, at=now, by_clock=by_clock)


def next_events_for_extension(state: AttemptState, *, seconds: int, now: datetime, widened: int = 0) -> tuple[Event, ...]:
    """The event of giving the running section more time; raises NotAllowed when none runs, ValueError for no time.

    `widened` is by how many seconds the window closes later through the same act.
    """
    running, _ = _running_section(state)
    _expect_time(seconds)
    return (TimeAdded(section_id=running, seconds=seconds, at=now, widened=widened),)


def next_events_for_pause(state: AttemptState, *, now: datetime) -> tuple[Event, ...]:
    """The event of stopping the running section's clock; raises NotAllowed when none runs or it stands already."""
    _running_section(state)
    if state.paused_at is not None:
        raise NotAllowed(Refusal.PAUSED)
    return (AttemptPaused(at=now),)


def next_events_for_resumption(state: AttemptState, *, now: datetime) -> tuple[Event, ...]:
    """The event of letting the clock run again; raises NotAllowed when it was not stopped."""
    if state.paused_at is None:
        raise NotAllowed(Refusal.NOT_PAUSED)
    return (AttemptResumed(at=now),)


def next_events_for_reopening(
    state: AttemptState, paper: Paper, section_id: str, *, seconds: int, now: datetime
) -> tuple[Event, ...]:
    """The event of opening a submitted attempt again for one section; raises NotAllowed, or ValueError for no time."""
    if state.status is not AttemptStatus.SUBMITTED:
        raise NotAllowed(Refusal.NOT_SUBMITTED)
    if section_id not in _section_ids(paper):
        raise NotAllowed(Refusal.UNKNOWN_SECTION)
    _expect_time(seconds)
    return (AttemptReopened(section_id=section_id, seconds=seconds, at=now),)


def section_clock(state: AttemptState, paper: Paper, extra: ExtraTime) -> SectionClock | None:
    """The clock of the section that runs in this state; None while none does."""
    if state.current_section is None or state.section_started_at is None:
        return None
    limit = timedelta(seconds=paper.section(state.current_section).time_limit_seconds)
    return SectionClock(
        started_at=state.section_started_at,
        time_limit=limit,
        extra=extra.of(limit),
        added=state.added,
        added_before=state.added_before,
        granted=state.granted,
        paused_at=state.paused_at,
    )


def next_events_for_expiry(
    state: AttemptState, paper: Paper, window: ExamWindow, extra: ExtraTime = NO_EXTRA_TIME, *, now: datetime
) -> tuple[Event, ...]:
    """The events that time alone has brought about, however long nobody looked; empty when none.

    A section whose deadline plus grace has passed is handed in as of its deadline, the next starts at that
    moment, and so on until the submission. A pause keeps everything as it is. Applying the events and asking
    again gives none.
    """
    sections = _section_ids(paper)
    events: tuple[Event, ...] = ()
    while (clock := section_clock(state, paper, extra)) is not None and clock.paused_at is None:
        deadline = section_deadline(clock, window.closes_at)
        if now < deadline + window.grace:
            break
        # A section begun within the grace of a closing window has a deadline before its own start, and time that was
        # taken back into the past by a late look must not run before the last event.
        at = max(deadline, state.last_event_at or clock.started_at)
        closing = _close_section(state, sections, str(state.current_section), at=at, by_clock=True)
        events += closing
        for event in closing:
            state = _apply(state, event, sections)
    return events


def _section_ids(paper: Paper) -> tuple[str, ...]:
    return tuple(section.id for section in paper.sections)


def _running_section(state: AttemptState) -> tuple[str, datetime]:
    if state.status is AttemptStatus.SUBMITTED:
        raise NotAllowed(Refusal.ALREADY_SUBMITTED)
    if state.current_section is None or state.section_started_at is None:
        raise NotAllowed(Refusal.NOT_STARTED)
    return state.current_section, state.section_started_at


def _refuse_other_section(state: AttemptState, paper: Paper, section_id: str) -> None:
    if section_id in state.handed_in:
        raise NotAllowed(Refusal.SECTION_ALREADY_HANDED_IN)
    known = section_id in _section_ids(paper)
    raise NotAllowed(Refusal.WRONG_SECTION if known else Refusal.UNKNOWN_SECTION)


def _expect_time(seconds: int) -> None:
    if seconds <= 0:
        raise ValueError("time is given, never taken")


def _close_section(
    state: AttemptState, sections: tuple[str, ...], section_id: str, *, at: datetime, by_clock: bool
) -> tuple[Event, ...]:
    handed_in = SectionHandedIn(section_id=section_id, at=at, by_clock=by_clock)
    # After a reopening the other sections have been handed in before; only what was never handed in follows.
    following = [each for each in sections if each != section_id and each not in state.handed_in]
    if following:
        return (handed_in, SectionStarted(section_id=following[0], at=at))
    return (handed_in, AttemptSubmitted(at=at, by_clock=by_clock))


def _apply(state: AttemptState, event: Event, sections: tuple[str, ...]) -> AttemptState:
    if state.status is AttemptStatus.SUBMITTED and not isinstance(event, AttemptReopened):
        raise NotAllowed(Refusal.ALREADY_SUBMITTED)
    if state.last_event_at is not None and event.at < state.last_event_at:
        raise NotAllowed(Refusal.TIME_RUNS_BACKWARDS)
    return replace(_changed(state, event, sections), last_event_at=event.at)


def _changed(state: AttemptState, event: Event, sections: tuple[str, ...]) -> AttemptState:
    match event:
        case AttemptStarted():
            return _apply_start(state, event, sections)
        case SectionHandedIn():
            return _apply_hand_in(state, event)
        case SectionStarted():
            return _apply_section_start(state, event, sections)
        case AttemptSubmitted():
            return _apply_submission(state, event, sections)
        case _:
            return _apply_office(state, event, sections)


def _apply_office(
    state: AttemptState, event: TimeAdded | AttemptPaused | AttemptResumed | AttemptReopened, sections: tuple[str, ...]
) -> AttemptState:
    match event:
        case TimeAdded():
            return _apply_extension(state, event)
        case AttemptPaused():
            return _apply_pause(state, event)
        case AttemptResumed():
            return _apply_resumption(state, event)
        case AttemptReopened():
            return _apply_reopening(state, event, sections)


def _apply_extension(state: AttemptState, event: TimeAdded) -> AttemptState:
    running, _ = _running_section(state)
    if event.section_id != running:
        raise NotAllowed(Refusal.WRONG_SECTION)
    given = timedelta(seconds=event.seconds)
    carried = timedelta(seconds=max(event.seconds - event.widened, 0))
    return replace(state, added=state.added + given, carried=state.carried + carried)


def _apply_pause(state: AttemptState, event: AttemptPaused) -> AttemptState:
    _running_section(state)
    if state.paused_at is not None:
        raise NotAllowed(Refusal.PAUSED)
    return replace(state, paused_at=event.at)


def _apply_resumption(state: AttemptState, event: AttemptResumed) -> AttemptState:
    if state.paused_at is None:
        raise NotAllowed(Refusal.NOT_PAUSED)
    stood = event.at - state.paused_at
    return replace(state, paused_at=None, added=state.added + stood, carried=state.carried + stood)


def _apply_reopening(state: AttemptState, event: AttemptReopened, sections: tuple[str, ...]) -> AttemptState:
    if state.status is not AttemptStatus.SUBMITTED:
        raise NotAllowed(Refusal.NOT_SUBMITTED)
    if event.section_id not in sections:
        raise NotAllowed(Refusal.UNKNOWN_SECTION)
    return replace(
        state,
        status=AttemptStatus.IN_SECTION,
        current_section=event.section_id,
        section_started_at=event.at,
        handed_in=tuple(each for each in state.handed_in if each != event.section_id),
        submitted_at=None,
        granted=timedelta(seconds=event.seconds),
    )


def _apply_start(state: AttemptState, event: AttemptStarted, sections: tuple[str, ...]) -> AttemptState:
    if state.status is not AttemptStatus.NOT_STARTED:
        raise NotAllowed(Refusal.ALREADY_STARTED)
    _expect_section(event.section_id, sections, position=0)
    return replace(
        state,
        status=AttemptStatus.IN_SECTION,
        current_section=event.section_id,
        section_started_at=event.at,
        started_at=event.at,
    )


def _apply_hand_in(state: AttemptState, event: SectionHandedIn) -> AttemptState:
    if state.status is AttemptStatus.NOT_STARTED:
        raise NotAllowed(Refusal.NOT_STARTED)
    if event.section_id in state.handed_in:
        raise NotAllowed(Refusal.SECTION_ALREADY_HANDED_IN)
    if event.section_id != state.current_section:
        raise NotAllowed(Refusal.WRONG_SECTION)
    if state.paused_at is not None:
        raise NotAllowed(Refusal.PAUSED)
    return replace(
        state,
        current_section=None,
        section_started_at=None,
        handed_in=(*state.handed_in, event.section_id),
        added=NO_EXTRA,
        carried=NO_EXTRA,
        added_before=state.added_before + state.carried,
        granted=None,
    )


def _apply_section_start(state: AttemptState, event: SectionStarted, sections: tuple[str, ...]) -> AttemptState:
    _expect_between_sections(state)
    _expect_section(event.section_id, sections, position=len(state.handed_in))
    return replace(state, current_section=event.section_id, section_started_at=event.at)


def _apply_submission(state: AttemptState, event: AttemptSubmitted, sections: tuple[str, ...]) -> AttemptState:
    _expect_between_sections(state)
    if set(state.handed_in) != set(sections):
        raise NotAllowed(Refusal.SECTIONS_REMAIN)
    return replace(state, status=AttemptStatus.SUBMITTED, submitted_at=event.at)


def _expect_between_sections(state: AttemptState) -> None:
    if state.status is AttemptStatus.NOT_STARTED:
        raise NotAllowed(Refusal.NOT_STARTED)
    if state.current_section is not None:
        raise NotAllowed(Refusal.SECTION_STILL_OPEN)


def _expect_section(section_id: str, sections: tuple[str, ...], *, position: int) -> None:
    if section_id not in sections:
        raise NotAllowed(Refusal.UNKNOWN_SECTION)
    if sections.index(section_id) != position:
        raise NotAllowed(Refusal.WRONG_SECTION)
