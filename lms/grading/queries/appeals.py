"""異議申立て as participant and office see them: term, state, who is independent, and how a new grading stands."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import aliased
from werkzeug.exceptions import NotFound

from lms.accounts.models import StaffRole, User
from lms.cohorts.models import Cohort, Participant
from lms.db.session import db
from lms.exam_engine.canonical import canonical_json, sha256_hex
from lms.exams.models import Attempt, ExamWindow
from lms.grading.models import (
    Appeal,
    AppealClosure,
    AppealDecision,
    AppealHandler,
    Assignment,
    AssignmentChange,
    Essay,
    Rescoring,
    ResultRelease,
    ResultRow,
    VerdictProposal,
    WindowGrader,
)
from lms.grading.queries.conflicts import window_conflicts
from lms.grading.queries.facts import list_attempt_facts
from lms.grading.queries.rulings import is_outdated, latest_results
from lms.grading.queries.staff import list_bars, list_decided_ids, list_ended_ids, list_grader_ids, list_maskers
from lms.grading.rules.appealing import AppealFacts, AppealState, AppealTerm, ResultPart, appeal_term
from lms.grading.rules.parts import AppealGround, EssayState
from lms.grading.rules.results import JudgedAttempt, judge, plain
from lms.grading.rules.settling import assess, essay_question
from lms.grading.source import grading_rules
from lms.web.access import Role

ORDER = {state: place for place, state in enumerate(AppealState)}
"""Those that wait for somebody come first."""


@dataclass(frozen=True, slots=True)
class AppealCard:
    """An appeal with everything that was done about it; people by user id."""

    id: int
    attempt_id: int
    window_id: int
    window_number: int
    exam_id: str
    cohort_label: str
    participant_id: int
    candidate_number: str
    ground: AppealGround
    text: str
    filed_by_id: int
    filed_at: datetime
    named_at: datetime | None
    facts: AppealFacts
    findings: str
    answer: str
    decided_at: datetime | None
    outcome: str
    result_id: int | None
    closed_by_id: int | None
    closed_at: datetime | None

    @property
    def state(self) -> AppealState:
        """How far it has come."""
        return self.facts.state


@dataclass(frozen=True, slots=True)
class AppealOffer:
    """Whether and how the result of an attempt can be appealed against."""

    attempt_id: int
    term: AppealTerm
    grounds: tuple[AppealGround, ...]
    is_open: bool
    """The term is not over, and no earlier appeal waits for an answer."""
    has_waiting: bool


@dataclass(frozen=True, slots=True)
class Candidates:
    """Who of the office may take an appeal, and who may not and why; (user id, name) and (name, part)."""

    free: tuple[tuple[int, str], ...]
    barred: tuple[tuple[str, ResultPart], ...]


@dataclass(frozen=True, slots=True)
class RegradedEssay:
    """One essay of the new round: title, state, points before and now; `lacks_third` while nobody adjudicates who should."""

    title: str
    state: EssayState
    old_points: str
    new_points: Decimal | None
    lacks_third: bool


@dataclass(frozen=True, slots=True)
class Regrading:
    """The new grading of an attempt beside the result that stands."""

    essays: tuple[RegradedEssay, ...]
    unsettled: int
    old_total: Decimal
    new_total: Decimal | None
    was_passed: bool
    is_passed: bool | None
    changes: bool
    """Whether closing now would write a new result."""
    fingerprint: str
    """Of the new result, for the form that closes; empty until it is settled."""

    @property
    def lacking(self) -> int:
        """How many essays wait for an adjudicator whom nobody has found."""
        return sum(each.lacks_third for each in self.essays)


def list_appeals() -> tuple[AppealCard, ...]:
    """Every appeal: open ones first by state, then the latest first."""
    cards = [_card(row) for row in db.session.execute(_cards().order_by(Appeal.id.desc()))]
    return tuple(sorted(cards, key=lambda card: ORDER[card.state]))


def list_own_appeals(user_id: int) -> tuple[AppealCard, ...]:
    """The appeals of a participant, the latest first."""
    own = _cards().where(Participant.user_id == user_id).order_by(Appeal.id.desc())
    return tuple(_card(row) for row in db.session.execute(own))


class NoSuchAppeal(NotFound):
    """There is no appeal with this number; a page answers 404."""


def get_appeal(appeal_id: int) -> AppealCard:
    """One appeal.

    Raises NoSuchAppeal.
    """
    row = db.session.execute(_cards().where(Appeal.id == appeal_id)).first()
    if row is None:
        raise NoSuchAppeal
    return _card(row)


def list_attempt_appeals(attempt_id: int) -> tuple[AppealCard, ...]:
    """Every appeal against the result of an attempt."""
    return tuple(_card(row) for row in db.session.execute(_cards().where(Appeal.attempt_id == attempt_id)))


def count_open_appeals() -> int:
    """How many appeals wait for the office."""
    return sum(card.facts.is_open for card in list_appeals())


def find_offer(attempt_id: int, *, now: datetime) -> AppealOffer | None:
    """The term and the grounds for an attempt; None while its result is not released.

    The days count from the release; for a result that a re-scoring changed after it, from that change.
    """
    row = db.session.execute(
        select(ResultRelease.released_at, ExamWindow.exam_id)
        .join(ExamWindow, ExamWindow.id == ResultRelease.window_id)
        .join(Attempt, Attempt.window_id == ResultRelease.window_id)
        .join(ResultRow, ResultRow.attempt_id == Attempt.id)
        .where(Attempt.id == attempt_id)
    ).first()
    if row is None:
        return None
    rule = grading_rules(row.exam_id).appeals
    term = appeal_term(max(row.released_at, _last_rescored(attempt_id) or row.released_at), rule)
    has_waiting = any(card.facts.is_open for card in list_attempt_appeals(attempt_id))
    return AppealOffer(attempt_id, term, tuple(rule.grounds), term.is_open(now) and not has_waiting, has_waiting)


def _last_rescored(attempt_id: int) -> datetime | None:
    rescored = select(func.max(ResultRow.finalized_at)).where(ResultRow.rescoring_id.is_not(None))
    return db.session.scalar(rescored.where(ResultRow.attempt_id == attempt_id))


def result_parts(attempt_id: int) -> dict[int, ResultPart]:
    """User id → the part this person had in the result of an attempt; whoever is not in it is independent."""
    attempt = db.session.get_one(Attempt, attempt_id)
    found: dict[int, ResultPart] = {}
    for part, people in _parts(attempt):
        for user_id in people:
            found.setdefault(user_id, part)
    return found


def _parts(attempt: Attempt) -> Iterator[tuple[ResultPart, Sequence[int]]]:
    window_id = attempt.window_id
    yield (
        ResultPart.SAT,
        _ids(
            select(Participant.user_id)
            .join(Attempt, Attempt.participant_id == Participant.id)
            .where(Attempt.window_id == window_id)
        ),
    )
    yield ResultPart.GRADED, sorted(window_graders(window_id))
    proposed = select(VerdictProposal.proposed_by_id).where(VerdictProposal.attempt_id == attempt.id)
    yield ResultPart.PROPOSED, _ids(proposed)
    finalized = select(ResultRow.finalized_by_id).where(ResultRow.attempt_id == attempt.id)
    rescored = select(Rescoring.proposed_by_id).join(ResultRow, ResultRow.rescoring_id == Rescoring.id)
    yield ResultPart.FINALIZED, [*_ids(finalized), *_ids(rescored.where(ResultRow.attempt_id == attempt.id))]
    yield ResultPart.RELEASED, _ids(select(ResultRelease.released_by_id).where(ResultRelease.window_id == window_id))
    own = Appeal.attempt_id == attempt.id
    decided = select(AppealDecision.decided_by_id).join(Appeal, Appeal.id == AppealDecision.appeal_id).where(own)
    closed = select(AppealClosure.closed_by_id).join(Appeal, Appeal.id == AppealClosure.appeal_id).where(own)
    yield ResultPart.HANDLED, [*_ids(decided), *_ids(closed)]
    yield ResultPart.CONFLICT, sorted(window_conflicts(window_id).barred_deciders(attempt.participant_id))


def window_graders(window_id: int) -> frozenset[int]:
    """Everybody who grades or graded in a window: chosen for it, given an essay, or had one before it went to another."""
    chosen = select(WindowGrader.grader_id).where(WindowGrader.window_id == window_id)
    essays = select(Essay.id).where(Essay.window_id == window_id)
    return frozenset(_ids(chosen)) | list_essay_people(essays)


def attempt_graders(attempt_id: int) -> frozenset[int]:
    """Everybody who was ever given an essay of the attempt, in whatever round and part, also if it went to another then."""
    return list_essay_people(select(Essay.id).where(Essay.attempt_id == attempt_id))


def list_barred_from_regrading(essay_id: int) -> frozenset[int]:
    """Who must not read an essay that is graded again: everybody with a part in an earlier round, the decision or an appeal.

    So is whoever read uncovered essays of the window. Empty for an essay of the first round.
    """
    essay = db.session.get_one(Essay, essay_id)
    if essay.round == 1 or essay.attempt_id is None:
        return frozenset()
    earlier = select(Essay.id).where(Essay.attempt_id == essay.attempt_id, Essay.round < essay.round)
    deciders = list_decided_ids(essay.window_id) | handler_ids(essay.attempt_id)
    return list_essay_people(earlier) | deciders | list_maskers(essay.window_id)


def list_essay_people(essays: Select[int]) -> frozenset[int]:
    """Everybody who was ever given one of these essays, in whatever part, also if it went to another grader then."""
    given = select(Assignment.grader_id).where(Assignment.essay_id.in_(essays))
    earlier = select(AssignmentChange.from_grader_id).join(Assignment, Assignment.id == AssignmentChange.assignment_id)
    return frozenset(db.session.scalars(given)) | frozenset(db.session.scalars(earlier.where(Assignment.essay_id.in_(essays))))


def list_fresh_graders(attempt_id: int) -> frozenset[int]:
    """Who may grade an attempt again: graders without a conflict or any part in its essays, its decision, its appeals.

    Whoever must not join the window's staff, and whoever the office took off it, is not asked either.
    """
    attempt = db.session.get_one(Attempt, attempt_id)
    barred = window_conflicts(attempt.window_id).barred_graders(attempt.participant_id)
    never = list_bars(attempt.window_id).keys() | list_ended_ids(attempt.window_id) | handler_ids(attempt_id)
    return list_grader_ids() - attempt_graders(attempt_id) - barred - never


def handler_ids(attempt_id: int) -> frozenset[int]:
    """Everybody who was ever named to look into an appeal against this result; nobody of them grades it."""
    named = select(AppealHandler.handler_id).join(Appeal, Appeal.id == AppealHandler.appeal_id)
    return frozenset(_ids(named.where(Appeal.attempt_id == attempt_id)))


def list_handlers() -> dict[int, str]:
    """User id → name of everybody who can work on the office's pages."""
    rows = db.session.execute(
        select(User.id, User.name)
        .join(StaffRole, StaffRole.user_id == User.id)
        .where(StaffRole.role == Role.OFFICE, User.disabled_at.is_(None))
        .order_by(User.kana, User.name, User.id)
    )
    return {row.id: row.name for row in rows}


def find_candidates(card: AppealCard) -> Candidates:
    """The office's people, those without a part in the result apart from the others."""
    parts, people = result_parts(card.attempt_id), list_handlers()
    return Candidates(
        free=tuple((user_id, name) for user_id, name in people.items() if user_id not in parts),
        barred=tuple((name, parts[user_id]) for user_id, name in people.items() if user_id in parts),
    )


def find_regrading(attempt_id: int) -> Regrading | None:
    """How the new grading of an attempt stands beside its result; None without essays or a result."""
    found = list_attempt_facts(attempt_ids=[attempt_id], with_regrading=True)
    result = latest_results([attempt_id]).get(attempt_id)
    if not found or result is None or not found[0].essays:
        return None
    (facts,) = found
    standings = assess(facts.paper, facts.choice_points or Decimal(0), facts.essays)
    judged = judge(facts.paper, facts.choice_points, facts.essays)
    return Regrading(
        essays=tuple(
            RegradedEssay(
                essay_question(facts.paper, each.question_id).title,
                each.state,
                str(result.essays[each.question_id]["points"]),
                each.points,
                lacks_third=each.state is EssayState.ADJUDICATION and not essay.is_with_adjudicator,
            )
            for each, essay in zip(standings, facts.essays, strict=True)
        ),
        unsettled=sum(each.state is not EssayState.SETTLED for each in standings),
        old_total=result.total,
        new_total=judged.total if judged else None,
        was_passed=result.is_passed,
        is_passed=judged.is_passed if judged else None,
        changes=judged is not None and is_outdated(result, judged),
        fingerprint=fingerprint(judged) if judged else "",
    )


def fingerprint(judged: JudgedAttempt) -> str:
    """A hash of a new result, so that nobody closes an appeal with another one than she saw."""
    told = {"total": plain(judged.total), "is_passed": judged.is_passed, "essays": judged.essays, "by": judged.section_points}
    return sha256_hex(canonical_json(told))


def _ids(statement: Select[int]) -> list[int]:
    return list(db.session.scalars(statement.distinct()))


def _cards() -> Select[*tuple[object, ...]]:
    return (
        select(Appeal, AppealHandler, AppealDecision, AppealClosure, Attempt, ExamWindow, Cohort.label)
        .join(Attempt, Attempt.id == Appeal.attempt_id)
        .join(Participant, Participant.id == Attempt.participant_id)
        .join(ExamWindow, ExamWindow.id == Attempt.window_id)
        .join(Cohort, Cohort.id == ExamWindow.cohort_id)
        .outerjoin(AppealHandler, _is_last_handler())
        .outerjoin(AppealDecision, AppealDecision.appeal_id == Appeal.id)
        .outerjoin(AppealClosure, AppealClosure.appeal_id == Appeal.id)
    )


def _is_last_handler() -> ColumnElement[bool]:
    other = aliased(AppealHandler)
    return AppealHandler.id == select(func.max(other.id)).where(other.appeal_id == Appeal.id).scalar_subquery()


def _card(row: Row[*tuple[object, ...]]) -> AppealCard:
    appeal, handler, decision, closure, attempt, window = (
        row.Appeal,
        row.AppealHandler,
        row.AppealDecision,
        row.AppealClosure,
        row.Attempt,
        row.ExamWindow,
    )
    return AppealCard(
        id=appeal.id,
        attempt_id=attempt.id,
        window_id=window.id,
        window_number=window.number,
        exam_id=window.exam_id,
        cohort_label=row.label,
        participant_id=attempt.participant_id,
        candidate_number=attempt.candidate_number,
        ground=appeal.ground,
        text=appeal.text,
        filed_by_id=appeal.filed_by_id,
        filed_at=appeal.filed_at,
        named_at=handler.named_at if handler else None,
        facts=_facts(handler, decision, closure),
        findings=decision.findings if decision else "",
        answer=decision.answer if decision else "",
        decided_at=decision.decided_at if decision else None,
        outcome=closure.outcome if closure else "",
        result_id=closure.result_id if closure else None,
        closed_by_id=closure.closed_by_id if closure else None,
        closed_at=closure.closed_at if closure else None,
    )


def _facts(handler: AppealHandler | None, decision: AppealDecision | None, closure: AppealClosure | None) -> AppealFacts:
    return AppealFacts(
        handler_id=handler.handler_id if handler else None,
        remedy=decision.remedy if decision else None,
        decided_by_id=decision.decided_by_id if decision else None,
        is_closed=closure is not None,
    )
