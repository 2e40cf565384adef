"""お知らせ of the office on the open pages of a window."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from lms.db.session import db
from lms.exams.models import ExamNotice


@dataclass(frozen=True, slots=True)
class NoticeOnPage:
    """A notice as participants see it."""

    id: int
    text: str
    published_at: datetime


# Asked every few seconds by every open page; built once, because building a statement costs more than running it.
_NOTICES = (
    select(ExamNotice.id, ExamNotice.text, ExamNotice.published_at)
    .where(ExamNotice.window_id == bindparam("window_id"), ExamNotice.withdrawn_at.is_(None))
    .order_by(ExamNotice.id)
)


def list_notices(window_id: int) -> tuple[NoticeOnPage, ...]:
    """The notices of a window that have not been withdrawn, oldest first."""
    rows = db.session.execute(_NOTICES, {"window_id": window_id})
    return tuple(NoticeOnPage(row.id, row.text, row.published_at) for row in rows)
