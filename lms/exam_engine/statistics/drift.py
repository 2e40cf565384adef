"""基準のずれ: whether a grader's marks on 見本答案 lie above or below the agreed ones, from the differences alone."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from lms.exam_engine.statistics.distributions import t_quantile
from lms.exam_engine.statistics.figures import (
    CONFIDENCE,
    Figure,
    Interval,
    Number,
    floats,
    known,
    mean,
    sample_variance,
    undecided,
)

DRIFT_NEEDED = 7
"""Anchors a grader must have marked. With seven, somebody who is one level too high (or too low) on every criterion is
found with a probability of .9 and more (tests/proof/test_drift.py); with four it is hardly one in two, so nothing is told."""

HARMLESS = 0.5
"""A mean difference of up to half a point is no drift: where the agreed level is the highest (or the lowest) a grader can
only err to one side, so that even a faithful one lies a little off."""

_TAIL = (1 - CONFIDENCE) / 2


class DriftFlag(StrEnum):
    """Which way a grader has left the agreed measure."""

    LENIENT = "lenient"
    """甘い: above the agreed marks."""
    SEVERE = "severe"
    """厳しい: below them."""


@dataclass(frozen=True, slots=True)
class Drift:
    """The mean difference in points with its interval, and the flag when the interval lies beyond `HARMLESS`.

    Below `DRIFT_NEEDED` anchors the figure is undecided (判定不能) and there is no flag.
    """

    figure: Figure
    flag: DriftFlag | None


def drift(differences: Sequence[Number], *, needed: int = DRIFT_NEEDED) -> Drift:
    """Judge one grader by `points − agreed` of each anchor marked, in points of the raw levels (no cap applied).

    The rule is Student's one-sample t test to both sides (Student 1908, Biometrika 6, 1-25) against a harmless margin:
    flagged when the whole 95 % interval of the mean difference lies above +0.5 or below −0.5 points. It is meant to be looked
    at once, when the grading is done; looked at after every anchor it would cry wolf more often. Differences that are all
    the same have no spread to measure by: the interval is that value alone.
    """
    values = floats(differences)
    if len(values) < max(2, needed):
        return Drift(undecided(len(values), needed), None)
    center = mean(values)
    half = _t(len(values) - 1) * (sample_variance(values) / len(values)) ** 0.5
    interval = Interval(center - half, center + half)
    return Drift(known(center, len(values), needed, interval), _flag(interval))


@functools.cache
def _t(freedom: int) -> float:
    return t_quantile(1 - _TAIL, freedom)


def _flag(interval: Interval) -> DriftFlag | None:
    if interval.low > HARMLESS:
        return DriftFlag.LENIENT
    return DriftFlag.SEVERE if interval.high < -HARMLESS else None
