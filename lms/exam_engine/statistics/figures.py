"""A figure with its interval, or the reason why it cannot be told yet (判定不能)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

Number = Decimal | float | int

CONFIDENCE = 0.95
"""The level of every interval."""


class Undecided(StrEnum):
    """判定不能: why a figure is not told."""

    TOO_FEW_PEOPLE = "too_few_people"
    TOO_FEW_QUESTIONS = "too_few_questions"
    TOO_FEW_RATERS = "too_few_raters"
    UNEQUAL_PAPERS = "unequal_papers"
    """People had papers of different lengths, so that their points cannot be laid side by side."""
    NO_SPREAD = "no_spread"
    """Everybody has the same value, so that nothing can be told apart."""
    NOT_ADDITIVE = "not_additive"
    """The estimate falls outside of what it may be (a variance below zero): the numbers do not fit the model."""


@dataclass(frozen=True, slots=True)
class Interval:
    """The range the data are compatible with, at the level `CONFIDENCE`."""

    low: float
    high: float

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with its interval, resting on `n` observations; `reason` says why there is no value.

    A value without interval is one for which no honest interval is known.
    """

    value: float | None
    n: int
    needed: int
    interval: Interval | None = None
    reason: Undecided | None = None

    @property
    def is_known(self) -> bool:
        """Whether there is a value."""
        return self.value is not None


def known(value: float, n: int, needed: int, interval: Interval | None = None) -> Figure:
    """A figure that can be told."""
    return Figure(value=value, n=n, needed=needed, interval=interval)


def undecided(n: int, needed: int, reason: Undecided | None = Undecided.TOO_FEW_PEOPLE) -> Figure:
    """判定不能."""
    return Figure(value=None, n=n, needed=needed, reason=reason or Undecided.TOO_FEW_PEOPLE)


def clipped(low: float, high: float, floor: float, ceiling: float) -> Interval:
    """An interval held inside the range the quantity can have."""
    return Interval(max(floor, min(ceiling, low)), min(ceiling, max(floor, high)))


def floats(values: Sequence[Number]) -> list[float]:
    """Points as floating-point numbers, for statistics only."""
    return [float(value) for value in values]


def mean(values: Sequence[float]) -> float:
    """The arithmetic mean of at least one value."""
    return sum(values) / len(values)


def sample_variance(values: Sequence[float]) -> float:
    """The variance with n − 1, of at least two values; exactly 0 when all are equal."""
    if min(values) == max(values):
        return 0.0
    center = mean(values)
    return sum((value - center) ** 2 for value in values) / (len(values) - 1)
