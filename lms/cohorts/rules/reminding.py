"""Which reminder of a course day is due: the latest whose hour has come, never one that was over before somebody enrolled."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ReminderHour:
    """A reminder of one day: how many days before, and the moment from which it is due."""

    days_before: int
    due_at: datetime


def due_reminder(
    hours: Iterable[ReminderHour], *, starts_at: datetime, entitled_since: datetime, now: datetime
) -> ReminderHour | None:
    """The reminder to send now, if it was not sent yet; none once the day has begun.

    When several hours have passed, because the day was moved or the worker stood still, only the latest is worth a mail.
    Whoever was not entitled at that hour gets only what is still ahead.
    """
    passed = [hour for hour in hours if hour.due_at <= now]
    if not passed or now >= starts_at:
        return None
    latest = max(passed, key=lambda hour: hour.due_at)
    return latest if entitled_since <= latest.due_at else None


def reminder_key(participant_id: int, day_number: int, starts_at: datetime, days_before: int) -> str:
    """What makes a reminder one of its kind: a day that is moved, even by an hour, is reminded of anew."""
    return f"day_reminder:{participant_id}:{day_number}:{starts_at:%Y%m%dT%H%MZ}:{days_before}"
