"""Dates in the Japanese era."""

from datetime import date

import pytest

from certificates.wareki import wareki


@pytest.mark.parametrize(
    ("day", "written"),
    [
        pytest.param(date(2026, 12, 1), "令和8年12月1日", id="an ordinary day"),
        pytest.param(date(2027, 1, 1), "令和9年1月1日", id="the year changes on January 1"),
        pytest.param(date(2019, 5, 1), "令和元年5月1日", id="the first day of 令和"),
        pytest.param(date(2019, 12, 31), "令和元年12月31日", id="the last day of 元年"),
        pytest.param(date(2020, 1, 1), "令和2年1月1日", id="the second year"),
        pytest.param(date(2019, 4, 30), "平成31年4月30日", id="the last day of 平成"),
        pytest.param(date(1989, 1, 8), "平成元年1月8日", id="the first day of 平成"),
        pytest.param(date(1989, 1, 7), "昭和64年1月7日", id="the last day of 昭和"),
        pytest.param(date(1926, 12, 25), "昭和元年12月25日", id="the first day of 昭和"),
    ],
)
def test_a_day_is_written_in_its_era(day, written):
    assert wareki(day) == written


def test_a_day_before_the_known_eras_is_refused():
    with pytest.raises(ValueError, match="1926-12-24"):
        wareki(date(1926, 12, 24))
