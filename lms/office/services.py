"""Acts across rooms, and the roster between preview and confirmation: what was seen is what is imported."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import cast

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from lms.audit.services import record
from lms.cohorts.rules.roster import RosterRow
from lms.config import Settings
from lms.db.session import command
from lms.mail.services.retrying import retry_mail

GOOD_FOR = timedelta(hours=2)


class PreviewUnusable(ValueError):
    """The carried roster was changed, is of another cohort or person, or too old."""


@command
def resend_mail(mail_id: int, *, by: int, now: datetime) -> bool:
    """Try an unsent mail again at once; False when it was sent already or does not exist."""
    if not retry_mail(mail_id, now=now):
        return False
    record("mail:retry", subject=("mail", mail_id), by=by, now=now)
    return True


def seal_roster(cohort_id: int, rows: Sequence[RosterRow], *, by: int, now: datetime) -> str:
    """The rows as one signed text, good for this cohort and this person."""
    return _serializer(cohort_id, by).dumps({"at": now.timestamp(), "rows": [asdict(row) for row in rows]})


def open_roster(sealed: str, cohort_id: int, *, by: int, now: datetime) -> list[RosterRow]:
    """The rows as they were previewed.

    Raises PreviewUnusable.
    """
    try:
        carried = _serializer(cohort_id, by).loads(sealed)
    except BadData as problem:
        raise PreviewUnusable from problem
    if not 0 <= now.timestamp() - carried["at"] <= GOOD_FOR.total_seconds():
        raise PreviewUnusable
    return [RosterRow(**row) for row in carried["rows"]]


def _serializer(cohort_id: int, by: int) -> URLSafeSerializer:
    settings = cast(Settings, current_app.extensions["settings"])
    return URLSafeSerializer(settings.secret_key, salt=f"roster:{cohort_id}:{by}")
