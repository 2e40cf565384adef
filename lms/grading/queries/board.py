"""What the office sees of a window: the progress of its grading, and its results."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import case, func, select

from lms.accounts.models import User
from lms.cohorts.models import Participant
from lms.db.session import db
from lms.exam_engine.papers import Paper
from lms.exam_engine.verdicts import TOTAL
from lms.exams.models import Attempt, Submission
from lms.exams.queries.windows import WindowCard, get_window, list_windows
from lms.grading.models import Assignment, Essay, GraderMarkRow, ResultRow
from lms.grading.queries.facts import AttemptFacts, counted_essays, list_attempt_facts
from lms.grading.queries.proposals import Standing, stand
from lms.grading.queries.released import ArithmeticLine, latest_revisions, read_arithmetic
from lms.grading.queries.staff import (
    find_loads,
    find_release,
    find_round,
    find_staff,
    list_bars,
    list_grader_ids,
    list_office_graders,
)
from lms.grading.queries.statistics import StatisticsBoard, find_statistics
from lms.grading.rules.agreeing import Band, band
from lms.grading.rules.distribution import Distribution, distribute
from lms.grading.rules.parts import AdjudicationReason, EssayState, GraderPart, Refusal
from lms.grading.rules.settling import EssayStanding, assess, essay_question


@dataclass(frozen=True, slots=True)
class GraderCard:
    """A person who may be chosen, with the load in this window."""

    user_id: int
    name: str
    is_marker: bool
    is_adjudicator: bool
    bar: Refusal | None
    """Why she must not be chosen; None for whoever may."""
    marks: int
    adjudications: int
    done: int


@dataclass(frozen=True, slots=True)
class EssayProgress:
    """One essay by 受験番号: its state, and why a third grader is needed; `lacks_adjudicator` when nobody is free for it."""

    candidate_number: str
    question_title: str
    char_count: int
    state: EssayState
    reasons: tuple[AdjudicationReason, ...]
    lacks_adjudicator: bool


@dataclass(frozen=True, slots=True)
class GradingBoard:
    """The grading of a window as the office steers it."""

    window: WindowCard
    opened_at: datetime | None
    due_on: date | None
    submitted: int
    running: int
    waiting: int
    """Submitted attempts that are not shared out yet."""
    graders: tuple[GraderCard, ...]
    essays: tuple[EssayProgress, ...]
    is_released: bool

    def count(self, state: EssayState) -> int:
        """How many essays are in this state."""
        return sum(essay.state is state for essay in self.essays)


@dataclass(frozen=True, slots=True)
class ResultLine:
    """A candidate's points; `is_passed` is None until they are finalized."""

    attempt_id: int
    participant_id: int
    candidate_number: str
    name: str
    choice_points: Decimal | None
    essays: tuple[tuple[str, EssayStanding], ...]
    """(title, standing) of each essay."""
    total: Decimal | None
    is_passed: bool | None
    arithmetic: tuple[ArithmeticLine, ...]
    is_borderline: bool


@dataclass(frozen=True, slots=True)
class ResultBoard:
    """The results of a window as the office decides on them."""

    window: WindowCard
    lines: tuple[ResultLine, ...]
    running: int
    """Attempts that are not submitted, or were opened again."""
    unsettled: int
    finalized: int
    finalized_at: datetime | None
    released_at: datetime | None
    distribution: Distribution | None
    passed: int
    standing: Mapping[int, Standing]
    """Attempt id → how its 判定案 stands, for those that are not finalized."""
    bands: tuple[Band, ...]
    """Around each pass line: whose points lie in one is a borderline candidate."""


def find_office_window(cohort_id: int, number: int | None, *, now: datetime) -> WindowCard | None:
    """The window asked for, or else the latest that has opened, or else the first; None when the cohort has none."""
    windows = list_windows(cohort_id)
    if number is not None:
        return next((window for window in windows if window.number == number), None)
    opened = [window for window in windows if window.opens_at <= now]
    return opened[-1] if opened else next(iter(windows), None)


def get_grading_board(window_id: int) -> GradingBoard:
    """The board of a window; a fixed number of SELECTs."""
    facts = list_attempt_facts(window_id=window_id)
    opened = find_round(window_id)
    window = get_window(window_id)
    stored = _stored_reasons(window_id)
    return GradingBoard(
        window=window,
        opened_at=opened.opened_at if opened else None,
        due_on=opened.due_on if opened else None,
        submitted=sum(not each.is_reopened for each in facts),
        running=_running(window, facts),
        waiting=sum(not each.is_taken_up and not each.is_reopened for each in facts),
        graders=_grader_cards(window_id),
        essays=tuple(line for each in facts for line in _essay_lines(each, stored)),
        is_released=find_release(window_id) is not None,
    )


def get_result_board(window_id: int) -> ResultBoard:
    """The results of a window, finalized or provisional; a fixed number of SELECTs."""
    statistics = find_statistics(window_id)
    return result_board_of(window_id, list_attempt_facts(window_id=window_id), bands_of(statistics) if statistics else ())


def result_board_of(window_id: int, facts: Sequence[AttemptFacts], bands: tuple[Band, ...]) -> ResultBoard:
    """The same from the window's facts and its bands, for whoever has read them already."""
    names = _names(window_id)
    results = _results(window_id)
    standing = stand(window_id, [each for each in facts if each.attempt_id not in results])
    lines = tuple(
        _result_line(each, names[each.participant_id], results.get(each.attempt_id), standing.get(each.attempt_id), bands)
        for each in facts
    )
    release = find_release(window_id)
    window = get_window(window_id)
    return ResultBoard(
        window=window,
        lines=lines,
        running=_running(window, facts),
        unsettled=sum(line.total is None for line in lines),
        finalized=len(results),
        finalized_at=max((row.finalized_at for row in results.values()), default=None),
        released_at=release.released_at if release else None,
        distribution=_distribution(facts, lines),
        passed=sum(line.is_passed is True for line in lines),
        standing=standing,
        bands=bands,
    )


def bands_of(board: StatisticsBoard) -> tuple[Band, ...]:
    """The band around every pass line: one rule for the pages of the results and of the meeting."""
    parts = [board.statistics.total, *board.statistics.sections]
    return tuple(
        band(
            part.section_id or TOTAL,
            board.sections[part.section_id] if part.section_id else "合計",
            line,
            part.error,
            part.max_points,
        )
        for part in parts
        if (line := part.pass_line) is not None
    )


def settled_points(line: ResultLine, standing: Standing | None) -> list[tuple[str, Decimal, bool]]:
    """(section or total, points, whether the candidate passes) of a candidate whose points are settled."""
    if line.is_passed is not None:
        return [(each.what, each.points, line.is_passed) for each in line.arithmetic]
    if standing is None:
        return []
    return [(each["what"], Decimal(each["points"]), standing.result.is_passed) for each in standing.result.arithmetic]


def count_mails(window_id: int) -> int:
    """How many people the release of a window would write to."""
    attempts = select(func.count(func.distinct(Attempt.participant_id))).join(ResultRow, ResultRow.attempt_id == Attempt.id)
    return db.session.scalar(attempts.where(Attempt.window_id == window_id)) or 0


def count_submitted(window_id: int) -> int:
    """How many attempts of a window are handed in."""
    submitted = select(func.count(func.distinct(Submission.attempt_id))).join(Attempt, Attempt.id == Submission.attempt_id)
    return db.session.scalar(submitted.where(Attempt.window_id == window_id)) or 0


def _running(window: WindowCard, facts: Sequence[AttemptFacts]) -> int:
    return window.attempts - sum(not each.is_reopened for each in facts)


def _grader_cards(window_id: int) -> tuple[GraderCard, ...]:
    staff, loads, bars, done = find_staff(window_id), find_loads(window_id), list_bars(window_id), _done(window_id)
    ids = list_grader_ids() | list_office_graders() | staff.markers | staff.adjudicators
    people = db.session.execute(select(User.id, User.name).where(User.id.in_(ids)).order_by(User.kana, User.name, User.id))
    return tuple(
        GraderCard(
            user_id=person.id,
            name=person.name,
            is_marker=person.id in staff.markers,
            is_adjudicator=person.id in staff.adjudicators,
            bar=bars.get(person.id),
            marks=loads.marks.get(person.id, 0),
            adjudications=loads.adjudications.get(person.id, 0),
            done=done.get(person.id, 0),
        )
        for person in people
    )


def _done(window_id: int) -> dict[int, int]:
    rows = db.session.execute(
        select(Assignment.grader_id, func.count(case((GraderMarkRow.id.is_not(None), 1))))
        .join(Essay, Essay.id == Assignment.essay_id)
        .outerjoin(GraderMarkRow, GraderMarkRow.assignment_id == Assignment.id)
        .where(Essay.window_id == window_id, counted_essays())
        .group_by(Assignment.grader_id)
    )
    return {row[0]: row[1] for row in rows}


def _stored_reasons(window_id: int) -> dict[int, tuple[AdjudicationReason, ...]]:
    rows = db.session.execute(
        select(Assignment.essay_id, Assignment.reasons)
        .join(Essay, Essay.id == Assignment.essay_id)
        .where(Essay.window_id == window_id, Assignment.part == GraderPart.ADJUDICATOR)
    )
    return {essay_id: tuple(AdjudicationReason(reason) for reason in reasons) for essay_id, reasons in rows}


def _standings(facts: AttemptFacts) -> tuple[EssayStanding, ...]:
    return assess(facts.paper, facts.choice_points or Decimal(0), facts.essays)


def _essay_lines(facts: AttemptFacts, stored: dict[int, tuple[AdjudicationReason, ...]]) -> list[EssayProgress]:
    return [
        EssayProgress(
            candidate_number=facts.candidate_number,
            question_title=essay_question(facts.paper, standing.question_id).title,
            char_count=essay.char_count,
            state=standing.state,
            reasons=stored.get(essay_id, standing.reasons),
            lacks_adjudicator=standing.state is EssayState.ADJUDICATION and not essay.is_with_adjudicator,
        )
        for essay_id, essay, standing in zip(facts.essay_ids, facts.essays, _standings(facts), strict=True)
    ]


def _names(window_id: int) -> dict[int, str]:
    rows = db.session.execute(
        select(Participant.id, Participant.certificate_name)
        .join(Attempt, Attempt.participant_id == Participant.id)
        .where(Attempt.window_id == window_id)
    )
    return {row[0]: row[1] for row in rows}


def _results(window_id: int) -> dict[int, ResultRow]:
    latest = latest_revisions()
    rows = db.session.scalars(
        select(ResultRow)
        .join(latest, (latest.c.attempt_id == ResultRow.attempt_id) & (latest.c.revision == ResultRow.revision))
        .where(ResultRow.window_id == window_id)
    )
    return {row.attempt_id: row for row in rows}


def _result_line(
    facts: AttemptFacts, name: str, result: ResultRow | None, standing: Standing | None, bands: Sequence[Band]
) -> ResultLine:
    standings = _standings(facts)
    line = ResultLine(
        attempt_id=facts.attempt_id,
        participant_id=facts.participant_id,
        candidate_number=facts.candidate_number,
        name=name,
        choice_points=facts.choice_points,
        essays=tuple((essay_question(facts.paper, each.question_id).title, each) for each in standings),
        total=result.total if result else _provisional_total(facts, standings),
        is_passed=result.is_passed if result else None,
        arithmetic=tuple(read_arithmetic(facts.paper, result.arithmetic)) if result else (),
        is_borderline=False,
    )
    points = settled_points(line, standing)
    return replace(
        line, is_borderline=any(each.what == what and each.holds(value) for each in bands for what, value, _ in points)
    )


def _provisional_total(facts: AttemptFacts, standings: Sequence[EssayStanding]) -> Decimal | None:
    points = [standing.points for standing in standings]
    if not facts.is_taken_up or any(value is None for value in points):
        return None
    return (facts.choice_points or Decimal(0)) + sum((value for value in points if value is not None), Decimal(0))


def _maximum(paper: Paper) -> Decimal:
    return sum((section.max_points for section in paper.sections), Decimal(0))


def _distribution(facts: Sequence[AttemptFacts], lines: Sequence[ResultLine]) -> Distribution | None:
    totals = [(line.total, line.is_passed is True) for line in lines if line.total is not None]
    if not totals:
        return None
    paper = facts[0].paper
    return distribute(totals, maximum=_maximum(paper), pass_line=paper.pass_rule.total)
