"""Mean squares of people × measurements, from which reliability and agreement are told."""

from collections.abc import Sequence
from dataclasses import dataclass

from lms.exam_engine.statistics.figures import Number, floats, mean


@dataclass(frozen=True, slots=True)
class MeanSquares:
    """The analysis of variance of a full table: rows are people or essays, columns questions or raters.

    `between` rows, `columns`, `error` (what rows and columns leave over) and `within` rows (columns and error together).
    """

    rows: int
    columns_count: int
    between: float
    columns: float
    error: float
    within: float


def mean_squares(table: Sequence[Sequence[Number]]) -> MeanSquares:
    """The mean squares of a full table of at least two rows and two columns."""
    rows = [floats(row) for row in table]
    n, k = len(rows), len(rows[0])
    grand = mean([value for row in rows for value in row])
    row_squares = k * sum((mean(row) - grand) ** 2 for row in rows)
    column_squares = n * sum((mean(column) - grand) ** 2 for column in zip(*rows, strict=True))
    within = sum((value - mean(row)) ** 2 for row in rows for value in row)
    return MeanSquares(
        rows=n,
        columns_count=k,
        between=row_squares / (n - 1),
        columns=column_squares / (k - 1),
        error=max(0.0, within - column_squares) / ((n - 1) * (k - 1)),
        within=within / (n * (k - 1)),
    )
