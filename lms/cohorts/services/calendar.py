"""Subscription addresses of the course days: signed, so that nobody guesses one, and ended by making a new one."""

from datetime import datetime, timedelta
from typing import cast

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from lms.accounts.rules.throttling import Limit, network_of
from lms.accounts.services.throttling import count_failure, is_throttled
from lms.audit.services import record
from lms.cohorts.models import CalendarFeed
from lms.cohorts.queries.own_days import find_feed_owner
from lms.cohorts.services.seating import lock_seat
from lms.config import Settings
from lms.db.session import command, db

CALENDAR = Limit("calendar", 30, timedelta(minutes=1))
"""Addresses that lead nowhere, from one network address: programs ask on and on for one that has ended."""


class TooManyAddresses(Exception):
    """Nothing was looked up: the limit is reached."""


@command
def renew_calendar(participant_id: int, *, by: int, now: datetime) -> int:
    """Give a participant a new subscription address, which ends the one before; the generation it has.

    Raises NoSuchParticipant.
    """
    lock_seat(participant_id)
    feed = db.session.get(CalendarFeed, participant_id)
    if feed is None:
        feed = CalendarFeed(participant_id=participant_id, generation=1, made_at=now)
        db.session.add(feed)
    else:
        feed.generation, feed.made_at = feed.generation + 1, now
    detail = {"generation": feed.generation}
    record("participant:renew_calendar", subject=("participant", participant_id), by=by, now=now, detail=detail)
    return feed.generation


def calendar_token(participant_id: int, generation: int) -> str:
    """What stands in the subscription address."""
    return _serializer().dumps([participant_id, generation])


def open_calendar(token: str, *, visitor: str, now: datetime) -> int | None:
    """The cohort whose days this address shows, or None: never signed by us, ended, or not a participant any more.

    `visitor` is a network address, counted by a keyed hash only when the address leads nowhere.
    Raises TooManyAddresses after too many of those.
    """
    network = network_of(visitor)
    if is_throttled(CALENDAR.scope, network, CALENDAR.failures, CALENDAR.window, now=now):
        raise TooManyAddresses
    named = _read(token)
    found = find_feed_owner(*named) if named else None
    if found is None:
        count_failure(CALENDAR.scope, network, now=now, window=CALENDAR.window)
    return found


def _read(token: str) -> tuple[int, int] | None:
    try:
        participant_id, generation = _serializer().loads(token)
    except (BadData, ValueError, TypeError):
        return None
    return participant_id, generation


def _serializer() -> URLSafeSerializer:
    settings = cast(Settings, current_app.extensions["settings"])
    return URLSafeSerializer(settings.secret_key, salt="calendar-feed")
