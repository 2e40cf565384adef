"""Hundreds of people who may sit the exam at once, written straight into the tables so that preparing them is quick."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import Flask

from lms import clock
from lms.accounts.models import LoginSession, User
from lms.accounts.queries import hash_token
from lms.billing.models import Payment
from lms.billing.rules import PaymentMethod
from lms.cohorts.models import Attendance, Participant
from lms.db.session import db
from lms.lessons.models import LessonProgress
from lms.lessons.queries import list_published_lesson_ids
from lms.terms.models import TermsConsent
from lms.terms.queries import get_current_terms
from tests.factories import Factory
from tests.proof.seeding import cookie_of, open_exam


@dataclass(frozen=True)
class Person:
    """Somebody who may start, with the cookie and token of the browser."""

    user_id: int
    cookie: str
    csrf_token: str


@dataclass(frozen=True)
class Crowd:
    """All people of one cohort and the window they may sit in."""

    window_id: int
    people: list[Person]


def gather(app: Flask, number: int) -> Crowd:
    """A cohort of so many people who are logged in and meet every condition of 受験資格."""
    make = Factory(app)
    today = clock.today_jst()
    cohort_id = make.cohort(1, day1=today - timedelta(days=6), day2=today - timedelta(days=5))
    with app.app_context():
        user_ids = [_enroll(cohort_id, place) for place in range(number)]
        db.session.commit()
    window_id = open_exam(make, cohort_id)
    return Crowd(window_id, [Person(user_id, *cookie_of(app, _token(user_id))) for user_id in user_ids])


def _enroll(cohort_id: int, place: int) -> int:
    now = clock.now()
    user = User(email=f"crowd{place}@example.jp", name=f"架空 {place}子", kana="カクウ", created_at=now)
    db.session.add(user)
    db.session.flush()
    participant = Participant(cohort_id=cohort_id, user_id=user.id, certificate_name=user.name, enrolled_at=now)
    db.session.add(participant)
    db.session.flush()
    db.session.add_all([*_evidence(user.id, participant.id, now), _login(user.id, now)])
    return user.id


def _evidence(user_id: int, participant_id: int, now: datetime) -> list[object]:
    terms = get_current_terms()
    paid = Payment(
        participant_id=participant_id,
        method=PaymentMethod.BANK,
        amount=198_000,
        paid_on=clock.today_jst(),
        confirmed_by_id=user_id,
        confirmed_at=now,
    )
    agreed = TermsConsent(
        user_id=user_id, revision=terms.revision, text_sha256=terms.sha256, consented_at=now, network_address=""
    )
    attended = [
        Attendance(participant_id=participant_id, day_number=day, minutes=300, entered_by_id=user_id, entered_at=now)
        for day in (1, 2)
    ]
    read = [
        LessonProgress(participant_id=participant_id, lesson_id=lesson_id, opened_at=now, completed_at=now, quiz_passed_at=now)
        for lesson_id in list_published_lesson_ids()
    ]
    return [paid, agreed, *attended, *read]


def _token(user_id: int) -> str:
    return f"crowd-{user_id}"


def _login(user_id: int, now: datetime) -> LoginSession:
    return LoginSession(
        token_hash=hash_token(_token(user_id)),
        user_id=user_id,
        created_at=now,
        last_seen_at=now,
        expires_at=datetime(2100, 1, 1, tzinfo=UTC),
        second_factor_at=None,
    )
