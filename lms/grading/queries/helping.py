"""手伝える答案: essays of others that a grader whose own queue is done may take over; nobody is named."""

from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from lms.db.session import db
from lms.grading.models import Assignment, Essay, GraderMarkRow, GradingRound, ResultRelease, WindowGrader
from lms.grading.queries.calibration import list_gates
from lms.grading.queries.desk import gradable_essays
from lms.grading.queries.reassigning import TaskCard, find_part_staff, list_tasks
from lms.grading.rules.parts import GraderPart
from lms.grading.rules.reassigning import without_third


def count_helpable(grader_id: int, *, now: datetime) -> int:
    """How many essays of others the grader may take over now; none of a window in which she has work of her own."""
    return sum(len(list_helpable(window_id, grader_id, now=now)) for window_id in list_windows_to_help(grader_id))


def list_windows_to_help(grader_id: int) -> tuple[int, ...]:
    """The unreleased windows in which the person gives marks and has nothing left to do, the nearest deadline first."""
    rows = db.session.scalars(
        select(WindowGrader.window_id)
        .join(GradingRound, GradingRound.window_id == WindowGrader.window_id)
        .outerjoin(ResultRelease, ResultRelease.window_id == WindowGrader.window_id)
        .where(WindowGrader.grader_id == grader_id, WindowGrader.is_marker, ResultRelease.id.is_(None))
        .order_by(GradingRound.due_on.is_(None), GradingRound.due_on, WindowGrader.window_id)
    ).all()
    busy = {row.window_id for row in db.session.execute(_open_of(grader_id))}
    return tuple(window_id for window_id in rows if window_id not in busy)


def count_own_open(grader_id: int) -> int:
    """How many essays the grader has not marked yet."""
    return len(db.session.execute(_open_of(grader_id)).all())


def list_helpable(window_id: int, grader_id: int, *, now: datetime) -> list[int]:
    """The ids of the assignments the grader may take over in a window, in the order in which they are offered.

    What nobody has begun comes first, and of whoever has most left. Questions that wait for her 目合わせ are left out;
    what is graded again after an appeal stays with those who were asked.
    """
    staff, locked = find_part_staff(window_id), _locked(window_id, grader_id)
    cards = [card for card in list_tasks(window_id, now=now) if card.task.part is not GraderPart.ADJUDICATOR]
    loads = Counter(card.task.grader_id for card in cards)
    free = [
        card
        for card in cards
        if not card.task.is_regrading
        and card.task.assignment_id not in locked
        and card.task.find_fault(grader_id, staff) is None
        and not without_third(card.task, grader_id, staff)
    ]
    return [card.task.assignment_id for card in sorted(free, key=lambda card: _rank(card, loads))]


def _locked(window_id: int, grader_id: int) -> frozenset[int]:
    gates = list_gates(window_id=window_id, grader_id=grader_id)
    closed = [question_id for (_, _, question_id), gate in gates.items() if not gate.is_open]
    statement = select(Assignment.id).join(Essay, Essay.id == Assignment.essay_id)
    return frozenset(db.session.scalars(statement.where(Essay.window_id == window_id, Essay.question_id.in_(closed))))


def _rank(card: TaskCard, loads: Counter[int]) -> tuple[bool, int, int]:
    return card.has_draft, -loads[card.task.grader_id], -card.task.assignment_id


def _open_of(grader_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(Assignment.id, Essay.window_id)
        .join(Essay, Essay.id == Assignment.essay_id)
        .outerjoin(GraderMarkRow, GraderMarkRow.assignment_id == Assignment.id)
        .where(Assignment.grader_id == grader_id, GraderMarkRow.id.is_(None), gradable_essays())
    )
