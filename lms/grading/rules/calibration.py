"""Pure: 目合わせ, how near a grader comes to what was agreed on the 見本答案, and whether her queue of a question opens."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from lms.exam_engine.anchors import Anchor, AnchorPurpose
from lms.exam_engine.rubrics import GraderMark
from lms.grading.rules.operating import CalibrationRule


@dataclass(frozen=True, slots=True)
class AnchorTry:
    """One copy of a 見本答案 given to a grader, in the order given; mark and points are None until confirmed."""

    anchor_id: str
    mark: GraderMark | None
    points: Decimal | None


@dataclass(frozen=True, slots=True)
class Gap:
    """How far a mark lies from the agreed one; differences are given − agreed."""

    total: Decimal
    criteria: tuple[tuple[str, int], ...]
    cap_differs: bool
    """重大な不適切 was seen where none was agreed, or overlooked, or another one was seen."""

    def is_within(self, rule: CalibrationRule) -> bool:
        """Whether this counts as agreement."""
        widest = max((abs(each) for _, each in self.criteria), default=0)
        return abs(self.total) <= rule.total_gap and widest <= rule.criterion_gap and not self.cap_differs


class GateState(StrEnum):
    """How a grader stands with the 目合わせ of one question."""

    NOT_ASKED = "not_asked"
    """There is no 見本答案 for it."""
    WAITING = "waiting"
    """A 見本答案 waits to be marked."""
    AGREED = "agreed"
    WAIVED = "waived"
    """The office opened the queue with a reason."""
    EXHAUSTED = "exhausted"
    """No agreement, and no further try: only the office can open the queue."""


@dataclass(frozen=True, slots=True)
class Gate:
    """The 目合わせ of one grader and one question; `gaps` are of the latest confirmed mark on each 見本答案."""

    state: GateState
    tries: int = 0
    """Copies confirmed, of all its 見本答案 together."""
    gaps: tuple[tuple[str, Gap], ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether the grader may begin."""
        return self.state in (GateState.NOT_ASKED, GateState.AGREED, GateState.WAIVED)


OPEN_GATE = Gate(GateState.NOT_ASKED)


def measure(mark: GraderMark, points: Decimal, anchor: Anchor) -> Gap:
    """A grader's mark beside the agreed one, criterion by criterion."""
    given, agreed = dict(mark.levels), dict(anchor.levels)
    criteria = tuple((criterion_id, given.get(criterion_id, 0) - agreed[criterion_id]) for criterion_id in agreed)
    return Gap(points - anchor.points, criteria, mark.cap_id != anchor.cap_id)


def judge_gate(tries: Sequence[AnchorTry], anchors: Mapping[str, Anchor], rule: CalibrationRule, *, is_waived: bool) -> Gate:
    """The gate of one grader and question from every copy she was given.

    Each 見本答案 must be agreed upon in its latest copy. One that is no longer among `anchors` cannot be compared, so that
    only the office can open the gate.
    """
    if not tries:
        return OPEN_GATE
    latest = {each.anchor_id: each for each in tries}
    gaps = tuple((key, gap) for key, each in latest.items() if (gap := _gap(each, anchors)) is not None)
    state = GateState.WAIVED if is_waived else _state(tries, latest, dict(gaps), rule)
    return Gate(state, sum(each.mark is not None for each in tries), gaps)


def may_try_again(tries: Sequence[AnchorTry], anchor_id: str, rule: CalibrationRule) -> bool:
    """Whether a further copy of this 見本答案 may be given: the first one and `rule.tries` more."""
    return sum(each.anchor_id == anchor_id for each in tries) <= rule.tries


def _gap(each: AnchorTry, anchors: Mapping[str, Anchor]) -> Gap | None:
    anchor = anchors.get(each.anchor_id)
    return None if anchor is None or each.mark is None or each.points is None else measure(each.mark, each.points, anchor)


def _state(
    tries: Sequence[AnchorTry], latest: Mapping[str, AnchorTry], gaps: Mapping[str, Gap], rule: CalibrationRule
) -> GateState:
    if any(each.mark is None for each in latest.values()):
        return GateState.WAITING
    if all(key in gaps and gaps[key].is_within(rule) for key in latest):
        return GateState.AGREED
    return GateState.EXHAUSTED


def count_blind_returns(essays: int, given: int, rule: CalibrationRule) -> int:
    """How many 見本答案 are mixed into a queue of `essays` of one question in which `given` are already."""
    return max(0, essays // rule.blind_every - given)


def pick_blind(anchors: Sequence[Anchor], given: Sequence[str], number: int) -> tuple[Anchor, ...]:
    """The next 見本答案 to return blind: those kept for it, in their order, and others only where none is kept; none twice."""
    kept = [anchor for anchor in anchors if anchor.purpose is AnchorPurpose.RECHECK] or list(anchors)
    return tuple(anchor for anchor in kept if anchor.id not in given)[:number]
