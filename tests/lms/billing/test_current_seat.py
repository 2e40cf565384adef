"""Of several seats of one person the same one counts in every room: paid, then ahead, then near, then late."""

from dataclasses import replace
from datetime import date

import pytest
from flask import Flask

from lms import clock
from lms.billing.models import Payment
from lms.billing.queries import find_seat
from lms.cohorts.models import CourseDay, Participant
from lms.db.session import db, release
from lms.lessons.queries import find_desk, find_reading_seat
from lms.mypage.queries.days import find_door
from tests.factories import Factory, Seat
from tests.lms.lessons.builders import LESSON, consent

PAID, UNPAID, WITHDRAWN = "paid", "unpaid", "withdrawn"
OVER, LAST_DAY, NEAR, FAR = date(2026, 11, 27), date(2026, 12, 1), date(2026, 12, 11), date(2027, 1, 20)
"""The last days of cohorts, seen from the frozen clock."""


def second_seat(make: Factory, first: Seat, cohort_id: int, *, paid: bool = True, withdrawn: bool = False) -> Seat:
    """A further seat of the same person."""
    with make.app.app_context():
        row = Participant(
            cohort_id=cohort_id,
            user_id=first.user_id,
            certificate_name=first.name,
            enrolled_at=clock.now(),
            withdrawn_at=clock.now() if withdrawn else None,
        )
        db.session.add(row)
        db.session.flush()
        if paid:
            model = db.session.get_one(Payment, first.participant_id)
            values = {column.key: getattr(model, column.key) for column in Payment.__table__.columns}
            db.session.add(Payment(**values | {"participant_id": row.id}))
        db.session.commit()
        return replace(first, participant_id=row.id, cohort_id=cohort_id)


def seats_of_one(make: Factory, *kinds: tuple[int, date, str]) -> list[Seat]:
    """A person's seats in cohorts of these ordinals and last days, in this state."""
    person = make.seat(make.cohort(90, day1=date(2025, 1, 8), day2=date(2025, 1, 9)))
    seats = [
        second_seat(
            make,
            person,
            make.cohort(ordinal, day1=date.fromordinal(last.toordinal() - 1), day2=last),
            paid=state == PAID,
            withdrawn=state == WITHDRAWN,
        )
        for ordinal, last, state in kinds
    ]
    with make.app.app_context():
        db.session.delete(db.session.get_one(Payment, person.participant_id))
        db.session.flush()
        db.session.delete(db.session.get_one(Participant, person.participant_id))
        db.session.commit()
    return seats


@pytest.mark.parametrize(
    ("kinds", "current"),
    [
        ([(3, NEAR, PAID), (4, FAR, UNPAID)], 0),
        ([(3, OVER, PAID), (4, FAR, UNPAID)], 0),
        ([(3, OVER, PAID), (4, FAR, PAID)], 1),
        ([(3, LAST_DAY, PAID), (4, FAR, PAID)], 0),
        ([(4, FAR, PAID), (5, NEAR, PAID)], 1),
        ([(5, NEAR, PAID), (4, FAR, PAID)], 0),
        ([(3, NEAR, UNPAID), (4, FAR, UNPAID)], 0),
        ([(3, OVER, PAID), (4, OVER, PAID)], 1),
        ([(3, NEAR, WITHDRAWN), (4, FAR, UNPAID)], 1),
        ([(3, NEAR, WITHDRAWN)], None),
    ],
)
def test_every_room_takes_the_same_seat_for_the_current_one(
    app: Flask, make: Factory, kinds: list[tuple[int, date, str]], current: int | None
) -> None:
    seats = seats_of_one(make, *kinds)
    expected = None if current is None else seats[current].participant_id
    user_id = seats[0].user_id
    with app.app_context():
        seat, reading, desk = find_seat(user_id), find_reading_seat(user_id), find_desk(user_id, LESSON)
        assert (seat.participant_id if seat else None) == expected
        assert (reading.participant_id if reading else None) == expected
        assert (desk.seat.participant_id if desk else None) == expected
        assert desk is None or desk.seat == reading


def test_who_is_registered_early_for_the_next_cohort_keeps_lessons_and_the_door_of_this_one(app: Flask, make: Factory) -> None:
    seats = seats_of_one(make, (3, LAST_DAY, PAID), (4, FAR, UNPAID))
    consent(make, seats[0].user_id)
    with app.app_context():
        found = find_door(seats[0].user_id, 2, now=clock.now())
        assert found is not None
        assert found.day.held_on == LAST_DAY
        release()
    assert make.login(seats[0].user_id).get(f"/lessons/{LESSON}").status_code == 200


def test_a_cohort_without_days_is_behind_one_that_lies_ahead(app: Flask, make: Factory) -> None:
    seats = seats_of_one(make, (3, NEAR, PAID), (4, FAR, PAID))
    with app.app_context():
        db.session.query(CourseDay).filter_by(cohort_id=seats[1].cohort_id).delete()
        db.session.commit()
        found = find_seat(seats[0].user_id)
        assert found is not None
        assert found.participant_id == seats[0].participant_id
