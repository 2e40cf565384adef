"""Beginning, choosing and branching on both databases: a step counts once, whatever clicks arrive at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
from flask import Flask
from sqlalchemy import select, update

from lms import clock
from lms.db.session import db
from lms.scenarios.models import ScenarioPlay
from lms.scenarios.rules.debriefing import debrief
from lms.scenarios.rules.playing import replay
from lms.scenarios.services import Choosing, Refusal, ScenarioRefused, begin_play, branch_play, choose_reply
from tests.conftest import FrozenClock
from tests.factories import Factory, Seat
from tests.lms.lessons.builders import LATER, reader, reading_seat
from tests.lms.scenarios.builders_of_plays import SCENARIO, scenario_of, way_through

CLICKS = 6

R = TypeVar("R")


def rows() -> list[ScenarioPlay]:
    db.session.rollback()
    return list(db.session.scalars(select(ScenarioPlay).order_by(ScenarioPlay.id)))


def begin(seat: Seat) -> str:
    return begin_play(reading_seat(seat), SCENARIO, by=seat.user_id, now=clock.now())


def play_on(seat: Seat, public_id: str, choices: tuple[int, ...]) -> None:
    for step, choice in enumerate(choices):
        assert choose_reply(public_id, step, choice, by=seat.user_id, now=clock.now()) is Choosing.TAKEN


def test_a_play_keeps_its_choices_its_text_and_its_end(context: Flask, make: Factory, frozen_clock: FrozenClock) -> None:
    seat = reader(make)
    public_id = begin(seat)
    choices = way_through(scenario_of())
    play_on(seat, public_id, choices[:-1])
    assert rows()[0].ended_at is None
    ended_at = frozen_clock.advance(minutes=3)
    choose_reply(public_id, len(choices) - 1, choices[-1], by=seat.user_id, now=ended_at)
    (row,) = rows()
    assert tuple(row.choices) == choices
    assert row.ended_at == ended_at
    assert row.result == debrief(scenario_of(), replay(scenario_of(), choices)).result
    assert len(row.content_sha256) == 64


def test_the_same_reply_twice_counts_once_and_another_one_is_told_apart(context: Flask, make: Factory) -> None:
    seat = reader(make)
    public_id = begin(seat)
    sent = [
        choose_reply(public_id, step, choice, by=seat.user_id, now=clock.now())
        for step, choice in ((0, 1), (0, 1), (0, 2), (5, 0))
    ]
    assert sent == [Choosing.TAKEN, Choosing.ALREADY_TAKEN, Choosing.OUTDATED, Choosing.OUTDATED]
    assert rows()[0].choices == [1]


def test_a_finished_play_takes_no_more(context: Flask, make: Factory) -> None:
    seat = reader(make)
    public_id = begin(seat)
    choices = way_through(scenario_of())
    play_on(seat, public_id, choices)
    with pytest.raises(ScenarioRefused) as refused:
        choose_reply(public_id, len(choices), 0, by=seat.user_id, now=clock.now())
    assert refused.value.reason is Refusal.NO_SUCH_REPLY
    assert tuple(rows()[0].choices) == choices


def test_two_beginnings_in_a_row_are_one_play_and_a_begun_one_stays(context: Flask, make: Factory) -> None:
    seat = reader(make)
    first = begin(seat)
    assert begin(seat) == first
    play_on(seat, first, (1,))
    assert begin(seat) != first
    assert len(rows()) == 2


def test_a_branch_has_come_the_same_way_and_leaves_the_first_play_alone(context: Flask, make: Factory) -> None:
    seat = reader(make)
    first, choices = begin(seat), way_through(scenario_of())
    play_on(seat, first, choices)
    branches = [branch_play(reading_seat(seat), first, 2, by=seat.user_id, now=clock.now()) for _ in range(2)]
    assert branches[0] == branches[1] != first
    kept = {row.public_id: tuple(row.choices) for row in rows()}
    assert kept == {first: choices, branches[0]: choices[:2]}
    with pytest.raises(ScenarioRefused):
        branch_play(reading_seat(seat), first, len(choices), by=seat.user_id, now=clock.now())


def test_others_unknown_scenarios_closed_ones_and_changed_texts_are_refused(context: Flask, make: Factory) -> None:
    seat, other = reader(make), reader(make)
    waiting = reader(make, cohort_id=make.cohort(day1=LATER["day1"], day2=LATER["day2"]))
    public_id, now = begin(seat), clock.now()
    play_on(seat, public_id, (0,))
    assert reason(lambda: choose_reply(public_id, 1, 0, by=other.user_id, now=now)) is Refusal.UNKNOWN
    assert reason(lambda: branch_play(reading_seat(other), public_id, 0, by=other.user_id, now=now)) is Refusal.UNKNOWN
    assert reason(lambda: begin_play(reading_seat(seat), "S99", by=seat.user_id, now=now)) is Refusal.UNKNOWN
    assert reason(lambda: begin(waiting)) is Refusal.NOT_OPEN
    assert reason(lambda: choose_reply(public_id, 1, 3, by=seat.user_id, now=now)) is Refusal.NO_SUCH_REPLY
    db.session.execute(update(ScenarioPlay).values(content_sha256="0" * 64))
    db.session.commit()
    assert reason(lambda: choose_reply(public_id, 1, 0, by=seat.user_id, now=now)) is Refusal.TEXT_CHANGED
    assert reason(lambda: branch_play(reading_seat(seat), public_id, 0, by=seat.user_id, now=now)) is Refusal.TEXT_CHANGED
    assert [row.choices for row in rows()] == [[0]]


def reason(act: Callable[[], object]) -> Refusal:
    with pytest.raises(ScenarioRefused) as refused:
        act()
    return refused.value.reason


def test_of_many_clicks_at_once_one_counts(app: Flask, make: Factory) -> None:
    seat, now = reader(make), clock.now()
    with app.app_context():
        public_id = begin(seat)

    def click(choice: int) -> Choosing:
        return _in_own_context(app, lambda: choose_reply(public_id, 0, choice, by=seat.user_id, now=now))

    with ThreadPoolExecutor(CLICKS) as pool:
        outcomes = list(pool.map(click, [1, 2, 0] * (CLICKS // 3)))
    with app.app_context():
        (row,) = rows()
        assert outcomes.count(Choosing.TAKEN) == 1
        assert outcomes.count(Choosing.ALREADY_TAKEN) == CLICKS // 3 - 1
        assert len(row.choices) == 1


def test_of_many_beginnings_at_once_one_play_comes(app: Flask, make: Factory) -> None:
    seat, now = reader(make), clock.now()
    with app.app_context():
        reading = reading_seat(seat)
        scenario_of()

    def click(_: int) -> str:
        return _in_own_context(app, lambda: begin_play(reading, SCENARIO, by=seat.user_id, now=now))

    with ThreadPoolExecutor(CLICKS) as pool:
        assert len(set(pool.map(click, range(CLICKS)))) == 1


def _in_own_context(app: Flask, act: Callable[[], R]) -> R:
    with app.app_context():
        return act()
