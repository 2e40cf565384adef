"""Links to a manual: how many may live, how long, and what state one is in."""

from datetime import datetime, timedelta
from enum import StrEnum

from lms.accounts.rules.throttling import Limit

MAX_LIVE_SHARES = 5
MAX_LABEL_LENGTH = 100
WRONG_LINKS = Limit("manual_share", 30, timedelta(minutes=1))
"""Links that lead nowhere, from one network address (proposed figure)."""


class ShareState(StrEnum):
    """Whether a link still opens the manual."""

    LIVE = "live"
    EXPIRED = "expired"
    REVOKED = "revoked"


def share_state(*, expires_at: datetime, revoked_at: datetime | None, now: datetime) -> ShareState:
    """What has become of a link; one that was taken back stays so."""
    if revoked_at is not None:
        return ShareState.REVOKED
    return ShareState.LIVE if now < expires_at else ShareState.EXPIRED


def share_expiry(days: int, *, now: datetime) -> datetime:
    """When a link made now ends."""
    return now + timedelta(days=days)
