"""What a grader may see: the own queue and one essay at a time, by 受験番号 alone."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, Select, and_, or_, select
from sqlalchemy.orm import aliased
from werkzeug.exceptions import NotFound

from lms.cohorts.models import Cohort
from lms.db.session import db
from lms.exam_engine.definitions import EssayLimits, Rubric
from lms.exam_engine.papers import Paper, PaperEssayQuestion
from lms.exam_engine.rubrics import EssayScore
from lms.exams.models import ExamWindow, StoredPaper
from lms.exams.queries.papers import get_paper, papers_of
from lms.grading.models import Assignment, Essay, GraderMarkRow, GradingRound, MarkDraft, ResultRelease
from lms.grading.queries.facts import counted_essays
from lms.grading.rules.parts import AdjudicationReason, GraderPart, TaskState
from lms.grading.rules.reading import Paragraph, number_paragraphs
from lms.grading.rules.settling import EssayMarks, essay_question, essay_section, score
from lms.grading.rules.sheets import MarkSheet, read_sheet


class NoSuchAssignment(NotFound):
    """There is no such assignment, or it is somebody else's; a page answers 404 to both."""


@dataclass(frozen=True, slots=True)
class Task:
    """One essay in a grader's queue."""

    public_id: str
    window_id: int
    cohort_label: str
    due_on: date | None
    candidate_number: str
    question_id: str
    question_number: int
    question_title: str
    char_count: int
    part: GraderPart
    state: TaskState
    points: Decimal | None
    """The grader's own points, once confirmed."""


@dataclass(frozen=True, slots=True)
class EssayFrame:
    """What an essay is graded by: question, rubric and limits as frozen into its paper."""

    paper: Paper
    question: PaperEssayQuestion
    limits: EssayLimits
    char_count: int

    @property
    def rubric(self) -> Rubric:
        """The rubric of the question."""
        return self.question.rubric


@dataclass(frozen=True, slots=True)
class OtherMark:
    """A mark as the adjudicator sees it: whose is not said."""

    part: GraderPart
    sheet: MarkSheet
    points: Decimal


@dataclass(frozen=True, slots=True)
class DeskPage:
    """One essay on the desk with its rubric and the grader's own sheet."""

    public_id: str
    part: GraderPart
    candidate_number: str
    frame: EssayFrame
    paragraphs: tuple[Paragraph, ...]
    sheet: MarkSheet
    saved_at: datetime | None
    points: Decimal | None
    reasons: tuple[AdjudicationReason, ...]
    others: tuple[OtherMark, ...]
    """Both marks for an adjudicator, nothing for anybody else."""

    @property
    def is_confirmed(self) -> bool:
        """Whether the mark is given."""
        return self.points is not None

    @property
    def is_adjudication(self) -> bool:
        """Whether this grader decides after two others."""
        return self.part is GraderPart.ADJUDICATOR

    def score(self, sheet: MarkSheet) -> EssayScore:
        """What a complete sheet earns, with the rules that spoke."""
        return score(self.frame.paper, EssayMarks(self.frame.question.id, self.frame.char_count), sheet.mark)

    def with_sheet(self, sheet: MarkSheet) -> "DeskPage":
        """The same page with another sheet."""
        return replace(self, sheet=sheet)


def get_frame(essay_id: int) -> EssayFrame:
    """What an essay is graded by; raises NoSuchAssignment when there is no such essay."""
    row = db.session.execute(select(Essay.question_id, Essay.char_count, Essay.paper_id).where(Essay.id == essay_id)).first()
    if row is None:
        raise NoSuchAssignment
    return _frame(get_paper(row.paper_id), row.question_id, row.char_count)


def list_queue(grader_id: int) -> tuple[Task, ...]:
    """The grader's essays of windows without released results, question by question, in the own shuffled order."""
    rows = db.session.execute(_tasks(grader_id)).all()
    papers = papers_of({row.paper_id: row.sha256 for row in rows})
    tasks = [_task(row, papers[row.paper_id]) for row in rows]
    return tuple(sorted(tasks, key=lambda task: (task.window_id, task.question_number, task.question_id)))


@dataclass(frozen=True, slots=True)
class Deadline:
    """Until when the essays of a window should be graded, and how many of the grader's own are left."""

    cohort_label: str
    due_on: date
    left: int


def list_deadlines(queue: Sequence[Task]) -> tuple[Deadline, ...]:
    """The deadlines of the windows in a queue, the nearest first."""
    windows = {task.window_id: task for task in queue if task.due_on is not None}
    left = Counter(task.window_id for task in queue if task.state is not TaskState.DONE)
    found = [Deadline(task.cohort_label, task.due_on, left[task.window_id]) for task in windows.values() if task.due_on]
    return tuple(sorted(found, key=lambda deadline: deadline.due_on))


def find_next(queue: Sequence[Task], public_id: str) -> Task | None:
    """The next essay that waits, going on from this one and round to the beginning; None when all are done."""
    places = [task.public_id for task in queue]
    start = places.index(public_id) + 1 if public_id in places else 0
    waiting = (task for task in (*queue[start:], *queue[:start]) if task.state is not TaskState.DONE)
    return next(waiting, None)


def get_desk_page(public_id: str, *, grader_id: int) -> DeskPage:
    """The grader's own assignment; raises NoSuchAssignment for any other."""
    row = db.session.execute(
        select(Assignment, Essay, MarkDraft, GraderMarkRow)
        .join(Essay, Essay.id == Assignment.essay_id)
        .outerjoin(MarkDraft, MarkDraft.assignment_id == Assignment.id)
        .outerjoin(GraderMarkRow, GraderMarkRow.assignment_id == Assignment.id)
        .where(Assignment.public_id == public_id, Assignment.grader_id == grader_id)
    ).first()
    if row is None:
        raise NoSuchAssignment
    assignment, essay, draft, mark = row
    frame = _frame(get_paper(essay.paper_id), essay.question_id, essay.char_count)
    return DeskPage(
        public_id=public_id,
        part=assignment.part,
        candidate_number=essay.candidate_number,
        frame=frame,
        paragraphs=number_paragraphs(essay.text, frame.limits.over_not_graded),
        sheet=_own_sheet(frame, draft, mark),
        saved_at=draft.saved_at if draft else None,
        points=mark.points if mark else None,
        reasons=tuple(AdjudicationReason(reason) for reason in assignment.reasons),
        others=_others(essay.id, frame.rubric) if assignment.part is GraderPart.ADJUDICATOR else (),
    )


def _frame(paper: Paper, question_id: str, char_count: int) -> EssayFrame:
    section = essay_section(paper)
    if section is None or section.limits is None:
        raise NoSuchAssignment
    return EssayFrame(paper, essay_question(paper, question_id), section.limits, char_count)


def _own_sheet(frame: EssayFrame, draft: MarkDraft | None, mark: GraderMarkRow | None) -> MarkSheet:
    if mark is not None:
        return sheet_of_mark(frame.rubric, mark)
    if draft is not None:
        return read_sheet(frame.rubric, draft.body)
    if frame.char_count < frame.limits.under_not_graded:
        return MarkSheet(levels={criterion.id: 0 for criterion in frame.rubric.criteria})
    return MarkSheet()


def sheet_of_mark(rubric: Rubric, mark: GraderMarkRow) -> MarkSheet:
    """The sheet a stored mark was confirmed with."""
    return read_sheet(
        rubric,
        {
            "levels": mark.levels,
            "cap_id": mark.cap_id,
            "cap_reason": mark.cap_reason,
            "wants_adjudication": mark.wants_adjudication,
            "note": mark.note,
            "feedback": mark.feedback,
        },
    )


def _others(essay_id: int, rubric: Rubric) -> tuple[OtherMark, ...]:
    rows = db.session.execute(
        select(Assignment.part, GraderMarkRow)
        .join(GraderMarkRow, GraderMarkRow.assignment_id == Assignment.id)
        .where(Assignment.essay_id == essay_id, Assignment.part != GraderPart.ADJUDICATOR)
        .order_by(Assignment.part)
    )
    return tuple(OtherMark(part, sheet_of_mark(rubric, mark), mark.points) for part, mark in rows)


def _tasks(grader_id: int) -> Select[*tuple[Any, ...]]:
    released = aliased(ResultRelease)
    # A re-scoring after the release may call for a third grader.
    is_late_call = and_(Assignment.part == GraderPart.ADJUDICATOR, GraderMarkRow.id.is_(None))
    return (
        select(
            Assignment.public_id,
            Assignment.part,
            Essay.window_id,
            Essay.candidate_number,
            Essay.question_id,
            Essay.char_count,
            Cohort.label,
            GradingRound.due_on,
            Essay.paper_id,
            StoredPaper.sha256,
            MarkDraft.assignment_id.label("draft_id"),
            GraderMarkRow.points,
        )
        .join(Essay, Essay.id == Assignment.essay_id)
        .join(StoredPaper, StoredPaper.id == Essay.paper_id)
        .join(ExamWindow, ExamWindow.id == Essay.window_id)
        .join(Cohort, Cohort.id == ExamWindow.cohort_id)
        .outerjoin(GradingRound, GradingRound.window_id == Essay.window_id)
        .outerjoin(MarkDraft, MarkDraft.assignment_id == Assignment.id)
        .outerjoin(GraderMarkRow, GraderMarkRow.assignment_id == Assignment.id)
        .outerjoin(released, released.window_id == Essay.window_id)
        .where(Assignment.grader_id == grader_id, or_(released.id.is_(None), is_late_call), counted_essays())
        .order_by(Assignment.position, Assignment.id)
    )


def _task(row: Row[*tuple[Any, ...]], paper: Paper) -> Task:
    question = essay_question(paper, row.question_id)
    state = TaskState.DONE if row.points is not None else TaskState.DRAFT if row.draft_id is not None else TaskState.WAITING
    return Task(
        public_id=row.public_id,
        window_id=row.window_id,
        cohort_label=row.label,
        due_on=row.due_on,
        candidate_number=row.candidate_number,
        question_id=row.question_id,
        question_number=question.number,
        question_title=question.title,
        char_count=row.char_count,
        part=row.part,
        state=state,
        points=row.points,
    )
