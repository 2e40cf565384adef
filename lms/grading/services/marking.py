"""採点する: keeping drafts, and confirming a mark once."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from lms.audit.services import record
from lms.db.session import command, db
from lms.exam_engine.rubrics import InvalidMark
from lms.grading.models import Assignment, Essay, GraderMarkRow, MarkDraft
from lms.grading.queries.desk import EssayFrame, get_frame, graded_text
from lms.grading.rules.leasing import OpenedPage, check_version
from lms.grading.rules.parts import GraderPart, Refusal, Refused
from lms.grading.rules.settling import EssayMarks, score
from lms.grading.rules.sheets import MarkSheet, check_complete, read_sheet
from lms.grading.services.adjudicating import arrange_adjudications
from lms.grading.services.calibrating import give_next_try, hold_window
from lms.grading.services.leasing import end_lease, hold, own_open_assignment

PAGE_KEY = "page"
"""Where a stored draft names the page it came from."""


@command
def save_draft(
    public_id: str, sheet: MarkSheet, *, by: int, now: datetime, device: str = "", opened: OpenedPage | None = None
) -> int:
    """Keep what the grader has chosen and written so far, and the essay hers; says the draft's new version.

    `opened` is the page it comes from; None where no page is involved. Raises Refused for somebody
    else's assignment, one that is confirmed, a page older than the stored draft, and a device that lost the essay.
    """
    assignment = own_open_assignment(public_id, by=by)
    hold(assignment, device=device, now=now)
    draft = db.session.get(MarkDraft, assignment.id)
    check_version(OpenedPage(draft.body.get(PAGE_KEY, ""), draft.version) if draft else OpenedPage("", 0), opened)
    body = _within(assignment, sheet).body | ({PAGE_KEY: opened.token} if opened else {})
    if draft is None:
        draft = MarkDraft(assignment_id=assignment.id, version=0)
        db.session.add(draft)
    draft.version, draft.body, draft.saved_at = draft.version + 1, body, now
    return draft.version


@command
def confirm_draft(public_id: str, *, seen: str, by: int, now: datetime) -> None:
    """Confirm the stored draft, if it still is the one whose fingerprint was `seen` on the confirmation page."""
    _hold_window_first(public_id)
    assignment = own_open_assignment(public_id, by=by)
    draft = db.session.get(MarkDraft, assignment.id)
    sheet = _within(assignment, read_sheet(get_frame(assignment.essay_id).rubric, draft.body if draft else {}))
    if sheet.fingerprint != seen:
        raise Refused(Refusal.DRAFT_CHANGED)
    confirm_mark(public_id, sheet, by=by, now=now)


@command
def confirm_mark(public_id: str, sheet: MarkSheet, *, by: int, now: datetime) -> None:
    """採点を確定する: store the mark once and call a third grader where the marks now ask for one.

    Raises Refused for somebody else's assignment, a second confirmation, or a sheet that is not complete.
    """
    _hold_window_first(public_id)
    assignment = own_open_assignment(public_id, by=by)
    attempt_id = _lock_attempt(assignment.essay_id)
    frame = get_frame(assignment.essay_id)
    check_complete(frame.rubric, sheet, assignment.part)
    lease = end_lease(assignment)
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
            highlights=_within(assignment, sheet).body["highlights"],
            started_at=lease.started_at if lease else None,
            confirmed_at=now,
        )
    )
    draft = db.session.get(MarkDraft, assignment.id)
    if draft is not None:
        db.session.delete(draft)
    record("grading:confirm", subject=("assignment", assignment.id), by=by, now=now, detail={"part": assignment.part.value})
    if assignment.part is GraderPart.CALIBRATION:
        give_next_try(assignment, now=now)
    if attempt_id is not None:
        arrange_adjudications([attempt_id], now=now)


def _hold_window_first(public_id: str) -> None:
    """Where a mark may bring further 見本答案, the window is held before the assignment, as by whoever moves work in it."""
    row = db.session.execute(
        select(Essay.window_id, Essay.round, Assignment.part)
        .join(Assignment, Assignment.essay_id == Essay.id)
        .where(Assignment.public_id == public_id)
    ).first()
    if row is not None and (row.part is GraderPart.CALIBRATION or row.round > 1):
        hold_window(row.window_id)


def _lock_attempt(essay_id: int) -> int | None:
    # Of two graders confirming at the same moment, the later one must see the other's mark: the settling rules need both.
    attempt_id = db.session.scalars(select(Essay.attempt_id).where(Essay.id == essay_id)).one()
    if attempt_id is not None:
        db.session.execute(select(Essay.id).where(Essay.attempt_id == attempt_id).order_by(Essay.id).with_for_update()).all()
    return attempt_id


def _within(assignment: Assignment, sheet: MarkSheet) -> MarkSheet:
    return sheet.within(len(graded_text(db.session.get_one(Essay, assignment.essay_id))))


def _points(frame: EssayFrame, sheet: MarkSheet) -> Decimal:
    try:
        essay = EssayMarks(question_id=frame.question.id, char_count=frame.char_count)
        return score(frame.paper, essay, sheet.mark).points
    except InvalidMark as fault:
        raise Refused(Refusal.INCOMPLETE) from fault
