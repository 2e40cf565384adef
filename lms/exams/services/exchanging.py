"""問題の入出力: who took the questions out is written down; a bank file travels from preview to download unchanged."""

from datetime import datetime, timedelta
from typing import cast

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer

from lms.audit.services import record
from lms.config import Settings
from lms.db.session import command
from lms.exam_engine.exchange.losses import Format

GOOD_FOR = timedelta(hours=2)


class BankUnusable(ValueError):
    """The carried bank file was changed, is another person's, or is too old."""


@command
def note_export(exam_id: str, to: Format, count: int, *, by: int, now: datetime) -> None:
    """Write down who took the questions with their keys out of the site."""
    record("exam:export", subject=("exam", exam_id), by=by, now=now, detail={"format": to.value, "questions": count})


def seal_bank(text: str, *, by: int) -> str:
    """The text of a bank file, packed and signed, good for this person and two hours."""
    return str(_serializer(by).dumps(text))


def open_bank(sealed: str, *, by: int) -> str:
    """The text as it was previewed; raises BankUnusable."""
    try:
        return str(_serializer(by).loads(sealed, max_age=int(GOOD_FOR.total_seconds())))
    except BadData as problem:
        raise BankUnusable from problem


def _serializer(by: int) -> URLSafeTimedSerializer:
    settings = cast(Settings, current_app.extensions["settings"])
    return URLSafeTimedSerializer(settings.secret_key, salt=f"bank:{by}")
