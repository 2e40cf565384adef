"""受験期間 and time limits: may she start, may she answer, and until when. All intervals are half-open."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

NO_EXTRA = timedelta(0)


class Phase(StrEnum):
    """Where a moment stands relative to a window."""

    BEFORE = "before"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class ExamWindow:
    """受験期間 from `opens_at` up to but not including `closes_at`, both aware.

    `grace` is added to every deadline on receipt only, for what was typed in time and travelled slowly.
    """

    opens_at: datetime
    closes_at: datetime
    grace: timedelta

    def __post_init__(self) -> None:
        if self.opens_at.tzinfo is None or self.closes_at.tzinfo is None:
            raise ValueError("a window needs aware times")
        if self.opens_at >= self.closes_at or self.grace < timedelta(0):
            raise ValueError("a window closes after it opens and its grace is not negative")


@dataclass(frozen=True, slots=True)
class Access:
    """What a participant may do with the exam now; `deadline` is when her window closes, once she has started."""

    phase: Phase
    may_start: bool
    may_answer: bool
    deadline: datetime | None


@dataclass(frozen=True, slots=True)
class SectionAccess:
    """What she may do in the running section; `remaining` is never negative, and zero within the grace."""

    may_answer: bool
    deadline: datetime
    remaining: timedelta
    in_grace: bool


def resolve_access(
    window: ExamWindow, *, now: datetime, started_at: datetime | None = None, extra: timedelta = NO_EXTRA
) -> Access:
    """Decide access from the window, the participant's own start, and any 合理的配慮 extra time."""
    phase = _phase(window, now)
    if started_at is None:
        return Access(phase=phase, may_start=phase is Phase.OPEN, may_answer=False, deadline=None)
    deadline = window.closes_at + extra
    return Access(phase=phase, may_start=False, may_answer=now < deadline + window.grace, deadline=deadline)


def section_deadline(
    section_started_at: datetime, time_limit: timedelta, extra: timedelta, window_closes_at: datetime
) -> datetime:
    """When a section ends: its own limit plus extra time, but never past the window's end plus extra time."""
    return min(section_started_at + time_limit + extra, window_closes_at + extra)


def resolve_section(
    window: ExamWindow,
    *,
    section_started_at: datetime,
    time_limit: timedelta,
    now: datetime,
    extra: timedelta = NO_EXTRA,
) -> SectionAccess:
    """Decide whether an answer to the running section is still accepted, and how much time is shown."""
    deadline = section_deadline(section_started_at, time_limit, extra, window.closes_at)
    may_answer = now < deadline + window.grace
    return SectionAccess(
        may_answer=may_answer,
        deadline=deadline,
        remaining=max(deadline - now, timedelta(0)),
        in_grace=may_answer and now >= deadline,
    )


def _phase(window: ExamWindow, now: datetime) -> Phase:
    if now < window.opens_at:
        return Phase.BEFORE
    return Phase.OPEN if now < window.closes_at else Phase.CLOSED
