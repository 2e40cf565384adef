"""Cohorts full of people in the middle of their exam, and the cookies of their browsers, for proofs under load."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import Flask, session
from flask_wtf.csrf import generate_csrf

from lms import clock
from lms.accounts.models import LoginSession
from lms.accounts.queries import SESSION_KEY, hash_token
from lms.db.session import db
from lms.demo.sitting import study_everything
from lms.exams.queries import find_sitting
from lms.exams.services import open_window, start_attempt
from lms.terms.services import consent_to_current
from tests.factories import Factory, Seat


@dataclass(frozen=True)
class Examinee:
    """A participant in the exam room, with the cookie and token of the browser."""

    attempt_id: int
    public_id: str
    question_ids: tuple[str, ...]
    cookie: str
    csrf_token: str


def seat_examinees(app: Flask, number: int) -> list[Examinee]:
    """So many participants of one cohort, all with a running choice section."""
    make = Factory(app)
    today = clock.today_jst()
    cohort_id = make.cohort(1, day1=today - timedelta(days=6), day2=today - timedelta(days=5))
    office = make.user("架空 事務")
    with app.app_context():
        now = clock.now()
        window_id = open_window(cohort_id, 1, now - timedelta(days=1), now + timedelta(days=5), by=office, now=now)
    seats = [make.seat(cohort_id, minutes=300) for _ in range(number)]
    return [_sit_down(app, seat, window_id) for seat in seats]


def _sit_down(app: Flask, seat: Seat, window_id: int) -> Examinee:
    with app.app_context():
        now = clock.now()
        consent_to_current(seat.user_id, now=now, network_address="127.0.0.1")
        study_everything(seat.user_id, now=now - timedelta(hours=3))
        public_id = start_attempt(seat.participant_id, window_id, pledged=True, by=seat.user_id, now=now)
        sitting = find_sitting(public_id, user_id=seat.user_id)
        assert sitting is not None
        questions = sitting.paper.question_ids(sitting.paper.sections[0].id)
        attempt_id = sitting.attempt_id
    cookie, token = browser_of(app, seat.user_id)
    return Examinee(attempt_id, public_id, questions, cookie, token)


def browser_of(app: Flask, user_id: int) -> tuple[str, str]:
    """A live log-in session as a browser holds it: the cookie header and the CSRF token."""
    token = secrets.token_urlsafe(32)
    with app.app_context():
        now = clock.now()
        db.session.add(
            LoginSession(
                token_hash=hash_token(token),
                user_id=user_id,
                created_at=now,
                last_seen_at=now,
                expires_at=datetime(2100, 1, 1, tzinfo=UTC),
                second_factor_at=now,
            )
        )
        db.session.commit()
    with app.test_request_context():
        session[SESSION_KEY] = token
        csrf_token = generate_csrf()
        serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        cookie = f"{app.config['SESSION_COOKIE_NAME']}={serializer.dumps(dict(session))}"
    return cookie, csrf_token
