"""Pure: sharing essays out among graders, two different ones each, evenly, reproducibly and never against a conflict."""

from collections import Counter, deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from lms.exam_engine.canonical import sha256_hex
from lms.grading.rules.parts import Refusal, Refused

PARTS_PER_ESSAY = 2
SMALLEST_STAFF = 3
"""Two graders and a third who can adjudicate."""


@dataclass(frozen=True, slots=True)
class EssayToShare:
    """An essay without graders; `key` names it reproducibly, `excluded` must not read it."""

    key: str
    excluded: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Share:
    """The two graders of an essay."""

    key: str
    first: int
    second: int


def check_staff(markers: Collection[int], adjudicators: Collection[int]) -> None:
    """Refuse a staff that cannot mark twice and adjudicate; `number` of the refusal says how many people are missing."""
    missing = max(PARTS_PER_ESSAY - len(set(markers)), SMALLEST_STAFF - len({*markers, *adjudicators}))
    if missing > 0:
        raise Refused(Refusal.TOO_FEW_GRADERS, missing)
    if not adjudicators:
        raise Refused(Refusal.NO_ADJUDICATOR, 1)


def share_out(
    essays: Sequence[EssayToShare], graders: Collection[int], *, seed: str, loads: Mapping[int, int] | None = None
) -> tuple[Share, ...]:
    """Two graders for every essay, as even as the conflicts allow (±1 without conflicts).

    `loads` counts what each grader has already. The outcome depends on the seed and the keys alone, not on the order given.
    Raises Refused when conflicts leave an essay fewer than two graders.
    """
    blocked = sum(len(set(graders) - essay.excluded) < PARTS_PER_ESSAY for essay in essays)
    if blocked:
        raise Refused(Refusal.CONFLICT_LEAVES_TOO_FEW, blocked)
    ordered = sorted(essays, key=lambda essay: _lot(seed, essay.key))
    plan = _Plan(ordered, graders, seed, loads or {})
    plan.fill()
    plan.even_out()
    return _orient(plan, seed)


def spread(
    essays: Sequence[EssayToShare], graders: Collection[int], *, seed: str, loads: Mapping[int, int] | None = None
) -> dict[str, int]:
    """One grader for every essay, by key, as even as the conflicts allow; each must leave at least one grader.

    The outcome depends on the seed and the keys alone, not on the order given.
    """
    ordered = sorted(essays, key=lambda essay: _lot(seed, essay.key))
    plan = _Plan(ordered, graders, seed, loads or {}, parts=1)
    plan.fill()
    plan.even_out()
    return {key: next(iter(holders)) for key, holders in plan.holders.items()}


def pick_adjudicator(
    key: str, adjudicators: Collection[int], *, excluded: Collection[int], loads: Mapping[int, int], seed: str
) -> int | None:
    """The least loaded adjudicator who neither marked the essay nor has a conflict; None when there is nobody."""
    eligible = [grader for grader in adjudicators if grader not in excluded]
    return min(eligible, key=lambda grader: (loads.get(grader, 0), _lot(seed, key, grader)), default=None)


def shuffled_positions(keys: Sequence[str], *, grader_id: int, seed: str, after: int = 0) -> dict[str, int]:
    """A grader's own order of the essays; positions go on from `after`."""
    ordered = sorted(keys, key=lambda key: _lot(seed, "queue", grader_id, key))
    return {key: after + number for number, key in enumerate(ordered, 1)}


def _lot(seed: str, *what: object) -> str:
    return sha256_hex("|".join([seed, *map(str, what)]))


class _Plan:
    """Who holds which essay, and how much everybody has."""

    def __init__(
        self,
        essays: Sequence[EssayToShare],
        graders: Collection[int],
        seed: str,
        loads: Mapping[int, int],
        *,
        parts: int = PARTS_PER_ESSAY,
    ) -> None:
        self.parts = parts
        self.essays = essays
        self.graders = sorted(set(graders))
        self.seed = seed
        self.loads = Counter({grader: loads.get(grader, 0) for grader in self.graders})
        self.holders: dict[str, set[int]] = {}

    def fill(self) -> None:
        """Give each essay to the least loaded, as many as it has parts."""
        for essay in self.essays:
            eligible = [grader for grader in self.graders if grader not in essay.excluded]
            eligible.sort(key=lambda grader: (self.loads[grader], _lot(self.seed, essay.key, grader)))
            self.holders[essay.key] = set(eligible[: self.parts])
            self.loads.update(eligible[: self.parts])

    def even_out(self) -> None:
        """Pass essays on along chains of graders until nobody has two more than somebody a chain reaches.

        That is the even distribution itself: chains find what single exchanges would miss when conflicts stand between.
        """
        while (chain := self._chain()) is not None:
            for essay_key, giver, taker in chain:
                self.holders[essay_key].remove(giver)
                self.holders[essay_key].add(taker)
            self.loads[chain[0][1]] -= 1
            self.loads[chain[-1][2]] += 1

    def _chain(self) -> list[tuple[str, int, int]] | None:
        for start in sorted(self.graders, key=lambda grader: (-self.loads[grader], grader)):
            chain = self._chain_from(start)
            if chain is not None:
                return chain
        return None

    def _chain_from(self, start: int) -> list[tuple[str, int, int]] | None:
        reached: dict[int, list[tuple[str, int, int]]] = {start: []}
        waiting = deque([start])
        while waiting:
            giver = waiting.popleft()
            for essay_key, taker in self._gifts(giver):
                if taker in reached:
                    continue
                reached[taker] = [*reached[giver], (essay_key, giver, taker)]
                if self.loads[taker] <= self.loads[start] - 2:
                    return reached[taker]
                waiting.append(taker)
        return None

    def _gifts(self, giver: int) -> list[tuple[str, int]]:
        return [
            (essay.key, taker)
            for essay in self.essays
            if giver in self.holders[essay.key]
            for taker in self.graders
            if taker not in essay.excluded and taker not in self.holders[essay.key]
        ]


def _orient(plan: _Plan, seed: str) -> tuple[Share, ...]:
    firsts: Counter[int] = Counter()
    shares = []
    for essay in plan.essays:
        first, second = sorted(
            plan.holders[essay.key], key=lambda grader: (firsts[grader], _lot(seed, "part", essay.key, grader))
        )
        firsts[first] += 1
        shares.append(Share(essay.key, first, second))
    return tuple(shares)
