"""Pure: 目合わせ, how near a grader comes to what was agreed on the 見本答案, and whether her queue of a question opens."""

from collections.abc import Collection, Mapping, Sequence
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


Number = str | int | None
"""What a blind return bears: a 受験番号 given before, the mark of a new one that equal marks share, or none: it waits."""


def number_blind(places: Sequence[int], real: Collection[frozenset[int]], blind: Mapping[str, frozenset[int]]) -> list[Number]:
    """受験番号 for one grader's new blind returns, so that none of them can be told by its number.

    Whoever sits answers an essay in every place of the paper. A grader who reads both essays of some candidates and one
    of others would know a 見本答案 by a number that stands under one question only, were all real ones under both; and the
    other way round. Therefore a return gets a partner in another place under the same number when real candidates look
    so to her, stands alone when real ones of its place do, and waits for a later topping up when neither holds.
    `places` are those of the new returns in the paper, `real` the places under which each real number stands in her
    queue, `blind` those of the returns she has.
    """
    has_whole = any(len(each) > 1 for each in real)
    alone = {place for each in real if len(each) == 1 for place in each}
    single = {number: next(iter(each)) for number, each in blind.items() if len(each) == 1} if has_whole else {}
    found: list[Number] = [None] * len(places)
    unpaired: list[int] = []
    for index, place in enumerate(places):
        earlier = next((number for number, other in single.items() if other != place), None)
        partner = next((each for each in unpaired if has_whole and places[each] != place), None)
        if earlier is not None:
            found[index] = earlier
            del single[earlier]
        elif partner is not None:
            found[index] = found[partner] = partner
            unpaired.remove(partner)
        else:
            unpaired.append(index)
    for index in unpaired:
        found[index] = index if places[index] in alone else None
    return found


def count_idle_returns(waiting: int, essays: int, given: int, rule: CalibrationRule) -> int:
    """How many of `given` blind returns are too many after essays of a question left a queue of `essays`.

    All of them are when nothing `waiting` is left: a 見本答案 on its own would be known for what it is.
    """
    return max(0, given - (essays // rule.blind_every if waiting else 0))
