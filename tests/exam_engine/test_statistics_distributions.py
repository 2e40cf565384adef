"""Quantiles against printed tables, and the bivariate normal against exact values."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.exam_engine.statistics.distributions import (
    both_below,
    f_cdf,
    f_quantile,
    incomplete_beta,
    normal_cdf,
    normal_quantile,
    t_quantile,
)

# NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2, critical values of Student's t (as printed).
T_TABLE = [(0.95, 10, 1.812), (0.975, 5, 2.571), (0.975, 10, 2.228), (0.975, 30, 2.042), (0.995, 10, 3.169)]

# NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.3, upper critical values of F at 5 % (as printed).
F_TABLE = [(1, 10, 4.965), (5, 10, 3.326), (3, 15, 3.287), (10, 20, 2.348)]


@pytest.mark.parametrize(("share", "df", "printed"), T_TABLE)
def test_t_agrees_with_the_printed_table(share: float, df: int, printed: float) -> None:
    assert round(t_quantile(share, df), 3) == printed
    assert t_quantile(1 - share, df) == pytest.approx(-t_quantile(share, df))


@pytest.mark.parametrize(("df1", "df2", "printed"), F_TABLE)
def test_f_agrees_with_the_printed_table(df1: int, df2: int, printed: float) -> None:
    assert round(f_quantile(0.95, df1, df2), 3) == printed


def test_the_middle_of_t_is_zero() -> None:
    assert t_quantile(0.5, 7) == 0.0


@pytest.mark.parametrize(("x", "a", "b"), [(0.3, 1, 1), (0.2, 3, 1), (0.9, 1, 4)])
def test_incomplete_beta_agrees_with_closed_forms(x: float, a: float, b: float) -> None:
    """I_x(a, 1) = x^a and I_x(1, b) = 1 − (1 − x)^b, exactly."""
    exact = x**a if b == 1 else 1 - (1 - x) ** b
    assert incomplete_beta(x, a, b) == pytest.approx(exact, abs=1e-14)


def test_incomplete_beta_is_a_binomial_tail() -> None:
    """I_p(k, n − k + 1) is the chance of at least k successes in n, here summed term by term."""
    tail = sum(math.comb(40, hits) * 0.6**hits * 0.4 ** (40 - hits) for hits in range(24, 41))
    assert incomplete_beta(0.6, 24, 17) == pytest.approx(tail, abs=1e-13)


def test_outside_of_its_range_incomplete_beta_stays_at_the_ends() -> None:
    assert (incomplete_beta(-1, 2, 3), incomplete_beta(0, 2, 3), incomplete_beta(1, 2, 3)) == (0.0, 0.0, 1.0)
    assert f_cdf(0, 3, 4) == 0.0


@settings(max_examples=60, deadline=None)
@given(st.floats(0.005, 0.995), st.floats(1, 60), st.floats(1, 1500))
def test_a_quantile_of_f_is_where_its_share_lies(share: float, df1: float, df2: float) -> None:
    assert f_cdf(f_quantile(share, df1, df2), df1, df2) == pytest.approx(share, abs=1e-10)


@settings(max_examples=40, deadline=None)
@given(st.floats(0, 1))
def test_at_zero_the_bivariate_normal_is_sheppards_quadrant(correlation: float) -> None:
    """1/4 + arcsin(ρ) / 2π: W. F. Sheppard's theorem of median dichotomy (1899), exact."""
    assert both_below(0.0, correlation) == pytest.approx(0.25 + math.asin(correlation) / (2 * math.pi), abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(st.floats(-3, 3))
def test_the_bivariate_normal_is_exact_at_its_ends(z: float) -> None:
    assert both_below(z, 0.0) == pytest.approx(normal_cdf(z) ** 2, abs=1e-12)
    assert both_below(z, 1.0) == pytest.approx(normal_cdf(z), abs=1e-9)


@settings(max_examples=15, deadline=None)
@given(st.floats(-2.5, 2.5), st.floats(0, 0.95))
def test_the_bivariate_normal_is_the_integral_of_its_conditional(z: float, correlation: float) -> None:
    """Against a midpoint sum of φ(x) Φ((z − ρx) / √(1 − ρ²)), another road to the same number."""
    step, rest = 0.002, math.sqrt(1 - correlation**2)
    middles = (-9 + (index + 0.5) * step for index in range(int((z + 9) / step)))
    last = -9 + int((z + 9) / step) * step
    total = sum(math.exp(-x * x / 2) * normal_cdf((z - correlation * x) / rest) for x in middles) * step
    total += math.exp(-z * z / 2) * normal_cdf((z - correlation * z) / rest) * (z - last)
    assert both_below(z, correlation) == pytest.approx(total / math.sqrt(2 * math.pi), abs=1e-5)


def test_the_normal_quantile_is_the_usual_one() -> None:
    assert normal_quantile(0.975) == pytest.approx(1.959964, abs=1e-6)
