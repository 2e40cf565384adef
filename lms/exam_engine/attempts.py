"""受験: the life of an attempt as a fold over its events, and which events may come next."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from lms.exam_engine.errors import NotAllowed, Refusal
from lms.exam_engine.papers import Paper
from lms.exam_engine.windows import NO_EXTRA, ExamWindow, resolve_access, section_deadline

__all__ = [
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
    "fold",
    "next_events_for_expiry",
    "next_events_for_hand_in",
    "next_events_for_start",
]


class EventKind(StrEnum):
    """The names under which events are stored."""

    ATTEMPT_STARTED = "attempt_started"
    SECTION_HANDED_IN = "section_handed_in"
    SECTION_STARTED = "section_started"
    ATTEMPT_SUBMITTED = "attempt_submitted"


@dataclass(frozen=True, slots=True)
class AttemptStarted:
    """She began; the named section's clock runs from here."""

    section_id: str
    at: datetime

    @property
    def kind(self) -> EventKind:
        """The name under which this is stored."""
        return EventKind.ATTEMPT_STARTED


@dataclass(frozen=True, slots=True)
class SectionHandedIn:
    """A section was locked, by her or by the clock."""

    section_id: str
    at: datetime
    by_clock: bool

    @property
    def kind(self) -> EventKind:
        """The name under which this is stored."""
        return EventKind.SECTION_HANDED_IN


@dataclass(frozen=True, slots=True)
class SectionStarted:
    """The next section's clock began to run."""

    section_id: str
    at: datetime

    @property
    def kind(self) -> EventKind:
        """The name under which this is stored."""
        return EventKind.SECTION_STARTED


@dataclass(frozen=True, slots=True)
class AttemptSubmitted:
    """提出: the whole attempt was submitted, by her or by the clock."""

    at: datetime
    by_clock: bool

    @property
    def kind(self) -> EventKind:
        """The name under which this is stored."""
        return EventKind.ATTEMPT_SUBMITTED


Event = AttemptStarted | SectionHandedIn | SectionStarted | AttemptSubmitted


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
    return _close_section(_section_ids(paper), running, at=now, by_clock=by_clock)


def next_events_for_expiry(
    state: AttemptState, paper: Paper, window: ExamWindow, extra: timedelta = NO_EXTRA, *, now: datetime
) -> tuple[Event, ...]:
    """The events that time alone has brought about, however long nobody looked; empty when none.

    A section whose deadline plus grace has passed is handed in as of its deadline, the next starts at that
    moment, and so on until the submission. `extra` applies to each section. Applying the events and asking
    again gives none.
    """
    sections = _section_ids(paper)
    events: tuple[Event, ...] = ()
    while state.current_section is not None and state.section_started_at is not None:
        limit = timedelta(seconds=paper.section(state.current_section).time_limit_seconds)
        deadline = section_deadline(state.section_started_at, limit, extra, window.closes_at)
        if now < deadline + window.grace:
            break
        # A section begun within the grace of a closing window has a deadline before its own start.
        at = max(deadline, state.section_started_at)
        closing = _close_section(sections, state.current_section, at=at, by_clock=True)
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


def _close_section(sections: tuple[str, ...], section_id: str, *, at: datetime, by_clock: bool) -> tuple[Event, ...]:
    handed_in = SectionHandedIn(section_id=section_id, at=at, by_clock=by_clock)
    following = sections[sections.index(section_id) + 1 :]
    if following:
        return (handed_in, SectionStarted(section_id=following[0], at=at))
    return (handed_in, AttemptSubmitted(at=at, by_clock=by_clock))


def _apply(state: AttemptState, event: Event, sections: tuple[str, ...]) -> AttemptState:
    if state.status is AttemptStatus.SUBMITTED:
        raise NotAllowed(Refusal.ALREADY_SUBMITTED)
    if state.last_event_at is not None and event.at < state.last_event_at:
        raise NotAllowed(Refusal.TIME_RUNS_BACKWARDS)
    match event:
        case AttemptStarted():
            changed = _apply_start(state, event, sections)
        case SectionHandedIn():
            changed = _apply_hand_in(state, event)
        case SectionStarted():
            changed = _apply_section_start(state, event, sections)
        case AttemptSubmitted():
            changed = _apply_submission(state, event, sections)
    return replace(changed, last_event_at=event.at)


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
    handed_in = (*state.handed_in, event.section_id)
    return replace(state, current_section=None, section_started_at=None, handed_in=handed_in)


def _apply_section_start(state: AttemptState, event: SectionStarted, sections: tuple[str, ...]) -> AttemptState:
    _expect_between_sections(state)
    _expect_section(event.section_id, sections, position=len(state.handed_in))
    return replace(state, current_section=event.section_id, section_started_at=event.at)


def _apply_submission(state: AttemptState, event: AttemptSubmitted, sections: tuple[str, ...]) -> AttemptState:
    _expect_between_sections(state)
    if state.handed_in != sections:
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
