"""合否の一致: how many people would get the same verdict from another paper of the same kind."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lms.exam_engine.statistics.distributions import both_below, normal_cdf
from lms.exam_engine.statistics.figures import (
    Figure,
    Interval,
    Number,
    Undecided,
    clipped,
    floats,
    known,
    mean,
    sample_variance,
    undecided,
)

PEOPLE_NEEDED = 20
"""Mean, spread and reliability are all estimated from the same people; below twenty each is too rough for this."""

FARTHEST = 6.0
"""In standard deviations: with the pass line farther from the mean, everybody has one verdict and kappa says nothing."""


@dataclass(frozen=True, slots=True)
class Consistency:
    """`agreement`: the share of equal verdicts, 0 … 1; `kappa`: the same beyond what chance would bring."""

    agreement: Figure
    kappa: Figure


def agreement_at(z: float, reliability: float) -> float:
    """The share of equal verdicts on two parallel papers whose points are bivariate normal, the pass line at `z`."""
    return 1 - 2 * normal_cdf(z) + 2 * both_below(z, reliability)


def kappa_at(z: float, reliability: float) -> float:
    """`agreement_at` beyond chance; chance is what two unrelated papers would bring."""
    chance = agreement_at(z, 0.0)
    return (agreement_at(z, reliability) - chance) / (1 - chance)


def decision_consistency(totals: Sequence[Number], pass_line: Number, reliability: Figure, *, step: Number) -> Consistency:
    """How consistent the verdict at one pass line is, from one sitting.

    The normal approximation of Peng & Subkoviak (1980, Journal of Educational Measurement 17, 359-368) to Huynh's
    beta-binomial model: z = (pass line − half a step − mean) / standard deviation, `step` being the smallest
    difference of points; the reliability stands for the correlation of two papers. It asks for no right-or-wrong questions.
    The interval is that of the reliability; the mean and the spread are taken as found, so it is rather too narrow.
    """
    n = len(totals)
    lacking = _lacking(n, totals, reliability)
    if lacking or reliability.value is None:
        figure = undecided(n, PEOPLE_NEEDED, lacking or Undecided.TOO_FEW_PEOPLE)
        return Consistency(figure, figure)
    values = floats(totals)
    z = (float(pass_line) - float(step) / 2 - mean(values)) / math.sqrt(sample_variance(values))
    return Consistency(_figure(agreement_at, z, reliability, n), _figure(kappa_at, z, reliability, n))


def _lacking(n: int, totals: Sequence[Number], reliability: Figure) -> Undecided | None:
    if n < PEOPLE_NEEDED:
        return Undecided.TOO_FEW_PEOPLE
    if reliability.value is None:
        return reliability.reason
    if sample_variance(floats(totals)) == 0:
        return Undecided.NO_SPREAD
    return None if 0 <= reliability.value <= 1 else Undecided.NOT_ADDITIVE


def _figure(index: Callable[[float, float], float], z: float, reliability: Figure, n: int) -> Figure:
    if abs(z) > FARTHEST:
        return undecided(n, PEOPLE_NEEDED, Undecided.NO_SPREAD)
    value = index(z, reliability.value or 0.0)
    limits = reliability.interval and clipped(reliability.interval.low, reliability.interval.high, 0.0, 1.0)
    # Both indices grow with the reliability, so that its limits become theirs.
    interval = limits and Interval(index(z, limits.low), index(z, limits.high))
    return known(value, n, PEOPLE_NEEDED, interval)
