"""和暦: write a date in the Japanese era, as certificates do."""

from datetime import date

# First day of each era, from the cabinet orders that named them; 昭和 is as far back as a certificate can reach.
_ERAS = (
    (date(2019, 5, 1), "令和"),
    (date(1989, 1, 8), "平成"),
    (date(1926, 12, 25), "昭和"),
)


def wareki(day: date) -> str:
    """Return ``令和8年12月1日``; the first year of an era is 元年. Raises ValueError for a day before 昭和."""
    for first_day, era in _ERAS:
        if day >= first_day:
            year = day.year - first_day.year + 1
            return f"{era}{'元' if year == 1 else year}年{day.month}月{day.day}日"
    raise ValueError(f"{day.isoformat()} is before the eras known here")
