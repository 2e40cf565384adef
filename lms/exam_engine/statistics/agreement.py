"""採点の一致: intraclass correlations of graders, and how severe each grader is."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lms.exam_engine.statistics.distributions import f_quantile, t_quantile
from lms.exam_engine.statistics.figures import (
    CONFIDENCE,
    Figure,
    Interval,
    Number,
    Undecided,
    known,
    mean,
    sample_variance,
    undecided,
)
from lms.exam_engine.statistics.kappa import weighted_kappa
from lms.exam_engine.statistics.variance import MeanSquares, mean_squares

__all__ = ["Agreement", "Rating", "icc_fixed", "icc_one_way", "icc_random", "intraclass", "severity", "weighted_kappa"]

TARGETS_NEEDED = 10
"""The F intervals hold for any number of essays, but with ten essays of two graders a correlation of .70 reaches from
.20 to .91 already; below ten nothing is left to say."""

SEVERITY_NEEDED = 5
"""Student's t keeps its level for any number of differences; below five its limits lie beyond three standard errors."""

_TAIL = (1 - CONFIDENCE) / 2


@dataclass(frozen=True, slots=True)
class Rating:
    """The points one rater gave one target (an essay)."""

    target: str
    rater: str
    points: Number


@dataclass(frozen=True, slots=True)
class Agreement:
    """The three single-rater correlations of Shrout & Fleiss (1979, Psychological Bulletin 86, 420-428).

    `one_way`: ICC(1,1), every target may have raters of its own; `random`: ICC(2,1), the same raters for all and
    their severity counts; `fixed`: ICC(3,1), the same raters and only the order counts.
    """

    one_way: Figure
    random: Figure
    fixed: Figure


def intraclass(table: Sequence[Sequence[Number]], *, needed: int = TARGETS_NEEDED) -> Agreement:
    """All three correlations of targets × raters."""
    return Agreement(
        one_way=icc_one_way(table, needed=needed),
        random=icc_random(table, needed=needed),
        fixed=icc_fixed(table, needed=needed),
    )


def icc_one_way(table: Sequence[Sequence[Number]], *, needed: int = TARGETS_NEEDED) -> Figure:
    """ICC(1,1); the right one when each essay has two graders out of many. Rows must be equally long."""
    squares, lacking = _squares(table, needed)
    if squares is None:
        return lacking
    k, n = squares.columns_count, squares.rows
    value = (squares.between - squares.within) / (squares.between + (k - 1) * squares.within)
    ratio = squares.between / squares.within if squares.within else None
    return known(value, n, needed, _single(ratio, k, n - 1, n * (k - 1)))


def icc_fixed(table: Sequence[Sequence[Number]], *, needed: int = TARGETS_NEEDED) -> Figure:
    """ICC(3,1)."""
    squares, lacking = _squares(table, needed)
    if squares is None:
        return lacking
    k, n = squares.columns_count, squares.rows
    value = (squares.between - squares.error) / (squares.between + (k - 1) * squares.error)
    ratio = squares.between / squares.error if squares.error else None
    return known(value, n, needed, _single(ratio, k, n - 1, (n - 1) * (k - 1)))


def icc_random(table: Sequence[Sequence[Number]], *, needed: int = TARGETS_NEEDED) -> Figure:
    """ICC(2,1), with the approximate interval of Fleiss & Shrout (1978), Psychometrika 43, 259-262."""
    squares, lacking = _squares(table, needed)
    if squares is None:
        return lacking
    k, n = squares.columns_count, squares.rows
    spread = squares.between + (k - 1) * squares.error + k * (squares.columns - squares.error) / n
    value = (squares.between - squares.error) / spread
    return known(value, n, needed, _random_interval(squares, value) if squares.error else None)


def severity(ratings: Sequence[Rating]) -> Mapping[str, Figure]:
    """厳しさ: by rater, how many points above (+) or below (−) the other raters of the same targets, on average.

    The interval is Student's t over the targets the rater shares with somebody.
    """
    by_target: defaultdict[str, list[Rating]] = defaultdict(list)
    for rating in ratings:
        by_target[rating.target].append(rating)
    differences: defaultdict[str, list[float]] = defaultdict(list)
    for together in by_target.values():
        for rating in together:
            others = [float(other.points) for other in together if other.rater != rating.rater]
            if others:
                differences[rating.rater].append(float(rating.points) - mean(others))
    return {rater: mean_difference(differences[rater]) for rater in sorted({rating.rater for rating in ratings})}


def mean_difference(differences: Sequence[float]) -> Figure:
    """The mean of differences with its t interval (Student 1908, Biometrika 6, 1-25)."""
    n = len(differences)
    if n < SEVERITY_NEEDED:
        return undecided(n, SEVERITY_NEEDED)
    center, variance = mean(differences), sample_variance(differences)
    half = t_quantile(1 - _TAIL, n - 1) * (variance / n) ** 0.5
    return known(center, n, SEVERITY_NEEDED, Interval(center - half, center + half) if variance else None)


def _squares(table: Sequence[Sequence[Number]], needed: int) -> tuple[MeanSquares | None, Figure]:
    n, k = len(table), len(table[0]) if table else 0
    if n < max(2, needed):
        return None, undecided(n, needed)
    if k < 2:
        return None, undecided(n, needed, Undecided.TOO_FEW_RATERS)
    squares = mean_squares(table)
    # Targets that nobody tells apart have no order to agree on, even if one rater is more severe.
    if squares.between + squares.error == 0:
        return None, undecided(n, needed, Undecided.NO_SPREAD)
    return squares, undecided(n, needed)


def _single(ratio: float | None, k: int, df1: int, df2: int) -> Interval | None:
    if ratio is None:
        return None
    low, high = ratio / f_quantile(1 - _TAIL, df1, df2), ratio * f_quantile(1 - _TAIL, df2, df1)
    return Interval((low - 1) / (low + k - 1), (high - 1) / (high + k - 1))


def _random_interval(squares: MeanSquares, value: float) -> Interval:
    n, k = squares.rows, squares.columns_count
    ratio = squares.columns / squares.error
    part = n * (1 + (k - 1) * value) - k * value
    freedom = (k - 1) * (n - 1) * (k * value * ratio + part) ** 2 / ((n - 1) * (k * value * ratio) ** 2 + part**2)
    above, below = f_quantile(1 - _TAIL, n - 1, freedom), f_quantile(1 - _TAIL, freedom, n - 1)
    rest = k * squares.columns + (k * n - k - n) * squares.error
    return Interval(
        n * (squares.between - above * squares.error) / (above * rest + n * squares.between),
        n * (below * squares.between - squares.error) / (rest + n * below * squares.between),
    )
