"""How long links and log-in sessions live."""

from datetime import datetime, timedelta
from enum import StrEnum


class LinkPurpose(StrEnum):
    """What a single-use link is for."""

    INVITATION = "invitation"
    RESET = "reset"


LINK_LIFE = {LinkPurpose.INVITATION: timedelta(hours=72), LinkPurpose.RESET: timedelta(minutes=30)}

PARTICIPANT_IDLE = timedelta(hours=8)
STAFF_IDLE = timedelta(minutes=60)
PARTICIPANT_LIFE = timedelta(hours=24)
STAFF_LIFE = timedelta(hours=12)


def link_expiry(purpose: LinkPurpose, *, now: datetime) -> datetime:
    """When a link made now stops working."""
    return now + LINK_LIFE[purpose]


def session_expiry(*, is_staff: bool, now: datetime) -> datetime:
    """When a log-in made now ends, however busy it is."""
    return now + (STAFF_LIFE if is_staff else PARTICIPANT_LIFE)


def idle_limit(*, is_staff: bool) -> timedelta:
    """How long a log-in may rest before it ends."""
    return STAFF_IDLE if is_staff else PARTICIPANT_IDLE
