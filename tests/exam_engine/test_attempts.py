"""The life of an attempt: folding events, handing in, and time that passes while nobody looks."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.exam_engine.attempts import (
    AttemptPaused,
    AttemptReopened,
    AttemptResumed,
    AttemptStarted,
    AttemptStatus,
    AttemptSubmitted,
    Event,
    EventKind,
    NotAllowed,
    Refusal,
    SectionHandedIn,
    SectionStarted,
    TimeAdded,
    fold,
    next_events_for_expiry,
    next_events_for_hand_in,
    next_events_for_start,
)
from lms.exam_engine.windows import ExamWindow, ExtraTime
from tests.exam_engine.sample_exam import PAPER

SECTIONS = ("choice", "essay")
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
GRACE = timedelta(seconds=30)
START = datetime(2026, 12, 5, 1, 0, tzinfo=UTC)
WINDOW = ExamWindow(opens_at=START - timedelta(days=4), closes_at=START + timedelta(days=6), grace=GRACE)
CHOICE_LIMIT = 60 * MINUTE
ESSAY_LIMIT = 45 * MINUTE

STARTED = AttemptStarted("choice", START)
AT_TEN = START + 10 * MINUTE
AT_TWENTY = START + 20 * MINUTE
CHOICE_IN = SectionHandedIn("choice", AT_TEN, by_clock=False)
ESSAY_ON = SectionStarted("essay", AT_TEN)
ESSAY_IN = SectionHandedIn("essay", AT_TWENTY, by_clock=False)
SUBMITTED = AttemptSubmitted(AT_TWENTY, by_clock=False)
WHOLE_LIFE: tuple[Event, ...] = (STARTED, CHOICE_IN, ESSAY_ON, ESSAY_IN, SUBMITTED)


@pytest.mark.parametrize(
    ("count", "status", "current", "handed_in"),
    [
        pytest.param(0, AttemptStatus.NOT_STARTED, None, (), id="nothing yet"),
        pytest.param(1, AttemptStatus.IN_SECTION, "choice", (), id="started"),
        pytest.param(2, AttemptStatus.IN_SECTION, None, ("choice",), id="between sections"),
        pytest.param(3, AttemptStatus.IN_SECTION, "essay", ("choice",), id="in the second section"),
        pytest.param(4, AttemptStatus.IN_SECTION, None, SECTIONS, id="all handed in"),
        pytest.param(5, AttemptStatus.SUBMITTED, None, SECTIONS, id="submitted"),
    ],
)
def test_events_fold_into_a_state(count: int, status: AttemptStatus, current: str | None, handed_in: tuple[str, ...]) -> None:
    state = fold(WHOLE_LIFE[:count], sections=SECTIONS)
    assert (state.status, state.current_section, state.handed_in) == (status, current, handed_in)
    assert (state.section_started_at is None) == (current is None)
    assert state.submitted_at == (AT_TWENTY if count == 5 else None)


def test_a_state_remembers_when_things_began() -> None:
    state = fold(WHOLE_LIFE[:3], sections=SECTIONS)
    assert (state.started_at, state.section_started_at, state.last_event_at) == (START, AT_TEN, AT_TEN)


def test_events_name_their_kind() -> None:
    by_office = (
        TimeAdded("choice", 60, START),
        AttemptPaused(START),
        AttemptResumed(START),
        AttemptReopened("choice", 60, START),
    )
    assert {event.kind for event in (*WHOLE_LIFE, *by_office)} == set(EventKind)


@pytest.mark.parametrize(
    ("events", "reason"),
    [
        pytest.param((CHOICE_IN,), Refusal.NOT_STARTED, id="hand-in before the start"),
        pytest.param((ESSAY_ON,), Refusal.NOT_STARTED, id="a section before the start"),
        pytest.param((SUBMITTED,), Refusal.NOT_STARTED, id="submission before the start"),
        pytest.param((STARTED, STARTED), Refusal.ALREADY_STARTED, id="two starts"),
        pytest.param((AttemptStarted("essay", START),), Refusal.WRONG_SECTION, id="start in the second section"),
        pytest.param((AttemptStarted("oral", START),), Refusal.UNKNOWN_SECTION, id="start in no section"),
        pytest.param((STARTED, ESSAY_IN), Refusal.WRONG_SECTION, id="hand-in of the other section"),
        pytest.param((STARTED, CHOICE_IN, CHOICE_IN), Refusal.SECTION_ALREADY_HANDED_IN, id="a section handed in twice"),
        pytest.param((STARTED, ESSAY_ON), Refusal.SECTION_STILL_OPEN, id="the next section while the first is open"),
        pytest.param((STARTED, SUBMITTED), Refusal.SECTION_STILL_OPEN, id="submission while a section is open"),
        pytest.param((STARTED, CHOICE_IN, SUBMITTED), Refusal.SECTIONS_REMAIN, id="submission with a section left"),
        pytest.param((STARTED, CHOICE_IN, SectionStarted("choice", AT_TEN)), Refusal.WRONG_SECTION, id="the same section again"),
        pytest.param((*WHOLE_LIFE, SUBMITTED), Refusal.ALREADY_SUBMITTED, id="submitted twice"),
        pytest.param((*WHOLE_LIFE, STARTED), Refusal.ALREADY_SUBMITTED, id="start after the submission"),
        pytest.param(
            (STARTED, SectionHandedIn("choice", START - SECOND, by_clock=False)), Refusal.TIME_RUNS_BACKWARDS, id="backwards"
        ),
    ],
)
def test_an_order_no_attempt_can_have_is_refused(events: tuple[Event, ...], reason: Refusal) -> None:
    with pytest.raises(NotAllowed) as error:
        fold(events, sections=SECTIONS)
    assert error.value.reason is reason


def test_an_attempt_starts_in_the_first_section_while_the_window_is_open() -> None:
    state = fold((), sections=SECTIONS)
    assert next_events_for_start(state, PAPER, WINDOW, now=START) == (STARTED,)


@pytest.mark.parametrize(
    ("events", "now", "reason"),
    [
        pytest.param((), WINDOW.opens_at - SECOND, Refusal.WINDOW_NOT_OPEN, id="one second early"),
        pytest.param((), WINDOW.closes_at, Refusal.WINDOW_NOT_OPEN, id="the closing second"),
        pytest.param((STARTED,), AT_TEN, Refusal.ALREADY_STARTED, id="a second start"),
        pytest.param(WHOLE_LIFE, AT_TWENTY, Refusal.ALREADY_STARTED, id="after the submission"),
    ],
)
def test_a_start_out_of_turn_is_refused(events: tuple[Event, ...], now: datetime, reason: Refusal) -> None:
    with pytest.raises(NotAllowed) as error:
        next_events_for_start(fold(events, sections=SECTIONS), PAPER, WINDOW, now=now)
    assert error.value.reason is reason


def test_handing_in_a_section_starts_the_next_and_the_last_submits() -> None:
    state = fold((STARTED,), sections=SECTIONS)
    first = next_events_for_hand_in(state, PAPER, now=AT_TEN, by_clock=False)
    assert first == (CHOICE_IN, ESSAY_ON)
    state = fold((STARTED, *first), sections=SECTIONS)
    assert next_events_for_hand_in(state, PAPER, now=AT_TWENTY, by_clock=False) == (ESSAY_IN, SUBMITTED)


@pytest.mark.parametrize(
    ("events", "section_id", "reason"),
    [
        pytest.param((), None, Refusal.NOT_STARTED, id="nothing to hand in yet"),
        pytest.param(WHOLE_LIFE, None, Refusal.ALREADY_SUBMITTED, id="after the submission"),
        pytest.param(WHOLE_LIFE, "essay", Refusal.ALREADY_SUBMITTED, id="the last section sent twice"),
        pytest.param(WHOLE_LIFE[:3], "choice", Refusal.SECTION_ALREADY_HANDED_IN, id="the first section sent twice"),
        pytest.param(WHOLE_LIFE[:1], "essay", Refusal.WRONG_SECTION, id="the next section before its turn"),
        pytest.param(WHOLE_LIFE[:1], "oral", Refusal.UNKNOWN_SECTION, id="a section that does not exist"),
    ],
)
def test_handing_in_twice_or_out_of_turn_is_refused(events: tuple[Event, ...], section_id: str | None, reason: Refusal) -> None:
    state = fold(events, sections=SECTIONS)
    with pytest.raises(NotAllowed) as error:
        next_events_for_hand_in(state, PAPER, now=AT_TWENTY, by_clock=False, section_id=section_id)
    assert error.value.reason is reason


CHOICE_END = START + CHOICE_LIMIT
BOTH_END = CHOICE_END + ESSAY_LIMIT
CHOICE_EXPIRED: tuple[Event, ...] = (SectionHandedIn("choice", CHOICE_END, by_clock=True), SectionStarted("essay", CHOICE_END))
ALL_EXPIRED: tuple[Event, ...] = (
    *CHOICE_EXPIRED,
    SectionHandedIn("essay", BOTH_END, by_clock=True),
    AttemptSubmitted(BOTH_END, by_clock=True),
)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param(START, (), id="at the start"),
        pytest.param(CHOICE_END, (), id="the deadline, within the grace"),
        pytest.param(CHOICE_END + GRACE - SECOND, (), id="the last second of the grace"),
        pytest.param(CHOICE_END + GRACE, CHOICE_EXPIRED, id="the end of the grace"),
        pytest.param(BOTH_END + GRACE - SECOND, CHOICE_EXPIRED, id="the last second of the second grace"),
        pytest.param(BOTH_END + GRACE, ALL_EXPIRED, id="both sections over and nobody visited"),
        pytest.param(START + timedelta(days=300), ALL_EXPIRED, id="nobody visited for months"),
    ],
)
def test_time_alone_hands_in_what_is_over(now: datetime, expected: tuple[Event, ...]) -> None:
    state = fold((STARTED,), sections=SECTIONS)
    assert next_events_for_expiry(state, PAPER, WINDOW, now=now) == expected


def test_extra_time_applies_to_each_section() -> None:
    state = fold((STARTED,), sections=SECTIONS)
    extra = ExtraTime(seconds=15 * 60)
    events = next_events_for_expiry(state, PAPER, WINDOW, extra, now=START + timedelta(days=1))
    assert [event.at for event in events] == [
        START + 75 * MINUTE,
        START + 75 * MINUTE,
        START + 135 * MINUTE,
        START + 135 * MINUTE,
    ]


def test_a_closing_window_ends_both_sections_at_once() -> None:
    started = AttemptStarted("choice", WINDOW.closes_at - 10 * MINUTE)
    events = next_events_for_expiry(fold((started,), sections=SECTIONS), PAPER, WINDOW, now=WINDOW.closes_at + GRACE)
    assert {event.at for event in events} == {WINDOW.closes_at}
    assert fold((started, *events), sections=SECTIONS).status is AttemptStatus.SUBMITTED


def test_a_section_begun_in_the_grace_of_a_closing_window_ends_when_it_began() -> None:
    late = WINDOW.closes_at + 10 * SECOND
    begun = (
        AttemptStarted("choice", WINDOW.closes_at - MINUTE),
        SectionHandedIn("choice", late, by_clock=False),
        SectionStarted("essay", late),
    )
    events = next_events_for_expiry(fold(begun, sections=SECTIONS), PAPER, WINDOW, now=WINDOW.closes_at + GRACE)
    assert [event.at for event in events] == [late, late]
    assert fold((*begun, *events), sections=SECTIONS).status is AttemptStatus.SUBMITTED


@pytest.mark.parametrize("events", [(), WHOLE_LIFE], ids=["before the start", "after the submission"])
def test_nothing_expires_outside_an_attempt(events: tuple[Event, ...]) -> None:
    state = fold(events, sections=SECTIONS)
    assert next_events_for_expiry(state, PAPER, WINDOW, now=START + timedelta(days=300)) == ()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 400), st.lists(st.integers(0, 400), max_size=5), st.integers(0, 60))
def test_expiry_is_idempotent_and_visits_in_between_change_nothing(last: int, visits: list[int], extra_minutes: int) -> None:
    extra = ExtraTime(seconds=extra_minutes * 60)

    def visit(events: tuple[Event, ...], minutes: int) -> tuple[Event, ...]:
        state = fold(events, sections=SECTIONS)
        return (*events, *next_events_for_expiry(state, PAPER, WINDOW, extra, now=START + minutes * MINUTE))

    watched: tuple[Event, ...] = (STARTED,)
    for minutes in sorted(each for each in visits if each <= last):
        watched = visit(watched, minutes)
    watched = visit(watched, last)
    assert watched == visit((STARTED,), last) == visit(watched, last)
