"""採点する: keeping drafts, and confirming a mark once."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from lms.audit.services import record
from lms.db.session import command, db
from lms.exam_engine.rubrics import InvalidMark
from lms.grading.models import Assignment, Essay, GraderMarkRow, MarkDraft
from lms.grading.queries.desk import EssayFrame, get_frame
from lms.grading.queries.facts import counted_essays
from lms.grading.rules.parts import GraderPart, Refusal, Refused
from lms.grading.rules.settling import EssayMarks, score
from lms.grading.rules.sheets import MarkSheet, check_complete, read_sheet
from lms.grading.services.adjudicating import arrange_adjudications


@command
def save_draft(public_id: str, sheet: MarkSheet, *, by: int, now: datetime) -> None:
    """Keep what the grader has chosen and written so far.

    Raises Refused for somebody else's assignment and for one that is confirmed.
    """
    assignment = _own_open_assignment(public_id, by=by)
    draft = db.session.get(MarkDraft, assignment.id)
    if draft is None:
        draft = MarkDraft(assignment_id=assignment.id)
        db.session.add(draft)
    draft.body = sheet.body
    draft.saved_at = now


@command
def confirm_draft(public_id: str, *, seen: str, by: int, now: datetime) -> None:
    """Confirm the stored draft, if it still is the one whose fingerprint was `seen` on the confirmation page."""
    assignment = _own_open_assignment(public_id, by=by)
    draft = db.session.get(MarkDraft, assignment.id)
    sheet = read_sheet(get_frame(assignment.essay_id).rubric, draft.body if draft else {})
    if sheet.fingerprint != seen:
        raise Refused(Refusal.DRAFT_CHANGED)
    confirm_mark(public_id, sheet, by=by, now=now)


@command
def confirm_mark(public_id: str, sheet: MarkSheet, *, by: int, now: datetime) -> None:
    """採点を確定する: store the mark once and call a third grader where the marks now ask for one.

    Raises Refused for somebody else's assignment, a second confirmation, or a sheet that is not complete.
    """
    assignment = _own_open_assignment(public_id, by=by)
    attempt_id = _lock_attempt(assignment.essay_id)
    frame = get_frame(assignment.essay_id)
    check_complete(frame.rubric, sheet, assignment.part)
    db.session.add(
        GraderMarkRow(
            assignment_id=assignment.id,
            levels=dict(sheet.levels),
            cap_id=sheet.cap_id,
            cap_reason=sheet.cap_reason if sheet.cap_id else "",
            wants_adjudication=sheet.wants_adjudication and assignment.part is not GraderPart.ADJUDICATOR,
            points=_points(frame, sheet),
            note=sheet.note,
            feedback=sheet.feedback,
            confirmed_at=now,
        )
    )
    draft = db.session.get(MarkDraft, assignment.id)
    if draft is not None:
        db.session.delete(draft)
    record("grading:confirm", subject=("assignment", assignment.id), by=by, now=now, detail={"part": assignment.part.value})
    if attempt_id is not None:
        arrange_adjudications([attempt_id], now=now)


def _own_open_assignment(public_id: str, *, by: int) -> Assignment:
    # The row is held, so that two tabs of one grader cannot confirm twice or create two drafts.
    assignment = db.session.scalar(
        select(Assignment).where(Assignment.public_id == public_id, Assignment.grader_id == by).with_for_update()
    )
    if assignment is None:
        raise Refused(Refusal.NOT_YOURS)
    if db.session.scalar(select(GraderMarkRow.id).where(GraderMarkRow.assignment_id == assignment.id)) is not None:
        raise Refused(Refusal.ALREADY_CONFIRMED)
    if db.session.scalar(select(Essay.id).where(Essay.id == assignment.essay_id, counted_essays())) is None:
        raise Refused(Refusal.REPLACED)
    return assignment


def _lock_attempt(essay_id: int) -> int | None:
    # Of two graders confirming at the same moment, the later one must see the other's mark: the settling rules need both.
    attempt_id = db.session.scalars(select(Essay.attempt_id).where(Essay.id == essay_id)).one()
    db.session.execute(select(Essay.id).where(Essay.attempt_id == attempt_id).order_by(Essay.id).with_for_update()).all()
    return attempt_id


def _points(frame: EssayFrame, sheet: MarkSheet) -> Decimal:
    try:
        essay = EssayMarks(question_id=frame.question.id, char_count=frame.char_count)
        return score(frame.paper, essay, sheet.mark).points
    except InvalidMark as fault:
        raise Refused(Refusal.INCOMPLETE) from fault
