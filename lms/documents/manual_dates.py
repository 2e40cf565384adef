"""The day of a manual in both calendars, apart from its record, which rules are made with."""

from datetime import date

from certificates.wareki import wareki
from lms.documents.manual import day_words


def date_words(day: date) -> str:
    """「2026年12月1日(令和8年12月1日)」."""
    return f"{day_words(day)}({wareki(day)})"
