"""10,000 moments around deadlines: the server's clock alone decides, to the microsecond, also after extensions and pauses."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from lms import clock
from lms.db.session import db
from lms.exams.models import Attempt
from lms.exams.queries import sittings
from lms.exams.rules.sitting import ItemOutcome, SentAnswer
from lms.exams.services.hand_ins import decide_hand_in, propose_reopening
from lms.exams.services.handing_in import hand_in_section
from lms.exams.services.incidents import add_time, pause_attempts, resume_attempts
from lms.exams.services.saving import save_answers
from tests.conftest import FrozenClock
from tests.factories import Factory
from tests.lms.exams.builders import Started, begin, eligible_seat, sent, window

POINTS = {"sqlite": 10_000, "postgresql": 2_000}
LIMIT = timedelta(minutes=60)
GRACE = timedelta(seconds=30)
MICROSECOND = timedelta(microseconds=1)
EDGES = (
    timedelta(seconds=-1),
    timedelta(milliseconds=-1),
    timedelta(0),
    timedelta(milliseconds=1),
    GRACE - MICROSECOND,
    GRACE,
    GRACE + MICROSECOND,
)

pytestmark = [pytest.mark.proof, pytest.mark.timeout(600)]


@dataclass(frozen=True)
class Case:
    """An attempt whose running section ends at a moment worked out by hand here, not by the engine."""

    name: str
    started: Started
    section: str
    deadline: datetime


def test_ten_thousand_moments_are_judged_by_the_servers_clock(
    make: Factory, context: Flask, frozen_clock: FrozenClock, database_kind: str
) -> None:
    cases = list(_cases(make, frozen_clock))
    points = POINTS[database_kind]
    wrong = [words for words in _judge(cases, points) if words]
    print(f"\ndeadlines on {database_kind}: {points} moments around {len(cases)} deadlines, {len(wrong)} judged wrongly")
    assert wrong == []


@pytest.mark.database("sqlite")
def test_a_deadline_that_never_comes_is_noticed(
    make: Factory, context: Flask, frozen_clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = list(_cases(make, frozen_clock))
    monkeypatch.setattr(sittings, "next_events_for_expiry", lambda *_arguments, **_named: ())
    assert any(_judge(cases, 200)), "this proof could not see a missing deadline"


@pytest.mark.database("sqlite")
def test_a_deadline_without_its_grace_is_noticed(
    make: Factory, context: Flask, frozen_clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = list(_cases(make, frozen_clock))
    sound = sittings.next_events_for_expiry
    monkeypatch.setattr(
        sittings, "next_events_for_expiry", lambda *arguments, now, **named: sound(*arguments, now=now + GRACE, **named)
    )
    assert any(_judge(cases, 200)), "this proof could not see a missing grace"


def _judge(cases: list[Case], points: int) -> Iterator[str]:
    """What is wrong at each of so many moments; empty words for what is right. Nothing is kept in the database."""
    lots = random.Random(7)
    for number in range(points):
        case = cases[number % len(cases)]
        moment = case.deadline + _offset(lots, number // len(cases))
        yield _look(case, moment, lots, number)


def _offset(lots: random.Random, place: int) -> timedelta:
    """First every edge, then anywhere from a second before the deadline to a second after the grace."""
    if place < len(EDGES):
        return EDGES[place]
    return timedelta(microseconds=lots.randrange(-1_000_000, 31_000_000))


def _look(case: Case, moment: datetime, lots: random.Random, number: int) -> str:
    in_time = moment < case.deadline + GRACE
    wrong_clock = moment + timedelta(seconds=lots.randrange(-86_400, 86_400))
    answer = _answer(case, number, typed_at=wrong_clock)
    by = case.started.seat.user_id
    store: Callable[..., object] = save_answers.__wrapped__  # type: ignore[attr-defined] # without its commit
    receipt = store(case.started.attempt_id, [answer], device="page", by=by, now=moment)
    (item,) = receipt.items  # type: ignore[attr-defined]
    access = receipt.sitting.section_access(moment)  # type: ignore[attr-defined]
    db.session.rollback()
    expected = ItemOutcome.CURRENT if in_time else ItemOutcome.LATE
    if item.outcome is not expected:
        return f"{case.name} at {moment - case.deadline}: {item.outcome} and not {expected}"
    if in_time and (access is None or access.deadline != case.deadline or access.in_grace != (moment >= case.deadline)):
        return f"{case.name} at {moment - case.deadline}: told {access}"
    return ""


def _answer(case: Case, number: int, *, typed_at: datetime) -> SentAnswer:
    text = "abcd"[number % 4] if case.section == "choice" else f"事実を確かめます。{number}"
    return sent(case.started.paper, case.started.question(case.section), text, sequence=1, typed_at=typed_at)


def _cases(make: Factory, frozen_clock: FrozenClock) -> Iterator[Case]:
    opened = clock.now()
    for name, prepare in _PREPARATIONS.items():  # each in a window of its own: the office's acts look at all attempts of one
        frozen_clock.travel(opened)
        cohort_id = make.cohort()
        started = begin(make, eligible_seat(make, cohort_id), window(make, cohort_id, hours=30))
        section, deadline = prepare(started, frozen_clock, opened)
        yield Case(name, started, section, deadline)
    yield _cut_by_the_window(make, frozen_clock, opened)


Preparation = Callable[[Started, FrozenClock, datetime], tuple[str, datetime]]


def _plain(started: Started, time: FrozenClock, opened: datetime) -> tuple[str, datetime]:
    return "choice", opened + LIMIT


def _second_section(started: Started, time: FrozenClock, opened: datetime) -> tuple[str, datetime]:
    at = time.advance(minutes=41, microseconds=7)
    hand_in_section(started.attempt_id, "choice", [], device="form", by=started.seat.user_id, now=at)
    return "essay", at + LIMIT


def _half_again(started: Started, time: FrozenClock, opened: datetime) -> tuple[str, datetime]:
    db.session.execute(update(Attempt).where(Attempt.id == started.attempt_id).values(extra_percent=50))
    db.session.commit()
    return "choice", opened + LIMIT + timedelta(minutes=30)


def _some_minutes_more(started: Started, time: FrozenClock, opened: datetime) -> tuple[str, datetime]:
    db.session.execute(update(Attempt).where(Attempt.id == started.attempt_id).values(extra_seconds=605))
    db.session.commit()
    return "choice", opened + LIMIT + timedelta(seconds=605)


def _given_time(started: Started, time: FrozenClock, opened: datetime) -> tuple[str, datetime]:
    for minutes in (5, 7):
        at = time.advance(minutes=3)
        add_time(
            started.window_id,
            minutes,
            "通信の障害",
            form_key=f"{started.attempt_id}-{minutes}",
            attempt_id=started.attempt_id,
            by=1,
            now=at,
        )
    return "choice", opened + LIMIT + timedelta(minutes=12)


def _paused(started: Started, time: FrozenClock, opened: datetime) -> tuple[str, datetime]:
    key, one = str(started.attempt_id), started.attempt_id
    pause_attempts(started.window_id, "停電", form_key=f"p{key}", attempt_id=one, by=1, now=time.advance(minutes=10))
    stood = timedelta(minutes=90, microseconds=123_457)
    time.travel(clock.now() + stood)
    resume_attempts(started.window_id, "復旧", form_key=f"r{key}", attempt_id=one, by=1, now=clock.now())
    return "choice", opened + LIMIT + stood


def _reopened(started: Started, time: FrozenClock, opened: datetime) -> tuple[str, datetime]:
    for section in ("choice", "essay"):
        hand_in_section(started.attempt_id, section, [], device="form", by=started.seat.user_id, now=time.advance(minutes=1))
    at = time.advance(hours=40)  # long after the window
    proposal = propose_reopening(started.attempt_id, "choice", 9, "誤って提出", by=1, now=at)
    decide_hand_in(proposal, True, "", by=2, now=at)
    return "choice", at + timedelta(minutes=9)


_PREPARATIONS: dict[str, Preparation] = {
    "a first section": _plain,
    "a second section": _second_section,
    "extra time by half": _half_again,
    "extra time in seconds": _some_minutes_more,
    "two extensions": _given_time,
    "a pause": _paused,
    "a reopened section": _reopened,
}


def _cut_by_the_window(make: Factory, frozen_clock: FrozenClock, opened: datetime) -> Case:
    frozen_clock.travel(opened)
    cohort_id = make.cohort()
    window_id = window(make, cohort_id, hours=0.75)
    return Case(
        "a window that closes first", begin(make, eligible_seat(make, cohort_id), window_id), "choice", opened + LIMIT * 0.75
    )
