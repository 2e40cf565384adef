"""手伝う: a grader whose own queue is done takes over an essay of another one, who is not named to her."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select

from lms.audit.services import record
from lms.db.session import command, db
from lms.grading.models import Assignment, AssignmentLease, Essay, GraderMarkRow, MarkDraft
from lms.grading.queries.desk import list_queue
from lms.grading.queries.facts import counted_essays
from lms.grading.queries.helping import Offer, list_helpable, list_offers, list_windows_to_help
from lms.grading.queries.staff import list_grader_ids
from lms.grading.rules.parts import ChangeKind, GraderPart, Refusal, Refused, TaskState
from lms.grading.services.leasing import hand_over, take_lease
from lms.grading.services.opening import lock_window

REASON = "自分の答案の採点を終え、引き受けた"
FEW = 8
"""So many offers are looked at again at once: of eight who choose the same one, each still finds another."""
ROUNDS = 4
"""So often the next few are looked at before nothing is said to be left: everything else went while she chose."""


@command
def take_over(*, by: int, now: datetime, device: str = "", offers: Sequence[Offer] | None = None) -> str:
    """Take over one essay of a window in which the grader has nothing left; says its new public id.

    It is hers on this device from this moment, so that nobody else helps with it before its page has been opened.
    `offers` are what the page has worked out beforehand, so that nobody waits for that; without them it is done here.
    Only the first few are checked once more while the window is held. Whoever is told that the database is busy may ask
    again: nothing was changed, and whoever has got an essay gets no second one before it is marked.
    Raises Refused when she has essays of her own left, or when there is none that she may take.
    """
    if by not in list_grader_ids():
        raise Refused(Refusal.NOT_A_GRADER)
    chosen = list_offers(by, list_queue(by), now=now) if offers is None else offers
    for window_id, few in _few_at_once(chosen):
        public_id = _take_one(window_id, few, by=by, now=now)
        if public_id is not None:
            take_lease(public_id, device=device, by=by, now=now)
            return public_id
    own = sum(task.state is not TaskState.DONE for task in list_queue(by))
    raise Refused(Refusal.OWN_QUEUE_OPEN, own) if own else Refused(Refusal.NOTHING_TO_HELP)


def _few_at_once(offers: Sequence[Offer]) -> Iterator[tuple[int, list[int]]]:
    for window_id in dict.fromkeys(offer.window_id for offer in offers):
        ids = [offer.assignment_id for offer in offers if offer.window_id == window_id][: FEW * ROUNDS]
        yield from ((window_id, ids[start : start + FEW]) for start in range(0, len(ids), FEW))


def _take_one(window_id: int, few: Sequence[int], *, by: int, now: datetime) -> str | None:
    # Whoever else helps in this window waits here, and then looks again at what is left.
    lock_window(window_id)
    queue = list_queue(by)
    if window_id not in list_windows_to_help(by, queue):
        return None
    held = _hold(few)
    free = list_helpable(window_id, by, among=held.keys(), now=now) if held else ()
    if not free:
        return None
    assignment = held[min(free, key=few.index)]
    former = assignment.grader_id
    public_id = hand_over(
        assignment, by, kind=ChangeKind.TAKEN_OVER, reason=REASON, position=_last_position(window_id, by) + 1, by=by, now=now
    )
    _withdraw_unseen(assignment, window_id)
    detail = {"from": former, "part": assignment.part.value}
    record("grading:take_over", subject=("assignment", assignment.id), by=by, now=now, detail=detail)
    return public_id


def _hold(ids: Sequence[int]) -> dict[int, Assignment]:
    # Held, so that its grader can neither open nor confirm it at the same moment; one that somebody holds is being graded.
    rows = db.session.scalars(
        select(Assignment)
        .where(Assignment.id.in_(ids))
        .order_by(Assignment.id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in rows}


def _last_position(window_id: int, grader_id: int) -> int:
    last = (
        select(func.max(Assignment.position))
        .join(Essay, Essay.id == Assignment.essay_id)
        .where(Essay.window_id == window_id, Assignment.grader_id == grader_id)
    )
    return db.session.scalar(last) or 0


def _withdraw_unseen(taken: Assignment, window_id: int) -> None:
    """Take back the 見本答案 that the helper's queue has not shown for want of other essays of the question.

    They would come to light beside the one essay she has just taken, and be known for what they are. What she has opened
    is no secret to her and stays.
    """
    question_id = db.session.scalars(select(Essay.question_id).where(Essay.id == taken.essay_id)).one()
    own = (
        select(Assignment.id)
        .join(Essay, Essay.id == Assignment.essay_id)
        .where(Assignment.grader_id == taken.grader_id, Essay.window_id == window_id, Essay.question_id == question_id)
    )
    if db.session.scalar(own.where(Assignment.id != taken.id, counted_essays()).limit(1)) is not None:
        return
    unseen = db.session.execute(
        own.add_columns(Assignment.essay_id)
        .outerjoin(GraderMarkRow, GraderMarkRow.assignment_id == Assignment.id)
        .outerjoin(MarkDraft, MarkDraft.assignment_id == Assignment.id)
        .outerjoin(AssignmentLease, AssignmentLease.assignment_id == Assignment.id)
        .where(Essay.anchor_id.is_not(None), Assignment.part != GraderPart.CALIBRATION)
        .where(GraderMarkRow.id.is_(None), MarkDraft.assignment_id.is_(None), AssignmentLease.assignment_id.is_(None))
    ).all()
    if unseen:
        db.session.execute(delete(Assignment).where(Assignment.id.in_([row.id for row in unseen])))
        db.session.execute(delete(Essay).where(Essay.id.in_([row.essay_id for row in unseen])))
