"""What can go wrong on the day, as facts and as proposals for two people: conduct, late text, reopening."""

from enum import StrEnum


class ConductKind(StrEnum):
    """A fact the page noticed; never a verdict."""

    FOCUS_LOST = "focus_lost"
    """The page was out of sight or without focus; detail: seconds."""
    PASTED = "pasted"
    """Text was pasted into an answer; detail: question, characters."""
    OFFLINE = "offline"
    """The network was away; detail: seconds."""
    SECOND_DEVICE = "second_device"
    """The attempt was opened in another page or on another device."""
    NETWORK_CHANGED = "network_changed"
    """Requests began to come from another network address."""


class IncidentKind(StrEnum):
    """What the office does to running clocks."""

    TIME_ADDED = "time_added"
    PAUSED = "paused"
    RESUMED = "resumed"


class ProposalKind(StrEnum):
    """What one person of the office proposes and another decides about a submitted attempt."""

    REOPEN = "reopen"
    """Open one section again for some minutes."""
    ADMIT_LATE = "admit_late"
    """Let late text count: a further hand-in with it."""
    REFUSE_LATE = "refuse_late"
    """Leave late text aside, for good."""
