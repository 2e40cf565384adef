"""遅延受信: what has become of an answer that arrived after its section was closed."""

from enum import StrEnum


class LateState(StrEnum):
    """How far the office has come with a late answer."""

    OPEN = "open"
    """Nobody has proposed anything, or the proposal was not approved."""
    PROPOSED = "proposed"
    ADMITTED = "admitted"
    REFUSED = "refused"
