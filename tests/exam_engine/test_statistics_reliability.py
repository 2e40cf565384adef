"""Reliability, its intervals and the consistency of verdicts: published examples and what must always hold."""

import math
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.exam_engine.statistics.decisions import FARTHEST, agreement_at, decision_consistency, kappa_at
from lms.exam_engine.statistics.figures import Undecided, known
from lms.exam_engine.statistics.reliability import (
    alpha_interval,
    binomial_error,
    cronbach_alpha,
    kr20,
    sampled_reliability,
    standard_error,
    stratified_alpha,
)

# Ten students, ten questions: the data of K. L. Wuensch's page on KR-20 (East Carolina University, KR20.txt).
WUENSCH = [
    [int(each) for each in row]
    for row in (
        "1111110110",
        "1011011101",
        "1111011001",
        "0010001000",
        "0000010010",
        "1110111111",
        "1101110111",
        "1111111101",
        "0101111101",
        "1101101110",
    )
]

# Shrout & Fleiss (1979), Table 2: six targets, four judges.
SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]

BINARY = st.integers(2, 6).flatmap(
    lambda k: st.lists(st.lists(st.integers(0, 1), min_size=k, max_size=k), min_size=10, max_size=25)
)


def test_kr20_agrees_with_the_intermediate_results_of_a_published_calculation() -> None:
    """Wuensch prints the shares .7 .7 .6 .7 .6 .8 .7 .7 .5 .6, the sum of their p·q (2.18) and the variance 5.84 of
    the totals; KR-20 = 10/9 · (1 − 2.18/5.84), the last step by hand."""
    assert [sum(column) for column in zip(*WUENSCH, strict=True)] == [7, 7, 6, 7, 6, 8, 7, 7, 5, 6]
    assert kr20(WUENSCH) == pytest.approx(10 / 9 * (1 - 2.18 / 5.84), abs=1e-12)
    assert cronbach_alpha(WUENSCH).value == pytest.approx(kr20(WUENSCH), abs=1e-12)


def test_kr20_refuses_partial_credit() -> None:
    with pytest.raises(ValueError, match="right-or-wrong"):
        kr20([[0, 2], [1, 0]])


def test_feldts_interval_agrees_with_a_published_calculation() -> None:
    """C. Evans, R code for confidence intervals of alpha after Feldt (1965), MRC Cognition and Brain Sciences Unit wiki:
    alpha .913, 873 people, 20 items gives .9044024 to .9211588."""
    interval = alpha_interval(0.913, 873, 20)
    assert (round(interval.low, 7), round(interval.high, 7)) == (0.9044024, 0.9211588)


def test_alpha_and_its_interval_agree_with_shrout_and_fleiss() -> None:
    """Their ICC(3,4) = .91 is alpha, as they say; limits .676 and .99 as printed by R's psych::ICC for this table.

    Six rows are below the needed ten, so the formula is asked directly: 1 − EMS/BMS of 1.02 and 11.24.
    """
    interval = alpha_interval(1 - 1.0194444444444444 / 11.241666666666667, 6, 4)
    assert (round(interval.low, 3), round(interval.high, 2)) == (0.676, 0.99)
    assert cronbach_alpha(SHROUT_FLEISS).reason is Undecided.TOO_FEW_PEOPLE


def test_the_reliability_of_drawn_questions_is_a_one_way_intraclass_correlation() -> None:
    """ICC(1,k) = (BMS − WMS)/BMS, here from sums of squares worked apart from the code under test."""
    k, n = 10, 10
    totals = [sum(row) for row in WUENSCH]
    between = sum((total / k - sum(totals) / (n * k)) ** 2 for total in totals) * k / (n - 1)
    within = sum(total - total**2 / k for total in totals) / (n * (k - 1))
    assert sampled_reliability(WUENSCH).value == pytest.approx(1 - within / between, abs=1e-12)


def test_questions_of_different_difficulty_cost_reliability_when_drawn() -> None:
    sampled, common = sampled_reliability(SHROUT_FLEISS * 2).value, cronbach_alpha(SHROUT_FLEISS * 2).value
    assert sampled is not None
    assert common is not None
    assert sampled < common


def test_the_standard_error_is_the_textbook_one() -> None:
    """By hand: SD 10 and reliability .91 give SEM 10 · √.09 = 3; the limits .84 and .96 give 4 and 2."""
    totals = [Decimal(40), Decimal(60)] * 10
    deviation = math.sqrt(sum((float(each) - 50) ** 2 for each in totals) / 19)
    figure = standard_error(totals, known(0.91, 20, 10, None))
    assert figure.value == pytest.approx(deviation * 0.3)
    assert figure.interval is None


@pytest.mark.parametrize(("right", "questions", "error"), [(20, 40, 3.2026), (24, 40, 3.1379), (0, 40, 0), (40, 40, 0)])
def test_lords_error_is_the_formula_worked_by_hand(right: int, questions: int, error: float) -> None:
    """√(20·20/39) = 3.2026 and √(24·16/39) = 3.1379."""
    assert round(binomial_error(right, questions), 4) == error


@pytest.mark.parametrize(("right", "questions"), [(-1, 40), (41, 40), (1, 1)])
def test_lords_error_is_asked_for_possible_numbers_only(right: int, questions: int) -> None:
    with pytest.raises(ValueError, match="right answers"):
        binomial_error(right, questions)


def test_lords_mean_error_gives_back_kr21() -> None:
    """Lord (1955): the mean of the squared errors is the error variance of KR-21, 1 − (M(k − M) − S²·…)/…, here as
    KR-21 = k/(k − 1) · (1 − M(k − M)/(k S²)) with S over n."""
    totals, k = [sum(row) for row in WUENSCH], 10
    center = sum(totals) / len(totals)
    variance = sum((each - center) ** 2 for each in totals) / len(totals)
    kr21 = k / (k - 1) * (1 - center * (k - center) / (k * variance))
    error = sum(binomial_error(each, k) ** 2 for each in totals) / len(totals)
    assert 1 - error / variance == pytest.approx(kr21, abs=1e-12)


def test_the_total_of_two_sections_is_as_reliable_as_its_parts_allow() -> None:
    """By hand: variances 100 and 36, reliabilities .8 and .5, unrelated parts: 1 − (20 + 18)/136."""
    assert stratified_alpha([(100, 0.8), (36, 0.5)], 136) == pytest.approx(1 - 38 / 136)
    assert stratified_alpha([(0, 0.8)], 0) is None


@pytest.mark.parametrize(
    ("reliability", "agreement"),
    [(0.1, 0.53), (0.2, 0.56), (0.3, 0.60), (0.4, 0.63), (0.5, 0.67), (0.6, 0.70), (0.7, 0.75), (0.8, 0.80), (0.9, 0.86)],
)
def test_agreement_at_the_mean_is_sheppards(reliability: float, agreement: float) -> None:
    """With the pass line at the mean the normal model is exact: 1/2 + arcsin(r)/π, here to two digits. The row
    is believed to be the one printed for z = 0 by Subkoviak (1988, JEM 25, 47-55), which was not at hand to compare."""
    assert agreement_at(0.0, reliability) == pytest.approx(0.5 + math.asin(reliability) / math.pi, abs=1e-12)
    assert round(agreement_at(0.0, reliability), 2) == agreement
    assert kappa_at(0.0, reliability) == pytest.approx(2 * math.asin(reliability) / math.pi, abs=1e-12)


@pytest.mark.parametrize("z", [-2.0, -0.7, 0.0, 1.3])
def test_agreement_runs_from_chance_to_certainty(z: float) -> None:
    assert kappa_at(z, 0.0) == pytest.approx(0.0, abs=1e-9)
    assert agreement_at(z, 1.0) == pytest.approx(1.0, abs=1e-9)
    assert agreement_at(z, 0.6) == pytest.approx(agreement_at(-z, 0.6), abs=1e-12)


def test_consistency_is_told_with_the_limits_of_the_reliability() -> None:
    totals = [Decimal(each) for each in range(41, 81)]
    reliability = known(0.8, 40, 10, alpha_interval(0.8, 40, 40))
    found = decision_consistency(totals, Decimal(60), reliability, step=Decimal(1))
    assert found.agreement.value is not None
    assert found.agreement.interval is not None
    assert found.agreement.value in found.agreement.interval
    assert found.kappa.interval is not None
    z = (60 - 0.5 - 60.5) / math.sqrt(sum((float(each) - 60.5) ** 2 for each in totals) / 39)
    assert found.agreement.value == pytest.approx(agreement_at(z, 0.8))


def test_consistency_that_cannot_be_told_says_why() -> None:
    reliability = known(0.8, 20, 10)
    spread = [Decimal(each) for each in range(20)]

    def reason(totals: list[Decimal], line: int, of: float | None = 0.8) -> Undecided | None:
        figure = known(of, 20, 10) if of is not None else standard_error(totals, cronbach_alpha([[1, 1]] * 10))
        return decision_consistency(totals, line, figure, step=1).agreement.reason

    assert reason(spread[:19], 10) is Undecided.TOO_FEW_PEOPLE
    assert reason([Decimal(5)] * 20, 5) is Undecided.NO_SPREAD
    assert reason(spread, 10, -0.3) is Undecided.NOT_ADDITIVE
    assert reason(spread, 10, None) is Undecided.NO_SPREAD
    assert reason(spread, 10 + int(FARTHEST * 7)) is Undecided.NO_SPREAD
    assert decision_consistency(spread, 10, reliability, step=1).agreement.interval is None


@pytest.mark.parametrize("reliability", [cronbach_alpha, sampled_reliability])
def test_too_few_people_or_questions_or_no_spread_is_said(reliability: object) -> None:
    assert callable(reliability)
    assert reliability([]).reason is Undecided.TOO_FEW_PEOPLE
    assert reliability([[1]] * 10).reason is Undecided.TOO_FEW_QUESTIONS
    assert reliability([[1, 0]] * 10).reason is Undecided.NO_SPREAD
    assert reliability([[1, 1], [0, 0]] * 5).value == 1.0
    assert reliability([[1, 1], [0, 0]] * 5).interval is None
    assert standard_error([1] * 10, reliability([[1, 0]] * 10)).reason is Undecided.NO_SPREAD


@settings(max_examples=60, deadline=None)
@given(BINARY)
def test_alpha_is_kr20_for_right_or_wrong_answers(table: list[list[int]]) -> None:
    figure = cronbach_alpha(table)
    if figure.value is not None:
        assert figure.value == pytest.approx(kr20(table), abs=1e-9)
        if figure.interval is not None:
            assert figure.interval.low < figure.value < figure.interval.high < 1


@settings(max_examples=40, deadline=None)
@given(BINARY, st.integers(2, 9))
def test_alpha_does_not_depend_on_units_nor_on_order(table: list[list[int]], unit: int) -> None:
    one = cronbach_alpha(table)
    other = cronbach_alpha([[Decimal(each * unit) / 2 for each in reversed(row)] for row in reversed(table)])
    assert (one.value is None) == (other.value is None)
    if one.value is not None:
        assert one.value == pytest.approx(other.value, abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(st.floats(0.0, 0.95), st.integers(10, 40), st.integers(2, 5))
def test_feldts_interval_shrinks_with_people(alpha: float, people: int, times: int) -> None:
    narrow, wide = alpha_interval(alpha, people * times, 40), alpha_interval(alpha, people, 40)
    assert wide.low < narrow.low < alpha < narrow.high < wide.high
