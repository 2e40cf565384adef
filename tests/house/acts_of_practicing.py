"""Acts of 場面練習: beginning a play, a reply, another way."""

from collections.abc import Callable

from lms.db.session import release
from lms.scenarios.services import begin_play, branch_play, choose_reply
from tests.factories import Factory, Seat
from tests.house.acts import Act, act, now
from tests.lms.lessons import builders as lessons


def beginning_a_play(make: Factory) -> Act:
    """The play is the record; there is no line beside it."""
    seat = lessons.reader(make)
    reading = lessons.reading_seat(seat)
    return act(lambda: begin_play(reading, "S01", by=seat.user_id, now=now()), "scenario_plays")


def choosing_a_reply(make: Factory) -> Act:
    """The play is the record; there is no line beside it."""
    seat, public_id = _playing(make)
    return act(lambda: choose_reply(public_id, 0, 1, by=seat.user_id, now=now()), "scenario_plays")


def trying_another_way(make: Factory) -> Act:
    """The play is the record; there is no line beside it."""
    seat, public_id = _playing(make)
    choose_reply(public_id, 0, 1, by=seat.user_id, now=now())
    reading = lessons.reading_seat(seat)
    release()
    return act(lambda: branch_play(reading, public_id, 0, by=seat.user_id, now=now()), "scenario_plays")


def _playing(make: Factory) -> tuple[Seat, str]:
    seat = lessons.reader(make)
    return seat, begin_play(lessons.reading_seat(seat), "S01", by=seat.user_id, now=now())


ACTS_OF_PRACTICING: tuple[Callable[[Factory], Act], ...] = (beginning_a_play, choosing_a_reply, trying_another_way)
