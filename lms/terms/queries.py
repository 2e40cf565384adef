"""Every SELECT of 規約."""

from typing import cast

from flask import current_app
from sqlalchemy import select

from lms import clock
from lms.config import Settings
from lms.db.session import db
from lms.terms.models import TermsConsent
from lms.terms.source import Terms, current_terms, read_revisions


def get_current_terms() -> Terms:
    """The revision in force today."""
    settings = cast(Settings, current_app.extensions["settings"])
    return current_terms(settings.content / "terms", today=clock.today_jst())


def list_revisions() -> list[Terms]:
    """Every revision, the oldest first, also those whose day has not come."""
    settings = cast(Settings, current_app.extensions["settings"])
    return read_revisions(settings.content / "terms")


def owes_consent(user_id: int) -> bool:
    """Whether the user has not yet consented to the current revision."""
    revision = get_current_terms().revision
    given = select(TermsConsent.id).where(TermsConsent.user_id == user_id, TermsConsent.revision == revision)
    return db.session.scalar(given) is None
