"""Drift on anchors: worked examples, what is too few, and that only the side of the agreed marks decides."""

from decimal import Decimal

import pytest

from lms.exam_engine.statistics.drift import DRIFT_NEEDED, DriftFlag, drift
from lms.exam_engine.statistics.figures import Undecided


def test_the_interval_is_students_for_a_worked_example() -> None:
    # Mean 3, sum of squares 10, so the variance is 10/6; t(.975; 6) = 2.446912 by the printed tables.
    found = drift([Decimal(points) for points in (1, 2, 3, 3, 3, 4, 5)])
    half = 2.446912 * (10 / 6 / 7) ** 0.5
    assert found.figure.value == 3
    assert found.figure.interval is not None
    assert found.figure.interval.low == pytest.approx(3 - half, abs=1e-6)
    assert found.figure.interval.high == pytest.approx(3 + half, abs=1e-6)
    assert found.flag is DriftFlag.LENIENT


@pytest.mark.parametrize(
    ("differences", "flag"),
    [
        ([0] * 7, None),
        ([2] * 7, DriftFlag.LENIENT),
        ([-3, -2, -2, -4, -1, -3, -2], DriftFlag.SEVERE),
        ([-2, 3, 0, -1, 2, -3, 1], None),
        ([1, 0, 1, 1, 0, 1, 1], None),  # above 0 for certain, but by no more than half a point
        ([0.5] * 9, None),
    ],
)
def test_a_flag_is_raised_where_the_whole_interval_lies_beyond_half_a_point(
    differences: list[float], flag: DriftFlag | None
) -> None:
    assert drift(differences).flag is flag
    mirrored = {None: None, DriftFlag.LENIENT: DriftFlag.SEVERE, DriftFlag.SEVERE: DriftFlag.LENIENT}
    assert drift([-each for each in differences]).flag is mirrored[flag]


@pytest.mark.parametrize("number", range(DRIFT_NEEDED))
def test_with_too_few_anchors_nothing_is_told(number: int) -> None:
    found = drift([5] * number)
    assert (found.figure.value, found.figure.reason, found.flag) == (None, Undecided.TOO_FEW_PEOPLE, None)
    assert (found.figure.n, found.figure.needed) == (number, DRIFT_NEEDED)
