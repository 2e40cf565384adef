"""Acts that come before an exam: its rehearsal, and the review of its questions."""

from collections.abc import Callable

from lms.exams.services.rehearsing import start_rehearsal
from tests.factories import Factory
from tests.house.acts import AUDIT, Act, act, now


def starting_a_rehearsal(make: Factory) -> Act:
    """Once for all of its acts: what is saved and handed in of it is nothing to anybody else, and has no line."""
    seat = make.seat()
    return act(lambda: start_rehearsal(seat.participant_id, by=seat.user_id, now=now()), "rehearsals", AUDIT)


ACTS_OF_PREPARING: tuple[Callable[[Factory], Act], ...] = (starting_a_rehearsal,)
