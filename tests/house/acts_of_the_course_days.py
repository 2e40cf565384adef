"""Acts of the course days: a report of the meeting, breaks, stays put to whom they belong; reminders and the calendar."""

from collections.abc import Callable
from datetime import date, time

from sqlalchemy import select

from lms import clock
from lms.cohorts.models import PresenceSpan
from lms.cohorts.rules.presence import Span
from lms.cohorts.rules.zoom_report import ZoomIdentity
from lms.cohorts.services.calendar import renew_calendar
from lms.cohorts.services.presence import MatchedStay, change_breaks, import_presence, move_stays
from lms.db.session import db, release
from lms.mypage.services import remind_of_day
from lms.web.access import Role
from tests.factories import Factory, Seat
from tests.house.acts import AUDIT, MAIL, Act, act, now

COMING_DAYS = date(2026, 12, 10), date(2026, 12, 11)
FIRST_DAY = date(2026, 11, 26)
STAY = ZoomIdentity("架空 花子", "hanako@example.jp")


def _bring_in(seat: Seat, by: int) -> None:
    span = Span(clock.jst_moment(FIRST_DAY, time(13)), clock.jst_moment(FIRST_DAY, time(17)))
    import_presence(seat.cohort_id, 1, [MatchedStay(STAY, span, seat.participant_id)], by=by, now=now())


def importing_presence(make: Factory) -> Act:
    by, seat = make.staff(Role.OFFICE), make.seat()
    tables = ("presence_imports", "presence_spans", "presence_sums", "attendances", AUDIT)
    return act(lambda: _bring_in(seat, by), *tables)


def changing_breaks(make: Factory) -> Act:
    by, cohort_id = make.staff(Role.OFFICE), make.cohort()
    return act(
        lambda: change_breaks(cohort_id, 1, [(time(14), time(14, 10))], by=by, now=now()),
        *("course_breaks", "course_days", AUDIT),
    )


def moving_stays(make: Factory) -> Act:
    by, seat = make.staff(Role.OFFICE), make.seat()
    _bring_in(seat, by)
    (stay,) = db.session.scalars(select(PresenceSpan.id)).all()
    release()
    tables = ("presence_spans", "presence_sums", "attendances", AUDIT)
    return act(lambda: move_stays(seat.cohort_id, 1, [stay], None, by=by, now=now()), *tables)


def reminding_of_a_day(make: Factory) -> Act:
    day1, day2 = COMING_DAYS
    seat, morning = make.seat(make.cohort(day1=day1, day2=day2)), clock.jst_day_after(day1, -3, time(9))
    return act(lambda: remind_of_day(seat.participant_id, 1, now=morning), MAIL, AUDIT)


def renewing_the_calendar(make: Factory) -> Act:
    seat = make.seat()
    return act(lambda: renew_calendar(seat.participant_id, by=seat.user_id, now=now()), "calendar_feeds", AUDIT)


ACTS_OF_THE_COURSE_DAYS: tuple[Callable[[Factory], Act], ...] = (
    *(importing_presence, changing_breaks, moving_stays),
    *(reminding_of_a_day, renewing_the_calendar),
)
