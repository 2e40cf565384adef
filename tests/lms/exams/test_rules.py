"""The pure decisions of the exam room."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest

from lms.exam_engine.windows import ExtraTime
from lms.exams.rules.eligibility import (
    Condition,
    DayAttendance,
    EarlierSitting,
    EligibilityFacts,
    EligibilityRule,
    ReleasedOutcome,
    first_resit_moment,
    judge_eligibility,
)
from lms.exams.rules.sitting import (
    SaveOutcome,
    Sender,
    WindowFlaw,
    WindowWarning,
    draw_candidate_number,
    judge_save,
    list_window_flaws,
)

OPENS = datetime(2026, 12, 1, 0, 0, tzinfo=UTC)
CLOSES = OPENS + timedelta(hours=12)
NOON = OPENS + timedelta(hours=3)
LONG_AGO = OPENS - timedelta(days=30)

READY = EligibilityFacts(
    paid_on=date(2026, 11, 1),
    has_consented=True,
    days=(DayAttendance(1, 240, 300), DayAttendance(2, 300, 300)),
    published_lessons=("L01", "L02"),
    completed_lessons=frozenset({"L01", "L02"}),
    passed_quizzes=frozenset({"L01", "L02"}),
    window_number=1,
    opens_at=OPENS,
    closes_at=CLOSES,
    has_sat=False,
    earlier=None,
)


@pytest.mark.parametrize(
    ("facts", "unmet"),
    [
        pytest.param(READY, (), id="everything met"),
        pytest.param(replace(READY, paid_on=None), (Condition.PAYMENT,), id="not paid"),
        pytest.param(replace(READY, has_consented=False), (Condition.TERMS,), id="terms not agreed to"),
        pytest.param(
            replace(READY, days=(DayAttendance(1, 239, 300), DayAttendance(2, 300, 300))),
            (Condition.ATTENDANCE,),
            id="a minute short",
        ),
        pytest.param(
            replace(READY, days=(DayAttendance(1, 600, 300), DayAttendance(2, 0, 300))),
            (Condition.ATTENDANCE,),
            id="one long day does not make up for the other",
        ),
        pytest.param(replace(READY, days=()), (Condition.ATTENDANCE,), id="no days known"),
        pytest.param(replace(READY, completed_lessons=frozenset({"L01"})), (Condition.LESSONS,), id="a lesson unread"),
        pytest.param(replace(READY, passed_quizzes=frozenset()), (Condition.QUIZZES,), id="quizzes not passed"),
        pytest.param(replace(READY, has_sat=True), (Condition.NOT_SAT,), id="sat already"),
        pytest.param(replace(READY, window_number=2), (Condition.FIRST_RESULT,), id="resit without a first sitting"),
        pytest.param(
            replace(READY, window_number=2, earlier=EarlierSitting(True, None)),
            (Condition.FIRST_RESULT,),
            id="resit before the release",
        ),
        pytest.param(
            replace(READY, window_number=2, earlier=EarlierSitting(True, ReleasedOutcome(True, LONG_AGO))),
            (Condition.FIRST_RESULT,),
            id="resit after a pass",
        ),
        pytest.param(
            replace(READY, window_number=2, earlier=EarlierSitting(False, ReleasedOutcome(False, LONG_AGO))),
            (Condition.FIRST_RESULT,),
            id="resit while the first is not handed in",
        ),
        pytest.param(
            replace(READY, window_number=2, earlier=EarlierSitting(True, ReleasedOutcome(False, LONG_AGO))),
            (),
            id="resit after a fail",
        ),
        pytest.param(
            replace(READY, paid_on=None, has_sat=True),
            (Condition.PAYMENT, Condition.NOT_SAT),
            id="every unmet condition is named",
        ),
    ],
)
def test_each_condition_of_eligibility_is_judged_by_itself(facts: EligibilityFacts, unmet: tuple[Condition, ...]) -> None:
    assert judge_eligibility(facts, EligibilityRule(80), now=NOON).unmet == unmet


@pytest.mark.parametrize(
    ("now", "is_open"),
    [
        pytest.param(OPENS - timedelta(microseconds=1), False, id="just before the opening"),
        pytest.param(OPENS, True, id="the opening second"),
        pytest.param(CLOSES - timedelta(microseconds=1), True, id="the last moment"),
        pytest.param(CLOSES, False, id="the closing second"),
    ],
)
def test_the_window_condition_is_half_open(now: datetime, is_open: bool) -> None:
    assert judge_eligibility(READY, EligibilityRule(80), now=now).is_met is is_open


@pytest.mark.parametrize(
    ("released_at", "is_met"),
    [
        pytest.param(datetime(2026, 11, 23, 15, 0, tzinfo=UTC), True, id="at midnight in Japan, a week before the opening day"),
        pytest.param(datetime(2026, 11, 24, 14, 59, tzinfo=UTC), True, id="in the last minute of that day"),
        pytest.param(datetime(2026, 11, 24, 15, 0, tzinfo=UTC), False, id="a minute later, on the next day in Japan"),
    ],
)
def test_a_resit_waits_for_a_number_of_japanese_calendar_days(released_at: datetime, is_met: bool) -> None:
    facts = replace(READY, window_number=2, earlier=EarlierSitting(True, ReleasedOutcome(False, released_at)))
    eligibility = judge_eligibility(facts, EligibilityRule(80, days_after_release=7), now=OPENS)
    assert eligibility.unmet == (() if is_met else (Condition.RESIT_DAY,))
    assert eligibility.resit_opens_at == first_resit_moment(released_at, 7)


def test_the_wait_for_a_resit_ends_at_midnight_in_japan() -> None:
    earlier, moment = EarlierSitting(True, ReleasedOutcome(False, NOON)), first_resit_moment(NOON, 7)
    assert moment == datetime(2026, 12, 7, 15, 0, tzinfo=UTC)
    facts = replace(READY, window_number=2, earlier=earlier, closes_at=moment + timedelta(days=1))
    for now, is_met in ((moment - timedelta(microseconds=1), False), (moment, True)):
        assert judge_eligibility(facts, EligibilityRule(80, days_after_release=7), now=now).is_met is is_met


def test_lessons_can_be_taken_out_of_the_rule() -> None:
    facts = replace(READY, completed_lessons=frozenset(), passed_quizzes=frozenset())
    assert judge_eligibility(facts, EligibilityRule(80, needs_lessons=False, needs_quizzes=False), now=NOON).is_met


ME, OTHER = "page-a", "page-b"


@pytest.mark.parametrize(
    ("running", "base", "current", "sender", "current_sender", "outcome"),
    [
        pytest.param(True, 0, 0, Sender(ME, 1), None, SaveOutcome.CURRENT, id="the first answer"),
        pytest.param(True, 3, 3, Sender(ME, 9), Sender(OTHER, 4), SaveOutcome.CURRENT, id="built on the stored one"),
        pytest.param(True, 2, 3, Sender(ME, 9), Sender(OTHER, 4), SaveOutcome.STALE, id="another page was faster"),
        pytest.param(True, 2, 3, Sender(ME, 9), Sender(ME, 8), SaveOutcome.CURRENT, id="own earlier save, unacknowledged"),
        pytest.param(True, 2, 3, Sender(ME, 7), Sender(ME, 8), SaveOutcome.STALE, id="own older save overtaken"),
        pytest.param(True, 2, 3, Sender(ME, 7), Sender(ME, -3), SaveOutcome.STALE, id="a form has no running numbers"),
        pytest.param(False, 3, 3, Sender(ME, 9), None, SaveOutcome.LATE, id="after the hand-in"),
    ],
)
def test_a_save_is_judged_by_its_base(
    running: bool, base: int, current: int, sender: Sender, current_sender: Sender | None, outcome: SaveOutcome
) -> None:
    judged = judge_save(
        is_running=running, base_version=base, current_version=current, sender=sender, current_sender=current_sender
    )
    assert judged is outcome


def test_a_candidate_number_avoids_those_taken() -> None:
    numbers = count()

    def pick(below: int) -> int:
        return next(numbers) % below

    first = draw_candidate_number(lambda below: 0, ())
    assert first == "A2-0000"
    assert draw_candidate_number(pick, {"A3-0002"}) != "A3-0002"


HOUR = timedelta(hours=1)


HALF_AGAIN, LONGER = ("架空 五割子", ExtraTime(percent=50)), ("架空 半時子", ExtraTime(seconds=1800))
TOO_SHORT, EARLY = WindowFlaw(WindowWarning.TOO_SHORT), WindowFlaw(WindowWarning.BEFORE_RESIT_DAY)


def too_short_for(*names: str) -> WindowFlaw:
    return WindowFlaw(WindowWarning.TOO_SHORT_WITH_EXTRA, names)


@pytest.mark.parametrize(
    ("hours", "extras", "flaws"),
    [
        pytest.param(2, (), (), id="exactly the two time limits"),
        pytest.param(1.9, (LONGER,), (TOO_SHORT,), id="shorter than the limits"),
        pytest.param(2, (LONGER,), (too_short_for("架空 半時子"),), id="too short for one person"),
        pytest.param(2, (HALF_AGAIN, LONGER), (too_short_for("架空 五割子", "架空 半時子"),), id="too short for two"),
        pytest.param(
            2.4, (("架空 一割子", ExtraTime(percent=10)), HALF_AGAIN), (too_short_for("架空 五割子"),), id="for one of two"
        ),
        pytest.param(2.5, (HALF_AGAIN, LONGER), (), id="the last section may run over the end by its own extra time"),
    ],
)
def test_a_window_is_compared_with_everybodys_time_limits(
    hours: float, extras: tuple[tuple[str, ExtraTime], ...], flaws: tuple[WindowFlaw, ...]
) -> None:
    closes_at = OPENS + timedelta(hours=hours)
    given = {"opens_at": OPENS, "closes_at": closes_at, "time_limits": (HOUR, HOUR), "extras": extras}
    assert list_window_flaws(**given) == flaws
    assert list_window_flaws(**given, resit_opens_at=OPENS) == flaws
    assert list_window_flaws(**given, resit_opens_at=OPENS + HOUR) == (*flaws, EARLY)
