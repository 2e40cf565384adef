"""Reminders of the course days: the worker queues each mail once, for whoever may take part when its hour has come."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast

from flask import current_app

from lms import clock
from lms.accounts.queries import get_account
from lms.audit.services import record
from lms.billing.queries import find_payment, payments_of
from lms.cohorts.queries import Day, Seat, get_participant, list_participants
from lms.cohorts.queries.own_days import ComingDay, list_coming_days
from lms.cohorts.rules.reminding import ReminderHour, due_reminder, reminder_key
from lms.cohorts.services.seating import lock_seat
from lms.cohorts.source import CourseFacts, course_facts
from lms.config import Settings
from lms.db.session import command, release
from lms.lessons.queries import course_page, find_reading_seat
from lms.mail.queries import queued_keys
from lms.mail.services import queue_mail
from lms.mypage.queries.days import lessons_to_read

logger = logging.getLogger("lms.mypage")

MAIL = "day_reminder"


def remind_of_days(*, now: datetime) -> int:
    """Queue every reminder that is due, each in its own transaction; how many were queued.

    While no day is near this is a single look. One that fails is logged and tried again the next time; it holds up no other.
    """
    facts = course_facts()
    ahead = timedelta(days=max((each.days_before for each in facts.reminders), default=0) + 1)
    found = [
        (participant_id, coming.day.number)
        for coming in list_coming_days(now=now, until=now + ahead)
        for participant_id in _people_to_remind(coming, facts, now=now)
    ]
    release()
    return sum(_remind_safely(participant_id, number, now=now) for participant_id, number in found)


@command
def remind_of_day(participant_id: int, day_number: int, *, now: datetime) -> bool:
    """Queue the reminder of one day to one participant, if one is due now and was not queued; whether it was.

    Two workers at once come one after the other, and the second finds the mail. Raises NoSuchParticipant, KeyError.
    """
    lock_seat(participant_id)
    seat, payment, facts = get_participant(participant_id), find_payment(participant_id), course_facts()
    if seat.withdrawn_at is not None or payment is None or get_account(seat.user_id).disabled_at is not None:
        return False
    day = seat.day(day_number)
    since = max(seat.enrolled_at, payment.confirmed_at)
    hour = due_reminder(_hours(day, facts), starts_at=day.starts_at, entitled_since=since, now=now)
    if hour is None:
        return False
    key = reminder_key(participant_id, day_number, day.starts_at, hour.days_before)
    if queued_keys([key]):
        return False
    queue_mail(MAIL, to=seat.email, key=key, values=_values(seat, day, facts, now=now), now=now, user_id=seat.user_id)
    detail = {"day": day_number, "days_before": hour.days_before}
    record("participant:remind", subject=("participant", participant_id), by=None, now=now, detail=detail)
    return True


def _people_to_remind(coming: ComingDay, facts: CourseFacts, *, now: datetime) -> list[int]:
    """The participants of a day to whom a reminder is due and not queued."""
    hours = _hours(coming.day, facts)
    if all(hour.due_at > now for hour in hours):
        return []
    payments, keys = payments_of(coming.cohort_id), {}
    for seat in list_participants(coming.cohort_id):
        if payment := payments.get(seat.participant_id):
            since = max(seat.enrolled_at, payment.confirmed_at)
            hour = due_reminder(hours, starts_at=coming.day.starts_at, entitled_since=since, now=now)
            if hour is not None:
                key = reminder_key(seat.participant_id, coming.day.number, coming.day.starts_at, hour.days_before)
                keys[key] = seat.participant_id
    known = queued_keys(keys)
    return [participant_id for key, participant_id in keys.items() if key not in known]


def _remind_safely(participant_id: int, day_number: int, *, now: datetime) -> bool:
    try:
        return remind_of_day(participant_id, day_number, now=now)
    except Exception:
        logger.exception("participant %s could not be reminded of day %s", participant_id, day_number)
        release()
        return False


def _hours(day: Day, facts: CourseFacts) -> Sequence[ReminderHour]:
    return [
        ReminderHour(each.days_before, clock.jst_day_after(day.held_on, -each.days_before, each.clock_time))
        for each in facts.reminders
    ]


def _values(seat: Seat, day: Day, facts: CourseFacts, *, now: datetime) -> dict[str, object]:
    base = cast(Settings, current_app.extensions["settings"]).public_base_url
    reading = find_reading_seat(seat.user_id) if day.number == 1 else None
    to_read = lessons_to_read(course_page(reading, now=now)) if reading else ()
    return {
        "name": seat.name,
        "course": facts.title,
        "cohort": seat.cohort_label,
        "day": day.number,
        "held_on": day.held_on,
        "hours": f"{clock.to_jst(day.starts_at):%H:%M}〜{clock.to_jst(day.ends_at):%H:%M}",
        "is_today": clock.to_jst(now).date() == day.held_on,
        "minutes_before": facts.join_minutes_before,
        "join_page": f"{base}/days/{day.number}/join",
        "days_page": f"{base}/days",
        "lessons": [f"{line.entry.id} {line.entry.title}" for line in to_read],
        "contact": facts.contact.mail,
    }
