"""Every SELECT of メール."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from lms.db.session import db
from lms.mail.models import OutgoingMail


@dataclass(frozen=True, slots=True)
class OutboxState:
    """How the outbox stands."""

    waiting: int
    given_up: int
    oldest_waiting_at: datetime | None


@dataclass(frozen=True, slots=True)
class MailLine:
    """A mail as the office sees it: never its text."""

    id: int
    template: str
    user_id: int | None
    to_address: str
    subject: str
    created_at: datetime
    sent_at: datetime | None
    given_up_at: datetime | None
    tries: int
    last_error: str


def summarize_outbox() -> OutboxState:
    """Counts for the office's desk."""
    waiting, oldest = db.session.execute(
        select(func.count(OutgoingMail.id), func.min(OutgoingMail.created_at)).where(
            OutgoingMail.sent_at.is_(None), OutgoingMail.given_up_at.is_(None)
        )
    ).one()
    given_up = db.session.scalar(select(func.count(OutgoingMail.id)).where(OutgoingMail.given_up_at.is_not(None)))
    return OutboxState(waiting, given_up or 0, oldest)


def list_mails(*, user_id: int | None = None, only_unsent: bool = False, limit: int = 50) -> list[MailLine]:
    """The newest mails, of one user if given."""
    chosen = select(OutgoingMail).order_by(OutgoingMail.id.desc()).limit(limit)
    if user_id is not None:
        chosen = chosen.where(OutgoingMail.user_id == user_id)
    if only_unsent:
        chosen = chosen.where(OutgoingMail.sent_at.is_(None))
    return [_line(mail) for mail in db.session.scalars(chosen)]


def queued_keys(keys: Collection[str]) -> frozenset[str]:
    """Which of these keys are in the outbox already, sent or not."""
    return frozenset(db.session.scalars(select(OutgoingMail.key).where(OutgoingMail.key.in_(keys)))) if keys else frozenset()


def _line(mail: OutgoingMail) -> MailLine:
    return MailLine(
        id=mail.id,
        template=mail.template,
        user_id=mail.user_id,
        to_address=mail.to_address,
        subject=mail.subject,
        created_at=mail.created_at,
        sent_at=mail.sent_at,
        given_up_at=mail.given_up_at,
        tries=mail.tries,
        last_error=mail.last_error,
    )
