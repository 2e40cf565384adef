"""有効期限: the worker announces the end of a validity, and enters it on the day after."""

from datetime import date, datetime

from lms import clock
from lms.certification.models import ExpiryReminder
from lms.certification.queries.acts import get_standing
from lms.certification.queries.expiries import Ending, list_endings, present_rule
from lms.certification.rules.entries import EntryKind
from lms.certification.services.locking import lock_register
from lms.certification.services.noting import note
from lms.certification.services.telling import tell_about
from lms.db.session import command, db, release


def look_after_validity(*, now: datetime) -> int:
    """Enter every end that has come and queue every reminder that is due, each in its own transaction; how many acts.

    Without a certificate that has a last day this is a single look into the register.
    """
    today = clock.to_jst(now).date()
    rule = present_rule()
    due = [
        ending
        for ending in list_endings()
        if _has_ended(ending, today) or rule.due_reminders(ending.last_day, on=today, sent=ending.reminded)
    ]
    release()
    return sum(look_after(ending.number, now=now) for ending in due)


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


def _has_ended(ending: Ending, today: date) -> bool:
    return today > ending.last_day and not ending.standing.is_expired


def _remind(ending: Ending, today: date, *, now: datetime) -> bool:
    """One mail, whatever number of reminders are due; whoever is suspended is not told to renew."""
    rule = present_rule()
    due = rule.due_reminders(ending.last_day, on=today, sent=ending.reminded)
    if not due or ending.standing.is_suspended:
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
