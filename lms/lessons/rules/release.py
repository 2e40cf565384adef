"""When a group of lessons opens for one participant: relative to the payment or to a course day, in Japan's time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from lms.lessons.rules.content import Anchor, ReleaseGroup

JAPAN = ZoneInfo("Asia/Tokyo")
_DAY_NUMBERS = {Anchor.DAY1: 1, Anchor.DAY2: 2}


class ReleaseReason(StrEnum):
    """Why a group is open or not."""

    OPEN = "open"
    NOT_YET = "not_yet"
    AWAITING_PAYMENT = "awaiting_payment"
    DATE_UNKNOWN = "date_unknown"


@dataclass(frozen=True, slots=True)
class Release:
    """Whether a group is open; `opens_at` is None while the anchor is not known."""

    opens_at: datetime | None
    is_open: bool
    reason: ReleaseReason


def is_released(group: ReleaseGroup, *, now: datetime, paid_at: datetime | None, days: Mapping[int, date]) -> Release:
    """Decide a group's release from the confirmed payment and the dates of the course days (day number → date).

    Without a payment nothing opens. A group opens at the very second of `opens_at`; a payment opens its group at once when
    the offset's hour has passed.
    """
    if paid_at is None:
        return Release(None, False, ReleaseReason.AWAITING_PAYMENT)
    opens_at = _opening(group, paid_at=paid_at, days=days)
    if opens_at is None:
        return Release(None, False, ReleaseReason.DATE_UNKNOWN)
    is_open = now >= opens_at
    return Release(opens_at, is_open, ReleaseReason.OPEN if is_open else ReleaseReason.NOT_YET)


def _opening(group: ReleaseGroup, *, paid_at: datetime, days: Mapping[int, date]) -> datetime | None:
    if group.anchor is not Anchor.PAID:
        held_on = days.get(_DAY_NUMBERS[group.anchor])
        return None if held_on is None else _moment(group, held_on)
    return max(paid_at, _moment(group, paid_at.astimezone(JAPAN).date()))


def _moment(group: ReleaseGroup, anchor: date) -> datetime:
    return datetime.combine(anchor + timedelta(days=group.offset_days), group.at, tzinfo=JAPAN).astimezone(UTC)
