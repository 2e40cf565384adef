"""Calendar files (RFC 5545): events in Japanese time with a reminder each, the same bytes for the same events."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event, Timezone, TimezoneStandard

TOKYO = "Asia/Tokyo"
PRODUCER = "-//Nintei//Course days//JA"
REFRESH_HOURS = 6
"""How often a subscribing program is asked to look again."""


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """One event; `uid` stays the same for as long as the event exists, `sequence` rises whenever it is moved."""

    uid: str
    title: str
    starts_at: datetime
    ends_at: datetime
    description: str
    place: str
    url: str
    changed_at: datetime
    """When what the event says was last changed: no clock is read, so an unchanged calendar stays the same file."""
    sequence: int
    alarm_before: timedelta


def build_calendar(name: str, events: Sequence[CalendarEvent]) -> bytes:
    """The file of a calendar with this name."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCER)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", TOKYO)
    calendar.add("refresh-interval", timedelta(hours=REFRESH_HOURS), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", f"PT{REFRESH_HOURS}H")
    calendar.add_component(_tokyo())
    for event in events:
        calendar.add_component(_event(event))
    return bytes(calendar.to_ical(sorted=False))


def _tokyo() -> Timezone:
    """Japan's one offset, which has no summer time."""
    zone, standard, offset = Timezone(), TimezoneStandard(), timedelta(hours=9)
    zone.add("tzid", TOKYO)
    standard.add("dtstart", datetime(1970, 1, 1))  # noqa: DTZ001 - the standard asks for local time here
    standard.add("tzoffsetfrom", offset)
    standard.add("tzoffsetto", offset)
    standard.add("tzname", "JST")
    zone.add_component(standard)
    return zone


def _event(event: CalendarEvent) -> Event:
    zone, found = ZoneInfo(TOKYO), Event()
    found.add("uid", event.uid)
    found.add("dtstamp", event.changed_at.astimezone(UTC))
    found.add("last-modified", event.changed_at.astimezone(UTC))
    found.add("sequence", event.sequence)
    found.add("dtstart", event.starts_at.astimezone(zone))
    found.add("dtend", event.ends_at.astimezone(zone))
    found.add("summary", event.title)
    found.add("location", event.place)
    found.add("description", event.description)
    found.add("url", event.url)
    found.add("transp", "OPAQUE")
    found.add_component(_alarm(event))
    return found


def _alarm(event: CalendarEvent) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", event.title)
    alarm.add("trigger", -event.alarm_before)
    return alarm
