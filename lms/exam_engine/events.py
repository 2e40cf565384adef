"""What can happen in an attempt: the events its life is made of."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EventKind(StrEnum):
    """The names under which events are stored."""

    ATTEMPT_STARTED = "attempt_started"
    SECTION_HANDED_IN = "section_handed_in"
    SECTION_STARTED = "section_started"
    ATTEMPT_SUBMITTED = "attempt_submitted"
    TIME_ADDED = "time_added"
    ATTEMPT_PAUSED = "attempt_paused"
    ATTEMPT_RESUMED = "attempt_resumed"
    ATTEMPT_REOPENED = "attempt_reopened"


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


@dataclass(frozen=True, slots=True)
class TimeAdded:
    """The office gave the running section more time."""

    section_id: str
    seconds: int
    at: datetime
    widened: int = 0
    """By how many seconds the same act moved the window's end, which later sections have from the window already."""

    @property
    def kind(self) -> EventKind:
        """The name under which this is stored."""
        return EventKind.TIME_ADDED


@dataclass(frozen=True, slots=True)
class AttemptPaused:
    """The office stopped the clock of the running section."""

    at: datetime

    @property
    def kind(self) -> EventKind:
        """The name under which this is stored."""
        return EventKind.ATTEMPT_PAUSED


@dataclass(frozen=True, slots=True)
class AttemptResumed:
    """The clock runs again; the pause is added to the section's time."""

    at: datetime

    @property
    def kind(self) -> EventKind:
        """The name under which this is stored."""
        return EventKind.ATTEMPT_RESUMED


@dataclass(frozen=True, slots=True)
class AttemptReopened:
    """A submitted attempt was opened again for one section, with so many seconds from here."""

    section_id: str
    seconds: int
    at: datetime

    @property
    def kind(self) -> EventKind:
        """The name under which this is stored."""
        return EventKind.ATTEMPT_REOPENED


Event = (
    AttemptStarted
    | SectionHandedIn
    | SectionStarted
    | AttemptSubmitted
    | TimeAdded
    | AttemptPaused
    | AttemptResumed
    | AttemptReopened
)
