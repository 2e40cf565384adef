"""有効期限: the worker announces the end of a validity, and enters it on the day after."""

import logging
from datetime import date, datetime

from lms import clock
from lms.certification.models import ExpiryReminder
from lms.certification.queries.acts import get_standing
from lms.certification.queries.expiries import Ending, list_endings, present_rule
from lms.certification.rules.entries import EntryKind
from lms.certification.rules.validity import ValidityRule
from lms.certification.services.locking import lock_register
from lms.certification.services.noting import note
from lms.certification.services.telling import tell_about
from lms.db.session import command, db, release

logger = logging.getLogger("lms.certification")


def look_after_validity(*, now: datetime) -> int:
    """Enter every end that has come and queue every reminder that is due, each in its own transaction; how many acts.

    Without a certificate of which something is due this is a single look into the register. One that fails is logged and
    tried again the next time; it does not hold up the others.
    """
    today = clock.to_jst(now).date()
    rule = present_rule()
    due = [ending for ending in list_endings() if _has_ended(ending, today) or _due_reminders(ending, rule, today)]
    release()
    return sum(_look_after_safely(ending.number, now=now) for ending in due)


@command
def look_after(number: str, *, now: datetime) -> bool:
    """Enter the end of one certificate or queue its reminder, if that is due now; gives back whether anything was done."""
    lock_register()
    today = clock.to_jst(now).date()
    found = list_endings(number)
    if not found:
        return False
    ending = found[0]
    if _has_ended(ending, today):
        detail = {"last_day": ending.last_day.isoformat()}
        note(EntryKind.EXPIRE, get_standing(number).paper, detail=detail, by=None, now=now)
        return True
    return _remind(ending, today, now=now)


def _look_after_safely(number: str, *, now: datetime) -> bool:
    try:
        return look_after(number, now=now)
    except Exception:
        logger.exception("the validity of %s could not be looked after", number)
        return False


def _has_ended(ending: Ending, today: date) -> bool:
    return today > ending.last_day and not ending.standing.is_expired


def _due_reminders(ending: Ending, rule: ValidityRule, today: date) -> tuple[int, ...]:
    """The reminders to send now; whoever is suspended is not told to renew."""
    if ending.standing.is_suspended:
        return ()
    return tuple(rule.due_reminders(ending.last_day, on=today, sent=ending.reminded))


def _remind(ending: Ending, today: date, *, now: datetime) -> bool:
    """One mail, whatever number of reminders are due."""
    rule = present_rule()
    due = _due_reminders(ending, rule, today)
    if not due:
        return False
    db.session.add_all(ExpiryReminder(register_entry_id=ending.entry_id, days_before=days, sent_at=now) for days in due)
    tell_about(
        "certificate_expiring",
        get_standing(ending.number).seat,
        ending.number,
        key=f"certificate_expiring:{ending.entry_id}:{min(due)}",
        now=now,
        expires_on=ending.last_day,
        conditions=rule.renewal_conditions,
    )
    return True
