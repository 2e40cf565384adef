"""Pure decisions of 受験: how a save is judged, who may sit, what a candidate number looks like."""

from enum import StrEnum


class SaveOutcome(StrEnum):
    """What became of a saved answer version."""

    CURRENT = "current"
    """It is now the answer."""
    STALE = "stale"
    """Typed on an older base than the stored one: kept beside it, not used."""
    LATE = "late"
    """Typed before the deadline, received after it: kept for the office's decision."""


class HandInKind(StrEnum):
    """Who closed the attempt."""

    PARTICIPANT = "participant"
    CLOCK = "clock"
