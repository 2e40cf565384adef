"""What leaves 採点 after the release, and who graded whom: read by マイページ, 受験資格 and 認定."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask import Flask
from sqlalchemy import Row, Select, Subquery, func, or_, select

from lms.accounts.queries import init_blindness
from lms.db.session import db
from lms.exam_engine.papers import Paper, PaperMachineQuestion
from lms.exam_engine.verdicts import TOTAL
from lms.exams.models import Attempt, ExamWindow
from lms.exams.queries.papers import get_paper
from lms.exams.queries.results import init_results
from lms.exams.queries.windows import init_numbers
from lms.exams.rules.eligibility import ReleasedOutcome
from lms.grading.models import Assignment, AssignmentChange, ChoiceMark, Essay, GraderMarkRow, ResultRelease, ResultRow
from lms.grading.queries.calibration import list_reserved_numbers
from lms.grading.queries.facts import standing_essays
from lms.grading.queries.staff import has_open_part
from lms.grading.rules.parts import GraderPart
from lms.grading.rules.settling import choice_section, essay_question


@dataclass(frozen=True, slots=True)
class ArithmeticLine:
    """One comparison of the pass rule; `title` is empty for the total."""

    what: str
    title: str
    points: Decimal
    needed: Decimal
    max_points: Decimal
    is_met: bool


@dataclass(frozen=True, slots=True)
class ReleasedCriterion:
    """観点: the mean of the levels that counted, and the words of each of those levels (best first, none twice)."""

    title: str
    points: Decimal
    max_points: int
    level_texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReleasedEssay:
    """An essay's settled points with its criteria and the graders' 講評 to the participant."""

    question_id: str
    number: int
    title: str
    points: Decimal
    max_points: Decimal
    char_count: int
    applied: tuple[str, ...]
    """Values of the engine's ScoreRule: length or cap rules that spoke (words: grading.labels.SCORE_RULES)."""
    criteria: tuple[ReleasedCriterion, ...]
    feedbacks: tuple[str, ...]
    lessons: tuple[str, ...]
    """Lesson ids behind the question."""


@dataclass(frozen=True, slots=True)
class ReleasedDomain:
    """選択問題 of one domain: right ones of all, and the lessons behind the wrong ones."""

    domain: str
    correct: int
    total: int
    lessons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReleasedResult:
    """成績 as its participant may see it."""

    attempt_id: int
    window_id: int
    window_number: int
    candidate_number: str
    exam_title: str
    released_at: datetime
    is_passed: bool
    total: Decimal
    max_total: Decimal
    arithmetic: tuple[ArithmeticLine, ...]
    essays: tuple[ReleasedEssay, ...]
    domains: tuple[ReleasedDomain, ...]

    @property
    def has_feedback(self) -> bool:
        """Whether any grader whose mark counts wrote a 講評."""
        return any(essay.feedbacks for essay in self.essays)


@dataclass(frozen=True, slots=True)
class ReleasedVerdict:
    """合否 in short, for lists, 受験資格 and 認定."""

    attempt_id: int
    participant_id: int
    window_number: int
    is_passed: bool
    total: Decimal
    released_at: datetime


def init_grading(app: Flask) -> None:
    """Lend the rooms below what they cannot know: results (for a resit), 受験番号 that are taken, who grades blind."""
    init_results(app, find_released_outcome, list_finalized_attempts)
    init_numbers(app, list_reserved_numbers)
    init_blindness(app, has_open_part)


def list_finalized_attempts(window_id: int) -> frozenset[int]:
    """The attempts of a window that have a finalized result, released or not."""
    return frozenset(db.session.scalars(select(ResultRow.attempt_id).where(ResultRow.window_id == window_id)))


def find_released_outcome(attempt_id: int) -> ReleasedOutcome | None:
    """Whether the released result of an attempt is 合格, and when it was released; None while nothing is released."""
    row = db.session.execute(
        _released().with_only_columns(ResultRow.is_passed, ResultRelease.released_at).where(ResultRow.attempt_id == attempt_id)
    ).first()
    return None if row is None else ReleasedOutcome(row.is_passed, row.released_at)


def find_released_result(participant_id: int) -> ReleasedResult | None:
    """The result that stands: of the window she passed, else of the latest released one; None while nothing is released."""
    row = db.session.execute(
        _released()
        .add_columns(Attempt.candidate_number, Attempt.window_id, Attempt.paper_id)
        .where(Attempt.participant_id == participant_id)
        .order_by(ResultRow.is_passed.desc(), ExamWindow.number.desc())
        .limit(1)
    ).first()
    return None if row is None else _result(row)


def list_released_verdicts(participant_ids: Sequence[int]) -> dict[int, ReleasedVerdict]:
    """Participant id → verdict of the window that was passed, else of the latest released one; one SELECT.

    A first sitting may turn to 合格 by a re-scoring after a resit was failed.
    """
    own = _released().where(Attempt.participant_id.in_(participant_ids))
    rows = db.session.execute(own.order_by(ResultRow.is_passed, ExamWindow.number))
    return {
        row.participant_id: ReleasedVerdict(
            attempt_id=row.ResultRow.attempt_id,
            participant_id=row.participant_id,
            window_number=row.number,
            is_passed=row.ResultRow.is_passed,
            total=row.ResultRow.total,
            released_at=row.released_at,
        )
        for row in rows
    }


def list_graded_participant_ids(user_id: int) -> frozenset[int]:
    """The participants this person was given essays of to grade, in any window and part; one SELECT.

    Whoever handed an essay over later has read it, too.
    """
    handed_over = select(AssignmentChange.assignment_id).where(AssignmentChange.from_grader_id == user_id)
    given = (
        select(Attempt.participant_id)
        .join(Essay, Essay.attempt_id == Attempt.id)
        .join(Assignment, Assignment.essay_id == Essay.id)
        .where(or_(Assignment.grader_id == user_id, Assignment.id.in_(handed_over)))
        .distinct()
    )
    return frozenset(db.session.scalars(given))


def latest_revisions() -> Subquery:
    """Subquery: attempt id and its highest result revision."""
    return select(ResultRow.attempt_id, func.max(ResultRow.revision).label("revision")).group_by(ResultRow.attempt_id).subquery()


def _released() -> Select[*tuple[Any, ...]]:
    latest = latest_revisions()
    return (
        select(ResultRow, ResultRelease.released_at, ExamWindow.number, Attempt.participant_id)
        .join(latest, (latest.c.attempt_id == ResultRow.attempt_id) & (latest.c.revision == ResultRow.revision))
        .join(ResultRelease, ResultRelease.window_id == ResultRow.window_id)
        .join(ExamWindow, ExamWindow.id == ResultRow.window_id)
        .join(Attempt, Attempt.id == ResultRow.attempt_id)
    )


def _result(row: Row[Any]) -> ReleasedResult:
    result: ResultRow = row.ResultRow
    paper = get_paper(row.paper_id)
    return ReleasedResult(
        attempt_id=result.attempt_id,
        window_id=row.window_id,
        window_number=row.number,
        candidate_number=row.candidate_number,
        exam_title=paper.title,
        released_at=row.released_at,
        is_passed=result.is_passed,
        total=result.total,
        max_total=sum((section.max_points for section in paper.sections), Decimal(0)),
        arithmetic=tuple(read_arithmetic(paper, result.arithmetic)),
        essays=_essays(paper, result),
        domains=_domains(paper, result.submission_id),
    )


def read_arithmetic(paper: Paper, stored: Sequence[dict[str, Any]]) -> list[ArithmeticLine]:
    """The stored lines of the pass rule with the titles and maxima of the paper's sections."""
    sections = {section.id: section for section in paper.sections}
    everything = sum((section.max_points for section in paper.sections), Decimal(0))
    return [
        ArithmeticLine(
            what=line["what"],
            title="" if line["what"] == TOTAL else sections[line["what"]].title,
            points=Decimal(line["points"]),
            needed=Decimal(line["needed"]),
            max_points=everything if line["what"] == TOTAL else sections[line["what"]].max_points,
            is_met=line["is_met"],
        )
        for line in stored
    ]


def _essays(paper: Paper, result: ResultRow) -> tuple[ReleasedEssay, ...]:
    feedbacks = _feedbacks(result)
    questions = [(essay_question(paper, question_id), record) for question_id, record in result.essays.items()]
    return tuple(
        ReleasedEssay(
            question_id=question.id,
            number=question.number,
            title=question.title,
            points=Decimal(record["points"]),
            max_points=question.max_points,
            char_count=record["char_count"],
            applied=tuple(record["applied"]),
            criteria=tuple(
                _criterion(
                    criterion.title,
                    criterion.max_points,
                    record["levels"][criterion.id],
                    {x.points: x.text for x in criterion.levels},
                )
                for criterion in question.rubric.criteria
            ),
            feedbacks=tuple(
                feedbacks.get((question.id, part), "") for part in record["parts"] if feedbacks.get((question.id, part))
            ),
            lessons=question.lessons,
        )
        for question, record in sorted(questions, key=lambda pair: pair[0].number)
    )


def _criterion(title: str, max_points: int, levels: Sequence[int], texts: dict[int, str]) -> ReleasedCriterion:
    mean = Decimal(sum(levels)) / len(levels)
    return ReleasedCriterion(title, mean, max_points, tuple(texts[points] for points in sorted(set(levels), reverse=True)))


def _feedbacks(result: ResultRow) -> dict[tuple[str, GraderPart], str]:
    # Of the texts and the round that count: what an appeal's new graders write is not shown before the appeal is closed.
    rows = db.session.execute(
        select(Essay.question_id, Assignment.part, GraderMarkRow.feedback)
        .join(Assignment, Assignment.essay_id == Essay.id)
        .join(GraderMarkRow, GraderMarkRow.assignment_id == Assignment.id)
        .where(Essay.attempt_id == result.attempt_id, standing_essays())
    )
    return {(row.question_id, row.part): row.feedback for row in rows}


def _domains(paper: Paper, submission_id: int) -> tuple[ReleasedDomain, ...]:
    marks = select(ChoiceMark.detail).where(ChoiceMark.submission_id == submission_id)
    detail = db.session.scalar(marks.order_by(ChoiceMark.revision.desc()).limit(1))
    section = choice_section(paper)
    if detail is None or section is None:
        return ()
    wrong: dict[str, set[str]] = {}
    for question in section.questions:
        told = detail["questions"][question.id]
        if isinstance(question, PaperMachineQuestion) and not (told["is_correct"] or told.get("is_void")):
            wrong.setdefault(question.domain.value, set()).update(question.lessons)
    return tuple(
        ReleasedDomain(domain, correct, total, tuple(sorted(wrong.get(domain, ()))))
        for domain, (correct, total) in sorted(detail["domains"].items())
    )
