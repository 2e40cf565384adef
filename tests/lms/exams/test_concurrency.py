"""Acts that arrive at the same moment, on real connections."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier, Event
from time import sleep
from typing import TypeVar

from sqlalchemy import func, select, update

from lms import clock
from lms.db.session import command, db
from lms.exams.models import AnswerVersion, Attempt, CurrentAnswer, ExamWindow, Submission
from lms.exams.queries.sittings import get_sitting
from lms.exams.rules.sitting import HandInOutcome, ItemOutcome
from lms.exams.services.handing_in import close_expired_attempts, hand_in_section
from lms.exams.services.saving import save_answers
from lms.exams.services.starting import start_attempt
from tests.conftest import FrozenClock
from tests.factories import Factory
from tests.lms.exams.builders import begin, eligible_seat, sent, window

T = TypeVar("T")


def at_once(make: Factory, acts: list[Callable[[], T]]) -> list[T]:
    """Run the acts in threads that begin together, each with its own session."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], T]) -> T:
        with make.app.app_context():
            barrier.wait(timeout=20)
            return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_a_double_click_on_start_gives_one_attempt(make: Factory) -> None:
    seat = eligible_seat(make)
    window_id = window(make, seat.cohort_id)

    def start() -> str:
        return start_attempt(seat.participant_id, window_id, pledged=True, by=seat.user_id, now=clock.now())

    assert len(set(at_once(make, [start] * 4))) == 1
    with make.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Attempt)) == 1


def test_people_who_start_together_get_different_candidate_numbers(make: Factory) -> None:
    cohort_id = make.cohort()
    seats = [eligible_seat(make, cohort_id) for _ in range(5)]
    window_id = window(make, cohort_id)
    at_once(
        make,
        [
            lambda seat=seat: start_attempt(seat.participant_id, window_id, pledged=True, by=seat.user_id, now=clock.now())
            for seat in seats
        ],
    )
    with make.app.app_context():
        numbers = db.session.scalars(select(Attempt.candidate_number)).all()
    assert len(set(numbers)) == len(numbers) == 5


def test_of_pages_saving_together_on_the_same_base_one_counts_and_all_are_kept(make: Factory) -> None:
    started = begin(make)

    def save(device: str, text: str) -> ItemOutcome:
        answer = sent(started.paper, started.question(), text, sequence=1)
        receipt = save_answers(started.attempt_id, [answer], device=device, by=started.seat.user_id, now=clock.now())
        return receipt.items[0].outcome

    told = at_once(make, [lambda d=d, t=t: save(d, t) for d, t in (("page-a", "a"), ("page-b", "b"), ("page-c", "c"))])
    assert sorted(told) == [ItemOutcome.CURRENT, ItemOutcome.STALE, ItemOutcome.STALE]
    with make.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(AnswerVersion)) == 3
        assert db.session.scalar(select(CurrentAnswer.last_version)) == 3


def test_two_hand_ins_and_the_clock_submit_once(make: Factory, frozen_clock: FrozenClock) -> None:
    started = begin(make)

    def hand_in(section: str) -> HandInOutcome:
        return hand_in_section(started.attempt_id, section, [], device="form", by=started.seat.user_id, now=clock.now())

    assert sorted(at_once(make, [lambda: hand_in("choice")] * 2)) == [HandInOutcome.ALREADY, HandInOutcome.NEXT_SECTION]
    frozen_clock.advance(minutes=61)
    at_once(make, [lambda: hand_in("essay"), lambda: close_expired_attempts(now=clock.now())])
    with make.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Submission)) == 1


def test_who_waited_for_an_attempt_sees_the_window_as_it_is_then(make: Factory) -> None:
    started, is_held = begin(make), Event()
    later = clock.now() + timedelta(days=1)

    @command
    def widen() -> datetime:
        get_sitting(started.attempt_id, for_update=True)
        is_held.set()
        sleep(0.5)  # the other one has to be waiting by then
        db.session.execute(update(ExamWindow).where(ExamWindow.id == started.window_id).values(closes_at=later))
        return later

    @command
    def look() -> datetime:
        assert is_held.wait(timeout=20)
        return get_sitting(started.attempt_id, for_update=True).window.closes_at

    assert at_once(make, [widen, look]) == [later, later]
