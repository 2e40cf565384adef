"""受験期間 and time limits: may she start, may she answer, and until when. All intervals are half-open."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

NO_EXTRA = timedelta(0)


@dataclass(frozen=True, slots=True)
class ExtraTime:
    """合理的配慮 of one attempt: added to the limit of each section, as whole seconds, as a share of the limit, or both."""

    seconds: int = 0
    percent: int = 0
    """50 means half of the limit again (×1.5)."""

    def of(self, time_limit: timedelta) -> timedelta:
        """What is added to a section of this limit, in whole seconds, rounded up."""
        share = -(-int(time_limit.total_seconds()) * self.percent // 100)
        return timedelta(seconds=self.seconds + share)


@dataclass(frozen=True, slots=True)
class SectionClock:
    """Everything that decides when a running section ends, besides the window."""

    started_at: datetime
    time_limit: timedelta
    extra: timedelta = NO_EXTRA
    """合理的配慮 for this section."""
    added: timedelta = NO_EXTRA
    """Given to this section while it ran: extensions, and the length of past pauses."""
    added_before: timedelta = NO_EXTRA
    """Given to earlier sections of the attempt; it moves the window's end for this one."""
    granted: timedelta | None = None
    """For a reopened section: its whole time, which neither limit nor window bounds."""
    paused_at: datetime | None = None


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
    """What she may do in the running section; `remaining` is never negative, and zero within the grace.

    While the section is paused nothing runs out, and `deadline` is where it would be if the section went on now.
    """

    may_answer: bool
    deadline: datetime
    remaining: timedelta
    in_grace: bool
    is_paused: bool = False


def resolve_access(
    window: ExamWindow, *, now: datetime, started_at: datetime | None = None, extra: timedelta = NO_EXTRA
) -> Access:
    """Decide access from the window, the participant's own start, and any 合理的配慮 extra time."""
    phase = _phase(window, now)
    if started_at is None:
        return Access(phase=phase, may_start=phase is Phase.OPEN, may_answer=False, deadline=None)
    deadline = window.closes_at + extra
    return Access(phase=phase, may_start=False, may_answer=now < deadline + window.grace, deadline=deadline)


def section_deadline(clock: SectionClock, window_closes_at: datetime) -> datetime:
    """When a section ends, pauses still running left aside.

    Its own limit plus extra time, but never past the window's end plus extra time and what earlier sections were given;
    what was given to this section is added to either. A reopened section has the time granted with it.
    """
    if clock.granted is not None:
        return clock.started_at + clock.granted + clock.added
    by_limit = clock.started_at + clock.time_limit + clock.extra
    by_window = window_closes_at + clock.extra + clock.added_before
    return min(by_limit, by_window) + clock.added


def resolve_section(window: ExamWindow, clock: SectionClock, *, now: datetime) -> SectionAccess:
    """Decide whether an answer to the running section is still accepted, and how much time is shown."""
    deadline = section_deadline(clock, window.closes_at)
    if clock.paused_at is not None:
        left = max(deadline - clock.paused_at, NO_EXTRA)
        moved = max(deadline + (now - clock.paused_at), deadline)
        return SectionAccess(may_answer=True, deadline=moved, remaining=left, in_grace=False, is_paused=True)
    may_answer = now < deadline + window.grace
    return SectionAccess(
        may_answer=may_answer,
        deadline=deadline,
        remaining=max(deadline - now, NO_EXTRA),
        in_grace=may_answer and now >= deadline,
    )


def _phase(window: ExamWindow, now: datetime) -> Phase:
    if now < window.opens_at:
        return Phase.BEFORE
    return Phase.OPEN if now < window.closes_at else Phase.CLOSED
