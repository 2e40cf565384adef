"""再採点: the rulings in force, the proposals, and what a ruling would change for whom."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, Select, select

from lms.cohorts.models import Participant
from lms.db.session import db
from lms.exam_engine.papers import Paper, PaperQuestion
from lms.exam_engine.rulings import Ruling
from lms.exams.models import Attempt, ExamWindow, StoredPaper, Submission
from lms.exams.queries.papers import papers_of
from lms.grading.models import ChoiceMark, Rescoring, RescoringDecision, ResultRelease, ResultRow
from lms.grading.queries.conflicts import may_decide
from lms.grading.queries.facts import AttemptFacts, list_attempt_facts
from lms.grading.queries.released import latest_revisions
from lms.grading.queries.staff import has_grading_part
from lms.grading.rules.parts import Refusal
from lms.grading.rules.results import JudgedAttempt, judge, mark_choices


@dataclass(frozen=True, slots=True)
class Change:
    """What a ruling does to one attempt. Points and verdict are None where there is no finalized result, or none yet."""

    attempt_id: int
    participant_id: int
    window_id: int
    candidate_number: str
    old_points: Decimal
    """Of the choice section."""
    new_points: Decimal
    old_total: Decimal | None
    new_total: Decimal | None
    was_passed: bool | None
    is_passed: bool | None
    needs_adjudication: bool
    """The verdict would hang on one grader's mark: a third grader reads before there is a new result."""
    is_released: bool

    @property
    def flips(self) -> bool:
        """Whether a finalized verdict turns."""
        return self.was_passed is not None and self.is_passed is not None and self.was_passed != self.is_passed


@dataclass(frozen=True, slots=True)
class Consequences:
    """Everything a ruling changes; `attempts` counts those that had the question in their paper."""

    attempts: int
    changes: tuple[Change, ...]

    @property
    def flips(self) -> tuple[Change, ...]:
        """The changes that turn a verdict."""
        return tuple(change for change in self.changes if change.flips)


@dataclass(frozen=True, slots=True)
class RescoringCard:
    """A proposal with its decision, if there is one."""

    id: int
    exam_id: str
    ruling: Ruling
    reason: str
    preview: dict[str, Any]
    proposed_by_id: int
    proposed_at: datetime
    is_approved: bool | None
    decision_reason: str
    consequences: dict[str, Any]
    decided_by_id: int | None
    decided_at: datetime | None


def list_rulings(exam_id: str) -> dict[int, Ruling]:
    """Re-scoring id → approved ruling about an exam, in the order they were decided."""
    approved = _cards().where(Rescoring.exam_id == exam_id, RescoringDecision.is_approved.is_(True))
    cards = [_card(row) for row in db.session.execute(approved.order_by(RescoringDecision.decided_at, Rescoring.id))]
    return {card.id: card.ruling for card in cards}


def list_rescorings() -> tuple[RescoringCard, ...]:
    """Every proposal, the latest first."""
    return tuple(_card(row) for row in db.session.execute(_cards().order_by(Rescoring.id.desc())))


def find_rescoring(rescoring_id: int) -> RescoringCard | None:
    """A proposal with its decision."""
    row = db.session.execute(_cards().where(Rescoring.id == rescoring_id)).first()
    return None if row is None else _card(row)


def find_sat_question(exam_id: str, question_id: str) -> PaperQuestion | None:
    """The question as the papers that were sat have it, in its latest version; None when nobody had it."""
    latest = max(_papers(exam_id).values(), key=lambda paper: _version(paper, question_id), default=None)
    return _find_question(latest, question_id) if latest is not None else None


def has_sat(window_ids: Collection[int], user_id: int) -> bool:
    """Whether this person has an attempt in one of the windows."""
    own = (
        select(Attempt.id)
        .join(Participant, Participant.id == Attempt.participant_id)
        .where(Attempt.window_id.in_(window_ids), Participant.user_id == user_id)
    )
    return db.session.scalar(own.limit(1)) is not None


def concerned_attempts(exam_id: str, question_id: str) -> list[AttemptFacts]:
    """Every submitted attempt of the exam that had the question in its paper."""
    return [
        each
        for each in list_attempt_facts()
        if each.paper.exam_id == exam_id and _find_question(each.paper, question_id) is not None
    ]


def find_rescoring_bar(window_ids: Collection[int], by: int) -> Refusal | None:
    """Why this person must have no say in a re-scoring that touches these windows; None when she may."""
    if any(has_grading_part(window_id, by) for window_id in window_ids):
        return Refusal.GRADED_HERE
    if has_sat(window_ids, by):
        return Refusal.SAT_HERE
    return None if all(may_decide(window_id, by) for window_id in window_ids) else Refusal.TIED_HERE


def consequences(exam_id: str, rulings: Sequence[Ruling], *, question_id: str) -> Consequences:
    """What the rulings (those in force and a proposed one) change for every attempt that had the question.

    A fixed number of SELECTs for any number of attempts.
    """
    concerned = [each for each in concerned_attempts(exam_id, question_id) if each.choice_points is not None]
    bodies = submitted_bodies([each.submission_id for each in concerned])
    results = latest_results([each.attempt_id for each in concerned])
    released = frozenset(db.session.scalars(select(ResultRelease.window_id)))
    changes = [
        change
        for each in concerned
        if (change := _change(each, bodies[each.submission_id], rulings, results.get(each.attempt_id), released)) is not None
    ]
    return Consequences(len(concerned), tuple(changes))


def latest_results(attempt_ids: Sequence[int]) -> dict[int, ResultRow]:
    """Attempt id → its latest result."""
    latest = latest_revisions()
    rows = db.session.scalars(
        select(ResultRow)
        .join(latest, (latest.c.attempt_id == ResultRow.attempt_id) & (latest.c.revision == ResultRow.revision))
        .where(ResultRow.attempt_id.in_(attempt_ids))
    )
    return {row.attempt_id: row for row in rows}


def latest_choice_revisions(submission_ids: Sequence[int]) -> dict[int, ChoiceMark]:
    """Submission id → its latest machine mark."""
    rows = db.session.scalars(
        select(ChoiceMark).where(ChoiceMark.submission_id.in_(submission_ids)).order_by(ChoiceMark.revision)
    )
    return {row.submission_id: row for row in rows}


def _change(
    facts: AttemptFacts,
    bodies: Mapping[str, str],
    rulings: Sequence[Ruling],
    result: ResultRow | None,
    released: frozenset[int],
) -> Change | None:
    mark = mark_choices(facts.paper, bodies, rulings)
    if mark is None or facts.choice_points is None:
        return None
    judged = _judged(facts, mark.points) if result is not None else None
    if mark.points == facts.choice_points and not is_outdated(result, judged):
        return None
    return Change(
        attempt_id=facts.attempt_id,
        participant_id=facts.participant_id,
        window_id=facts.window_id,
        candidate_number=facts.candidate_number,
        old_points=facts.choice_points,
        new_points=mark.points,
        old_total=None if result is None else result.total,
        new_total=None if judged is None else judged.total,
        was_passed=None if result is None else result.is_passed,
        is_passed=None if judged is None else judged.is_passed,
        needs_adjudication=result is not None and judged is None,
        is_released=facts.window_id in released,
    )


def count_waiting_results(window_id: int) -> int:
    """Attempts of a window whose result is no longer what marks and rulings give, or waits for a third grader."""
    facts = list_attempt_facts(window_id=window_id)
    results = latest_results([each.attempt_id for each in facts])
    return sum(is_outdated(results.get(each.attempt_id), _judged(each, each.choice_points)) for each in facts)


def is_outdated(result: ResultRow | None, judged: JudgedAttempt | None) -> bool:
    """Whether a finalized result differs from what the attempt would be judged now; None means: not to be judged yet."""
    if result is None:
        return False
    now = None if judged is None else (judged.total, judged.is_passed, judged.section_points, judged.essays)
    return now != (result.total, result.is_passed, result.section_points, result.essays)


def _judged(facts: AttemptFacts, choice_points: Decimal | None) -> JudgedAttempt | None:
    return judge(facts.paper, choice_points, facts.essays) if facts.is_taken_up else None


def submitted_bodies(submission_ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """Submission id → question id → canonical JSON of the answer."""
    rows = db.session.execute(select(Submission.id, Submission.answers).where(Submission.id.in_(submission_ids)))
    return {row.id: {question_id: entry["body"] for question_id, entry in row.answers.items()} for row in rows}


def _papers(exam_id: str) -> dict[int, Paper]:
    rows = db.session.execute(
        select(StoredPaper.id, StoredPaper.sha256)
        .join(Attempt, Attempt.paper_id == StoredPaper.id)
        .join(ExamWindow, ExamWindow.id == Attempt.window_id)
        .where(StoredPaper.exam_id == exam_id)
    )
    return papers_of({row.id: row.sha256 for row in rows})


def _find_question(paper: Paper, question_id: str) -> PaperQuestion | None:
    return next((question for section in paper.sections for question in section.questions if question.id == question_id), None)


def _version(paper: Paper, question_id: str) -> int:
    question = _find_question(paper, question_id)
    return 0 if question is None else question.version


def _cards() -> Select[*tuple[Any, ...]]:
    return select(Rescoring, RescoringDecision).outerjoin(RescoringDecision, RescoringDecision.rescoring_id == Rescoring.id)


def _card(row: Row[*tuple[Any, ...]]) -> RescoringCard:
    proposal, decision = row
    return RescoringCard(
        id=proposal.id,
        exam_id=proposal.exam_id,
        ruling=Ruling(proposal.question_id, proposal.detail["version"], proposal.kind, proposal.detail.get("body")),
        reason=proposal.reason,
        preview=proposal.preview,
        proposed_by_id=proposal.proposed_by_id,
        proposed_at=proposal.proposed_at,
        is_approved=decision.is_approved if decision else None,
        decision_reason=decision.reason if decision else "",
        consequences=decision.consequences if decision else {},
        decided_by_id=decision.decided_by_id if decision else None,
        decided_at=decision.decided_at if decision else None,
    )
