"""Quantiles of the normal, t and F distributions and the bivariate normal, without any library beyond Python's own."""

import math
from statistics import NormalDist

_NORMAL = NormalDist()
_TINY = 1e-300
_STEPS = 300
_PRECISION = 1e-16
_PANELS = 200


def normal_cdf(z: float) -> float:
    """The share of a standard normal distribution below `z`."""
    return _NORMAL.cdf(z)


def normal_quantile(share: float) -> float:
    """The value below which the given share (0 < share < 1) of a standard normal distribution lies."""
    return _NORMAL.inv_cdf(share)


def incomplete_beta(x: float, a: float, b: float) -> float:
    """The regularized incomplete beta function I_x(a, b) for 0 ≤ x ≤ 1 and a, b > 0.

    Continued fraction 8.17.22 of the NIST Digital Library of Mathematical Functions, evaluated after
    Lentz (1976, Applied Optics 15, 668-671) as modified by Thompson & Barnett (1986, J. Comput. Phys. 64, 490-509).
    """
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    # The fraction converges quickly only below the mean; above it the mirrored function is used.
    if x > (a + 1) / (a + b + 2):
        return 1.0 - incomplete_beta(1.0 - x, b, a)
    front = a * math.log(x) + b * math.log1p(-x) + math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    return math.exp(front) / a * _fraction(x, a, b)


def _fraction(x: float, a: float, b: float) -> float:
    """1 / (1 + c₁ / (1 + c₂ / …))."""
    value = numerator = 1.0
    denominator = 0.0
    for step in range(1, _STEPS):
        term = _coefficient(step, x, a, b)
        denominator = 1.0 / _not_zero(1.0 + term * denominator)
        numerator = _not_zero(1.0 + term / numerator)
        change = numerator * denominator
        value *= change
        if abs(change - 1.0) < _PRECISION:
            break
    return 1.0 / value


def _coefficient(step: int, x: float, a: float, b: float) -> float:
    half, odd = divmod(step, 2)
    if odd:
        return -(a + half) * (a + b + half) * x / ((a + step - 1) * (a + step))
    return half * (b - half) * x / ((a + step - 1) * (a + step))


def _not_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def f_cdf(value: float, df1: float, df2: float) -> float:
    """The share of an F distribution below `value`; the degrees of freedom need not be whole."""
    return incomplete_beta(df1 * value / (df1 * value + df2), df1 / 2, df2 / 2) if value > 0 else 0.0


def f_quantile(share: float, df1: float, df2: float) -> float:
    """The value below which the given share (0 < share < 1) of an F distribution lies."""
    # The smaller of both tails is searched, where the incomplete beta function keeps its digits.
    if share > 0.5:
        return 1.0 / f_quantile(1.0 - share, df2, df1)
    x = _inverse_incomplete_beta(share, df1 / 2, df2 / 2)
    return df2 * x / (df1 * (1.0 - x))


def t_quantile(share: float, df: float) -> float:
    """The value below which the given share (0 < share < 1) of Student's t distribution lies."""
    if share == 0.5:
        return 0.0
    if share < 0.5:
        return -t_quantile(1.0 - share, df)
    return math.sqrt(f_quantile(2 * share - 1, 1, df))


def _inverse_incomplete_beta(share: float, a: float, b: float) -> float:
    low, high = 0.0, 1.0
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            return middle
        if incomplete_beta(middle, a, b) < share:
            low = middle
        else:
            high = middle


def both_below(z: float, correlation: float) -> float:
    """The chance that two standard normal values with this correlation (0 … 1) are both below `z`.

    Plackett's identity (1954, Biometrika 41, 351-360): the derivative by the correlation is the bivariate density
    at (z, z). With correlation = sin(angle) the integrand stays smooth up to 1; Simpson's rule.
    """
    angle = math.asin(correlation)
    width = angle / _PANELS
    weights = [1, *([4, 2] * (_PANELS // 2 - 1)), 4, 1]
    total = sum(weight * math.exp(-z * z / (1.0 + math.sin(index * width))) for index, weight in enumerate(weights))
    return normal_cdf(z) ** 2 + total * width / 3 / (2 * math.pi)
