"""リハーサル: what the browser found out about itself, and whether it is good enough."""

from enum import StrEnum


class RehearsalVerdict(StrEnum):
    """Whether this browser and network will do."""

    GO = "go"
    CAUTION = "caution"
    """The exam can be sat, but what is typed during a cut of the network may not survive a closed browser."""
    NO_GO = "no_go"
