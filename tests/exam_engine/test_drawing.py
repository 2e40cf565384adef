"""Choosing for every demand at once: exact answers, held against trying everything."""

import time
from collections.abc import Mapping
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.exam_engine.drawing import Choice, Demand, can_fill

ITEMS = "abcdefgh"
PAIRS = st.lists(st.tuples(st.sampled_from(ITEMS), st.sampled_from(ITEMS)).filter(lambda pair: pair[0] != pair[1]), max_size=10)
DEMANDS = st.lists(st.builds(Demand, st.integers(0, 3), st.frozensets(st.sampled_from(ITEMS), max_size=6)), max_size=4)


def _enemies(pairs: list[tuple[str, str]]) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for one, other in pairs:
        found.setdefault(one, set()).add(other)
        found.setdefault(other, set()).add(one)
    return {item: frozenset(others) for item, others in found.items()}


def _by_trying(demands: list[Demand], enemies: Mapping[str, frozenset[str]], used: frozenset[str] = frozenset()) -> bool:
    if not demands:
        return True
    first, *others = demands
    free = [item for item in sorted(first.candidates - used) if not enemies.get(item, frozenset()) & used]
    for taken in combinations(free, first.count):
        if not any(enemies.get(item, frozenset()) & {*taken} for item in taken) and _by_trying(others, enemies, used | {*taken}):
            return True
    return False


@settings(max_examples=400, deadline=None)
@given(DEMANDS, PAIRS)
def test_the_answer_is_that_of_trying_everything(demands: list[Demand], pairs: list[tuple[str, str]]) -> None:
    enemies = _enemies(pairs)
    assert can_fill(demands, enemies) is _by_trying(demands, enemies)


@settings(max_examples=300, deadline=None)
@given(DEMANDS, PAIRS, st.permutations(ITEMS))
def test_whatever_can_be_filled_is_filled_in_any_order_of_preference(
    demands: list[Demand], pairs: list[tuple[str, str]], order: list[str]
) -> None:
    enemies = _enemies(pairs)
    if not can_fill(demands, enemies):
        return
    choice = Choice(demands, enemies)
    for index in range(len(demands)):
        choice.fill(index, order)
    taken = [item for items in choice.taken for item in items]
    assert [len(items) for items in choice.taken] == [demand.count for demand in demands]
    assert all(set(items) <= demand.candidates for items, demand in zip(choice.taken, demands, strict=True))
    assert len(set(taken)) == len(taken)
    assert not any(enemies.get(item, frozenset()) & set(taken) for item in taken)


def test_the_earliest_preferences_that_leave_a_way_are_taken() -> None:
    choice = Choice([Demand(1, frozenset("ab")), Demand(1, frozenset("a"))], {})
    choice.fill(0, "ab")
    choice.fill(1, "a")
    assert choice.taken == (["b"], ["a"])


def test_what_is_not_wanted_is_not_taken() -> None:
    choice = Choice([Demand(1, frozenset("ab"))], {})
    assert [choice.take(0, item) for item in "cab"] == [False, True, False]


def _rings(count: int) -> tuple[frozenset[str], Mapping[str, frozenset[str]]]:
    """Rings of five in which each quarrels with its neighbors: two of each ring can stand together."""
    pairs = [(f"{ring}-{place}", f"{ring}-{(place + 1) % 5}") for ring in range(count) for place in range(5)]
    return frozenset(item for pair in pairs for item in pair), _enemies(pairs)


@pytest.mark.parametrize(("count", "is_possible"), [(80, True), (81, False)], ids=["just possible", "just impossible"])
def test_many_quarrels_in_one_cell_are_settled_quickly(count: int, is_possible: bool) -> None:
    items, enemies = _rings(40)
    began = time.monotonic()
    assert can_fill([Demand(count, items)], enemies) is is_possible
    assert time.monotonic() - began < 5


def test_an_impossible_corner_is_found_quickly_beside_a_large_bank() -> None:
    ring, enemies = _rings(1)
    cells = [Demand(8, frozenset(f"{cell}-{number}" for number in range(30))) for cell in "ABCDE"]
    entangled = _enemies([("A-0", "0-0"), ("B-0", "A-1"), ("C-0", "B-1"), ("D-0", "C-1")])
    both = {item: enemies.get(item, frozenset()) | entangled.get(item, frozenset()) for item in {*enemies, *entangled}}
    began = time.monotonic()
    assert not can_fill([*cells, Demand(3, ring)], both)
    assert can_fill([*cells, Demand(2, ring)], both)
    assert time.monotonic() - began < 5
