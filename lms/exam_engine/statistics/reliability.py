"""信頼性: how far the points of a section would come out the same with other questions of the kind."""

import math
from collections.abc import Sequence

from lms.exam_engine.statistics.distributions import f_quantile
from lms.exam_engine.statistics.figures import (
    CONFIDENCE,
    Figure,
    Interval,
    Number,
    Undecided,
    floats,
    known,
    sample_variance,
    undecided,
)
from lms.exam_engine.statistics.variance import mean_squares

PEOPLE_NEEDED = 10
"""Feldt's interval holds for any number of people, but with ten people and 40 questions an alpha of .80 reaches
from .57 to .94 already (with twenty from .65 to .91); below ten nothing is left to say."""

QUESTIONS_NEEDED = 2


def kr20(table: Sequence[Sequence[Number]]) -> float:
    """Kuder & Richardson's formula 20 (1937, Psychometrika 2, 151-160) of right (1) and wrong (0) answers.

    Raises ValueError for anything but 0 and 1; ZeroDivisionError when all totals are equal. For such data it equals
    Cronbach's alpha.
    """
    rows = [floats(row) for row in table]
    if any(value not in (0.0, 1.0) for row in rows for value in row):
        raise ValueError("KR-20 is for right-or-wrong questions")
    n, k = len(rows), len(rows[0])
    shares = [sum(column) / n for column in zip(*rows, strict=True)]
    spread = sample_variance([sum(row) for row in rows]) * (n - 1) / n
    answered: float = sum(share * (1 - share) for share in shares)
    return k / (k - 1) * (1 - answered / spread)


def alpha_interval(alpha: float, people: int, questions: int) -> Interval:
    """The interval of KR-20 or Cronbach's alpha: Feldt (1965), Psychometrika 30, 357-370; limits as given by
    Feldt, Woodruff & Salih (1987), Applied Psychological Measurement 11, 93-103."""
    df1, df2 = people - 1, (people - 1) * (questions - 1)
    return _interval(1 - alpha, df1, df2)


def cronbach_alpha(table: Sequence[Sequence[Number]]) -> Figure:
    """Cronbach's alpha (1951, Psychometrika 16, 297-334) of people × questions, all people having the same questions."""
    n, k = len(table), len(table[0]) if table else 0
    lacking = _lacking(n, k)
    if lacking:
        return lacking
    squares = mean_squares(table)
    if squares.between <= 0:
        return undecided(n, PEOPLE_NEEDED, Undecided.NO_SPREAD)
    alpha = 1 - squares.error / squares.between
    return known(alpha, n, PEOPLE_NEEDED, alpha_interval(alpha, n, k) if squares.error else None)


def sampled_reliability(table: Sequence[Sequence[Number]]) -> Figure:
    """The reliability when everybody has questions of their own, drawn for them; rows must be equally long.

    Questions are then nested in people and their difficulty adds to the error: the intraclass correlation ICC(1,k) of
    Shrout & Fleiss (1979, Psychological Bulletin 86, 420-428) with its F interval. Drawing by a blueprint makes papers
    more alike than chance does, so that the value is rather too low than too high.
    """
    n, k = len(table), len(table[0]) if table else 0
    lacking = _lacking(n, k)
    if lacking:
        return lacking
    squares = mean_squares(table)
    if squares.between <= 0:
        return undecided(n, PEOPLE_NEEDED, Undecided.NO_SPREAD)
    ratio = squares.within / squares.between
    return known(1 - ratio, n, PEOPLE_NEEDED, _interval(ratio, n - 1, n * (k - 1)) if ratio else None)


def stratified_alpha(sections: Sequence[tuple[float, float]], total_variance: float) -> float | None:
    """The reliability of a total over sections given as (variance, reliability): Cronbach, Schönemann & McKie (1965),
    Educational and Psychological Measurement 25, 291-312; None when the totals have no spread."""
    if total_variance <= 0:
        return None
    return 1 - sum(variance * (1 - reliability) for variance, reliability in sections) / total_variance


def standard_error(totals: Sequence[Number], reliability: Figure) -> Figure:
    """SEM: how far a person's points lie from what they would be on average, in points; SD × √(1 − reliability).

    The interval is that of the reliability, at the standard deviation found.
    """
    n = len(totals)
    if reliability.value is None:
        return undecided(n, PEOPLE_NEEDED, reliability.reason or Undecided.TOO_FEW_PEOPLE)
    variance = sample_variance(floats(totals))
    interval = reliability.interval

    def error(value: float) -> float:
        return math.sqrt(max(0.0, variance * (1 - value)))

    limits = Interval(error(interval.high), error(interval.low)) if interval else None
    return known(error(reliability.value), n, PEOPLE_NEEDED, limits)


def binomial_error(right: float, questions: int) -> float:
    """The SEM at one number of right answers (not only on average): Lord (1955), Estimating test reliability,
    Educational and Psychological Measurement 15, 325-336: √(x(k − x)/(k − 1)), in right answers.

    Raises ValueError when `right` is not in 0 … `questions`, or there are fewer than two questions.
    """
    if questions < QUESTIONS_NEEDED or not 0 <= right <= questions:
        raise ValueError("right answers beyond the questions")
    return math.sqrt(right * (questions - right) / (questions - 1))


def _lacking(n: int, k: int) -> Figure | None:
    if n < PEOPLE_NEEDED:
        return undecided(n, PEOPLE_NEEDED)
    return undecided(n, PEOPLE_NEEDED, Undecided.TOO_FEW_QUESTIONS) if k < QUESTIONS_NEEDED else None


def _interval(ratio: float, df1: float, df2: float) -> Interval:
    tail = (1 - CONFIDENCE) / 2
    return Interval(1 - ratio * f_quantile(1 - tail, df1, df2), 1 - ratio * f_quantile(tail, df1, df2))
