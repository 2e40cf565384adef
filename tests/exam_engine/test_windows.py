"""Windows and deadlines at their edges, to the second."""

from datetime import UTC, datetime, timedelta

import pytest

from lms.exam_engine.windows import (
    ExamWindow,
    ExtraTime,
    Phase,
    SectionClock,
    resolve_access,
    resolve_section,
    section_deadline,
)

OPENS = datetime(2026, 12, 1, 0, 0, tzinfo=UTC)
CLOSES = datetime(2026, 12, 10, 15, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
GRACE = timedelta(seconds=30)
WINDOW = ExamWindow(opens_at=OPENS, closes_at=CLOSES, grace=GRACE)
MIDDLE = OPENS + timedelta(days=3)


@pytest.mark.parametrize(
    ("now", "phase", "may_start"),
    [
        pytest.param(OPENS - SECOND, Phase.BEFORE, False, id="one second early"),
        pytest.param(OPENS, Phase.OPEN, True, id="the opening second"),
        pytest.param(MIDDLE, Phase.OPEN, True, id="in the middle"),
        pytest.param(CLOSES - SECOND, Phase.OPEN, True, id="the last second"),
        pytest.param(CLOSES - timedelta(microseconds=1), Phase.OPEN, True, id="the last microsecond"),
        pytest.param(CLOSES, Phase.CLOSED, False, id="the closing second"),
        pytest.param(CLOSES + GRACE - SECOND, Phase.CLOSED, False, id="grace is not for starting"),
    ],
)
def test_who_has_not_started_may_start_while_the_window_is_open(now: datetime, phase: Phase, may_start: bool) -> None:
    access = resolve_access(WINDOW, now=now)
    assert (access.phase, access.may_start, access.may_answer, access.deadline) == (phase, may_start, False, None)


@pytest.mark.parametrize(
    ("now", "extra", "may_answer"),
    [
        pytest.param(MIDDLE, timedelta(0), True, id="in the middle"),
        pytest.param(CLOSES - SECOND, timedelta(0), True, id="the last second"),
        pytest.param(CLOSES, timedelta(0), True, id="the closing second, within the grace"),
        pytest.param(CLOSES + GRACE - SECOND, timedelta(0), True, id="the last second of the grace"),
        pytest.param(CLOSES + GRACE, timedelta(0), False, id="the end of the grace"),
        pytest.param(CLOSES + GRACE, HOUR, True, id="extra time goes on"),
        pytest.param(CLOSES + HOUR + GRACE - SECOND, HOUR, True, id="the last second of extra time and grace"),
        pytest.param(CLOSES + HOUR + GRACE, HOUR, False, id="the end of extra time and grace"),
    ],
)
def test_who_has_started_may_answer_until_the_window_and_her_extra_time_end(
    now: datetime, extra: timedelta, may_answer: bool
) -> None:
    access = resolve_access(WINDOW, now=now, started_at=MIDDLE, extra=extra)
    assert (access.may_start, access.may_answer, access.deadline) == (False, may_answer, CLOSES + extra)


@pytest.mark.parametrize(
    ("started_at", "extra", "deadline"),
    [
        pytest.param(MIDDLE, timedelta(0), MIDDLE + HOUR, id="the whole limit"),
        pytest.param(MIDDLE, 20 * MINUTE, MIDDLE + HOUR + 20 * MINUTE, id="the limit and extra time"),
        pytest.param(CLOSES - HOUR, timedelta(0), CLOSES, id="exactly to the closing"),
        pytest.param(CLOSES - 10 * MINUTE, timedelta(0), CLOSES, id="cut short by the closing"),
        pytest.param(CLOSES - 10 * MINUTE, 20 * MINUTE, CLOSES + 20 * MINUTE, id="cut short by the closing and extra time"),
    ],
)
def test_a_section_ends_with_its_limit_but_never_after_the_window(
    started_at: datetime, extra: timedelta, deadline: datetime
) -> None:
    assert section_deadline(SectionClock(started_at, HOUR, extra), CLOSES) == deadline


@pytest.mark.parametrize(
    ("now", "may_answer", "remaining", "in_grace"),
    [
        pytest.param(MIDDLE, True, HOUR, False, id="the first second"),
        pytest.param(MIDDLE + HOUR - SECOND, True, SECOND, False, id="the last second"),
        pytest.param(MIDDLE + HOUR, True, timedelta(0), True, id="the deadline, within the grace"),
        pytest.param(MIDDLE + HOUR + GRACE - SECOND, True, timedelta(0), True, id="the last second of the grace"),
        pytest.param(MIDDLE + HOUR + GRACE, False, timedelta(0), False, id="the end of the grace"),
        pytest.param(MIDDLE + timedelta(days=30), False, timedelta(0), False, id="a month later"),
    ],
)
def test_a_section_accepts_answers_until_its_deadline_and_grace(
    now: datetime, may_answer: bool, remaining: timedelta, in_grace: bool
) -> None:
    access = resolve_section(WINDOW, SectionClock(MIDDLE, HOUR), now=now)
    assert access.deadline == MIDDLE + HOUR
    assert (access.may_answer, access.remaining, access.in_grace) == (may_answer, remaining, in_grace)


@pytest.mark.parametrize(
    ("opens_at", "closes_at", "grace"),
    [
        pytest.param(CLOSES, OPENS, GRACE, id="closing before opening"),
        pytest.param(OPENS, OPENS, GRACE, id="never open"),
        pytest.param(OPENS, CLOSES, -SECOND, id="negative grace"),
        pytest.param(OPENS.replace(tzinfo=None), CLOSES.replace(tzinfo=None), GRACE, id="times without a zone"),
    ],
)
def test_an_impossible_window_cannot_be_made(opens_at: datetime, closes_at: datetime, grace: timedelta) -> None:
    with pytest.raises(ValueError, match="window"):
        ExamWindow(opens_at=opens_at, closes_at=closes_at, grace=grace)


@pytest.mark.parametrize(
    ("clock", "deadline"),
    [
        pytest.param(SectionClock(MIDDLE, HOUR, added=10 * MINUTE), MIDDLE + HOUR + 10 * MINUTE, id="ten minutes more"),
        pytest.param(
            SectionClock(CLOSES - 10 * MINUTE, HOUR, added=5 * MINUTE), CLOSES + 5 * MINUTE, id="more time past the closing"
        ),
        pytest.param(
            SectionClock(CLOSES - 10 * MINUTE, HOUR, added_before=15 * MINUTE),
            CLOSES + 15 * MINUTE,
            id="what an earlier section was given is not taken from this one",
        ),
        pytest.param(
            SectionClock(CLOSES + HOUR, HOUR, granted=20 * MINUTE), CLOSES + HOUR + 20 * MINUTE, id="reopened after the closing"
        ),
        pytest.param(
            SectionClock(MIDDLE, HOUR, granted=20 * MINUTE, added=MINUTE), MIDDLE + 21 * MINUTE, id="reopened and extended"
        ),
    ],
)
def test_time_given_by_the_office_moves_the_deadline(clock: SectionClock, deadline: datetime) -> None:
    assert section_deadline(clock, CLOSES) == deadline


def test_a_paused_section_stands_still() -> None:
    clock = SectionClock(MIDDLE, HOUR, paused_at=MIDDLE + 20 * MINUTE)
    later = MIDDLE + timedelta(days=2)
    access = resolve_section(WINDOW, clock, now=later)
    assert (access.is_paused, access.may_answer, access.in_grace) == (True, True, False)
    assert access.remaining == 40 * MINUTE
    assert access.deadline == later + 40 * MINUTE


@pytest.mark.parametrize(
    ("extra", "limit", "given"),
    [
        pytest.param(ExtraTime(), HOUR, timedelta(0), id="none"),
        pytest.param(ExtraTime(percent=50), HOUR, 30 * MINUTE, id="half again"),
        pytest.param(ExtraTime(percent=33), timedelta(seconds=100), timedelta(seconds=33), id="a third"),
        pytest.param(ExtraTime(percent=33), timedelta(seconds=101), timedelta(seconds=34), id="never less than the share"),
        pytest.param(ExtraTime(seconds=600), HOUR, 10 * MINUTE, id="ten minutes"),
        pytest.param(ExtraTime(seconds=600, percent=50), HOUR, 40 * MINUTE, id="both"),
    ],
)
def test_extra_time_is_a_share_of_the_limit_and_minutes(extra: ExtraTime, limit: timedelta, given: timedelta) -> None:
    assert extra.of(limit) == given
