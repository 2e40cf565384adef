"""Attendance that is enough, and what is refused of an entry."""

from datetime import date

import pytest

from lms.cohorts.rules.decisions import CohortProblem, is_enough, judge_attendance, needed_minutes


@pytest.mark.parametrize(
    ("minutes", "percent", "needed"), [(300, 80, 240), (301, 80, 241), (300, 0, 0), (300, 100, 300), (7, 33, 3)]
)
def test_needed_minutes_are_rounded_up(minutes: int, percent: int, needed: int) -> None:
    assert needed_minutes(minutes, percent) == needed


@pytest.mark.parametrize(
    ("attended", "enough"),
    [
        pytest.param(240, True, id="exactly the needed minutes"),
        pytest.param(239, False, id="one minute short"),
        pytest.param(None, False, id="never entered"),
    ],
)
def test_a_day_is_attended_when_the_needed_minutes_are_reached(attended: int | None, enough: bool) -> None:
    assert is_enough(attended, 300, 80) is enough


@pytest.mark.parametrize(
    ("minutes", "today", "earlier", "reason", "problem"),
    [
        pytest.param(300, 1, None, "", None, id="the first entry on the day itself"),
        pytest.param(301, 1, None, "", CohortProblem.MINUTES_OUT_OF_RANGE, id="longer than the day"),
        pytest.param(-1, 1, None, "", CohortProblem.MINUTES_OUT_OF_RANGE, id="less than nothing"),
        pytest.param(300, 0, None, "", CohortProblem.BEFORE_THE_DAY, id="the day before"),
        pytest.param(200, 2, 300, "", CohortProblem.REASON_MISSING, id="a correction without a reason"),
        pytest.param(200, 2, 300, "  ", CohortProblem.REASON_MISSING, id="a correction with a blank reason"),
        pytest.param(200, 2, 300, "途中退室の記録", None, id="a correction with its reason"),
        pytest.param(300, 2, 300, "同じ", CohortProblem.NOTHING_CHANGED, id="a correction that changes nothing"),
    ],
)
def test_an_entry_of_attendance_is_judged(
    minutes: int, today: int, earlier: int | None, reason: str, problem: CohortProblem | None
) -> None:
    held_on = date(2026, 11, 26)
    judged = judge_attendance(
        minutes, day_minutes=300, held_on=held_on, today=date(2026, 11, 25 + today), earlier=earlier, reason=reason
    )
    assert judged is problem
