"""What the office does to a running or submitted attempt: more time, a pause, a reopening."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.exam_engine.attempts import (
    AttemptReopened,
    AttemptStarted,
    AttemptState,
    AttemptStatus,
    AttemptSubmitted,
    Event,
    NotAllowed,
    Refusal,
    SectionHandedIn,
    SectionStarted,
    fold,
    next_events_for_expiry,
    next_events_for_extension,
    next_events_for_hand_in,
    next_events_for_pause,
    next_events_for_reopening,
    next_events_for_resumption,
    section_clock,
)
from lms.exam_engine.windows import ExamWindow, ExtraTime, resolve_section
from tests.exam_engine.sample_exam import PAPER

SECTIONS = ("choice", "essay")
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
START = datetime(2026, 12, 5, 1, 0, tzinfo=UTC)
GRACE = timedelta(seconds=30)
WINDOW = ExamWindow(opens_at=START - timedelta(days=4), closes_at=START + timedelta(days=6), grace=GRACE)
CHOICE_LIMIT, ESSAY_LIMIT = 60 * MINUTE, 45 * MINUTE
RUNNING: tuple[Event, ...] = (AttemptStarted("choice", START),)


def after(*events: Event) -> AttemptState:
    return fold(events, sections=SECTIONS)


def deadline(state: AttemptState, now: datetime, window: ExamWindow = WINDOW) -> datetime:
    clock = section_clock(state, PAPER, ExtraTime())
    assert clock is not None
    return resolve_section(window, clock, now=now).deadline


def submitted() -> tuple[Event, ...]:
    at = START + 30 * MINUTE
    return (
        *RUNNING,
        SectionHandedIn("choice", START + 10 * MINUTE, by_clock=False),
        SectionStarted("essay", START + 10 * MINUTE),
        SectionHandedIn("essay", at, by_clock=False),
        AttemptSubmitted(at, by_clock=False),
    )


def test_more_time_moves_the_deadline_of_the_running_section() -> None:
    events = (*RUNNING, *next_events_for_extension(after(*RUNNING), seconds=600, now=START + MINUTE))
    assert deadline(after(*events), START + 2 * MINUTE) == START + CHOICE_LIMIT + 10 * MINUTE


def test_more_time_for_one_section_does_not_lengthen_the_next() -> None:
    events = (*RUNNING, *next_events_for_extension(after(*RUNNING), seconds=600, now=START + MINUTE))
    closed = next_events_for_expiry(after(*events), PAPER, WINDOW, now=START + 71 * MINUTE)
    state = after(*events, *closed)
    assert state.current_section == "essay"
    assert deadline(state, START + 71 * MINUTE) == START + 70 * MINUTE + ESSAY_LIMIT


def test_a_closing_window_gives_back_what_an_earlier_section_was_given() -> None:
    window = ExamWindow(WINDOW.opens_at, START + CHOICE_LIMIT + ESSAY_LIMIT, GRACE)
    events = (*RUNNING, *next_events_for_extension(after(*RUNNING), seconds=600, now=START + MINUTE))
    closed = next_events_for_expiry(after(*events), PAPER, window, now=START + 71 * MINUTE)
    assert deadline(after(*events, *closed), START + 71 * MINUTE, window) == window.closes_at + 10 * MINUTE


def test_what_the_window_gave_everybody_is_not_given_to_a_later_section_twice() -> None:
    window = ExamWindow(WINDOW.opens_at, START + 90 * MINUTE, GRACE)
    given = next_events_for_extension(after(*RUNNING), seconds=600, now=START + 15 * MINUTE, widened=600)
    events = (*RUNNING, *given, SectionHandedIn("choice", START + 55 * MINUTE, by_clock=False))
    events = (*events, SectionStarted("essay", START + 55 * MINUTE))
    widened = ExamWindow(window.opens_at, window.closes_at + 10 * MINUTE, GRACE)
    assert deadline(after(*events), START + 56 * MINUTE, widened) == window.closes_at + 10 * MINUTE


def test_nothing_expires_while_the_clock_stands() -> None:
    events = (*RUNNING, *next_events_for_pause(after(*RUNNING), now=START + 20 * MINUTE))
    assert next_events_for_expiry(after(*events), PAPER, WINDOW, now=START + timedelta(days=5)) == ()


def test_a_pause_is_given_back_to_the_second() -> None:
    events = (*RUNNING, *next_events_for_pause(after(*RUNNING), now=START + 20 * MINUTE))
    again = START + 20 * MINUTE + 17 * SECOND
    events = (*events, *next_events_for_resumption(after(*events), now=again))
    assert after(*events).paused_at is None
    assert deadline(after(*events), again) == START + CHOICE_LIMIT + 17 * SECOND


def test_a_paused_section_is_not_handed_in() -> None:
    state = after(*RUNNING, *next_events_for_pause(after(*RUNNING), now=START + MINUTE))
    with pytest.raises(NotAllowed) as refused:
        next_events_for_hand_in(state, PAPER, now=START + 2 * MINUTE, by_clock=False)
    assert refused.value.reason is Refusal.PAUSED


def test_a_reopened_section_has_its_own_time_even_after_the_window() -> None:
    late = WINDOW.closes_at + timedelta(days=1)
    events = (*submitted(), *next_events_for_reopening(after(*submitted()), PAPER, "essay", seconds=900, now=late))
    state = after(*events)
    assert (state.status, state.current_section, state.submitted_at) == (AttemptStatus.IN_SECTION, "essay", None)
    assert state.handed_in == ("choice",)
    assert deadline(state, late) == late + 15 * MINUTE


@pytest.mark.parametrize("section_id", SECTIONS)
def test_handing_in_a_reopened_section_submits_again(section_id: str) -> None:
    at = START + timedelta(hours=3)
    events = (*submitted(), AttemptReopened(section_id, 900, at))
    again = next_events_for_hand_in(after(*events), PAPER, now=at + MINUTE, by_clock=False, section_id=section_id)
    state = after(*events, *again)
    assert (state.status, state.submitted_at, state.granted) == (AttemptStatus.SUBMITTED, at + MINUTE, None)
    assert set(state.handed_in) == set(SECTIONS)


def test_a_reopened_section_expires_by_its_own_time() -> None:
    at = START + timedelta(hours=3)
    state = after(*submitted(), AttemptReopened("choice", 900, at))
    assert next_events_for_expiry(state, PAPER, WINDOW, now=at + 15 * MINUTE + GRACE - SECOND) == ()
    closing = next_events_for_expiry(state, PAPER, WINDOW, now=at + 15 * MINUTE + GRACE)
    assert closing[-1] == AttemptSubmitted(at + 15 * MINUTE, by_clock=True)


@pytest.mark.parametrize(
    ("events", "act", "reason"),
    [
        pytest.param((), "extend", Refusal.NOT_STARTED, id="more time before the start"),
        pytest.param(submitted(), "extend", Refusal.ALREADY_SUBMITTED, id="more time after the submission"),
        pytest.param((), "pause", Refusal.NOT_STARTED, id="a pause before the start"),
        pytest.param(submitted(), "pause", Refusal.ALREADY_SUBMITTED, id="a pause after the submission"),
        pytest.param(RUNNING, "resume", Refusal.NOT_PAUSED, id="going on without a pause"),
        pytest.param(RUNNING, "reopen", Refusal.NOT_SUBMITTED, id="reopening what is not submitted"),
    ],
)
def test_acts_out_of_place_are_refused(events: tuple[Event, ...], act: str, reason: Refusal) -> None:
    state, now = after(*events), START + timedelta(hours=2)
    acts = {
        "extend": lambda: next_events_for_extension(state, seconds=60, now=now),
        "pause": lambda: next_events_for_pause(state, now=now),
        "resume": lambda: next_events_for_resumption(state, now=now),
        "reopen": lambda: next_events_for_reopening(state, PAPER, "essay", seconds=60, now=now),
    }
    with pytest.raises(NotAllowed) as refused:
        acts[act]()
    assert refused.value.reason is reason


def test_time_is_never_taken_away() -> None:
    with pytest.raises(ValueError, match="never taken"):
        next_events_for_extension(after(*RUNNING), seconds=-60, now=START)


@given(
    steps=st.lists(st.tuples(st.sampled_from(("extend", "pause", "resume", "hand_in")), st.integers(1, 3600)), max_size=12),
    offset=st.integers(0, 20_000),
)
@settings(max_examples=300, deadline=None)
def test_no_series_of_office_acts_takes_time_away_or_counts_expiry_twice(steps: list[tuple[str, int]], offset: int) -> None:
    """An independent count: what a section got is its limit, what was added, and how long it stood still."""
    events: tuple[Event, ...] = RUNNING
    now, stood, added = START, timedelta(0), timedelta(0)
    for name, seconds in steps:
        now += timedelta(seconds=seconds)
        state = after(*events)
        due = next_events_for_expiry(state, PAPER, WINDOW, now=now)
        if due or state.current_section != "choice":
            break
        if name == "extend":
            events += next_events_for_extension(state, seconds=seconds, now=now)
            added += timedelta(seconds=seconds)
        elif name == "pause" and state.paused_at is None:
            events += next_events_for_pause(state, now=now)
        elif name == "resume" and state.paused_at is not None:
            stood += now - state.paused_at
            events += next_events_for_resumption(state, now=now)
    state = after(*events)
    if state.paused_at is not None:
        assert next_events_for_expiry(state, PAPER, WINDOW, now=now + timedelta(days=9)) == ()
        return
    expected = START + CHOICE_LIMIT + added + stood
    assert deadline(state, now) == expected
    look = max(now, expected + GRACE) + timedelta(seconds=offset)
    closing = next_events_for_expiry(state, PAPER, WINDOW, now=look)
    assert closing[0] == SectionHandedIn("choice", max(expected, events[-1].at), by_clock=True)
    assert next_events_for_expiry(after(*events, *closing), PAPER, WINDOW, now=look) == ()
