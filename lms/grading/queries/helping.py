"""手伝える答案: essays of others that a grader whose own queue is done may take over; nobody is named."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, or_, select
from sqlalchemy.orm import aliased

from lms.db.session import db
from lms.exams.models import Attempt
from lms.grading.models import (
    Assignment,
    AssignmentLease,
    Essay,
    GraderMarkRow,
    GradingRound,
    MarkDraft,
    ResultRelease,
    WindowGrader,
)
from lms.grading.queries.calibration import list_gates
from lms.grading.queries.conflicts import window_conflicts
from lms.grading.queries.desk import Task, gradable_essays
from lms.grading.queries.reassigning import find_part_staff
from lms.grading.rules.parts import GraderPart, TaskState
from lms.grading.rules.reassigning import OpenTask, without_third

_Candidate = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Offer:
    """An assignment of somebody else that a grader may take over."""

    window_id: int
    assignment_id: int


def list_offers(grader_id: int, queue: Sequence[Task], *, now: datetime) -> tuple[Offer, ...]:
    """Everything the grader may take over, in the order in which it is offered; `queue` is her own, from `list_queue`."""
    return tuple(
        Offer(window_id, assignment_id)
        for window_id in list_windows_to_help(grader_id, queue)
        for assignment_id in list_helpable(window_id, grader_id, now=now)
    )


def list_windows_to_help(grader_id: int, queue: Sequence[Task]) -> tuple[int, ...]:
    """The unreleased windows in which the person gives marks and sees nothing left to do, the nearest deadline first.

    What counts is what her queue shows. A 見本答案 that waits unseen keeps her from nothing; one that is shown keeps her
    like any other answer, for else the offer would tell that all she has left is 見本答案.
    """
    rows = db.session.scalars(
        select(WindowGrader.window_id)
        .join(GradingRound, GradingRound.window_id == WindowGrader.window_id)
        .outerjoin(ResultRelease, ResultRelease.window_id == WindowGrader.window_id)
        .where(WindowGrader.grader_id == grader_id, WindowGrader.is_marker, ResultRelease.id.is_(None))
        .order_by(GradingRound.due_on.is_(None), GradingRound.due_on, WindowGrader.window_id)
    ).all()
    busy = {task.window_id for task in queue if task.state is not TaskState.DONE}
    return tuple(window_id for window_id in rows if window_id not in busy)


def list_helpable(window_id: int, grader_id: int, *, among: Collection[int] | None = None, now: datetime) -> tuple[int, ...]:
    """The ids of the assignments the grader may take over in a window, in the order in which they are offered.

    What nobody has begun comes first, and of whoever has most left. Questions that wait for her 目合わせ are left out;
    what is graded again after an appeal stays with those who were asked. A fixed number of SELECTs; `among` limits the
    answer to some assignments.
    """
    rows = db.session.execute(_untouched(window_id, grader_id, among, now=now)).all()
    if not rows:
        return ()
    closed = _closed_questions(window_id, grader_id)
    free = _allowed(window_id, grader_id, [row for row in rows if row.question_id not in closed])
    left = Counter(row.grader_id for row in free)
    return tuple(row.id for row in sorted(free, key=lambda row: (row.draft_id is not None, -left[row.grader_id], -row.id)))


def _untouched(window_id: int, grader_id: int, among: Collection[int] | None, *, now: datetime) -> Select[*tuple[Any, ...]]:
    """What others have not marked and do not work at, of essays of which the grader has no part."""
    own = aliased(Assignment)
    has_part = select(own.id).where(own.essay_id == Assignment.essay_id, own.grader_id == grader_id).exists()
    statement = (
        select(
            Assignment.id,
            Assignment.essay_id,
            Assignment.grader_id,
            Assignment.part,
            Essay.question_id,
            Attempt.participant_id,
            MarkDraft.assignment_id.label("draft_id"),
        )
        .join(Essay, Essay.id == Assignment.essay_id)
        .join(Attempt, Attempt.id == Essay.attempt_id)
        .outerjoin(GraderMarkRow, GraderMarkRow.assignment_id == Assignment.id)
        .outerjoin(MarkDraft, MarkDraft.assignment_id == Assignment.id)
        .outerjoin(AssignmentLease, AssignmentLease.assignment_id == Assignment.id)
        .where(Essay.window_id == window_id, Essay.anchor_id.is_(None), Essay.round == 1, gradable_essays())
        .where(Assignment.part.in_((GraderPart.FIRST, GraderPart.SECOND)), GraderMarkRow.id.is_(None), ~has_part)
        .where(or_(AssignmentLease.expires_at.is_(None), AssignmentLease.expires_at <= now))
    )
    return statement if among is None else statement.where(Assignment.id.in_(among))


def _closed_questions(window_id: int, grader_id: int) -> frozenset[str]:
    gates = list_gates(window_id=window_id, grader_id=grader_id)
    return frozenset(question_id for (_, _, question_id), gate in gates.items() if not gate.is_open)


def _allowed(window_id: int, grader_id: int, rows: Sequence[_Candidate]) -> list[_Candidate]:
    """Those that no rule of 担当替え keeps from her, and that leave somebody to adjudicate."""
    staff, conflicts = find_part_staff(window_id), window_conflicts(window_id)
    holders = _holders(window_id)
    barred = {each: conflicts.barred_graders(each) for each in {row.participant_id for row in rows}}
    tasks = [(row, _task(row, holders[row.essay_id], barred[row.participant_id])) for row in rows]
    return [row for row, task in tasks if task.find_fault(grader_id, staff) is None and not without_third(task, grader_id, staff)]


def _holders(window_id: int) -> Mapping[int, frozenset[int]]:
    """Essay id → everybody it was given to, of a whole window: to name each essay would cost more."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    here = select(Essay.id).where(Essay.window_id == window_id, Essay.anchor_id.is_(None))
    parts = select(Assignment.essay_id, Assignment.grader_id).where(Assignment.essay_id.in_(here))
    for essay_id, grader_id in db.session.execute(parts):
        found[essay_id].add(grader_id)
    return {essay_id: frozenset(graders) for essay_id, graders in found.items()}


def _task(row: _Candidate, holders: frozenset[int], barred: frozenset[int]) -> OpenTask:
    return OpenTask(
        assignment_id=row.id,
        key=str(row.id),
        part=row.part,
        grader_id=row.grader_id,
        is_leased=False,
        involved=holders - {row.grader_id},
        barred=barred,
    )
