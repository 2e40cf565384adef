"""How fast a grader works today, question by question; nobody else's pace is shown anywhere."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from lms import clock
from lms.db.session import db
from lms.grading.models import Assignment, Essay, GraderMarkRow
from lms.grading.queries.desk import Task
from lms.grading.rules.pace import Pace, pace
from lms.grading.rules.parts import TaskState


@dataclass(frozen=True, slots=True)
class QuestionPace:
    """One question of a grader's queue in one window."""

    window_id: int
    question_id: str
    cohort_label: str
    number: int
    title: str
    pace: Pace


def list_paces(queue: Sequence[Task], grader_id: int, *, now: datetime) -> tuple[QuestionPace, ...]:
    """The pace of every question in the queue, in its order; one SELECT."""
    spans = _spans_today(grader_id, now)
    tasks: defaultdict[tuple[int, str], list[Task]] = defaultdict(list)
    for task in queue:
        tasks[task.window_id, task.question_id].append(task)
    return tuple(_of_question(group, spans[key]) for key, group in tasks.items())


def find_pace(paces: Sequence[QuestionPace], queue: Sequence[Task], public_id: str) -> QuestionPace | None:
    """The pace of the question an essay of the queue belongs to; None for what is in the queue no longer."""
    key = next(((task.window_id, task.question_id) for task in queue if task.public_id == public_id), None)
    return next((each for each in paces if (each.window_id, each.question_id) == key), None)


def _of_question(group: Sequence[Task], spans: Sequence[tuple[datetime, datetime]]) -> QuestionPace:
    done = sum(task.state is TaskState.DONE for task in group)
    first = group[0]
    return QuestionPace(
        window_id=first.window_id,
        question_id=first.question_id,
        cohort_label=first.cohort_label,
        number=first.question_number,
        title=first.question_title,
        pace=pace(spans, done=done, left=len(group) - done),
    )


def _spans_today(grader_id: int, now: datetime) -> defaultdict[tuple[int, str], list[tuple[datetime, datetime]]]:
    rows = db.session.execute(
        select(Essay.window_id, Essay.question_id, GraderMarkRow.started_at, GraderMarkRow.confirmed_at)
        .join(Assignment, Assignment.id == GraderMarkRow.assignment_id)
        .join(Essay, Essay.id == Assignment.essay_id)
        .where(
            Assignment.grader_id == grader_id,
            GraderMarkRow.started_at.is_not(None),
            GraderMarkRow.confirmed_at >= clock.jst_moment(clock.to_jst(now).date()),
        )
    )
    found: defaultdict[tuple[int, str], list[tuple[datetime, datetime]]] = defaultdict(list)
    for row in rows:
        found[row.window_id, row.question_id].append((row.started_at, row.confirmed_at))
    return found
