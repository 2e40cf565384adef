"""What the settling rules need to know of attempts: frozen paper, machine marks, grader marks; used by every other query."""

import functools
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, Subquery, and_, func, or_, select
from sqlalchemy.orm import aliased

from lms.db.session import db
from lms.exam_engine.papers import Paper
from lms.exam_engine.rubrics import GraderMark
from lms.exams.models import Attempt, StoredPaper, Submission
from lms.exams.queries.papers import papers_of
from lms.exams.queries.sittings import reopened_attempts
from lms.grading.models import Appeal, AppealClosure, AppealDecision, Assignment, ChoiceMark, Essay, GraderMarkRow, MarkDoubt
from lms.grading.rules.parts import AppealRemedy, GraderPart
from lms.grading.rules.results import grader_mark
from lms.grading.rules.settling import EssayMarks, choice_section, essay_section


@dataclass(frozen=True, slots=True)
class AttemptFacts:
    """A submitted attempt with all its marks; `submission_id` is its last hand-in, the one that is graded."""

    attempt_id: int
    submission_id: int
    window_id: int
    participant_id: int
    candidate_number: str
    paper_sha256: str
    paper: Paper
    choice_points: Decimal | None
    essays: tuple[EssayMarks, ...]
    essay_ids: tuple[int, ...]
    """In the order of `essays`."""
    is_reopened: bool = False
    """The office opened it again; until it is handed in once more, nothing of it is graded."""

    @property
    def is_taken_up(self) -> bool:
        """Whether grading was opened for this hand-in: what the paper asks for has its machine mark and its essays."""
        choice, essay = choice_section(self.paper), essay_section(self.paper)
        wanted = () if essay is None else essay.questions
        return (choice is None or self.choice_points is not None) and len(self.essays) == len(wanted)


def list_attempt_facts(
    *, window_id: int | None = None, attempt_ids: Sequence[int] | None = None, with_regrading: bool = False
) -> list[AttemptFacts]:
    """Submitted attempts by candidate number: of a window, of the given ids, or all; a fixed number of SELECTs.

    Of essays that are graded again after an appeal, the round before counts until the appeal is closed: results rest on
    it. `with_regrading` asks for the round that is being graded instead.
    """
    rows = db.session.execute(_latest_submissions(window_id, attempt_ids)).all()
    papers = papers_of({row.paper_id: row.sha256 for row in rows})
    choice_points = _choice_points([row.submission_id for row in rows])
    essays = _essays([row.id for row in rows], with_regrading=with_regrading)
    return [
        AttemptFacts(
            attempt_id=row.id,
            submission_id=row.submission_id,
            window_id=row.window_id,
            participant_id=row.participant_id,
            candidate_number=row.candidate_number,
            paper_sha256=row.sha256,
            paper=papers[row.paper_id],
            choice_points=choice_points.get(row.submission_id),
            essays=tuple(marks for _, marks in essays[row.id]),
            essay_ids=tuple(essay_id for essay_id, _ in essays[row.id]),
            is_reopened=row.is_reopened,
        )
        for row in rows
    ]


@functools.cache
def latest_submission_ids() -> Subquery:
    """Subquery: attempt id and the id of its last hand-in."""
    return (
        select(Submission.attempt_id, func.max(Submission.id).label("submission_id")).group_by(Submission.attempt_id).subquery()
    )


def _latest_submissions(window_id: int | None, attempt_ids: Sequence[int] | None) -> Select[*tuple[Any, ...]]:
    latest = latest_submission_ids()
    statement = (
        select(
            Attempt.id,
            Attempt.window_id,
            Attempt.participant_id,
            Attempt.candidate_number,
            Attempt.paper_id,
            StoredPaper.sha256,
            latest.c.submission_id,
            Attempt.id.in_(reopened_attempts()).label("is_reopened"),
        )
        .join(latest, latest.c.attempt_id == Attempt.id)
        .join(StoredPaper, StoredPaper.id == Attempt.paper_id)
        .order_by(Attempt.candidate_number, Attempt.id)
    )
    if window_id is not None:
        statement = statement.where(Attempt.window_id == window_id)
    if attempt_ids is not None:
        statement = statement.where(Attempt.id.in_(attempt_ids))
    return statement


def _choice_points(submission_ids: Sequence[int]) -> dict[int, Decimal]:
    statement = select(ChoiceMark.submission_id, ChoiceMark.points).where(ChoiceMark.submission_id.in_(submission_ids))
    # The last revision is what stays in the dictionary.
    rows = db.session.execute(statement.order_by(ChoiceMark.revision))
    return {row.submission_id: row.points for row in rows}


def _essays(attempt_ids: Sequence[int], *, with_regrading: bool) -> defaultdict[int, list[tuple[int, EssayMarks]]]:
    marks = _marks_by_essay(attempt_ids)
    found: defaultdict[int, list[tuple[int, EssayMarks]]] = defaultdict(list)
    rows = db.session.execute(
        select(Essay.id, Essay.attempt_id, Essay.question_id, Essay.char_count)
        .where(Essay.attempt_id.in_(attempt_ids), counted_essays() if with_regrading else standing_essays())
        .order_by(Essay.id)
    )
    for row in rows:
        bare = EssayMarks(question_id=row.question_id, char_count=row.char_count)
        found[row.attempt_id].append((row.id, _with_marks(bare, marks[row.id])))
    return found


@functools.cache
def counted_essays() -> ColumnElement[bool]:
    """Condition: the essay is what its attempt's last hand-in says to that question, and no earlier text.

    An essay whose text the last hand-in left as it was goes on counting, once grading was opened for that hand-in too;
    while an attempt is opened again, none of its essays counts. Of the rounds of grading, only the last one counts.
    """
    return and_(_is_last_text(), Essay.round == _rounds(is_closed=False))


@functools.cache
def standing_essays() -> ColumnElement[bool]:
    """Condition: like `counted_essays`, but a round that an appeal brought counts only once that appeal is closed."""
    return and_(_is_last_text(), Essay.round == _rounds(is_closed=True))


def _rounds(*, is_closed: bool) -> ScalarSelect[int]:
    """How many rounds of grading the essay's attempt has had: one, and one for each appeal that granted another."""
    granted = (
        select(func.count(AppealDecision.appeal_id) + 1)
        .join(Appeal, Appeal.id == AppealDecision.appeal_id)
        .where(Appeal.attempt_id == Essay.attempt_id, AppealDecision.remedy == AppealRemedy.REGRADE)
    )
    if is_closed:
        granted = granted.join(AppealClosure, AppealClosure.appeal_id == AppealDecision.appeal_id)
    return granted.correlate(Essay).scalar_subquery()


@functools.cache  # the expression never changes, and building it takes longer than asking the database
def _is_last_text() -> ColumnElement[bool]:
    # Within the EXISTS below both tables would else be joined anew, and one person's hand-in would speak for another's.
    of_attempt = select(func.max(Submission.id)).where(Submission.attempt_id == Essay.attempt_id)
    last = of_attempt.correlate(Essay).scalar_subquery()
    later = aliased(Essay)
    is_replaced = (
        select(later.id)
        .where(
            later.attempt_id == Essay.attempt_id,
            later.question_id == Essay.question_id,
            later.submission_id > Essay.submission_id,
        )
        .exists()
    )
    is_taken_up = select(ChoiceMark.id).where(ChoiceMark.submission_id == last).exists()
    return and_(
        Essay.anchor_id.is_(None),
        or_(Essay.submission_id == last, and_(is_taken_up, ~is_replaced)),
        Essay.attempt_id.not_in(reopened_attempts()),
    )


def _marks_by_essay(attempt_ids: Sequence[int]) -> defaultdict[int, list[tuple[GraderPart, GraderMark | None]]]:
    rows = db.session.execute(
        select(Assignment.essay_id, Assignment.part, GraderMarkRow, MarkDoubt.mark_id)
        .join(Essay, Essay.id == Assignment.essay_id)
        .outerjoin(GraderMarkRow, GraderMarkRow.assignment_id == Assignment.id)
        .outerjoin(MarkDoubt, MarkDoubt.mark_id == GraderMarkRow.id)
        .where(Essay.attempt_id.in_(attempt_ids))
    )
    found: defaultdict[int, list[tuple[GraderPart, GraderMark | None]]] = defaultdict(list)
    for essay_id, part, mark, doubted_id in rows:
        found[essay_id].append((part, None if mark is None else _mark(mark, is_doubted=doubted_id is not None)))
    return found


def _mark(row: GraderMarkRow, *, is_doubted: bool) -> GraderMark:
    # Who doubts the own mark asks for a third grader like one who was in doubt when giving it.
    return grader_mark(row.levels, row.cap_id, wants_adjudication=row.wants_adjudication or is_doubted)


def _with_marks(essay: EssayMarks, marks: Sequence[tuple[GraderPart, GraderMark | None]]) -> EssayMarks:
    for part, mark in marks:
        if part is GraderPart.FIRST:
            essay = replace(essay, first=mark)
        elif part is GraderPart.SECOND:
            essay = replace(essay, second=mark)
        else:
            essay = replace(essay, adjudicated=mark, is_with_adjudicator=True)
    return essay
