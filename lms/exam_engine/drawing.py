"""Drawing lots that come out the same on every machine and version, and choosing so that every demand is met."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
_SPAN = 2**256


class Shuffler:
    """A reproducible source of order, a small generator over SHA-256.

    Every purpose has its own stream, so that one draw never disturbs another.
    """

    def __init__(self, seed: str, purpose: str) -> None:
        self._name = f"{seed}|{purpose}"
        self._counter = 0

    def below(self, limit: int) -> int:
        """A whole number from 0 up to but not including `limit`, each equally likely."""
        ceiling = _SPAN - _SPAN % limit
        while True:
            number = self._next()
            if number < ceiling:
                return number % limit

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """The items in a drawn order (Fisher-Yates)."""
        result = list(items)
        for last in range(len(result) - 1, 0, -1):
            chosen = self.below(last + 1)
            result[last], result[chosen] = result[chosen], result[last]
        return result

    def _next(self) -> int:
        digest = hashlib.sha256(f"{self._name}|{self._counter}".encode()).digest()
        self._counter += 1
        return int.from_bytes(digest, "big")


Enemies = Mapping[str, frozenset[str]]
"""The ids of questions that may not be drawn together with the key; it holds both ways."""


@dataclass(frozen=True, slots=True)
class Demand:
    """So many different items are wanted among these candidates, by id."""

    count: int
    candidates: frozenset[str]


def can_fill(demands: Sequence[Demand], enemies: Enemies) -> bool:
    """Whether every demand can be met at once: no item for two demands, and no two enemies.

    The answer is exact. What nobody else wants and nobody quarrels with is set aside first, so that only the entangled
    rest is searched, each independent part by itself.
    """
    rest = _entangled_rest(demands, enemies)
    if any(demand.count > len(demand.candidates) for demand in rest):
        return False
    return all(_can_fill_part(part, enemies) for part in _parts(rest, enemies))


class Choice:
    """Takes items for demands one by one, refusing each that would keep the rest from being filled."""

    def __init__(self, demands: Sequence[Demand], enemies: Enemies) -> None:
        self._open = list(demands)
        self._enemies = enemies
        self._entangled = _entangled_items(demands, enemies)
        self.taken: tuple[list[str], ...] = tuple([] for _ in demands)

    def take(self, index: int, item: str) -> bool:
        """Take the item for this demand where there is room and a way to fill all others; whether it was taken."""
        demand = self._open[index]
        if demand.count == 0 or item not in demand.candidates:
            return False
        if item not in self._entangled:
            self._open[index] = Demand(demand.count - 1, demand.candidates - {item})
        else:
            after = _after_taking(self._open, index, item, self._enemies)
            if not can_fill(after, self._enemies):
                return False
            self._open = after
        self.taken[index].append(item)
        return True

    def fill(self, index: int, preferences: Sequence[str]) -> None:
        """Meet a demand with the earliest of these that can be taken."""
        for item in preferences:
            self.take(index, item)


def _entangled_items(demands: Sequence[Demand], enemies: Enemies) -> frozenset[str]:
    """The items whose taking can matter to another demand or candidate."""
    wanted = Counter(item for demand in demands if demand.count for item in demand.candidates)
    return frozenset(item for item, times in wanted.items() if times > 1 or any(each in wanted for each in enemies.get(item, ())))


def _entangled_rest(demands: Sequence[Demand], enemies: Enemies) -> tuple[Demand, ...]:
    before: tuple[Demand, ...] = ()
    rest = tuple(demand for demand in demands if demand.count)
    while rest != before:
        before = rest
        entangled = _entangled_items(rest, enemies)
        reduced = (_without_free_items(demand, entangled) for demand in rest)
        # A demand that free items meet lets go of its other candidates, which may set further ones free.
        rest = tuple(demand for demand in reduced if demand.count)
    return rest


def _without_free_items(demand: Demand, entangled: frozenset[str]) -> Demand:
    held = demand.candidates & entangled
    return Demand(max(demand.count - len(demand.candidates - held), 0), held)


def _parts(demands: Sequence[Demand], enemies: Enemies) -> list[list[Demand]]:
    """The demands in groups that have no candidate and no quarrel in common."""
    parts: list[tuple[set[str], list[Demand]]] = []
    for demand in demands:
        reach = {*demand.candidates, *(each for item in demand.candidates for each in enemies.get(item, ()))}
        touching = [part for part in parts if not reach.isdisjoint(part[0])]
        parts = [part for part in parts if reach.isdisjoint(part[0])]
        members = [each for _, group in touching for each in group]
        parts.append((reach.union(*(items for items, _ in touching)), [*members, demand]))
    return [group for _, group in parts]


def _can_fill_part(demands: Sequence[Demand], enemies: Enemies) -> bool:
    everything = frozenset[str]().union(*(demand.candidates for demand in demands))
    if sum(demand.count for demand in demands) > _most_together(everything, enemies):
        return False
    if len(demands) == 1:
        return True
    if any(demand.count > _most_together(demand.candidates, enemies) for demand in demands):
        return False
    index = min(range(len(demands)), key=lambda each: len(demands[each].candidates) - demands[each].count)
    tightest = demands[index]
    item = max(sorted(tightest.candidates), key=lambda each: len(enemies.get(each, frozenset()) & everything))
    if can_fill(_after_taking(demands, index, item, enemies), enemies):
        return True
    without = Demand(tightest.count, tightest.candidates - {item})
    return can_fill([*demands[:index], without, *demands[index + 1 :]], enemies)


def _after_taking(demands: Sequence[Demand], index: int, item: str, enemies: Enemies) -> list[Demand]:
    gone = enemies.get(item, frozenset()) | {item}
    return [Demand(demand.count - (each == index), demand.candidates - gone) for each, demand in enumerate(demands)]


def _most_together(items: frozenset[str], enemies: Enemies) -> int:
    """How many of these items can stand together without two enemies."""
    most = 0
    left = set(items)
    while left:
        group = _quarrel(left, enemies)
        left -= group
        most += _most_of_quarrel(frozenset(group), enemies)
    return most


def _quarrel(items: set[str], enemies: Enemies) -> set[str]:
    """One item with everything it is at odds with directly or through others."""
    group: set[str] = set()
    edge = {min(items)}
    while edge:
        group |= edge
        edge = {each for item in edge for each in enemies.get(item, ()) if each in items} - group
    return group


def _most_of_quarrel(group: frozenset[str], enemies: Enemies) -> int:
    if len(group) == 1:
        return 1
    worst = max(sorted(group), key=lambda each: len(enemies[each] & group))
    with_worst = 1 + _most_together(group - enemies[worst] - {worst}, enemies)
    return max(with_worst, _most_together(group - {worst}, enemies))
