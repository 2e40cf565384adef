"""訂正の申し出: a grader doubts a mark she has confirmed; the mark stays, and a third grader decides."""

from datetime import datetime

from sqlalchemy import select

from lms.audit.services import record
from lms.db.session import command, db
from lms.grading.models import Appeal, AppealClosure, Assignment, Essay, GraderMarkRow, MarkDoubt, ResultRow
from lms.grading.rules.parts import GraderPart, Refusal, Refused
from lms.grading.services.adjudicating import arrange_adjudications
from lms.grading.services.opening import lock_window

TEXT_LIMIT = 500


@command
def raise_doubt(public_id: str, text: str, *, by: int, now: datetime) -> None:
    """Ask for a correction of an own confirmed mark, with a reason; said twice, the first one stands.

    Raises Refused without a reason, for a mark that is not one's own or not one of the first two, and once a result
    rests on it.
    """
    if not text.strip():
        raise Refused(Refusal.REASON_NEEDED)
    mark, essay = _own_mark(public_id, by=by)
    lock_window(essay.window_id)
    if _is_finalized(mark, essay):
        raise Refused(Refusal.ALREADY_FINALIZED)
    if db.session.get(MarkDoubt, mark.id) is not None:
        return
    # The other grader's confirmation and this doubt follow each other, so that one of them calls the third grader.
    db.session.execute(select(Essay.id).where(Essay.attempt_id == essay.attempt_id).order_by(Essay.id).with_for_update()).all()
    db.session.add(MarkDoubt(mark_id=mark.id, text=text.strip()[:TEXT_LIMIT], raised_at=now))
    record("grading:doubt", subject=("assignment", mark.assignment_id), by=by, now=now)
    if essay.attempt_id is not None:
        arrange_adjudications([essay.attempt_id], now=now)


def _own_mark(public_id: str, *, by: int) -> tuple[GraderMarkRow, Essay]:
    row = db.session.execute(
        select(GraderMarkRow, Essay)
        .join(Assignment, Assignment.id == GraderMarkRow.assignment_id)
        .join(Essay, Essay.id == Assignment.essay_id)
        .where(
            Assignment.public_id == public_id,
            Assignment.grader_id == by,
            Assignment.part.in_((GraderPart.FIRST, GraderPart.SECOND)),
        )
    ).first()
    if row is None:
        raise Refused(Refusal.NOT_YOURS)
    mark, essay = row
    return mark, essay


def _is_finalized(mark: GraderMarkRow, essay: Essay) -> bool:
    # Of a 見本答案 nothing is finalized; the answer must be that of any essay of the window all the same.
    own = ResultRow.window_id == essay.window_id if essay.attempt_id is None else ResultRow.attempt_id == essay.attempt_id
    later = select(ResultRow.id).where(own, ResultRow.finalized_at >= mark.confirmed_at).limit(1)
    closed = select(AppealClosure.appeal_id).join(Appeal, Appeal.id == AppealClosure.appeal_id)
    closed = closed.where(Appeal.attempt_id == essay.attempt_id, AppealClosure.closed_at >= mark.confirmed_at).limit(1)
    return db.session.scalar(later) is not None or db.session.scalar(closed) is not None
