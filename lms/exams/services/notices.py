"""お知らせ on the open pages of a window: published and withdrawn."""

from datetime import datetime

from sqlalchemy import select

from lms.audit.services import record
from lms.db.session import command, db
from lms.exams.models import ExamNotice
from lms.exams.queries.windows import get_window
from lms.exams.rules.incidents import IncidentRefusal, IncidentRefused
from lms.exams.services.ledger import lock_window

TEXT_LIMIT = 400


@command
def publish_notice(window_id: int, text: str, *, by: int, now: datetime) -> int:
    """Show a text on every open page of the window and return its id; the same text again while it stands is one notice.

    Raises IncidentRefused for no text, NotFound for no window.
    """
    words = text.strip()[:TEXT_LIMIT]
    if not words:
        raise IncidentRefused(IncidentRefusal.TEXT_MISSING)
    window = get_window(window_id)
    lock_window(window.id)
    standing = select(ExamNotice).where(
        ExamNotice.window_id == window.id, ExamNotice.text == words, ExamNotice.withdrawn_at.is_(None)
    )
    before = db.session.scalars(standing).first()
    if before is not None:
        return before.id
    notice = ExamNotice(window_id=window.id, text=words, published_by_id=by, published_at=now)
    db.session.add(notice)
    db.session.flush()
    subject = ("exam_window", window.id)
    record("exam_window:publish_notice", subject=subject, by=by, now=now, detail={"notice_id": notice.id})
    return notice.id


@command
def withdraw_notice(notice_id: int, reason: str, *, by: int, now: datetime) -> bool:
    """Take a notice off the pages; False when it was withdrawn already or does not exist.

    Raises IncidentRefused without a reason.
    """
    if not reason.strip():
        raise IncidentRefused(IncidentRefusal.REASON_MISSING)
    notice = db.session.get(ExamNotice, notice_id, with_for_update=True)
    if notice is None or notice.withdrawn_at is not None:
        return False
    notice.withdrawn_by_id, notice.withdrawn_at = by, now
    subject, detail = ("exam_window", notice.window_id), {"notice_id": notice.id}
    record("exam_window:withdraw_notice", subject=subject, by=by, now=now, reason=reason.strip(), detail=detail)
    return True
