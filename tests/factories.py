"""Typed builders, reached only through the `make` fixture; they give back ids, never live rows."""

import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count

from flask import Flask

from lms import clock
from lms.accounts.models import LoginSession, StaffRole, User
from lms.accounts.queries import SESSION_KEY, hash_token
from lms.billing.models import Payment
from lms.billing.rules import PaymentMethod
from lms.cohorts.models import Attendance, Cohort, CourseDay, Participant
from lms.db.session import db
from lms.web.access import Role
from tests.page import PageClient


@dataclass(frozen=True)
class Seat:
    """A participant as tests need them."""

    user_id: int
    participant_id: int
    cohort_id: int
    email: str
    name: str


class Factory:
    """Builders on one application."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._numbers = count(1)

    def user(self, name: str = "", *, email: str = "", password_hash: str | None = None) -> int:
        number = next(self._numbers)
        with self.app.app_context():
            user = User(
                email=email or f"person{number}@example.jp",
                name=name or f"架空 {number}子",
                kana="カクウ",
                password_hash=password_hash,
                created_at=clock.now(),
            )
            db.session.add(user)
            db.session.commit()
            return user.id

    def staff(self, *roles: Role, name: str = "", email: str = "") -> int:
        user_id = self.user(name, email=email)
        with self.app.app_context():
            db.session.add_all(StaffRole(user_id=user_id, role=role, given_at=clock.now()) for role in roles)
            db.session.commit()
        return user_id

    def cohort(self, ordinal: int = 0, *, day1: date = date(2026, 11, 26), day2: date = date(2026, 11, 27)) -> int:
        """A cohort whose two days lie in the past of the frozen clock unless told otherwise."""
        number = ordinal or next(self._numbers)
        with self.app.app_context():
            cohort = Cohort(course_id="practitioner", ordinal=number, label=f"第{number}期", created_at=clock.now())
            db.session.add(cohort)
            db.session.flush()
            for day_number, held_on in ((1, day1), (2, day2)):
                db.session.add(
                    CourseDay(
                        cohort_id=cohort.id,
                        number=day_number,
                        held_on=held_on,
                        starts_at=clock.jst_moment(held_on, time(13, 0)),
                        ends_at=clock.jst_moment(held_on, time(18, 0)),
                        minutes=300,
                    )
                )
            db.session.commit()
            return cohort.id

    def seat(self, cohort_id: int = 0, *, name: str = "", email: str = "", paid: bool = True, minutes: int | None = None) -> Seat:
        """A participant; paid by default; with `minutes` of attendance on both days when given."""
        cohort_id = cohort_id or self.cohort()
        user_id = self.user(name, email=email)
        with self.app.app_context():
            user = db.session.get_one(User, user_id)
            participant = Participant(cohort_id=cohort_id, user_id=user_id, certificate_name=user.name, enrolled_at=clock.now())
            db.session.add(participant)
            db.session.flush()
            if paid:
                db.session.add(
                    Payment(
                        participant_id=participant.id,
                        method=PaymentMethod.BANK,
                        amount=198_000,
                        paid_on=clock.today_jst(),
                        confirmed_by_id=user_id,
                        confirmed_at=clock.now(),
                    )
                )
            for day in (1, 2) if minutes is not None else ():
                db.session.add(
                    Attendance(
                        participant_id=participant.id,
                        day_number=day,
                        minutes=minutes or 0,
                        entered_by_id=user_id,
                        entered_at=clock.now(),
                    )
                )
            db.session.commit()
            return Seat(user_id, participant.id, cohort_id, user.email, user.name)

    def login(self, user_id: int, *, second_factor: bool = True) -> PageClient:
        """A visitor with a live log-in session (and a given second factor)."""
        token = secrets.token_urlsafe(32)
        with self.app.app_context():
            now = clock.now()
            db.session.add(
                LoginSession(
                    token_hash=hash_token(token),
                    user_id=user_id,
                    created_at=now,
                    last_seen_at=now,
                    expires_at=datetime(2100, 1, 1, tzinfo=UTC),
                    second_factor_at=now - timedelta(seconds=1) if second_factor else None,
                )
            )
            db.session.commit()
        client = PageClient(self.app)
        with client.session_transaction() as session:
            session[SESSION_KEY] = token
        return client
