"""Trying a mail again because somebody asks for it."""

from datetime import datetime

from lms.db.session import command, db
from lms.mail.models import OutgoingMail


@command
def retry_mail(mail_id: int, *, now: datetime) -> bool:
    """Make an unsent mail due at once, also one that was given up; False when it was sent or does not exist.

    The desk that asks records who asked.
    """
    mail = db.session.get(OutgoingMail, mail_id, with_for_update=True)
    if mail is None or mail.sent_at is not None:
        return False
    mail.next_try_at, mail.given_up_at = now, None
    return True
