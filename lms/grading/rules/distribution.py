"""Pure: the distribution of totals as columns of a chart, with the pass line's place."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

BORDERLINE_PERCENT = Decimal(5)
"""Of the maximum: points this near a pass line are read again where the error of measurement cannot be told."""
COLUMNS = 15


@dataclass(frozen=True, slots=True)
class Column:
    """Totals from `low` up to but not including `high` (the last column includes it)."""

    low: Decimal
    high: Decimal
    count: int
    passed: int


@dataclass(frozen=True, slots=True)
class Distribution:
    """Columns from 0 to the maximum; `pass_line` is the total needed."""

    columns: tuple[Column, ...]
    maximum: Decimal
    pass_line: Decimal

    @property
    def highest(self) -> int:
        """The count of the tallest column."""
        return max((column.count for column in self.columns), default=0)

    @property
    def pass_share(self) -> Decimal:
        """Where the pass line stands, from 0 to 1."""
        return self.pass_line / self.maximum if self.maximum else Decimal(0)


def distribute(totals: Sequence[tuple[Decimal, bool]], *, maximum: Decimal, pass_line: Decimal) -> Distribution:
    """Count (total, is passed) pairs into equal columns."""
    width = maximum / COLUMNS
    columns = []
    for number in range(COLUMNS):
        low, high = width * number, width * (number + 1)
        inside = [is_passed for total, is_passed in totals if _column_of(total, width) == number]
        columns.append(Column(low, high, len(inside), sum(inside)))
    return Distribution(tuple(columns), maximum, pass_line)


def _column_of(total: Decimal, width: Decimal) -> int:
    return min(int(total / width), COLUMNS - 1) if width else 0
