"""Why an act on a cohort is refused, and how much attendance is enough."""

from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum


class CohortProblem(StrEnum):
    """Why an act on a cohort or a seat is refused."""

    ORDINAL_TAKEN = "ordinal_taken"
    DAYS_NOT_IN_ORDER = "days_not_in_order"
    DAY_ENDS_BEFORE_START = "day_ends_before_start"
    CAPACITY_TOO_SMALL = "capacity_too_small"
    ALREADY_WITHDRAWN = "already_withdrawn"
    NO_SUCH_DAY = "no_such_day"
    MINUTES_OUT_OF_RANGE = "minutes_out_of_range"
    REASON_MISSING = "reason_missing"
    NOTHING_CHANGED = "nothing_changed"
    BEFORE_THE_DAY = "before_the_day"
    LINK_NOT_SAFE = "link_not_safe"
    NOT_IN_THE_COHORT = "not_in_the_cohort"
    BREAKS_NOT_SOUND = "breaks_not_sound"
    HELD_ALREADY = "held_already"


class CohortRefused(ValueError):
    """An act on a cohort that must not happen."""

    def __init__(self, reason: CohortProblem) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class DayPlan:
    """A course day as the office plans it: Japanese date and clock times, and the address to join at."""

    held_on: date
    starts: time
    ends: time
    join_url: str = ""


def needed_minutes(minutes: int, percent: int) -> int:
    """Minutes of attendance a day needs: the percentage of its minutes, rounded up."""
    return -(-minutes * percent // 100)


def is_enough(attended: int | None, minutes: int, percent: int) -> bool:
    """Whether the attended minutes of a day reach the needed percentage; a day never entered does not."""
    return attended is not None and attended >= needed_minutes(minutes, percent)


def judge_attendance(
    minutes: int, *, day_minutes: int, held_on: date, today: date, earlier: int | None, reason: str
) -> CohortProblem | None:
    """Why an entry is refused: out of range, before the day, or a correction without change or reason."""
    if not 0 <= minutes <= day_minutes:
        return CohortProblem.MINUTES_OUT_OF_RANGE
    if today < held_on:
        return CohortProblem.BEFORE_THE_DAY
    if earlier is None:
        return None
    if earlier == minutes:
        return CohortProblem.NOTHING_CHANGED
    return None if reason.strip() else CohortProblem.REASON_MISSING
