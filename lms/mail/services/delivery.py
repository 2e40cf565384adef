"""Delivering the outbox: claim a mail with a lease, send it outside any transaction, note the outcome."""

import logging
import smtplib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from flask import current_app
from sqlalchemy import or_, select

from lms import clock
from lms.config import Settings
from lms.db.session import command, db, release
from lms.mail.models import OutgoingMail
from lms.mail.rules import GIVEN_UP_AFTER, LEASE, mask_secrets, wait_before_retry
from lms.mail.services.transports import Transport, choose_transport

logger = logging.getLogger("lms.mail")

MARK_TRIES = 3
LONGEST_ROUND = timedelta(minutes=1)
"""A round stops before a slow server could let the lease of its mails run out."""

REFUSED_THIS_MAIL = (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, smtplib.SMTPNotSupportedError, ValueError)
"""The server answered and will take other mails."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one round did."""

    sent: int = 0
    failed: int = 0


def deliver_due(now: datetime, limit: int = 20, *, transport: Transport | None = None) -> Delivery:
    """Send the mails that are due, oldest first, at most `limit`.

    A mail that fails waits for its next try. When the server itself is at fault, the round ends there, because the
    next mail would meet the same server.
    A worker that dies after the server's acknowledgment and before the note of it causes one further send, after the
    lease, under the same Message-ID.
    """
    settings = cast(Settings, current_app.extensions["settings"])
    sent = failed = 0
    with transport or choose_transport(settings) as way_out:
        while sent + failed < limit and clock.now() - now < LONGEST_ROUND and (mail := _claim_next(now=now)) is not None:
            try:
                way_out.send(mail)
            except REFUSED_THIS_MAIL as problem:
                _note_failure(mail.id, _describe(problem), now=now)
                failed += 1
            except (OSError, smtplib.SMTPException) as problem:
                _note_failure(mail.id, _describe(problem), now=now)
                return Delivery(sent, failed + 1)
            else:
                _note_sent_surely(mail.id, now=now)
                sent += 1
    return Delivery(sent, failed)


@command
def _claim_next(*, now: datetime) -> OutgoingMail | None:
    """Take the next due mail for ourselves; workers that run side by side skip each other's."""
    due = (
        select(OutgoingMail)
        .where(
            OutgoingMail.sent_at.is_(None),
            OutgoingMail.given_up_at.is_(None),
            OutgoingMail.next_try_at <= now,
            or_(OutgoingMail.leased_until.is_(None), OutgoingMail.leased_until <= now),
        )
        .order_by(OutgoingMail.next_try_at, OutgoingMail.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    mail = db.session.scalar(due)
    if mail is None:
        return None
    mail.leased_until = now + LEASE
    mail.tries += 1
    db.session.flush()
    db.session.refresh(mail)
    db.session.expunge(mail)
    return mail


def _note_sent_surely(mail_id: int, *, now: datetime) -> None:
    """A server's acknowledgment must not be forgotten because the database was busy for a moment."""
    for remaining in reversed(range(MARK_TRIES)):
        try:
            _note_sent(mail_id, now=now)
        except Exception:
            release()
            if not remaining:
                raise
            logger.warning("mail %s: noting the delivery failed, trying again", mail_id)
        else:
            break


@command
def _note_sent(mail_id: int, *, now: datetime) -> None:
    mail = db.session.get_one(OutgoingMail, mail_id)
    mail.sent_at, mail.leased_until, mail.last_error = now, None, ""
    mail.body = mask_secrets(mail.body)


def _describe(problem: Exception) -> str:
    return f"{type(problem).__name__}: {problem}"


@command
def _note_failure(mail_id: int, error: str, *, now: datetime) -> None:
    mail = db.session.get_one(OutgoingMail, mail_id)
    mail.leased_until = None
    mail.last_error = error[:300]
    if now - mail.created_at >= GIVEN_UP_AFTER:
        mail.given_up_at = now
        logger.error("mail %s given up after %s tries: %s", mail_id, mail.tries, error)
        return
    mail.next_try_at = now + wait_before_retry(mail.tries)
    logger.warning("mail %s not sent (try %s): %s", mail_id, mail.tries, error)
