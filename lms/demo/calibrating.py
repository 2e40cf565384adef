"""目合わせ in the demo: graders who agree with what was agreed, and one who does not and is let in by the office."""

from datetime import datetime, timedelta

from sqlalchemy import select

from lms.db.session import db
from lms.exam_engine.anchors import Anchor
from lms.exams.models import ExamWindow
from lms.grading.models import Assignment, Essay
from lms.grading.queries.calibration import find_gate
from lms.grading.queries.desk import Task, list_queue
from lms.grading.rules.calibration import GateState
from lms.grading.rules.parts import GraderPart, TaskState
from lms.grading.rules.sheets import MarkSheet
from lms.grading.services.calibrating import waive_calibration
from lms.grading.services.marking import confirm_mark
from lms.grading.source import find_anchors

PACE = timedelta(minutes=12)
"""From one mark to the next."""
TOO_LOW = 2
"""Levels by which the grader who does not agree is too severe."""
WAIVER_REASON = "見本答案3回分の差について主任採点者と話し合い、基準の読み違いを本人が説明できたため"


def agree_on_anchors(window_id: int, grader_ids: list[int], *, now: datetime) -> datetime:
    """Every grader marks her 見本答案 as was agreed; says when the last one was done."""
    for grader_id in grader_ids:
        for task in _waiting(window_id, grader_id):
            now += PACE
            _confirm(task.public_id, by=grader_id, now=now)
    return now


def disagree_and_be_let_in(window_id: int, grader_id: int, *, by: int, now: datetime) -> datetime:
    """The grader is too severe on her first question until no try is left, and the office waives it."""
    question_id = next((task.question_id for task in _waiting(window_id, grader_id)), None)
    while question_id is not None and find_gate(window_id, grader_id, question_id).state is GateState.WAITING:
        now += PACE
        task = next(task for task in _waiting(window_id, grader_id) if task.question_id == question_id)
        _confirm(task.public_id, by=grader_id, now=now, lower=TOO_LOW)
    if question_id is not None:
        now += PACE
        waive_calibration(window_id, grader_id, question_id, WAIVER_REASON, by=by, now=now)
    return now


def find_anchor(public_id: str) -> Anchor | None:
    """The 見本答案 behind an assignment; None for what a participant wrote."""
    row = db.session.execute(
        select(Essay.anchor_id, ExamWindow.exam_id)
        .join(Assignment, Assignment.essay_id == Essay.id)
        .join(ExamWindow, ExamWindow.id == Essay.window_id)
        .where(Assignment.public_id == public_id)
    ).one()
    return None if row.anchor_id is None else find_anchors(row.exam_id)[row.anchor_id]


def confirm_agreed(public_id: str, anchor: Anchor, *, by: int, now: datetime, lower: int = 0) -> None:
    """Confirm the agreed levels, or so many lower."""
    levels = {criterion_id: max(0, level - lower) for criterion_id, level in anchor.levels}
    sheet = MarkSheet(levels=levels, cap_id=anchor.cap_id, cap_reason=anchor.cap_reason or "")
    confirm_mark(public_id, sheet, by=by, now=now)


def _confirm(public_id: str, *, by: int, now: datetime, lower: int = 0) -> None:
    anchor = find_anchor(public_id)
    if anchor is not None:
        confirm_agreed(public_id, anchor, by=by, now=now, lower=lower)


def _waiting(window_id: int, grader_id: int) -> list[Task]:
    return [
        task
        for task in list_queue(grader_id)
        if task.part is GraderPart.CALIBRATION and task.window_id == window_id and task.state is not TaskState.DONE
    ]
