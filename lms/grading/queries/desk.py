"""What a grader may see: the own queue and one essay at a time, by 受験番号 alone."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select
from sqlalchemy.orm import aliased
from werkzeug.exceptions import NotFound

from lms.cohorts.models import Cohort
from lms.db.session import db
from lms.exam_engine.definitions import EssayLimits, Rubric
from lms.exam_engine.papers import Paper, PaperEssayQuestion
from lms.exam_engine.rubrics import EssayScore
from lms.exams.models import ExamWindow, StoredPaper
from lms.exams.queries.papers import get_paper, papers_of
from lms.grading.labels import SHORT_PARTS
from lms.grading.models import (
    Assignment,
    AssignmentLease,
    Essay,
    GraderMarkRow,
    GradingRound,
    MarkDoubt,
    MarkDraft,
    ResultRelease,
)
from lms.grading.queries.calibration import check_gate, list_fitting, list_gates
from lms.grading.queries.facts import counted_essays
from lms.grading.queries.masking import get_graded_text, shown_to_graders
from lms.grading.rules.calibration import OPEN_GATE, Gate
from lms.grading.rules.highlights import Highlight, Labeled, Piece, cut, label_highlights
from lms.grading.rules.leasing import Lease
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
    is_locked: bool = False
    """The 目合わせ of its question comes first."""


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
    doubt: str = ""
    """What the grader wrote when asking for a correction of the confirmed mark."""


@dataclass(frozen=True, slots=True)
class DeskPage:
    """One essay on the desk with its rubric and the grader's own sheet."""

    public_id: str
    part: GraderPart
    candidate_number: str
    frame: EssayFrame
    text: str
    paragraphs: tuple[Paragraph, ...]
    sheet: MarkSheet
    version: int
    """Of the stored draft; 0 before the first."""
    lease: Lease | None
    saved_at: datetime | None
    points: Decimal | None
    doubt: str | None
    """What this grader wrote when asking for a correction of the confirmed mark."""
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

    @property
    def own_highlights(self) -> tuple[Labeled, ...]:
        """This grader's highlights, numbered."""
        return label_highlights(self.sheet.highlights)

    def is_held_elsewhere(self, device: str, now: datetime) -> bool:
        """Whether the grader works at it on another device."""
        return self.lease is not None and self.lease.device != device and self.lease.is_living(now)

    @property
    def other_highlights(self) -> tuple[tuple[GraderPart, tuple[Labeled, ...]], ...]:
        """For an adjudicator: the highlights of each of the two, with the sign of whose part they are."""
        return tuple((other.part, label_highlights(other.sheet.highlights, SHORT_PARTS[other.part])) for other in self.others)

    def cut(self, paragraph: Paragraph) -> tuple[Piece, ...]:
        """A paragraph in pieces, with the own highlights and, for an adjudicator, those of the others."""
        others = (labeled for _, group in self.other_highlights for labeled in group)
        return cut(paragraph, (*self.own_highlights, *others))

    def quoted(self, highlight: Highlight) -> str:
        """The passage a highlight stands on."""
        return self.text[highlight.start : highlight.end]

    def with_sheet(self, sheet: MarkSheet, *, version: int) -> "DeskPage":
        """The same page as somebody filled it in who had opened it at this version."""
        return replace(self, sheet=sheet, version=version)


def graded_text(essay: Essay) -> str:
    """The text graders read; highlights count its code points."""
    return get_graded_text(essay, essay.char_count).text


def gradable_essays() -> ColumnElement[bool]:
    """Condition: what graders are asked to mark: a participant's essay that counts and may be read, or a 見本答案."""
    return and_(or_(Essay.anchor_id.is_not(None), counted_essays()), shown_to_graders())


def get_frame(essay_id: int) -> EssayFrame:
    """What an essay is graded by; raises NoSuchAssignment when there is no such essay."""
    row = db.session.execute(select(Essay.question_id, Essay.char_count, Essay.paper_id).where(Essay.id == essay_id)).first()
    if row is None:
        raise NoSuchAssignment
    return _frame(get_paper(row.paper_id), row.question_id, row.char_count)


def list_queue(grader_id: int) -> tuple[Task, ...]:
    """The grader's essays of windows without released results, question by question, in the own shuffled order."""
    rows = list_fitting(db.session.execute(_tasks(grader_id)).all())
    papers = papers_of({row.paper_id: row.sha256 for row in rows})
    gates = list_gates(grader_id=grader_id)
    tasks = [_task(row, papers[row.paper_id], gates.get((row.window_id, grader_id, row.question_id), OPEN_GATE)) for row in rows]
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
    waiting = (task for task in (*queue[start:], *queue[:start]) if task.state is not TaskState.DONE and not task.is_locked)
    return next(waiting, None)


def waits_for_office(queue: Sequence[Task]) -> bool:
    """Whether a question is locked although no 見本答案 of it waits: only the office can open it."""
    asked = {(task.window_id, task.question_id) for task in queue if task.part is GraderPart.CALIBRATION}
    return any(task.is_locked and (task.window_id, task.question_id) not in asked for task in queue)


def get_desk_page(public_id: str, *, grader_id: int) -> DeskPage:
    """The grader's own assignment; raises NoSuchAssignment for any other, NotCalibrated while it waits for 目合わせ."""
    row = db.session.execute(
        select(Assignment, Essay, MarkDraft, GraderMarkRow, AssignmentLease, MarkDoubt)
        .join(Essay, Essay.id == Assignment.essay_id)
        .outerjoin(MarkDraft, MarkDraft.assignment_id == Assignment.id)
        .outerjoin(GraderMarkRow, GraderMarkRow.assignment_id == Assignment.id)
        .outerjoin(AssignmentLease, AssignmentLease.assignment_id == Assignment.id)
        .outerjoin(MarkDoubt, MarkDoubt.mark_id == GraderMarkRow.id)
        .where(Assignment.public_id == public_id, Assignment.grader_id == grader_id, shown_to_graders())
    ).first()
    if row is None:
        raise NoSuchAssignment
    assignment, essay, draft, mark, lease, doubt = row
    if mark is None and assignment.part is not GraderPart.CALIBRATION:
        check_gate(essay.window_id, grader_id, essay.question_id)
    frame = _frame(get_paper(essay.paper_id), essay.question_id, essay.char_count)
    graded = get_graded_text(essay, frame.limits.over_not_graded)
    return DeskPage(
        public_id=public_id,
        part=assignment.part,
        candidate_number=essay.candidate_number,
        frame=frame,
        text=graded.text,
        paragraphs=number_paragraphs(graded.text, graded.limit),
        sheet=_own_sheet(frame, draft, mark).within(len(graded.text)),
        version=draft.version if draft else 0,
        lease=read_lease(lease),
        saved_at=draft.saved_at if draft else None,
        points=mark.points if mark else None,
        doubt=doubt.text if doubt else None,
        reasons=tuple(AdjudicationReason(reason) for reason in assignment.reasons),
        others=_others(essay.id, frame.rubric) if assignment.part is GraderPart.ADJUDICATOR else (),
    )


def read_lease(row: AssignmentLease | None) -> Lease | None:
    """A stored lease as the rules know it; None for none."""
    return None if row is None else Lease(row.grader_id, row.device, row.started_at, row.expires_at)


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
            "highlights": mark.highlights,
        },
    )


def _others(essay_id: int, rubric: Rubric) -> tuple[OtherMark, ...]:
    rows = db.session.execute(
        select(Assignment.part, GraderMarkRow, MarkDoubt.text)
        .join(GraderMarkRow, GraderMarkRow.assignment_id == Assignment.id)
        .outerjoin(MarkDoubt, MarkDoubt.mark_id == GraderMarkRow.id)
        .where(Assignment.essay_id == essay_id, Assignment.part != GraderPart.ADJUDICATOR)
        .order_by(Assignment.part)
    )
    return tuple(OtherMark(part, sheet_of_mark(rubric, mark), mark.points, doubt or "") for part, mark, doubt in rows)


def _tasks(grader_id: int) -> Select[*tuple[Any, ...]]:
    released = aliased(ResultRelease)
    # After the release a re-scoring may call for a third grader, and an appeal for new ones.
    is_late_call = and_(or_(Assignment.part == GraderPart.ADJUDICATOR, Essay.round > 1), GraderMarkRow.id.is_(None))
    is_calibration = and_(Assignment.part == GraderPart.CALIBRATION, GraderMarkRow.id.is_(None))
    is_essay = Assignment.part != GraderPart.CALIBRATION
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
            Essay.anchor_id,
            released.id.label("release_id"),
        )
        .join(Essay, Essay.id == Assignment.essay_id)
        .join(StoredPaper, StoredPaper.id == Essay.paper_id)
        .join(ExamWindow, ExamWindow.id == Essay.window_id)
        .join(Cohort, Cohort.id == ExamWindow.cohort_id)
        .outerjoin(GradingRound, GradingRound.window_id == Essay.window_id)
        .outerjoin(MarkDraft, MarkDraft.assignment_id == Assignment.id)
        .outerjoin(GraderMarkRow, GraderMarkRow.assignment_id == Assignment.id)
        .outerjoin(released, released.window_id == Essay.window_id)
        .where(
            Assignment.grader_id == grader_id,
            or_(and_(released.id.is_(None), is_essay), is_late_call, is_calibration),
            gradable_essays(),
        )
        .order_by(Assignment.position, Assignment.id)
    )


def _task(row: Row[*tuple[Any, ...]], paper: Paper, gate: Gate) -> Task:
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
        is_locked=row.points is None and row.part is not GraderPart.CALIBRATION and not gate.is_open,
    )
