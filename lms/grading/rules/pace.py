"""Pure: how far a grader has come with a question, and how long the rest may take at today's pace."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from statistics import median

LONGEST_WORK = timedelta(hours=1)
"""What took longer was not work at one essay alone; it says nothing of the pace."""

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Pace:
    """Essays done and left; minutes an essay (median of today) and minutes left, None while nothing was graded today."""

    done: int
    left: int
    per_essay: int | None
    remaining: int | None


def pace(spans: Sequence[tuple[datetime, datetime]], *, done: int, left: int) -> Pace:
    """The pace from (began, confirmed) of today's essays; minutes are rounded up, so that no essay takes no time."""
    lengths = [(ended - began) / MINUTE for began, ended in spans if timedelta(0) <= ended - began <= LONGEST_WORK]
    if not lengths:
        return Pace(done, left, None, None)
    usual = median(lengths)
    return Pace(done, left, max(1, ceil(usual)), ceil(usual * left))
