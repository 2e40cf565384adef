"""Acts of somebody who studies: a しおり at a lesson."""

from collections.abc import Callable

from lms.lessons.services import set_bookmark
from tests.factories import Factory
from tests.house.acts import Act, act, now
from tests.lms.lessons import builders as lessons


def putting_a_bookmark(make: Factory) -> Act:
    """The row is the record; there is no line beside it."""
    seat = lessons.reader(make)
    reading = lessons.reading_seat(seat)
    return act(lambda: set_bookmark(reading, "L01", "worksheet", is_set=True, by=seat.user_id, now=now()), "bookmarks")


ACTS_OF_STUDYING: tuple[Callable[[Factory], Act], ...] = (putting_a_bookmark,)
