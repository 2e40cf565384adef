"""The only reader of time in the house: aware UTC inside, 日本時間 outside, "today" is Japan's."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

JST = ZoneInfo("Asia/Tokyo")


def _system_now() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _system_now


def now() -> datetime:
    """The present moment, aware and in UTC."""
    return _source()


def today_jst() -> date:
    """Today's date in Japan."""
    return to_jst(now()).date()


def to_jst(moment: datetime) -> datetime:
    """The same moment on a Japanese wall clock."""
    return moment.astimezone(JST)


def jst_moment(on: date, at: time = time(0, 0)) -> datetime:
    """The UTC moment at which a Japanese wall clock shows this date and time."""
    return datetime.combine(on, at, tzinfo=JST).astimezone(UTC)


def jst_day_after(on: date, days: int, at: time = time(0, 0)) -> datetime:
    """The UTC moment of a Japanese wall-clock time some days after a date."""
    return jst_moment(on + timedelta(days=days), at)


def set_source(source: Callable[[], datetime] | None) -> None:
    """Replace the source of time (tests and demo filling only); None restores the system clock."""
    global _source
    _source = source or _system_now
