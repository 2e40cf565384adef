"""合否: all points and the pass rule become a verdict with its arithmetic, and the essays on which it hangs are named."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from lms.exam_engine.definitions import PassRule

TOTAL = "total"


class Outcome(StrEnum):
    """合格, 不合格, or not yet to be said."""

    PASSED = "passed"
    FAILED = "failed"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class VerdictLine:
    """One comparison: what ("total" or a section id), the points, the points needed; None while points are missing."""

    what: str
    points: Decimal | None
    needed: Decimal
    is_met: bool | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome with every comparison it rests on, the total first."""

    outcome: Outcome
    total: Decimal | None
    lines: tuple[VerdictLine, ...]


@dataclass(frozen=True, slots=True)
class EssayPair:
    """The points two graders gave one essay, and the adjudicated points once there are any."""

    question_id: str
    first: Decimal
    second: Decimal
    settled: Decimal | None = None

    @property
    def points(self) -> Decimal:
        """The adjudicated points, or else the mean."""
        return (self.first + self.second) / 2 if self.settled is None else self.settled

    @property
    def lower(self) -> Decimal:
        """The lower of the two marks; the adjudicated points once there are any."""
        return min(self.first, self.second) if self.settled is None else self.settled

    @property
    def higher(self) -> Decimal:
        """The higher of the two marks; the adjudicated points once there are any."""
        return max(self.first, self.second) if self.settled is None else self.settled


def decide(pass_rule: PassRule, section_points: Mapping[str, Decimal | None]) -> Verdict:
    """The verdict on the points of all sections of a paper, keyed by section id.

    PENDING while the points of any section are None, or a section the rule names is not there.
    """
    total = _total(pass_rule, section_points)
    lines = (
        _line(TOTAL, total, pass_rule.total),
        *(_line(section_id, section_points.get(section_id), needed) for section_id, needed in pass_rule.sections),
    )
    return Verdict(outcome=_outcome(lines), total=total, lines=lines)


def flips_verdict(
    pass_rule: PassRule,
    *,
    choice_points: Decimal,
    essay_pairs: Sequence[EssayPair],
    choice_section: str = "choice",
    essay_section: str = "essay",
) -> tuple[str, ...]:
    """The ids of the essays whose two graders would decide differently about passing.

    An essay is named when replacing its mean by either single mark, the others staying as they are, changes
    the verdict. Adjudicated essays are fixed. Ask again after each adjudication: settled points move the rest.
    """
    outcome = _judge(pass_rule, choice_points, choice_section, essay_section)
    current = [pair.points for pair in essay_pairs]
    agreed = outcome(current)

    def hangs_on(index: int, pair: EssayPair) -> bool:
        singles = ([*current[:index], single, *current[index + 1 :]] for single in (pair.first, pair.second))
        return any(outcome(points) is not agreed for points in singles)

    return tuple(pair.question_id for index, pair in enumerate(essay_pairs) if pair.settled is None and hangs_on(index, pair))


def splits_verdict(
    pass_rule: PassRule,
    *,
    choice_points: Decimal,
    essay_pairs: Sequence[EssayPair],
    choice_section: str = "choice",
    essay_section: str = "essay",
) -> tuple[str, ...]:
    """The ids of the essays whose two marks differ, when the lower marks of all and the higher marks of all split the verdict.

    Points only add up, so the two bounds agree exactly when every way of taking one mark of each essay agrees: the
    verdict then depends neither on a grader nor on who read which essay. Adjudicated essays are fixed.
    """
    outcome = _judge(pass_rule, choice_points, choice_section, essay_section)
    if outcome([pair.lower for pair in essay_pairs]) is outcome([pair.higher for pair in essay_pairs]):
        return ()
    return tuple(pair.question_id for pair in essay_pairs if pair.lower != pair.higher)


def _judge(
    pass_rule: PassRule, choice_points: Decimal, choice_section: str, essay_section: str
) -> Callable[[Sequence[Decimal]], Outcome]:
    """From the points of all essays to the outcome of the whole paper."""
    return lambda points: decide(pass_rule, {choice_section: choice_points, essay_section: sum(points, Decimal(0))}).outcome


def _total(pass_rule: PassRule, section_points: Mapping[str, Decimal | None]) -> Decimal | None:
    known = [points for points in section_points.values() if points is not None]
    is_complete = len(known) == len(section_points) and all(section_id in section_points for section_id, _ in pass_rule.sections)
    return sum(known, Decimal(0)) if is_complete else None


def _line(what: str, points: Decimal | None, needed: Decimal) -> VerdictLine:
    return VerdictLine(what=what, points=points, needed=needed, is_met=None if points is None else points >= needed)


def _outcome(lines: Sequence[VerdictLine]) -> Outcome:
    if any(line.is_met is None for line in lines):
        return Outcome.PENDING
    return Outcome.PASSED if all(line.is_met for line in lines) else Outcome.FAILED
