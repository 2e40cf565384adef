"""アンゴフ法: a pass line from judges who say how many just-qualified people would answer each question rightly."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from lms.exam_engine.statistics.distributions import t_quantile
from lms.exam_engine.statistics.figures import (
    CONFIDENCE,
    Figure,
    Number,
    Undecided,
    clipped,
    floats,
    known,
    mean,
    sample_variance,
    undecided,
)
from lms.exam_engine.statistics.variance import mean_squares

JUDGES_NEEDED = 3
"""Two judges give a standard error on one degree of freedom (t = 12.7), which tells nothing."""


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel's pass line in points, with what it rests on.

    `judge_cuts` are the pass lines of the single judges in order; the three shares say where the differences of the
    ratings come from (together 1, or all None): `from_questions` (questions are differently hard, which is meant),
    `from_judges` (judges are differently strict), `from_both` (judges see single questions differently).
    """

    cut: Figure
    standard_error: float | None
    judge_cuts: tuple[float, ...]
    from_questions: float | None
    from_judges: float | None
    from_both: float | None

    def standard_error_with(self, judges: int) -> float | None:
        """The standard error to expect with another number of judges of the same kind; None while there is none."""
        if self.standard_error is None:
            return None
        return self.standard_error * math.sqrt(len(self.judge_cuts) / judges)


def angoff_panel(ratings: Sequence[Sequence[Number]], max_points: Sequence[Number]) -> Panel:
    """The pass line of judges × questions; a rating is the share (0 … 1) of just-qualified people who would be right.

    Angoff (1971), Scales, norms and equivalent scores, in Thorndike (ed.), Educational Measurement, 508-600: a judge's
    pass line is the sum over questions, the panel's is the mean over judges; its standard error is SD / √judges
    and its interval Student's t, held inside 0 … the sum of all points.
    Raises ValueError for a rating outside 0 … 1 or rows of unequal length.
    """
    rows = [floats(row) for row in ratings]
    _check(rows, len(max_points))
    points = floats(max_points)
    cuts = tuple(sum(share * each for share, each in zip(row, points, strict=True)) for row in rows)
    n = len(rows)
    if n < JUDGES_NEEDED:
        return Panel(undecided(n, JUDGES_NEEDED, Undecided.TOO_FEW_RATERS), None, cuts, None, None, None)
    center, error = mean(cuts), math.sqrt(sample_variance(cuts) / n)
    half = t_quantile((1 + CONFIDENCE) / 2, n - 1) * error
    interval = clipped(center - half, center + half, 0.0, sum(points)) if error else None
    return Panel(known(center, n, JUDGES_NEEDED, interval), error, cuts, *_shares(rows))


def _check(rows: Sequence[Sequence[float]], questions: int) -> None:
    if any(len(row) != questions for row in rows):
        raise ValueError("every judge rates every question")
    if any(not 0 <= share <= 1 for row in rows for share in row):
        raise ValueError("a rating is a share from 0 to 1")


def _shares(rows: Sequence[Sequence[float]]) -> tuple[float | None, float | None, float | None]:
    """Variance components of judges × questions with one rating each (Brennan 2001, Generalizability Theory, ch. 3);
    components below zero count as zero."""
    judges, questions = len(rows), len(rows[0])
    if questions < 2:
        return None, None, None
    squares = mean_squares(rows)
    of_judges = max(0.0, (squares.between - squares.error) / questions)
    of_questions = max(0.0, (squares.columns - squares.error) / judges)
    total = of_judges + of_questions + squares.error
    if total == 0:
        return None, None, None
    return of_questions / total, of_judges / total, squares.error / total
