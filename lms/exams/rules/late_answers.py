"""遅延受信: which answers that arrived after their section was closed wait for the office, and what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from lms.exam_engine.attempts import Event, NotAllowed, SectionHandedIn, fold, section_clock
from lms.exam_engine.papers import Paper
from lms.exam_engine.windows import ExamWindow, ExtraTime, section_deadline


class LateState(StrEnum):
    """How far the office has come with a late answer, or why there is nothing to decide about it."""

    OPEN = "open"
    """Nobody has proposed anything, or the proposal was not approved."""
    PROPOSED = "proposed"
    ADMITTED = "admitted"
    REFUSED = "refused"
    TYPED_AFTER = "typed_after"
    """Typed after the section's time: kept and shown, never admitted."""
    TOO_OLD = "too_old"
    """Typed in time, but received longer after the hand-in than answers are waited for."""
    FINALIZED = "finalized"
    """Nobody had decided about it when the results were finalized, or it arrived after that."""


UNDECIDED = frozenset({LateState.OPEN, LateState.PROPOSED})
"""What keeps the results from being finalized."""


@dataclass(frozen=True, slots=True)
class Closing:
    """When a section was closed, and until when its text could be typed: its deadline with the window's grace."""

    section_id: str
    closed_at: datetime
    typed_until: datetime


def list_closings(events: Sequence[Event], paper: Paper, window: ExamWindow, extra: ExtraTime) -> tuple[Closing, ...]:
    """Every closing of a section in the order of the events; one that was opened again has several.

    Empty for an order of events that no attempt can have: then nothing is known about the time of anything.
    """
    try:
        found = [_closing(events[:place], event, paper, window, extra) for place, event in _hand_ins(events)]
    except NotAllowed:
        return ()
    return tuple(closing for closing in found if closing is not None)


def judge_late(
    *, typed_at: datetime | None, received_at: datetime, closings: Sequence[Closing], wait: timedelta, is_finalized: bool
) -> LateState:
    """What a late answer to one section is, as long as nobody has proposed anything about it.

    `closings` are those of its section; the last one before the arrival counts. `typed_at` is by the page's idea of the
    server's clock; without it, the text counts as typed when it arrived. Without a closing, people have to look.
    """
    if is_finalized:
        return LateState.FINALIZED
    before = [closing for closing in closings if closing.closed_at <= received_at] or list(closings[:1])
    if not before:
        return LateState.OPEN
    if min(typed_at or received_at, received_at) >= before[-1].typed_until:
        return LateState.TYPED_AFTER
    return LateState.TOO_OLD if received_at - before[-1].closed_at > wait else LateState.OPEN


def _hand_ins(events: Sequence[Event]) -> list[tuple[int, SectionHandedIn]]:
    return [(place, event) for place, event in enumerate(events) if isinstance(event, SectionHandedIn)]


def _closing(
    before: Sequence[Event], event: SectionHandedIn, paper: Paper, window: ExamWindow, extra: ExtraTime
) -> Closing | None:
    state = fold(before, sections=tuple(section.id for section in paper.sections))
    clock = section_clock(state, paper, extra)
    if clock is None:
        return None
    return Closing(event.section_id, event.at, section_deadline(clock, window.closes_at) + window.grace)
