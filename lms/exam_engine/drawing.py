"""Drawing lots that come out the same on every machine and version: a small generator over SHA-256."""

import hashlib
from collections.abc import Sequence
from typing import Protocol, TypeVar

T = TypeVar("T")
_SPAN = 2**256


class Shuffler:
    """A reproducible source of order; every purpose has its own stream, so that one draw never disturbs another."""

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


class Identified(Protocol):
    """Anything with an id."""

    @property
    def id(self) -> str:
        """The id, unique among what is drawn from."""


Item = TypeVar("Item", bound=Identified)


def fill_slots(preferences: Sequence[Sequence[Item]]) -> tuple[Item, ...] | None:
    """One item for each slot, none twice, earlier items of each slot preferred; None when it cannot be done."""
    return _fill(preferences, frozenset())


def _fill(preferences: Sequence[Sequence[Item]], used: frozenset[str]) -> tuple[Item, ...] | None:
    if not preferences:
        return ()
    for item in preferences[0]:
        if item.id not in used:
            rest = _fill(preferences[1:], used | {item.id})
            if rest is not None:
                return (item, *rest)
    return None
