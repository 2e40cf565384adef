"""問題の査読 as it stands: every question of the bank with its state, and one question with everything a reviewer reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from lms.accounts.queries import list_users
from lms.db.session import db
from lms.exam_engine.definitions import Case, Domain, EssayQuestion, Exam, Level, Question, QuestionStatus, Rubric
from lms.exam_engine.supply import enemies_among
from lms.exams.models import QuestionApproval
from lms.exams.queries.content import ContentProblem, find_exam, list_question_findings
from lms.exams.rules.reviewing import ReviewState, review_state, wording_sha256

SIGHT = 60
"""Characters of a question shown in the list."""


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """A question in the list of the desk."""

    id: str
    kind: str
    domains: tuple[Domain, ...]
    level: Level | None
    """None for an essay."""
    sight: str
    written: QuestionStatus
    """What the bank file itself says."""
    state: ReviewState
    people: frozenset[int]
    """Who approved this wording."""
    has_older: bool
    """Whether an earlier wording was approved by anybody."""

    @property
    def is_in_use(self) -> bool:
        """Whether it may be drawn."""
        return self.written is not QuestionStatus.RETIRED


@dataclass(frozen=True, slots=True)
class Approval:
    """One person's approval; `is_current` when it is of the wording that stands now."""

    person_id: int
    name: str
    note: str
    at: datetime
    is_current: bool


@dataclass(frozen=True, slots=True)
class QuestionReview:
    """One question with everything a reviewer reads, and where its review stands."""

    question: Question
    case: Case | None
    rubric: Rubric | None
    sha256: str
    """Of the wording that stands now."""
    state: ReviewState
    approvals: tuple[Approval, ...]
    enemies: tuple[ReviewLine, ...]
    """The questions beside which it is never drawn."""
    findings: tuple[ContentProblem, ...]
    """What the check of the content says about it."""

    @property
    def is_changed(self) -> bool:
        """Whether an earlier wording was approved and this one was not yet by as many."""
        return any(not each.is_current for each in self.approvals) and self.state is not ReviewState.APPROVED

    def is_approved_by(self, user_id: int) -> bool:
        """Whether this person approved this wording."""
        return any(each.is_current and each.person_id == user_id for each in self.approvals)


def list_review_lines(exam: Exam) -> tuple[ReviewLine, ...]:
    """Every question of the bank in the order of its ids, with its state; one SELECT."""
    approved = _approvals(exam.id)
    return tuple(_line(exam, each, approved.get(each.id, {})) for each in sorted(exam.bank, key=lambda each: each.id))


def find_question_review(exam: Exam, question_id: str) -> QuestionReview | None:
    """A question with everything a reviewer reads; None when the bank has none of this id."""
    question = find_question(exam, question_id)
    if question is None:
        return None
    sha256 = wording_of(exam, question)
    near = enemies_among(exam.bank).get(question_id, frozenset())
    return QuestionReview(
        question=question,
        case=exam.case(question.case) if question.case else None,
        rubric=_rubric(exam, question),
        sha256=sha256,
        state=review_state(_approvals(exam.id).get(question_id, {}).get(sha256, ())),
        approvals=_told(exam.id, question_id, sha256),
        enemies=tuple(line for line in list_review_lines(exam) if line.id in near),
        findings=list_question_findings(exam.id, question_id),
    )


def find_review_state(exam_id: str, question_id: str) -> ReviewState | None:
    """The state of a question as it stands in the bank now; None when it is no longer there."""
    exam = find_exam(exam_id)
    question = find_question(exam, question_id) if exam else None
    if exam is None or question is None:
        return None
    return review_state(_approvals(exam_id).get(question_id, {}).get(wording_of(exam, question), ()))


def count_unapproved(exam_id: str) -> int:
    """How many questions that may be drawn are not approved by two people in their present wording; 0 without an exam."""
    exam = find_exam(exam_id)
    return sum(each.is_in_use and each.state is not ReviewState.APPROVED for each in list_review_lines(exam)) if exam else 0


def find_question(exam: Exam, question_id: str) -> Question | None:
    """The question of this id in the bank."""
    return next((each for each in exam.bank if each.id == question_id), None)


def wording_of(exam: Exam, question: Question) -> str:
    """The hash of a question's wording with the case and the rubric it stands with."""
    return wording_sha256(question, exam.case(question.case) if question.case else None, _rubric(exam, question))


def _rubric(exam: Exam, question: Question) -> Rubric | None:
    return exam.rubric(question.rubric_id) if isinstance(question, EssayQuestion) else None


def _line(exam: Exam, question: Question, approved: Mapping[str, Sequence[int]]) -> ReviewLine:
    sha256 = wording_of(exam, question)
    people = frozenset(approved.get(sha256, ()))
    return ReviewLine(
        id=question.id,
        kind=question.kind,
        domains=question.domains if isinstance(question, EssayQuestion) else (question.domain,),
        level=None if isinstance(question, EssayQuestion) else question.level,
        sight=_sight(question.prompt if isinstance(question, EssayQuestion) else question.stem),
        written=question.status,
        state=review_state(people),
        people=people,
        has_older=any(each != sha256 for each in approved),
    )


def _sight(text: str) -> str:
    line = " ".join(text.replace("**", "").split())
    return line if len(line) <= SIGHT else f"{line[:SIGHT]}…"


def _approvals(exam_id: str) -> dict[str, dict[str, list[int]]]:
    """Question id → hash of a wording → who approved it."""
    found: dict[str, dict[str, list[int]]] = {}
    rows = db.session.execute(
        select(QuestionApproval.question_id, QuestionApproval.content_sha256, QuestionApproval.approved_by_id)
        .where(QuestionApproval.exam_id == exam_id)
        .order_by(QuestionApproval.id)
    )
    for row in rows:
        found.setdefault(row.question_id, {}).setdefault(row.content_sha256, []).append(row.approved_by_id)
    return found


def _told(exam_id: str, question_id: str, sha256: str) -> tuple[Approval, ...]:
    own = select(QuestionApproval).where(QuestionApproval.exam_id == exam_id, QuestionApproval.question_id == question_id)
    rows = db.session.scalars(own.order_by(QuestionApproval.id.desc())).all()
    users = list_users([row.approved_by_id for row in rows])
    return tuple(
        Approval(
            person_id=row.approved_by_id,
            name=users[row.approved_by_id].name,
            note=row.note,
            at=row.approved_at,
            is_current=row.content_sha256 == sha256,
        )
        for row in rows
    )
