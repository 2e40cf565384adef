"""伏せ字: covering passages of an essay before it is marked; the original stays, every revision is kept."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select

from lms.audit.services import record
from lms.db.session import command, db
from lms.grading.models import Assignment, AssignmentLease, Essay, EssayMasking, MarkDraft
from lms.grading.queries.masking import MaskingState, NoSuchEssay, is_marked, latest_maskings, list_masking_lines
from lms.grading.queries.staff import has_grading_part
from lms.grading.rules.masking import Cover, Span, cover, mask, to_masked, to_original
from lms.grading.rules.parts import Refusal, Refused
from lms.grading.services.marking import PAGE_KEY

REASON_LIMIT = 300


@command
def mask_essay(essay_id: int, spans: Collection[Span], reason: str, *, seen: int, by: int, now: datetime) -> int:
    """Cover these passages and no others, as a further revision; gives back its number.

    No spans at all mean: looked at, nothing to cover. `seen` is the revision the page showed, 0 for none. Highlights in
    graders' drafts move with the text, and pages opened before must be opened again. Raises Refused once somebody
    confirmed a mark, for somebody who grades in the window, without a reason, when another revision was saved meanwhile,
    and for a passage outside the text; NoSuchEssay.
    """
    essay = _hold(essay_id, by=by)
    if spans and not reason.strip():
        raise Refused(Refusal.REASON_NEEDED)
    former = latest_maskings([essay_id]).get(essay_id)
    if (former.revision if former else 0) != seen:
        raise Refused(Refusal.MASKING_MOVED_ON)
    try:
        covers = cover(essay.text, spans)
    except ValueError as fault:
        raise Refused(Refusal.PASSAGE_OUTSIDE) from fault
    _move_drafts(essay_id, former.covers if former else (), covers, now=now)
    return _keep(essay, covers, reason, by=by, now=now)


@command
def note_nothing_to_mask(window_id: int, *, by: int, now: datetime) -> int:
    """Note of every essay without any suggestion that nobody has looked at: nothing to cover. Gives back how many.

    Raises Refused for somebody who grades in the window.
    """
    if has_grading_part(window_id, by):
        raise Refused(Refusal.READS_BLIND)
    lines = list_masking_lines(window_id)
    free = [each for each in lines if each.state is MaskingState.UNCHECKED and not each.suggestions and not each.is_marked]
    for line in free:
        if line.essay_id is not None:
            _keep(_hold(line.essay_id, by=by), (), "", by=by, now=now)
    return len(free)


def _hold(essay_id: int, *, by: int) -> Essay:
    # The rows are held in the order in which a saving and a confirmation hold them, so that no draft is saved and no mark
    # confirmed of a text that changes at the same moment.
    own = select(Assignment.id).where(Assignment.essay_id == essay_id).order_by(Assignment.id)
    db.session.execute(own.with_for_update()).all()
    essay = db.session.scalar(select(Essay).where(Essay.id == essay_id, Essay.anchor_id.is_(None)).with_for_update())
    if essay is None:
        raise NoSuchEssay
    if has_grading_part(essay.window_id, by):
        raise Refused(Refusal.READS_BLIND)
    if is_marked(essay_id):
        raise Refused(Refusal.MARKED_ALREADY)
    return essay


def _keep(essay: Essay, covers: Sequence[Cover], reason: str, *, by: int, now: datetime) -> int:
    last = db.session.scalar(
        select(EssayMasking.revision).where(EssayMasking.essay_id == essay.id).order_by(EssayMasking.revision.desc()).limit(1)
    )
    text = reason.strip()[:REASON_LIMIT]
    row = EssayMasking(
        essay_id=essay.id,
        revision=(last or 0) + 1,
        spans=[[each.start, each.end, each.words] for each in covers],
        text=mask(essay.text, covers),
        reason=text,
        masked_by_id=by,
        masked_at=now,
    )
    db.session.add(row)
    detail = {"revision": row.revision, "passages": len(covers)}
    record("grading:mask", subject=("essay", essay.id), by=by, now=now, reason=text, detail=detail)
    return row.revision


def _move_drafts(essay_id: int, before: Sequence[Cover], after: Sequence[Cover], *, now: datetime) -> None:
    """Passages highlighted in drafts stay where they were in the original; a page that is open somewhere becomes stale."""
    rows = db.session.execute(
        select(Assignment.id, MarkDraft, AssignmentLease.assignment_id)
        .outerjoin(MarkDraft, MarkDraft.assignment_id == Assignment.id)
        .outerjoin(AssignmentLease, AssignmentLease.assignment_id == Assignment.id)
        .where(Assignment.essay_id == essay_id)
    )
    for assignment_id, draft, opened in rows:
        if draft is not None:
            kept = {key: value for key, value in draft.body.items() if key != PAGE_KEY}
            draft.body = kept | {"highlights": [_move(each, before, after) for each in kept.get("highlights", [])]}
            draft.version += 1
        elif opened is not None:
            db.session.add(MarkDraft(assignment_id=assignment_id, version=1, body={}, saved_at=now))


def _move(highlight: dict[str, object], before: Sequence[Cover], after: Sequence[Cover]) -> dict[str, object]:
    places = {}
    for side in ("start", "end"):
        place, is_end = highlight[side], side == "end"
        if isinstance(place, int):
            places[side] = to_masked(to_original(place, before, is_end=is_end), after, is_end=is_end)
    return {**highlight, **places}
