"""重み付きκ: agreement of two graders on levels, beyond what chance would bring."""

import math
from collections.abc import Callable, Sequence

from lms.exam_engine.statistics.distributions import normal_quantile
from lms.exam_engine.statistics.figures import CONFIDENCE, Figure, Undecided, clipped, known, undecided

PAIRS_NEEDED = 20
"""The standard error of Fleiss, Cohen & Everitt is for large samples; below twenty pairs it is not worth showing."""

Weights = Callable[[int, int], float]


def quadratic_weights(levels: int) -> Weights:
    """1 − (i − j)² / (levels − 1)²: a gap of two weighs four times one; Fleiss & Cohen (1973), Educational and
    Psychological Measurement 33, 613-619."""
    widest = max(1, levels - 1)
    return lambda first, second: 1 - ((first - second) / widest) ** 2


def linear_weights(levels: int) -> Weights:
    """1 − |i − j| / (levels − 1): a gap of two weighs twice one."""
    widest = max(1, levels - 1)
    return lambda first, second: 1 - abs(first - second) / widest


def weighted_kappa(pairs: Sequence[tuple[int, int]], levels: Sequence[int]) -> Figure:
    """The quadratic weighted kappa of two graders' levels; `levels` are all levels there are, one apart.

    Raises ValueError when a pair has a level that is not among them.
    """
    n = len(pairs)
    if n < PAIRS_NEEDED:
        return undecided(n, PAIRS_NEEDED)
    order = {level: index for index, level in enumerate(sorted(levels))}
    if any(level not in order for pair in pairs for level in pair):
        raise ValueError("a level beyond the levels")
    table = [[0] * len(order) for _ in order]
    for first, second in pairs:
        table[order[first]][order[second]] += 1
    return kappa_of_table(table, quadratic_weights(len(order)))


def kappa_of_table(table: Sequence[Sequence[int]], weights: Weights) -> Figure:
    """Cohen's weighted kappa (1968, Psychological Bulletin 70, 213-220) of a square table of counts.

    `weights` are of agreement, 1 on the diagonal. The interval rests on the standard error of Fleiss, Cohen &
    Everitt (1969), Psychological Bulletin 72, 323-327; there is none when all agree, for then it would have no width.
    """
    n = sum(map(sum, table))
    kappa, error = kappa_and_error(table, weights)
    if kappa is None:
        return undecided(n, PAIRS_NEEDED, Undecided.NO_SPREAD)
    half = normal_quantile((1 + CONFIDENCE) / 2) * error
    return known(kappa, n, PAIRS_NEEDED, clipped(kappa - half, kappa + half, -1.0, 1.0) if error else None)


def kappa_and_error(table: Sequence[Sequence[int]], weights: Weights) -> tuple[float | None, float]:
    """Weighted kappa and its standard error; None when both graders gave everybody one and the same level."""
    n = sum(map(sum, table))
    shares = [[count / n for count in row] for row in table]
    rows, columns = [sum(row) for row in shares], [sum(column) for column in zip(*shares, strict=True)]
    places = [(i, j) for i in range(len(rows)) for j in range(len(rows))]
    observed = sum(weights(i, j) * shares[i][j] for i, j in places)
    expected = sum(weights(i, j) * rows[i] * columns[j] for i, j in places)
    if math.isclose(expected, 1.0):
        return None, 0.0
    row_means = [sum(weights(i, j) * share for j, share in enumerate(columns)) for i in range(len(rows))]
    column_means = [sum(weights(i, j) * share for i, share in enumerate(rows)) for j in range(len(rows))]
    spread = sum(
        shares[i][j] * (weights(i, j) * (1 - expected) - (row_means[i] + column_means[j]) * (1 - observed)) ** 2
        for i, j in places
    )
    variance = (spread - (observed * expected - 2 * expected + observed) ** 2) / (n * (1 - expected) ** 4)
    error = math.sqrt(variance) if variance > _ROUNDING else 0.0
    return (observed - expected) / (1 - expected), error


_ROUNDING = 1e-15
"""A variance this small is a zero that floating point only nearly reached."""
