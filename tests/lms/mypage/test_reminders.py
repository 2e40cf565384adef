"""Reminders of the course days: each once, to whoever may take part, at the hour that stands in the course's facts."""

from datetime import date, datetime, time, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from lms import clock
from lms.accounts.models import User
from lms.audit.models import AuditEvent
from lms.billing.models import Payment
from lms.billing.rules import PaymentMethod
from lms.cohorts.models import Participant
from lms.cohorts.rules.decisions import DayPlan
from lms.cohorts.rules.reminding import ReminderHour, due_reminder, reminder_key
from lms.cohorts.services.planning import change_days
from lms.db.session import db
from lms.mail.models import OutgoingMail
from lms.mypage.services import remind_of_days
from lms.web.access import Role
from tests.conftest import FrozenClock
from tests.factories import Factory, Seat
from tests.lms.exams.test_concurrency import at_once
from tests.lms.lessons.builders import LATER, finish

DAY1, DAY2 = LATER["day1"], LATER["day2"]
THREE_BEFORE = clock.jst_day_after(DAY1, -3, time(9))
THREE_BEFORE_DAY2 = clock.jst_day_after(DAY2, -3, time(9))
SAME_DAY = clock.jst_moment(DAY1, time(10))
MINUTE = timedelta(minutes=1)


@pytest.fixture
def seat(make: Factory) -> Seat:
    return make.seat(make.cohort(4, **LATER), name="架空 花子", email="hanako@example.jp")


def mails(app: Flask) -> list[OutgoingMail]:
    with app.app_context():
        return list(db.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)))


def work(app: Flask, now: datetime) -> int:
    with app.app_context():
        return remind_of_days(now=now)


def test_a_mail_goes_out_three_days_before_and_one_in_the_morning(app: Flask, make: Factory, seat: Seat) -> None:
    assert work(app, THREE_BEFORE - MINUTE) == 0
    assert [work(app, THREE_BEFORE), work(app, THREE_BEFORE), work(app, THREE_BEFORE + MINUTE)] == [1, 0, 0]
    assert work(app, THREE_BEFORE_DAY2) == 1
    assert [work(app, SAME_DAY - MINUTE), work(app, SAME_DAY), work(app, SAME_DAY + MINUTE)] == [0, 1, 0]
    assert work(app, clock.jst_moment(DAY1, time(13))) == 0
    assert work(app, clock.jst_moment(DAY2, time(10))) == 1
    assert [mail.subject.partition("】")[2] for mail in mails(app)] == [
        "研修1日目のご案内(2026年12月10日(木))",
        "研修2日目のご案内(2026年12月11日(金))",
        "本日、研修1日目のご案内(2026年12月10日(木))",
        "本日、研修2日目のご案内(2026年12月11日(金))",
    ]
    with app.app_context():
        reminded = select(AuditEvent).where(AuditEvent.tag == "participant:remind").order_by(AuditEvent.id)
        lines = db.session.scalars(reminded).all()
        assert [line.detail for line in lines] == [
            {"day": day, "days_before": before} for day, before in ((1, 3), (2, 3), (1, 0), (2, 0))
        ]
        assert {line.actor_id for line in lines} == {None}


def test_the_mail_says_what_when_where_and_what_to_prepare_but_not_the_way_in(app: Flask, make: Factory, seat: Seat) -> None:
    with app.app_context():
        plans = [DayPlan(day, time(13), time(18), "https://zoom.example.com/j/1") for day in (DAY1, DAY2)]
        change_days(seat.cohort_id, *plans, by=make.staff(Role.OFFICE), now=clock.now())
    work(app, THREE_BEFORE)
    (mail,) = mails(app)
    for words in (
        "架空 花子 様",
        "2026年12月10日(木) 13:00〜18:00",
        "http://localhost/days/1/join",
        "開始の30分前",
        "残り5本",
        "L01 カスハラとは何か",
        "テキスト",
        "jhrma-office@harassment-rma.jp",
    ):
        assert words in mail.body, words
    assert "zoom.example" not in mail.body + mail.subject
    assert "\n\n\n" not in mail.body


def test_who_has_read_everything_is_not_told_to_read(app: Flask, make: Factory, seat: Seat) -> None:
    finish(make, seat)
    work(app, THREE_BEFORE)
    assert "事前のレッスン" not in mails(app)[0].body


def test_who_has_not_paid_or_withdrew_or_is_disabled_gets_nothing(app: Flask, make: Factory, seat: Seat) -> None:
    make.seat(seat.cohort_id, paid=False)
    withdrawn, disabled = make.seat(seat.cohort_id), make.seat(seat.cohort_id)
    with app.app_context():
        db.session.get_one(Participant, withdrawn.participant_id).withdrawn_at = clock.now()
        db.session.get_one(User, disabled.user_id).disabled_at = clock.now()
        db.session.commit()
    assert work(app, THREE_BEFORE) == 1
    assert [mail.to_address for mail in mails(app)] == ["hanako@example.jp"]


def test_who_pays_late_gets_only_what_is_still_ahead(app: Flask, make: Factory, seat: Seat, frozen_clock: FrozenClock) -> None:
    work(app, THREE_BEFORE)
    late = make.seat(seat.cohort_id, email="late@example.jp", paid=False)
    with app.app_context():
        paid_at = THREE_BEFORE + timedelta(hours=2)
        payment = Payment(
            participant_id=late.participant_id,
            method=PaymentMethod.BANK,
            amount=198_000,
            paid_on=DAY1,
            confirmed_by_id=late.user_id,
            confirmed_at=paid_at,
        )
        db.session.add(payment)
        db.session.commit()
    assert work(app, paid_at + MINUTE) == 0
    assert work(app, SAME_DAY) == 4  # both for day 1, and both for day 2, whose three days had not begun when she paid
    told = [(mail.to_address, mail.subject.partition("】")[2][:3]) for mail in mails(app)]
    assert told.count(("late@example.jp", "本日、")) == 1
    assert len([address for address, _ in told if address == "late@example.jp"]) == 2


def test_a_worker_that_stood_still_sends_the_latest_only(app: Flask, seat: Seat) -> None:
    assert work(app, SAME_DAY + timedelta(hours=1)) == 2  # day 1 of today, day 2 of three days before
    assert [mail.subject.partition("】")[2][:3] for mail in mails(app)] == ["本日、", "研修2"]
    assert work(app, clock.jst_moment(DAY1, time(13))) == 0


def test_a_day_that_is_moved_is_reminded_of_anew(app: Flask, make: Factory, seat: Seat) -> None:
    work(app, THREE_BEFORE)
    with app.app_context():
        office = make.staff(Role.OFFICE)
        later = [DayPlan(date(2026, 12, 17), time(13), time(18)), DayPlan(date(2026, 12, 18), time(13), time(18))]
        change_days(seat.cohort_id, *later, by=office, now=THREE_BEFORE + timedelta(hours=1))
    assert work(app, SAME_DAY) == 0
    assert work(app, clock.jst_day_after(date(2026, 12, 17), -3, time(9))) == 1
    with app.app_context():
        earlier = [DayPlan(date(2026, 12, 17), time(10), time(15)), DayPlan(date(2026, 12, 18), time(13), time(18))]
        change_days(seat.cohort_id, *earlier, by=office, now=clock.now())
    assert work(app, clock.jst_day_after(date(2026, 12, 17), -3, time(9, 5))) == 1
    assert [mail.subject.partition("(")[2] for mail in mails(app)] == [
        "2026年12月10日(木))",
        "2026年12月17日(木))",
        "2026年12月17日(木))",
    ]
    assert "10:00〜15:00" in mails(app)[-1].body


def test_two_workers_at_once_send_one_mail_each(app: Flask, make: Factory, seat: Seat) -> None:
    for _ in range(4):
        make.seat(seat.cohort_id)
    done = at_once(make, [lambda: remind_of_days(now=THREE_BEFORE)] * 3)
    assert sum(done) == 5
    assert len(mails(app)) == 5
    with app.app_context():
        assert len(db.session.scalars(select(AuditEvent).where(AuditEvent.tag == "participant:remind")).all()) == 5


def test_one_address_that_cannot_be_mailed_holds_up_no_other(
    app: Flask, make: Factory, seat: Seat, caplog: pytest.LogCaptureFixture
) -> None:
    broken = make.seat(seat.cohort_id, email="no address")
    make.seat(seat.cohort_id)
    assert work(app, THREE_BEFORE) == 2
    assert f"participant {broken.participant_id} could not be reminded of day 1" in caplog.text


NOW = datetime(2026, 12, 1, tzinfo=clock.JST)
offsets = st.integers(-240, 240).map(lambda hours: NOW + timedelta(hours=hours))
hours = st.lists(st.builds(ReminderHour, st.integers(0, 30), offsets), max_size=5)


@given(hours, offsets, offsets)
def test_what_is_due_has_come_is_the_latest_and_was_ahead_when_one_joined(
    hours: list[ReminderHour], starts_at: datetime, since: datetime
) -> None:
    due = due_reminder(hours, starts_at=starts_at, entitled_since=since, now=NOW)
    passed = [hour for hour in hours if hour.due_at <= NOW]
    if due is None:
        assert starts_at <= NOW or not passed or max(hour.due_at for hour in passed) < since
    else:
        assert starts_at > NOW
        assert since <= due.due_at == max(hour.due_at for hour in passed)


def test_keys_tell_people_days_moments_and_hours_apart() -> None:
    keys = {
        reminder_key(person, day, start, before)
        for person in (1, 11)
        for day in (1, 2)
        for start in (SAME_DAY, THREE_BEFORE)
        for before in (0, 3)
    }
    assert len(keys) == 16
    assert max(map(len, keys)) < 200
