"""担当替え: the office gives an assignment, or all that a grader has left, to others the rules allow."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from lms.audit.services import record
from lms.db.session import command, db
from lms.grading.models import Assignment, Essay, WindowGrader
from lms.grading.queries.reassigning import TaskCard, count_loads, find_part_staff, get_task, list_tasks
from lms.grading.queries.staff import find_loads
from lms.grading.rules.allocation import shuffled_positions
from lms.grading.rules.parts import ChangeKind, GraderPart, Refusal, Refused
from lms.grading.rules.reassigning import Moves, PartStaff, plan_moves, without_third
from lms.grading.services.adjudicating import SEED
from lms.grading.services.leasing import hand_over
from lms.grading.services.opening import lock_window
from lms.grading.services.staffing import call_in

REASON_LIMIT = 300


@dataclass(frozen=True, slots=True)
class Moved:
    """What a drop-out's move did, and what it could not do."""

    moved: int
    stuck: tuple[TaskCard, ...]
    """Assignments nobody may take, or that are being graded this moment."""
    without_third: tuple[TaskCard, ...]
    """Moved, but nobody would be left to adjudicate them."""


@command
def reassign(assignment_id: int, to: int, reason: str, *, by: int, now: datetime) -> None:
    """Give one assignment without a mark to another grader of the window, for a reason.

    Raises NoSuchAssignment for a marked, replaced or 見本 one, and Refused without a reason, while its grader works at
    it, and for whom the rules forbid. What is unmarked after a release was called for by a re-scoring or an appeal.
    """
    text = _reason(reason)
    window_id = get_task(assignment_id, now=now).window_id
    lock_window(window_id)
    assignment = _hold(assignment_id)
    card = get_task(assignment_id, now=now)
    fault = card.task.find_fault(to, find_part_staff(window_id))
    if fault is not None:
        raise Refused(fault)
    position = find_loads(window_id).positions.get(to, 0) + 1
    _move(assignment, to, text, position=position, by=by, now=now)
    _call_in(window_id, [card], {assignment_id: to}, now=now)


@command
def move_all(window_id: int, grader_id: int, reason: str, *, ends_part: bool = False, by: int, now: datetime) -> Moved:
    """Spread everything a grader has not marked over the others: evenly, by the rules, repeatable by the window's seed.

    With `ends_part` the grader is given nothing further in this window; what she has done stays hers.
    Raises Refused without a reason, and when there is nothing to move and no part to end.
    """
    text = _reason(reason)
    lock_window(window_id)
    rows = _hold_all(window_id, grader_id)
    cards = list_tasks(window_id, grader_id=grader_id, now=now)
    has_ended = ends_part and _end_part(window_id, grader_id, text, by=by, now=now)
    if not cards and not has_ended:
        raise Refused(Refusal.NOTHING_TO_MOVE)
    staff = find_part_staff(window_id)
    moves = plan_moves([card.task for card in cards], staff, count_loads(window_id), seed=SEED.format(window_id))
    _move_planned(window_id, cards, moves, rows, text, by=by, now=now)
    _call_in(window_id, cards, moves.given, now=now)
    return _told(cards, moves, staff)


def _reason(reason: str) -> str:
    if not reason.strip():
        raise Refused(Refusal.REASON_NEEDED)
    return reason.strip()[:REASON_LIMIT]


def _hold(assignment_id: int) -> Assignment:
    # Held, so that its grader can neither open nor confirm it at the same moment.
    return db.session.scalars(select(Assignment).where(Assignment.id == assignment_id).with_for_update()).one()


def _hold_all(window_id: int, grader_id: int) -> dict[int, Assignment]:
    rows = db.session.scalars(
        select(Assignment)
        .join(Essay, Essay.id == Assignment.essay_id)
        .where(Essay.window_id == window_id, Assignment.grader_id == grader_id)
        .order_by(Assignment.id)
        .with_for_update(of=Assignment)
    )
    return {row.id: row for row in rows}


def _end_part(window_id: int, grader_id: int, reason: str, *, by: int, now: datetime) -> bool:
    # The row stays: who was chosen to grade here must not decide here either.
    row = db.session.get(WindowGrader, (window_id, grader_id))
    if row is None or not (row.is_marker or row.is_adjudicator):
        return False
    row.is_marker = row.is_adjudicator = False
    record("grading:end_part", subject=("exam_window", window_id), by=by, now=now, reason=reason, detail={"grader": grader_id})
    return True


def _move_planned(
    window_id: int, cards: tuple[TaskCard, ...], moves: Moves, rows: dict[int, Assignment], reason: str, *, by: int, now: datetime
) -> None:
    last = find_loads(window_id).positions
    keys = {card.task.key: card.task.assignment_id for card in cards}
    for to in sorted(set(moves.given.values())):
        mine = [key for key, assignment_id in keys.items() if moves.given.get(assignment_id) == to]
        places = shuffled_positions(mine, grader_id=to, seed=SEED.format(window_id), after=last.get(to, 0))
        for key, place in places.items():
            _move(rows[keys[key]], to, reason, position=place, by=by, now=now)


def _call_in(window_id: int, cards: Iterable[TaskCard], given: Mapping[int, int], *, now: datetime) -> None:
    """Who is given what is graded again, and is not on the window's staff, comes on it and does the 目合わせ first."""
    again = [card.task for card in cards if card.task.is_regrading and card.task.assignment_id in given]
    for as_markers in (True, False):
        asked = {given[task.assignment_id] for task in again if (task.part is not GraderPart.ADJUDICATOR) is as_markers}
        if asked:
            call_in(window_id, sorted(asked), as_markers=as_markers, now=now)


def _move(assignment: Assignment, to: int, reason: str, *, position: int, by: int, now: datetime) -> None:
    detail = {"from": assignment.grader_id, "to": to, "part": assignment.part.value}
    hand_over(assignment, to, kind=ChangeKind.REASSIGNED, reason=reason, position=position, by=by, now=now)
    assignment.assigned_by_id, assignment.assigned_at = by, now
    record("grading:reassign", subject=("assignment", assignment.id), by=by, now=now, reason=reason, detail=detail)


def _told(cards: tuple[TaskCard, ...], moves: Moves, staff: PartStaff) -> Moved:
    stuck = {task.assignment_id for task in moves.stuck}
    given = moves.given
    return Moved(
        moved=len(given),
        stuck=tuple(card for card in cards if card.task.assignment_id in stuck),
        without_third=tuple(
            card
            for card in cards
            if card.task.assignment_id in given and without_third(card.task, given[card.task.assignment_id], staff)
        ),
    )
