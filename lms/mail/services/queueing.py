"""Putting a mail into the outbox, within the act that causes it."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import cast

from flask import current_app
from sqlalchemy.dialects import postgresql, sqlite

from lms.config import Settings
from lms.db.session import db
from lms.mail.models import OutgoingMail
from lms.mail.rules import require_address
from lms.mail.source import render_letter


def queue_mail(
    template: str, *, to: str, key: str, values: Mapping[str, object], now: datetime, user_id: int | None = None
) -> None:
    """Put one mail into the outbox, in the caller's transaction; a second call with the same `key` changes nothing.

    `template` names a file of content/mail without its ending; `values` fill it in (besides `association`, `base_url`).
    Raises MailRefused when the template, a value, the subject or the address is not fit.
    """
    settings = _settings()
    common = {"association": settings.certificate.association, "base_url": settings.public_base_url}
    letter = render_letter(settings.content / "mail", template, {**common, **values})
    row = {
        "key": key,
        "template": template,
        "user_id": user_id,
        "to_address": require_address(to),
        "subject": letter.subject,
        "body": letter.body,
        "message_id": f"<{secrets.token_hex(16)}@{settings.mail.message_id_domain}>",
        "created_at": now,
        "next_try_at": now,
        "tries": 0,
        "last_error": "",
    }
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    db.session.execute(insert(OutgoingMail).values(row).on_conflict_do_nothing(index_elements=["key"]))


def _settings() -> Settings:
    return cast(Settings, current_app.extensions["settings"])
