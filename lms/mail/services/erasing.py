"""Erasing what mails said, for a person who asks for it; that a mail went out, when and by which template stays."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, update

from lms.db.session import db
from lms.mail.models import OutgoingMail


def erase_mails(keys: Collection[str], *, now: datetime) -> None:
    """Empty subject and body of the mails with these keys, in the caller's transaction; what is not sent yet never will be."""
    db.session.execute(
        update(OutgoingMail)
        .where(OutgoingMail.key.in_(keys), OutgoingMail.sent_at.is_(None))
        .values(given_up_at=func.coalesce(OutgoingMail.given_up_at, now))
        .execution_options(synchronize_session=False)
    )
    db.session.execute(
        update(OutgoingMail)
        .where(OutgoingMail.key.in_(keys))
        .values(subject="", body="")
        .execution_options(synchronize_session=False)
    )
