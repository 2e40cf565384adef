"""Weighted kappa, intraclass correlations, severity and the Angoff panel: published examples and properties."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.exam_engine.statistics.agreement import (
    Rating,
    icc_fixed,
    icc_one_way,
    icc_random,
    intraclass,
    mean_difference,
    severity,
)
from lms.exam_engine.statistics.angoff import angoff_panel
from lms.exam_engine.statistics.figures import Undecided
from lms.exam_engine.statistics.kappa import (
    kappa_and_error,
    kappa_of_table,
    linear_weights,
    quadratic_weights,
    weighted_kappa,
)
from lms.exam_engine.statistics.variance import mean_squares

# Shrout & Fleiss (1979), Psychological Bulletin 86, 420-428, Table 2: six targets, four judges.
SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


def test_the_analysis_of_variance_agrees_with_shrout_and_fleiss() -> None:
    """Their Table 3: BMS 11.24, WMS 6.26, JMS 32.49, EMS 1.02."""
    squares = mean_squares(SHROUT_FLEISS)
    printed = [round(each, 2) for each in (squares.between, squares.within, squares.columns, squares.error)]
    assert printed == [11.24, 6.26, 32.49, 1.02]


def test_the_intraclass_correlations_agree_with_shrout_and_fleiss() -> None:
    """Their Table 4: ICC(1,1) .17, ICC(2,1) .29, ICC(3,1) .71."""
    found = intraclass(SHROUT_FLEISS, needed=2)
    values = [found.one_way.value, found.random.value, found.fixed.value]
    assert [round(value or 0, 2) for value in values] == [0.17, 0.29, 0.71]


def test_the_intraclass_correlations_equal_their_formulas_to_nine_digits() -> None:
    """Sums of squares as whole numbers over 24: between 1349/24, within 2706/24, judges 2339/24, error 367/24."""
    between, within, judges, error = 1349 / 24 / 5, 2706 / 24 / 18, 2339 / 24 / 3, 367 / 24 / 15
    found = intraclass(SHROUT_FLEISS, needed=2)
    assert found.one_way.value == pytest.approx((between - within) / (between + 3 * within), abs=1e-9)
    assert found.fixed.value == pytest.approx((between - error) / (between + 3 * error), abs=1e-9)
    spread = between + 3 * error + 4 * (judges - error) / 6
    assert found.random.value == pytest.approx((between - error) / spread, abs=1e-9)


def test_the_intervals_agree_with_a_published_calculation() -> None:
    """R's psych::ICC on the same table prints −.133 to .72, .019 to .76 and .342 to .95."""
    found = intraclass(SHROUT_FLEISS, needed=2)
    limits = [figure.interval for figure in (found.one_way, found.random, found.fixed)]
    assert [(round(each.low, 3), round(each.high, 2)) for each in limits if each] == [
        (-0.133, 0.72),
        (0.019, 0.76),
        (0.342, 0.95),
    ]


def test_cohens_own_example_gives_his_value() -> None:
    """Cohen (1968), Psychological Bulletin 70, 213-220, Table 1: 200 cases, disagreement weights 1, 3 and 6; κw = .348."""
    table = [[88, 14, 18], [10, 40, 10], [2, 6, 12]]
    disagreement = [[0, 1, 3], [1, 0, 6], [3, 6, 0]]
    kappa, _ = kappa_and_error(table, lambda i, j: 1 - disagreement[i][j] / 6)
    assert kappa is not None
    assert round(kappa, 3) == 0.348


def test_without_partial_agreement_it_is_cohens_first_kappa() -> None:
    """The same table unweighted: κ = .492 (Cohen 1968)."""
    table = [[88, 14, 18], [10, 40, 10], [2, 6, 12]]
    kappa, _ = kappa_and_error(table, lambda i, j: float(i == j))
    assert kappa is not None
    assert round(kappa, 3) == 0.492


def test_the_standard_error_agrees_with_a_published_calculation() -> None:
    """SAS PROC FREQ, as kept in the tests of statsmodels: linear weights, κw .4701, ASE .1457, limits .1845 and .7558."""
    table = [[0, 4, 1], [0, 8, 0], [0, 1, 5]]
    figure = kappa_of_table(table, linear_weights(3))
    _, error = kappa_and_error(table, linear_weights(3))
    assert figure.value is not None
    assert figure.interval is not None
    found = [round(each, 4) for each in (figure.value, error, figure.interval.low, figure.interval.high)]
    assert found == [0.4701, 0.1457, 0.1845, 0.7558]


def test_quadratic_weights_agree_with_a_published_calculation() -> None:
    """R's irr::kappa2(anxiety[, 2:3], "squared") = 0.2520325, as kept in the tests of statsmodels; irr numbers only the
    levels that occur (1, 2, 3, 4 and 6), as done here."""
    second = [3, 6, 4, 6, 2, 4, 2, 4, 3, 3, 2, 3, 3, 3, 2, 2, 1, 3, 3, 4]
    third = [2, 1, 4, 4, 3, 2, 1, 6, 1, 1, 1, 2, 3, 3, 1, 1, 3, 3, 2, 2]
    place = {level: index for index, level in enumerate((1, 2, 3, 4, 6))}
    pairs = [(place[a], place[b]) for a, b in zip(second, third, strict=True)]
    found = weighted_kappa(pairs, range(5))
    assert found.value is not None
    assert round(found.value, 7) == 0.2520325


# irr's pairs of the example above as a table of the levels 1, 2, 3, 4 and 6.
ANXIETY = [[0, 0, 1, 0, 0], [4, 0, 1, 0, 0], [2, 3, 3, 0, 0], [0, 2, 0, 1, 1], [1, 0, 0, 1, 0]]


def test_the_published_examples_equal_their_exact_fractions_to_nine_digits() -> None:
    """The papers print two to seven digits; these are the same values as fractions, worked out by hand from the tables.

    Cohen, weighted: the disagreements weigh 14 + 3·18 + 10 + 6·10 + 3·2 + 6·6 = 180, by chance 55200/200 = 276; 1 − 180/276.
    Cohen, unweighted: (.70 − .41)/(1 − .41). SAS: 4 + 2·1 + 1 = 7 steps apart, by chance 251/19. irr: the squared gaps are
    46, by chance 61.5. Shrout & Fleiss: mean squares 4047/360 between, 2255/360 within, 11695/360 judges, 367/360 error.
    """
    cohen = [[88, 14, 18], [10, 40, 10], [2, 6, 12]]
    disagreement = [[0, 1, 3], [1, 0, 6], [3, 6, 0]]
    icc = intraclass(SHROUT_FLEISS, needed=2)
    found = [
        kappa_and_error(cohen, lambda i, j: 1 - disagreement[i][j] / 6)[0],
        kappa_and_error(cohen, lambda i, j: float(i == j))[0],
        kappa_and_error([[0, 4, 1], [0, 8, 0], [0, 1, 5]], linear_weights(3))[0],
        kappa_and_error(ANXIETY, quadratic_weights(5))[0],
        *(icc.one_way.value, icc.random.value, icc.fixed.value),
    ]
    exact = [Fraction(8, 23), Fraction(29, 59), Fraction(118, 251), Fraction(31, 123)]
    exact += [Fraction(448, 2703), Fraction(184, 635), Fraction(920, 1287)]
    assert found == [pytest.approx(float(each), abs=1e-12) for each in exact]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=20, max_size=60))
def test_quadratic_kappa_is_one_minus_the_squared_gaps_over_those_of_chance(pairs: list[tuple[int, int]]) -> None:
    """Another road to it: observed squared gaps over those of all pairs of one grader's with the other's levels."""
    figure = weighted_kappa(pairs, range(6))
    n = len(pairs)
    chance = sum((a - b) ** 2 for a, _ in pairs for _, b in pairs) / n**2
    if figure.value is None:
        assert figure.reason is Undecided.NO_SPREAD
        assert chance == 0
    else:
        assert figure.value == pytest.approx(1 - sum((a - b) ** 2 for a, b in pairs) / n / chance, abs=1e-9)
        assert figure.interval is None or figure.value in figure.interval
        assert figure.value == pytest.approx(weighted_kappa([(b, a) for a, b in pairs], range(6)).value, abs=1e-9)


def test_graders_who_always_agree_have_kappa_one_without_an_interval() -> None:
    figure = weighted_kappa([(level, level) for level in (0, 1, 2, 3, 4)] * 4, range(6))
    assert (figure.value, figure.interval) == (pytest.approx(1.0), None)


def test_kappa_says_when_it_cannot_be_told() -> None:
    assert weighted_kappa([(1, 2)] * 19, range(6)).reason is Undecided.TOO_FEW_PEOPLE
    assert weighted_kappa([(3, 3)] * 20, range(6)).reason is Undecided.NO_SPREAD
    with pytest.raises(ValueError, match="level"):
        weighted_kappa([(9, 1)] * 20, range(6))
    assert quadratic_weights(1)(0, 0) == 1


def test_intraclass_says_when_it_cannot_be_told() -> None:
    assert icc_one_way(SHROUT_FLEISS).reason is Undecided.TOO_FEW_PEOPLE
    assert icc_fixed([[1]] * 10).reason is Undecided.TOO_FEW_RATERS
    assert icc_random([[2, 2]] * 10).reason is Undecided.NO_SPREAD
    assert icc_fixed([[1, 2]] * 10).reason is Undecided.NO_SPREAD


def test_identical_raters_agree_completely() -> None:
    found = intraclass([[each, each] for each in range(10)])
    assert [found.one_way.value, found.random.value, found.fixed.value] == [1.0, 1.0, 1.0]
    assert [found.one_way.interval, found.random.interval, found.fixed.interval] == [None, None, None]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 25)] * 2), min_size=10, max_size=30), st.integers(1, 9))
def test_a_more_severe_rater_changes_agreement_but_not_the_order(rows: list[tuple[int, int]], shift: int) -> None:
    one, other = intraclass(rows), intraclass([(a, b + shift) for a, b in rows])
    if one.fixed.value is not None and other.fixed.value is not None:
        assert one.fixed.value == pytest.approx(other.fixed.value, abs=1e-9)
        for figure in (one.one_way, one.random, one.fixed):
            assert figure.value is not None
            assert figure.interval is None or figure.interval.low - 1e-9 <= figure.value <= figure.interval.high + 1e-9


def test_severity_is_the_mean_gap_to_the_other_raters() -> None:
    """By hand: on six essays A gives 1, 2, 3, 1, 2, 3 more than B; mean 2, SD √.8, t(.975; 5) = 2.571, half .9387."""
    marks = [Rating(str(each), "A", Decimal(10 + gap)) for each, gap in enumerate((1, 2, 3, 1, 2, 3))]
    marks += [Rating(str(each), "B", Decimal(10)) for each in range(6)]
    marks += [Rating("alone", "C", Decimal(20))]
    found = severity(marks)
    a, b, c = found["A"], found["B"], found["C"]
    assert (a.value, b.value, c.reason) == (2.0, -2.0, Undecided.TOO_FEW_PEOPLE)
    assert a.interval is not None
    assert (round(a.interval.low, 3), round(a.interval.high, 3)) == (1.061, 2.939)
    assert mean_difference([1.0] * 6).interval is None


def test_the_panel_agrees_with_a_calculation_by_hand() -> None:
    """Three judges, two questions of 2 points: 2·(.5+.7) = 2.4, 2·(.6+.8) = 2.8, 2·(.7+.9) = 3.2; mean 2.8, SD .4,
    SE .4/√3 = .2309, t(.975; 2) = 4.303, half .9937. The judges differ by the same on both questions: nothing is left over."""
    panel = angoff_panel([[Decimal("0.5"), Decimal("0.7")], [0.6, 0.8], [0.7, 0.9]], [2, 2])
    assert panel.judge_cuts == pytest.approx((2.4, 2.8, 3.2))
    assert panel.cut.value == pytest.approx(2.8)
    assert panel.standard_error == pytest.approx(0.2309, abs=1e-4)
    assert panel.cut.interval is not None
    assert (panel.cut.interval.low, panel.cut.interval.high) == (pytest.approx(1.8063, abs=1e-4), pytest.approx(3.7937, abs=1e-4))
    assert (panel.from_questions, panel.from_judges) == (pytest.approx(2 / 3), pytest.approx(1 / 3))
    assert panel.from_both == pytest.approx(0.0, abs=1e-9)
    assert panel.standard_error_with(12) == pytest.approx((panel.standard_error or 0) / 2)


def test_a_panel_says_when_it_cannot_be_told() -> None:
    small = angoff_panel([[0.5, 0.7], [0.6, 0.8]], [1, 1])
    assert (small.cut.reason, small.standard_error, small.standard_error_with(9)) == (Undecided.TOO_FEW_RATERS, None, None)
    agreed = angoff_panel([[0.5, 0.5]] * 3, [1, 1])
    assert (agreed.cut.value, agreed.cut.interval, agreed.from_judges) == (1.0, None, None)
    assert angoff_panel([[0.5], [0.6], [0.7]], [1]).from_judges is None


@pytest.mark.parametrize(("ratings", "words"), [([[0.5], [0.5, 0.6], [0.7]], "every"), ([[1.2], [0.1], [0.1]], "share")])
def test_a_panel_refuses_what_is_no_rating(ratings: list[list[float]], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        angoff_panel(ratings, [1])
