"""設問の統計: how hard a question was, how well it tells people apart, and what each option drew."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from lms.exam_engine.statistics.distributions import normal_quantile
from lms.exam_engine.statistics.figures import (
    CONFIDENCE,
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

FACILITY_NEEDED = 10
"""With ten people the Wilson interval is at most 0.53 wide; with fewer, well over half of the scale stays open."""

DISCRIMINATION_NEEDED = 20
"""Below twenty people even a correlation of 0.44 cannot be told from 0 (tanh(1.96 / √17))."""

GROUPS_NEEDED = 20
"""27 % of twenty people are the five that a comparison of groups needs at the least."""

GROUP_SHARE = 0.27
"""Upper and lower group: Kelley (1939), The selection of upper and lower groups for the validation of test items,
Journal of Educational Psychology 30, 17-24."""


@dataclass(frozen=True, slots=True)
class OptionLine:
    """What one option drew; `mean_total` is that of its choosers, None when nobody chose it.

    `upper` and `lower` are how many of the best and of the weakest 27 % chose it, None below `GROUPS_NEEDED` people.
    """

    option_id: str
    is_key: bool
    count: int
    share: float
    mean_total: float | None
    upper: int | None
    lower: int | None


@dataclass(frozen=True, slots=True)
class Choice:
    """What one person chose (no option: left blank) and the person's points in all."""

    option_ids: tuple[str, ...]
    total: Number


def wilson_interval(share: float, n: int) -> Interval:
    """The interval of a proportion: Wilson (1927), JASA 22, 209-212; without continuity correction.

    Newcombe (1998), Statistics in Medicine 17, 857-872, recommends it for small groups: it keeps inside 0 … 1
    and is never without width.
    """
    z = normal_quantile((1 + CONFIDENCE) / 2)
    scale = 1 + z * z / n
    center = share + z * z / (2 * n)
    spread = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low, high = (center - spread) / scale, (center + spread) / scale
    # At the ends the limit is the end itself, which floating point only nearly reaches.
    return Interval(0.0 if share == 0 else max(0.0, low), 1.0 if share == 1 else min(1.0, high))


def proportion(count: int, n: int, *, needed: int = FACILITY_NEEDED) -> Figure:
    """A share of people with its Wilson interval."""
    return undecided(n, needed) if n < needed else known(count / n, n, needed, wilson_interval(count / n, n))


def facility(points: Sequence[Number], max_points: Number) -> Figure:
    """正答率: the mean share of the points that could be earned, 0 … 1.

    For right-or-wrong questions the interval is Wilson's. With partial credit it is Wilson's on the mean share, which
    is never too narrow: among all distributions on 0 … 1 with this mean, the right-or-wrong one has the greatest
    variance (Bhatia & Davis 2000, American Mathematical Monthly 107, 353-357).
    """
    n = len(points)
    if n < FACILITY_NEEDED:
        return undecided(n, FACILITY_NEEDED)
    share = min(1.0, max(0.0, mean(floats(points)) / float(max_points)))
    return known(share, n, FACILITY_NEEDED, wilson_interval(share, n))


def correlation(first: Sequence[Number], second: Sequence[Number]) -> float | None:
    """Pearson's product-moment correlation; None when either side has no spread."""
    one, other = floats(first), floats(second)
    if len(one) < 2 or not sample_variance(one) or not sample_variance(other):
        return None
    center_one, center_other = mean(one), mean(other)
    together = math.fsum((a - center_one) * (b - center_other) for a, b in zip(one, other, strict=True))
    product = math.fsum((a - center_one) ** 2 for a in one) * math.fsum((b - center_other) ** 2 for b in other)
    return max(-1.0, min(1.0, together / math.sqrt(product))) if product else None


def fisher_interval(r: float, n: int) -> Interval:
    """The interval of a correlation of more than three pairs by Fisher's z (1921, Metron 1, 3-32)."""
    if abs(r) == 1:
        return Interval(r, r)
    half = normal_quantile((1 + CONFIDENCE) / 2) / math.sqrt(n - 3)
    return Interval(math.tanh(math.atanh(r) - half), math.tanh(math.atanh(r) + half))


def discrimination(points: Sequence[Number], totals: Sequence[Number]) -> Figure:
    """識別力: the correlation of a question's points with the points of all the other questions, −1 … 1.

    The question itself is taken out of the total ("corrected"), or it would correlate with itself; for
    right-or-wrong questions this is the corrected point-biserial correlation.
    """
    n = len(points)
    if n < DISCRIMINATION_NEEDED:
        return undecided(n, DISCRIMINATION_NEEDED)
    rest = [total - own for total, own in zip(floats(totals), floats(points), strict=True)]
    r = correlation(points, rest)
    if r is None:
        return undecided(n, DISCRIMINATION_NEEDED, Undecided.NO_SPREAD)
    interval = fisher_interval(r, n)
    return known(r, n, DISCRIMINATION_NEEDED, clipped(interval.low, interval.high, -1.0, 1.0))


def option_table(choices: Sequence[Choice], option_ids: Sequence[str], keys: Sequence[str]) -> tuple[OptionLine, ...]:
    """What each option drew, in the order given; with several choices a person, a person counts at each."""
    upper, lower = _groups(choices)
    return tuple(_option_line(option_id, option_id in keys, choices, upper, lower) for option_id in option_ids)


def _groups(choices: Sequence[Choice]) -> tuple[list[Choice] | None, list[Choice] | None]:
    if len(choices) < GROUPS_NEEDED:
        return None, None
    ranked = sorted(choices, key=lambda choice: float(choice.total))
    size = round(GROUP_SHARE * len(ranked))
    return ranked[-size:], ranked[:size]


def _option_line(
    option_id: str, is_key: bool, choices: Sequence[Choice], upper: Sequence[Choice] | None, lower: Sequence[Choice] | None
) -> OptionLine:
    choosers = [float(choice.total) for choice in choices if option_id in choice.option_ids]
    return OptionLine(
        option_id=option_id,
        is_key=is_key,
        count=len(choosers),
        share=len(choosers) / len(choices) if choices else 0.0,
        mean_total=mean(choosers) if choosers else None,
        upper=_count(option_id, upper),
        lower=_count(option_id, lower),
    )


def _count(option_id: str, group: Sequence[Choice] | None) -> int | None:
    return None if group is None else sum(option_id in choice.option_ids for choice in group)
