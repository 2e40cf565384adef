"""Facility, discrimination and distractors: published examples, hand-worked ones, and what must always hold."""

import math
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.exam_engine.statistics.figures import Undecided
from lms.exam_engine.statistics.items import (
    DISCRIMINATION_NEEDED,
    FACILITY_NEEDED,
    Choice,
    correlation,
    discrimination,
    facility,
    fisher_interval,
    option_table,
    proportion,
    wilson_interval,
)


@pytest.mark.parametrize(
    ("count", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_agrees_with_newcombe(count: int, n: int, low: float, high: float) -> None:
    """Newcombe (1998), Statistics in Medicine 17, 857-872, Table I, method 3 (score without continuity correction)."""
    interval = wilson_interval(count / n, n)
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


def test_fisher_agrees_with_a_calculation_by_hand() -> None:
    """Worked by hand: r = .5, n = 28 gives z = ½ ln 3 = .549306, SE = 1/√25 = .2, limits tanh(.549306 ∓ .391993)."""
    interval = fisher_interval(0.5, 28)
    assert (round(interval.low, 3), round(interval.high, 3)) == (0.156, 0.736)


def test_the_corrected_correlation_leaves_the_question_out() -> None:
    """Worked by hand: own points 1 1 0 0, totals 4 3 2 1, so the rest is 3 2 2 1; r = 1 / √(1 · 2) = 1/√2."""
    own, rest = [1, 1, 0, 0], [3, 2, 2, 1]
    assert correlation(own, rest) == pytest.approx(1 / math.sqrt(2))
    many = discrimination([Decimal(each) for each in own * 5], [Decimal(each) for each in [4, 3, 2, 1] * 5])
    assert many.value == pytest.approx(1 / math.sqrt(2))


def test_the_corrected_correlation_is_the_textbook_point_biserial() -> None:
    """(M₁ − M₀) / s · √(pq) with s over n, the form of textbooks, for right-or-wrong points."""
    own = [1, 0, 1, 1, 0, 1, 0, 1, 1, 0] * 2
    rest = [9, 4, 7, 8, 6, 5, 3, 9, 6, 7] * 2
    right = [each for each, is_right in zip(rest, own, strict=True) if is_right]
    wrong = [each for each, is_right in zip(rest, own, strict=True) if not is_right]
    p, center = len(right) / len(own), sum(rest) / len(rest)
    deviation = math.sqrt(sum((each - center) ** 2 for each in rest) / len(rest))
    textbook = (sum(right) / len(right) - sum(wrong) / len(wrong)) / deviation * math.sqrt(p * (1 - p))
    figure = discrimination(own, [a + b for a, b in zip(own, rest, strict=True)])
    assert figure.value == pytest.approx(textbook)


def test_below_the_needed_number_nothing_is_told() -> None:
    few = facility([1] * (FACILITY_NEEDED - 1), 1)
    assert (few.value, few.interval, few.n, few.needed, few.reason) == (None, None, 9, 10, Undecided.TOO_FEW_PEOPLE)
    assert not few.is_known
    assert discrimination([0, 1] * 9, range(18)).reason is Undecided.TOO_FEW_PEOPLE
    assert proportion(3, 9).reason is Undecided.TOO_FEW_PEOPLE


def test_a_question_everybody_gets_right_tells_nobody_apart() -> None:
    figure = discrimination([1] * 20, range(1, 21))
    assert figure.reason is Undecided.NO_SPREAD
    assert correlation([1], [1]) is None


def test_partial_credit_is_the_share_of_points_with_an_interval_that_is_not_too_narrow() -> None:
    half = facility([Decimal("1.25")] * 10, Decimal("2.5"))
    assert half.value == 0.5
    assert half.interval == wilson_interval(0.5, 10)


def _choices() -> list[Choice]:
    strong, weak = [Choice(("a",), total) for total in range(11, 21)], [Choice(("b",), total) for total in range(3, 11)]
    return [*weak, *strong, Choice((), 1), Choice(("c",), 2)]


def test_the_option_table_agrees_with_counting_by_hand() -> None:
    """Twenty people, totals 1 … 20: the best five (16-20) all chose a; the weakest five left it blank, chose c and b, b, b."""
    a, b, c, d = option_table(_choices(), ("a", "b", "c", "d"), ("a",))
    assert (a.count, a.share, a.mean_total, a.is_key, a.upper, a.lower) == (10, 0.5, 15.5, True, 5, 0)
    assert (b.count, b.mean_total, b.is_key, b.upper, b.lower) == (8, 6.5, False, 0, 3)
    assert (c.count, c.mean_total, c.lower) == (1, 2.0, 1)
    assert (d.count, d.share, d.mean_total) == (0, 0.0, None)


def test_groups_of_fewer_than_five_are_not_compared() -> None:
    lines = option_table(_choices()[:19], ("a", "b"), ("a",))
    assert all(line.upper is None and line.lower is None for line in lines)
    assert option_table([], ("a",), ("a",))[0].share == 0.0


def test_with_several_choices_a_person_counts_at_each() -> None:
    lines = option_table([Choice(("a", "c"), 4), Choice(("c",), 2)], ("a", "b", "c"), ("a", "c"))
    assert [(line.count, line.mean_total) for line in lines] == [(1, 4.0), (0, None), (2, 3.0)]


@settings(max_examples=80, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=FACILITY_NEEDED, max_size=60))
def test_facility_lies_in_its_interval_which_stays_in_its_range(points: list[int]) -> None:
    figure = facility(points, 4)
    assert figure.value is not None
    assert figure.interval is not None
    assert 0 <= figure.interval.low <= figure.value <= figure.interval.high <= 1
    assert figure.interval.low < figure.interval.high


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10), st.integers(10, 200), st.integers(2, 5))
def test_the_interval_shrinks_with_the_number_of_people(tenths: int, n: int, times: int) -> None:
    narrow, wide = wilson_interval(tenths / 10, n * times), wilson_interval(tenths / 10, n)
    assert narrow.high - narrow.low < wide.high - wide.low
    fewer, more = fisher_interval(tenths / 11, n), fisher_interval(tenths / 11, n * times)
    assert more.high - more.low < fewer.high - fewer.low


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 30)), min_size=DISCRIMINATION_NEEDED, max_size=40))
def test_discrimination_does_not_depend_on_order_or_on_units(rows: list[tuple[int, int]]) -> None:
    def figure(pairs: list[tuple[int, int]], unit: float) -> float | None:
        return discrimination([own * unit for own, _ in pairs], [(own + rest) * unit for own, rest in pairs]).value

    value, shuffled = figure(rows, 1), figure(sorted(rows), 2.5)
    assert (value is None) == (shuffled is None)
    if value is not None and shuffled is not None:
        assert value == pytest.approx(shuffled, abs=1e-9)
        interval = discrimination([own for own, _ in rows], [sum(each) for each in rows]).interval
        assert interval is not None
        assert value in interval
