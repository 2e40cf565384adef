"""伏せ字: the text graders get, which essays of a window the office has looked at, and what to look at in one of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select, true
from sqlalchemy.orm import aliased
from werkzeug.exceptions import NotFound

from lms.accounts.models import User
from lms.cohorts.models import Participant
from lms.db.session import db
from lms.exams.models import Attempt, ExamWindow, StoredPaper
from lms.exams.queries.papers import get_paper, papers_of
from lms.exams.queries.sittings import list_reopened
from lms.exams.queries.submissions import SubmissionRecord, list_submissions
from lms.grading.models import Assignment, Essay, EssayMasking, GraderMarkRow
from lms.grading.queries.facts import counted_essays
from lms.grading.rules.masking import Cover, Person, Suggestion, graded_limit, suggest
from lms.grading.rules.results import read_essays
from lms.grading.rules.settling import essay_question
from lms.grading.source import exams_masked_first


class NoSuchEssay(NotFound):
    """There is no such essay, or it is a 見本答案; a page answers 404."""


class MaskingState(StrEnum):
    """How far the office has come with an essay."""

    NOT_OPENED = "not_opened"
    """Handed in, but its grading was not opened yet."""
    UNCHECKED = "unchecked"
    CLEAR = "clear"
    """Looked at: nothing needs to be covered."""
    MASKED = "masked"


@dataclass(frozen=True, slots=True)
class Masking:
    """The last revision of an essay's 伏せ字."""

    revision: int
    covers: tuple[Cover, ...]
    text: str
    reason: str
    masked_by_id: int
    masked_at: datetime


@dataclass(frozen=True, slots=True)
class GradedText:
    """What graders read, and how many 字 of it are graded."""

    text: str
    limit: int


@dataclass(frozen=True, slots=True)
class MaskingLine:
    """One essay in the office's list; `essay_id` is None until its grading is opened."""

    essay_id: int | None
    candidate_number: str
    question_title: str
    char_count: int
    suggestions: int
    sure: int
    """How many of the suggestions are chosen beforehand."""
    state: MaskingState
    passages: int
    is_marked: bool
    """Somebody confirmed a mark: the text stays as it is."""


@dataclass(frozen=True, slots=True)
class MaskingPage:
    """One essay with its original text, as only the office reads it."""

    essay_id: int
    window_id: int
    cohort_id: int
    window_number: int
    candidate_number: str
    question_number: int
    question_title: str
    char_count: int
    text: str
    masking: Masking | None
    suggestions: tuple[Suggestion, ...]
    is_marked: bool

    @property
    def revision(self) -> int:
        """The revision that was read; 0 for none."""
        return self.masking.revision if self.masking else 0


def latest_maskings(essay_ids: Collection[int]) -> dict[int, Masking]:
    """Essay id → its last 伏せ字, for those that have one; an essay that is graded again has that of its earlier round."""
    origin = aliased(Essay)
    is_earlier_round = and_(
        origin.submission_id == Essay.submission_id, origin.question_id == Essay.question_id, origin.round <= Essay.round
    )
    rows = db.session.execute(
        select(Essay.id, EssayMasking)
        .join(origin, or_(origin.id == Essay.id, is_earlier_round))
        .join(EssayMasking, EssayMasking.essay_id == origin.id)
        .where(Essay.id.in_(essay_ids))
        .order_by(origin.round, EssayMasking.revision)
    )
    # The last one is what stays in the dictionary.
    return {essay_id: _masking(row) for essay_id, row in rows}


def graded_texts(essay_ids: Collection[int]) -> dict[int, str]:
    """Essay id → the text graders read: with its 伏せ字, or else the original."""
    masked = latest_maskings(essay_ids)
    rows = db.session.execute(select(Essay.id, Essay.text).where(Essay.id.in_(essay_ids)))
    return {row.id: masked[row.id].text if row.id in masked else row.text for row in rows}


def get_graded_text(essay: Essay, limit: int) -> GradedText:
    """What graders read of an essay of which `limit` 字 are graded."""
    masking = None if essay.anchor_id else latest_maskings([essay.id]).get(essay.id)
    if masking is None:
        return GradedText(essay.text, limit)
    return GradedText(masking.text, graded_limit(essay.text, masking.covers, limit))


def shown_to_graders() -> ColumnElement[bool]:
    """Condition: graders need not wait, or wait no more, for the office to look at the essay."""
    waiting = exams_masked_first()
    if not waiting:
        return true()
    origin = aliased(Essay)
    is_same = and_(origin.submission_id == Essay.submission_id, origin.question_id == Essay.question_id)
    checked = select(EssayMasking.id).join(origin, origin.id == EssayMasking.essay_id).where(is_same).exists()
    is_waiting = Essay.window_id.in_(select(ExamWindow.id).where(ExamWindow.exam_id.in_(waiting)))
    return or_(~is_waiting, checked, Essay.anchor_id.is_not(None))


def list_masking_lines(window_id: int) -> tuple[MaskingLine, ...]:
    """The essays of a window by 受験番号; those that were handed in but not opened stand at the end. Constant SELECTs."""
    people = _people(window_id)
    rows = db.session.execute(_essays().where(Essay.window_id == window_id, counted_essays())).all()
    masked, marked = latest_maskings([row.id for row in rows]), _marked([row.id for row in rows])
    papers = papers_of({row.paper_id: row.sha256 for row in rows})
    opened = [_line(row, people, essay_question(papers[row.paper_id], row.question_id).title, masked, marked) for row in rows]
    taken = frozenset(row.attempt_id for row in rows) | list_reopened(window_id)
    waiting = [each for each in list_submissions(window_id) if each.attempt_id not in taken]
    return (*opened, *(line for each in waiting for line in _coming_lines(each, people)))


def get_masking_page(essay_id: int) -> MaskingPage:
    """One essay of a participant for the office; raises NoSuchEssay."""
    row = db.session.execute(_essays().where(Essay.id == essay_id)).first()
    if row is None:
        raise NoSuchEssay
    question = essay_question(get_paper(row.paper_id), row.question_id)
    return MaskingPage(
        essay_id=essay_id,
        window_id=row.window_id,
        cohort_id=row.cohort_id,
        window_number=row.number,
        candidate_number=row.candidate_number,
        question_number=question.number,
        question_title=question.title,
        char_count=row.char_count,
        text=row.text,
        masking=latest_maskings([essay_id]).get(essay_id),
        suggestions=_suggest(row.text, row.participant_id, _people(row.window_id)),
        is_marked=bool(_marked([essay_id])),
    )


def is_marked(essay_id: int) -> bool:
    """Whether somebody confirmed a mark of this essay."""
    return bool(_marked([essay_id]))


def _masking(row: EssayMasking) -> Masking:
    covers = tuple(Cover(start, end, words) for start, end, words in row.spans)
    return Masking(row.revision, covers, row.text, row.reason, row.masked_by_id, row.masked_at)


def _essays() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Essay.id,
            Essay.window_id,
            Essay.attempt_id,
            Essay.paper_id,
            StoredPaper.sha256,
            Essay.question_id,
            Essay.candidate_number,
            Essay.char_count,
            Essay.text,
            Attempt.participant_id,
            ExamWindow.cohort_id,
            ExamWindow.number,
        )
        .join(StoredPaper, StoredPaper.id == Essay.paper_id)
        .join(Attempt, Attempt.id == Essay.attempt_id)
        .join(ExamWindow, ExamWindow.id == Essay.window_id)
        .order_by(Essay.candidate_number, Essay.id)
    )


def _people(window_id: int) -> dict[int, Person]:
    """Participant id → what is known of her; everybody of the cohort, also those who left it."""
    rows = db.session.execute(
        select(Participant, User)
        .join(User, User.id == Participant.user_id)
        .join(ExamWindow, ExamWindow.cohort_id == Participant.cohort_id)
        .where(ExamWindow.id == window_id)
        .order_by(Participant.id)
    )
    return {
        seat.id: Person(
            names=tuple(dict.fromkeys((seat.certificate_name, user.name))),
            kana=user.kana,
            company=seat.company,
            department=seat.department,
            email=user.email,
        )
        for seat, user in rows
    }


def _suggest(text: str, participant_id: int, people: dict[int, Person]) -> tuple[Suggestion, ...]:
    return suggest(text, people[participant_id], [person for other, person in people.items() if other != participant_id])


def _marked(essay_ids: Sequence[int]) -> frozenset[int]:
    return frozenset(
        db.session.scalars(
            select(Assignment.essay_id)
            .join(GraderMarkRow, GraderMarkRow.assignment_id == Assignment.id)
            .where(Assignment.essay_id.in_(essay_ids))
        )
    )


def _line(
    row: Row[*tuple[Any, ...]], people: dict[int, Person], title: str, masked: dict[int, Masking], marked: frozenset[int]
) -> MaskingLine:
    masking = masked.get(row.id)
    found = _suggest(row.text, row.participant_id, people)
    checked = MaskingState.MASKED if masking and masking.covers else MaskingState.CLEAR
    return MaskingLine(
        essay_id=row.id,
        candidate_number=row.candidate_number,
        question_title=title,
        char_count=row.char_count,
        suggestions=len(found),
        sure=sum(each.is_sure for each in found),
        state=MaskingState.UNCHECKED if masking is None else checked,
        passages=len(masking.covers) if masking else 0,
        is_marked=row.id in marked,
    )


def _coming_lines(submission: SubmissionRecord, people: dict[int, Person]) -> list[MaskingLine]:
    bodies = {question_id: entry["body"] for question_id, entry in submission.stored.items()}
    lines = []
    for essay in read_essays(submission.paper, bodies):
        found = _suggest(essay.text, submission.participant_id, people)
        lines.append(
            MaskingLine(
                essay_id=None,
                candidate_number=submission.candidate_number,
                question_title=essay_question(submission.paper, essay.question_id).title,
                char_count=essay.char_count,
                suggestions=len(found),
                sure=sum(each.is_sure for each in found),
                state=MaskingState.NOT_OPENED,
                passages=0,
                is_marked=False,
            )
        )
    return lines
