"""問題の査読: a person approves a question in exactly the wording that was read."""

from datetime import datetime

from sqlalchemy import select

from lms.accounts.models import User
from lms.audit.services import record
from lms.db.session import command, db
from lms.exam_engine.definitions import QuestionStatus
from lms.exams.models import QuestionApproval
from lms.exams.queries.content import find_exam
from lms.exams.queries.reviewing import find_question, wording_of
from lms.exams.rules.reviewing import ReviewRefusal, ReviewRefused
from lms.exams.rules.sitting import NotFound

NOTE_LIMIT = 1000


@command
def approve_question(exam_id: str, question_id: str, sha256: str, note: str = "", *, by: int, now: datetime) -> None:
    """Write down that a person read this wording and approves it; a changed wording begins anew.

    `sha256` is of the wording that was on the page. Raises NotFound; ReviewRefused when the bank says something else by
    now, when the question is no longer drawn, and when the same person approves the same wording again.
    """
    exam = find_exam(exam_id)
    question = find_question(exam, question_id) if exam else None
    if exam is None or question is None:
        raise NotFound("question")
    if question.status is QuestionStatus.RETIRED:
        raise ReviewRefused(ReviewRefusal.RETIRED)
    if wording_of(exam, question) != sha256:
        raise ReviewRefused(ReviewRefusal.CHANGED)
    # Both clicks of a double click wait here for each other, so that the second one sees the first one's approval.
    db.session.execute(select(User.id).where(User.id == by).with_for_update(key_share=True))
    own = select(QuestionApproval.id).where(
        QuestionApproval.exam_id == exam_id,
        QuestionApproval.question_id == question_id,
        QuestionApproval.content_sha256 == sha256,
        QuestionApproval.approved_by_id == by,
    )
    if db.session.scalar(own) is not None:
        raise ReviewRefused(ReviewRefusal.TWICE)
    approval = QuestionApproval(
        exam_id=exam_id,
        question_id=question_id,
        content_sha256=sha256,
        note=note.strip()[:NOTE_LIMIT],
        approved_by_id=by,
        approved_at=now,
    )
    db.session.add(approval)
    record("question:approve", subject=("question", question_id), by=by, now=now, detail={"exam": exam_id, "sha256": sha256})
