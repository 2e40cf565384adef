"""The door to the meeting of a course day: for whom it is open, and from when until when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit


class DoorState(StrEnum):
    """Whether somebody may join now, and if not, why."""

    OPEN = "open"
    TOO_EARLY = "too_early"
    OVER = "over"
    UNPAID = "unpaid"
    NO_ADDRESS = "no_address"
    """The office has entered no address to join at."""


@dataclass(frozen=True, slots=True)
class Door:
    """The door of one day for one participant, as it stands now."""

    state: DoorState
    opens_at: datetime

    @property
    def is_open(self) -> bool:
        """Whether the participant is let in."""
        return self.state is DoorState.OPEN


def judge_door(
    starts_at: datetime, ends_at: datetime, join_url: str, *, is_paid: bool, minutes_before: int, now: datetime
) -> Door:
    """The door of a day that opens so many minutes before it starts and closes when it ends.

    What can be done about comes first: a missing payment is told long before the day, a missing address only once
    somebody could go in.
    """
    opens_at = starts_at - timedelta(minutes=minutes_before)
    if now >= ends_at:
        state = DoorState.OVER
    elif not is_paid:
        state = DoorState.UNPAID
    elif now < opens_at:
        state = DoorState.TOO_EARLY
    else:
        state = DoorState.OPEN if is_safe_address(join_url) else DoorState.NO_ADDRESS
    return Door(state, opens_at)


def is_safe_address(address: str) -> bool:
    """Whether an address leads to a place in the web over TLS, and nowhere else; it goes into a header as it is."""
    if not address.isprintable() or " " in address:
        return False
    try:
        parts = urlsplit(address)
        return parts.scheme == "https" and bool(parts.hostname) and "\\" not in address
    except ValueError:
        return False
