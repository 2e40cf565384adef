"""Verbs of the manual: make a link for a colleague, take it back, open it."""

import logging
import secrets
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from lms.accounts.queries import hash_token
from lms.accounts.rules.throttling import network_of
from lms.accounts.services.throttling import count_failure, is_throttled
from lms.audit.services import record
from lms.cohorts.services.seating import lock_seat
from lms.db.session import bookkeeping, command, db, release
from lms.manuals.models import ManualShare
from lms.manuals.queries import OpenShare, count_live_shares, find_open_share, share_days
from lms.manuals.rules.sharing import MAX_LABEL_LENGTH, MAX_LIVE_SHARES, WRONG_LINKS, share_expiry

logger = logging.getLogger("lms.manuals")


class Refusal(StrEnum):
    """Why a verb of this room does nothing."""

    TOO_MANY = "too_many"
    BAD_LABEL = "bad_label"
    UNKNOWN_SHARE = "unknown_share"


class ManualRefused(Exception):
    """The verb was refused."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


class TooManyLinks(Exception):
    """Nothing was looked up: the limit is reached."""


@command
def share_manual(participant_id: int, label: str, *, by: int, now: datetime) -> str:
    """Make a link for `label` (for whom it is, in the participant's words); its token, of which only the hash is kept.

    Raises NoSuchParticipant, ManualRefused(BAD_LABEL | TOO_MANY).
    """
    words = " ".join(label.split())
    if not words or len(words) > MAX_LABEL_LENGTH:
        raise ManualRefused(Refusal.BAD_LABEL)
    lock_seat(participant_id)
    if count_live_shares(participant_id, now=now) >= MAX_LIVE_SHARES:
        raise ManualRefused(Refusal.TOO_MANY)
    token = secrets.token_urlsafe(32)
    share = ManualShare(
        participant_id=participant_id,
        token_hash=hash_token(token),
        label=words,
        made_at=now,
        expires_at=share_expiry(share_days(), now=now),
    )
    db.session.add(share)
    db.session.flush()
    record("manual:share", subject=("participant", participant_id), by=by, now=now, detail={"share": share.id})
    return token


@command
def revoke_share(participant_id: int, share_id: int, *, by: int, now: datetime) -> None:
    """Take a link back, so that it opens nothing from now on; a second time changes nothing.

    Raises ManualRefused(UNKNOWN_SHARE) when the participant has no such link.
    """
    share = db.session.scalar(
        select(ManualShare).where(ManualShare.id == share_id, ManualShare.participant_id == participant_id).with_for_update()
    )
    if share is None:
        raise ManualRefused(Refusal.UNKNOWN_SHARE)
    if share.revoked_at is None:
        share.revoked_at = now
        record("manual:revoke", subject=("participant", participant_id), by=by, now=now, detail={"share": share_id})


def open_share(token: str, *, visitor: str, now: datetime) -> OpenShare | None:
    """The live link with this token, and note that it was opened; None for every token that opens nothing.

    Works under GET. `visitor` is a network address, counted by a keyed hash only when the link leads nowhere.
    Raises TooManyLinks after too many of those.
    """
    network = network_of(visitor)
    if is_throttled(WRONG_LINKS.scope, network, WRONG_LINKS.failures, WRONG_LINKS.window, now=now):
        raise TooManyLinks
    share = find_open_share(token, now=now)
    if share is None:
        count_failure(WRONG_LINKS.scope, network, now=now, window=WRONG_LINKS.window)
    else:
        _note_opening(share.id, now=now)
    return share


def _note_opening(share_id: int, *, now: datetime) -> None:
    opened = update(ManualShare).where(ManualShare.id == share_id)
    release()
    try:
        with bookkeeping(is_patient=False) as own:
            own.execute(opened.values(opened_at=now, open_count=ManualShare.open_count + 1))
    except DBAPIError:  # a full disk or a busy database keeps nobody from reading
        logger.warning("the opening of shared manual %s could not be noted", share_id)
