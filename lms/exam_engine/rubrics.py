"""採点: a grader's levels become points, and two graders' marks become agreement or a case for adjudication."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from lms.exam_engine.definitions import Criterion, DisagreementRule, EssayLimits, Rubric
from lms.exam_engine.errors import InvalidMark, MarkFault

__all__ = [
    "Agreement",
    "DisagreementReason",
    "EssayScore",
    "GraderMark",
    "InvalidMark",
    "MarkFault",
    "ScoreRule",
    "compare_marks",
    "score_essay",
]


class ScoreRule(StrEnum):
    """A rule that stood between the levels and the points."""

    EXPRESSION_ZEROED = "expression_zeroed"
    NOT_GRADED = "not_graded"
    CAPPED = "capped"


class DisagreementReason(StrEnum):
    """Why two marks need a third grader."""

    TOTAL_GAP = "total_gap"
    CRITERION_GAP = "criterion_gap"
    SPLIT_CAP = "split_cap"
    REQUESTED = "requested"


@dataclass(frozen=True, slots=True)
class GraderMark:
    """What one grader decided: the points of each criterion as (criterion id, points), a cap, a wish for a third grader."""

    levels: tuple[tuple[str, int], ...]
    cap_id: str | None
    wants_adjudication: bool


@dataclass(frozen=True, slots=True)
class EssayScore:
    """The points of one mark; `raw` is the plain sum of levels and `applied` names the rules that then spoke."""

    points: Decimal
    raw: int
    applied: tuple[ScoreRule, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two marks side by side; `points` is their mean in half points, or None while a third grader is needed."""

    points: Decimal | None
    reasons: tuple[DisagreementReason, ...]
    first: EssayScore
    second: EssayScore

    @property
    def needs_adjudication(self) -> bool:
        """Whether a third grader must decide."""
        return bool(self.reasons)


def score_essay(rubric: Rubric, mark: GraderMark, *, char_count: int, limits: EssayLimits) -> EssayScore:
    """The points of a mark for an essay of `char_count` 字.

    Below one limit expression is worth 0, below the other the whole essay is; a cap then limits the sum.
    Raises InvalidMark for missing, repeated or unknown criteria, levels or caps.
    """
    levels = _checked_levels(rubric, mark)
    raw = sum(levels.values())
    if char_count < limits.under_not_graded:
        return EssayScore(points=Decimal(0), raw=raw, applied=(ScoreRule.NOT_GRADED,))
    applied: tuple[ScoreRule, ...] = ()
    points = sum(_counted_levels(rubric, levels, char_count, limits).values())
    if char_count < limits.under_expression_zero:
        applied += (ScoreRule.EXPRESSION_ZEROED,)
    if mark.cap_id is not None:
        applied += (ScoreRule.CAPPED,)
        points = min(points, rubric.cap_points)
    return EssayScore(points=Decimal(points), raw=raw, applied=applied)


def compare_marks(
    rubric: Rubric,
    first: GraderMark,
    second: GraderMark,
    rule: DisagreementRule,
    *,
    char_count: int,
    limits: EssayLimits,
) -> Agreement:
    """Two graders' marks: their mean, or every reason why a third must decide.

    Gaps are measured in what counts: a criterion that the length made worthless cannot disagree, and an
    essay too short to be graded goes to a third grader only when somebody asks for it.
    The rules of the verdict need the whole attempt: `verdicts.flips_verdict` and `verdicts.splits_verdict`.
    """
    scores = tuple(score_essay(rubric, mark, char_count=char_count, limits=limits) for mark in (first, second))
    reasons: list[DisagreementReason] = []
    if char_count >= limits.under_not_graded:
        if abs(scores[0].points - scores[1].points) >= rule.total_gap:
            reasons.append(DisagreementReason.TOTAL_GAP)
        if _widest_gap(rubric, first, second, char_count, limits) >= rule.criterion_gap:
            reasons.append(DisagreementReason.CRITERION_GAP)
        if rule.split_cap and (first.cap_id is None) != (second.cap_id is None):
            reasons.append(DisagreementReason.SPLIT_CAP)
    if first.wants_adjudication or second.wants_adjudication:
        reasons.append(DisagreementReason.REQUESTED)
    mean = (scores[0].points + scores[1].points) / 2
    return Agreement(points=None if reasons else mean, reasons=tuple(reasons), first=scores[0], second=scores[1])


def _checked_levels(rubric: Rubric, mark: GraderMark) -> dict[str, int]:
    if mark.cap_id is not None and all(cap.id != mark.cap_id for cap in rubric.caps):
        raise InvalidMark(MarkFault.UNKNOWN_CAP)
    criteria = {criterion.id: criterion for criterion in rubric.criteria}
    levels: dict[str, int] = {}
    for criterion_id, points in mark.levels:
        if criterion_id in levels:
            raise InvalidMark(MarkFault.REPEATED_CRITERION, criterion_id)
        _check_level(criteria.get(criterion_id), criterion_id, points)
        levels[criterion_id] = points
    for criterion_id in criteria:
        if criterion_id not in levels:
            raise InvalidMark(MarkFault.MISSING_CRITERION, criterion_id)
    return levels


def _check_level(criterion: Criterion | None, criterion_id: str, points: int) -> None:
    if criterion is None:
        raise InvalidMark(MarkFault.UNKNOWN_CRITERION, criterion_id)
    if all(level.points != points for level in criterion.levels):
        raise InvalidMark(MarkFault.UNKNOWN_LEVEL, criterion_id)


def _counted_levels(rubric: Rubric, levels: dict[str, int], char_count: int, limits: EssayLimits) -> dict[str, int]:
    if char_count >= limits.under_expression_zero:
        return levels
    return {**levels, rubric.expression_criterion: 0}


def _widest_gap(rubric: Rubric, first: GraderMark, second: GraderMark, char_count: int, limits: EssayLimits) -> int:
    ones = _counted_levels(rubric, dict(first.levels), char_count, limits)
    others = _counted_levels(rubric, dict(second.levels), char_count, limits)
    return max((abs(points - others[criterion_id]) for criterion_id, points in ones.items()), default=0)
