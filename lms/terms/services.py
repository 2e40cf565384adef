"""Verbs of 規約: keep a consent."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy.dialects import postgresql, sqlite

from lms.audit.services import record
from lms.db.session import command, db
from lms.terms.models import TermsConsent
from lms.terms.queries import get_current_terms


class Refusal(StrEnum):
    """Why a consent is not kept."""

    OTHER_TEXT = "other_text"


class Refused(Exception):
    """The consent was not kept."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


@command
def consent(revision: str, sha256: str, *, by: int, now: datetime, address: str = "") -> None:
    """Keep that the user agreed to this text; a second time changes nothing.

    Raises Refused(OTHER_TEXT) when the text that was shown is no longer the one in force.
    """
    terms = get_current_terms()
    if (revision, sha256) != (terms.revision, terms.sha256):
        raise Refused(Refusal.OTHER_TEXT)
    row = {
        "user_id": by,
        "revision": revision,
        "text_sha256": sha256,
        "consented_at": now,
        "network_address": address[:64],
    }
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    keep = (
        insert(TermsConsent).values(row).on_conflict_do_nothing(index_elements=["user_id", "revision"]).returning(TermsConsent.id)
    )
    if db.session.scalar(keep) is not None:
        record("terms:consent", subject=("user", by), by=by, now=now, detail={"revision": revision})
