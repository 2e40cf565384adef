"""Which of the answers that arrive after their section was closed wait for the office, and which are only kept."""

import time
from datetime import datetime, timedelta

import pytest
from flask import Flask

from lms import clock
from lms.exams.queries.late_answers import (
    MOST_COMPARED,
    choose_compared,
    compare_late,
    count_undecided_late,
    list_late_stamps,
)
from lms.exams.queries.results import FINALIZED_SOURCE
from lms.exams.queries.sittings import get_sitting
from lms.exams.rules.incidents import IncidentRefusal
from lms.exams.rules.late_answers import Closing, LateState, judge_late
from lms.exams.services.hand_ins import propose_late
from lms.exams.services.handing_in import close_expired_attempts
from lms.exams.services.saving import save_answers
from tests.conftest import NOON, FrozenClock
from tests.factories import Factory
from tests.lms.exams.builders import Started, begin, sent
from tests.lms.exams.test_comparing import MIXED, STOPS
from tests.lms.exams.test_hand_ins import WHY, expect_refusal, late_case, submit

MINUTE = timedelta(minutes=1)
WEEK = timedelta(days=7)
CLOSING = Closing("essay", NOON, NOON + 30 * MINUTE)
REOPENED = Closing("essay", NOON + 300 * MINUTE, NOON + 310 * MINUTE)


@pytest.mark.parametrize(
    ("typed_at", "received_at", "state"),
    [
        pytest.param(NOON - MINUTE, NOON + MINUTE, LateState.OPEN, id="typed before the hand-in"),
        pytest.param(NOON + 29 * MINUTE, NOON + 90 * MINUTE, LateState.OPEN, id="typed before the deadline"),
        pytest.param(NOON + 30 * MINUTE, NOON + 90 * MINUTE, LateState.TYPED_AFTER, id="typed at the deadline"),
        pytest.param(NOON + 95 * MINUTE, NOON + 29 * MINUTE, LateState.OPEN, id="a page whose clock is ahead"),
        pytest.param(None, NOON + 29 * MINUTE, LateState.OPEN, id="without a time, received before the deadline"),
        pytest.param(None, NOON + 31 * MINUTE, LateState.TYPED_AFTER, id="without a time, received after it"),
        pytest.param(NOON, REOPENED.closed_at + WEEK, LateState.OPEN, id="after a week"),
        pytest.param(NOON, REOPENED.closed_at + WEEK + MINUTE, LateState.TOO_OLD, id="after more than a week"),
        pytest.param(NOON + 305 * MINUTE, NOON + 320 * MINUTE, LateState.OPEN, id="typed while it was open again"),
        pytest.param(NOON + 40 * MINUTE, NOON + 200 * MINUTE, LateState.TYPED_AFTER, id="before it was opened again"),
    ],
)
def test_a_late_answer_waits_for_the_office_only_when_it_was_typed_in_time(
    typed_at: datetime | None, received_at: datetime, state: LateState
) -> None:
    told = judge_late(typed_at=typed_at, received_at=received_at, closings=[CLOSING, REOPENED], wait=WEEK, is_finalized=False)
    assert told is state


def test_without_a_known_closing_people_look_and_after_finalizing_nobody() -> None:
    known = {"typed_at": None, "received_at": NOON, "wait": WEEK}
    assert judge_late(**known, closings=[], is_finalized=False) is LateState.OPEN
    assert judge_late(**known, closings=[CLOSING], is_finalized=True) is LateState.FINALIZED


def states(started: Started) -> list[LateState]:
    return [stamp.state for stamp in list_late_stamps(get_sitting(started.attempt_id))]


def arrive(started: Started, text: str, *, sequence: int, typed_at: datetime | None) -> None:
    answer = sent(started.paper, started.question("essay"), text, base=1, sequence=sequence, typed_at=typed_at)
    save_answers(started.attempt_id, [answer], device="d", by=started.seat.user_id, now=clock.now())


def test_what_was_typed_after_the_time_is_kept_and_blocks_nothing(
    make: Factory, context: Flask, frozen_clock: FrozenClock
) -> None:
    started, office = begin(make), make.staff()
    frozen_clock.advance(hours=3)
    close_expired_attempts(now=clock.now())
    arrive(started, "後から書いた。", sequence=1, typed_at=clock.now() - MINUTE)
    arrive(started, "時刻を偽った。", sequence=2, typed_at=clock.now() - timedelta(days=400))
    frozen_clock.advance(days=8)
    arrive(started, "遅すぎた。", sequence=3, typed_at=NOON + MINUTE)
    assert states(started) == [LateState.TYPED_AFTER, LateState.TYPED_AFTER, LateState.TOO_OLD]
    assert count_undecided_late(started.window_id) == {}
    kept = [stamp.id for stamp in list_late_stamps(get_sitting(started.attempt_id))]
    expect_refusal(
        IncidentRefusal.NOT_LATE,
        lambda: propose_late(started.attempt_id, kept[:1], WHY, is_admission=True, by=office, now=clock.now()),
    )


def test_what_arrives_after_finalizing_waits_for_nobody(make: Factory, context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    case = late_case(make)
    assert states(case.started) == [LateState.OPEN]
    monkeypatch.setitem(context.extensions, FINALIZED_SOURCE, lambda window_id: frozenset({case.started.attempt_id}))
    assert states(case.started) == [LateState.FINALIZED]
    assert count_undecided_late(case.started.window_id) == {}


def test_a_decision_looks_at_no_text_and_a_page_compares_only_so_many(make: Factory, context: Flask) -> None:
    started, office = begin(make), make.staff()
    by, question = started.seat.user_id, started.question("essay")
    submit(started)
    flood = [
        sent(started.paper, question, MIXED + "。" * number, base=0, sequence=number, typed_at=clock.now() - MINUTE)
        for number in range(1, MOST_COMPARED + 6)
    ]
    save_answers(
        started.attempt_id, [*flood, sent(started.paper, question, STOPS, sequence=999)], device="d", by=by, now=clock.now()
    )
    sitting = get_sitting(started.attempt_id)
    stamps = list_late_stamps(sitting)
    begun = time.process_time()
    propose_late(started.attempt_id, [stamps[0].id], WHY, is_admission=True, by=office, now=clock.now())
    assert time.process_time() - begun < 0.5
    shown = compare_late(sitting, choose_compared(list_late_stamps(sitting)))
    assert len(shown) == MOST_COMPARED
    assert {answer.state for answer in shown} == {LateState.OPEN}, "what is left to decide stands first"
