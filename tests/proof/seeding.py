"""Cohorts full of people in the middle of their exam, and the cookies of their browsers, for proofs under load."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import Flask, session
from flask_wtf.csrf import generate_csrf

from lms import clock
from lms.accounts.models import LoginSession
from lms.accounts.queries import SESSION_KEY, hash_token
from lms.app import create_app
from lms.config import Settings
from lms.db.session import db
from lms.demo.sitting import study_everything
from lms.exams.queries.sittings import find_sitting
from lms.exams.services.starting import start_attempt
from lms.exams.services.windows import open_window
from lms.terms.queries import get_current_terms
from lms.terms.services import consent
from tests.factories import Factory, Seat
from tests.live import LiveSite
from tests.lms.exams.builders import clear

STUDY_HOURS = 6
"""So long ago people began to read: long enough for all lessons at the demo's pace, and for an exam since."""


def application_of(site: LiveSite) -> Flask:
    """The application of a live site on its database, in this process too."""
    return create_app(
        Settings(
            secret_key=site.environment["SECRET_KEY"],
            database_url=f"sqlite:///{site.folder / 'lms.sqlite'}",
            instance=site.folder,
            public_base_url=site.url,
            is_testing=True,
        )
    )


@dataclass(frozen=True)
class Examinee:
    """A participant in the exam room, with the cookie and token of the browser."""

    user_id: int
    attempt_id: int
    public_id: str
    window_id: int
    question_ids: tuple[str, ...]
    essay_ids: tuple[str, ...]
    cookie: str
    csrf_token: str


def seat_examinees(make: Factory, number: int, *, ordinal: int = 1) -> list[Examinee]:
    """So many participants of a new cohort, all with a running choice section."""
    seats = seat_students(make, number, ordinal=ordinal)
    window_id = open_exam(make, seats[0].cohort_id)
    return [_sit_down(make.app, seat, window_id) for seat in seats]


def seat_students(make: Factory, number: int, *, ordinal: int) -> list[Seat]:
    """Participants who have paid, consented, attended and studied: nothing but the window keeps them from the exam."""
    with _hours_ago(STUDY_HOURS):
        cohort_id = _past_cohort(make, ordinal)
        seats = [make.seat(cohort_id, minutes=300) for _ in range(number)]
        with make.app.app_context():
            terms = get_current_terms()
            for seat in seats:
                consent(terms.revision, terms.sha256, by=seat.user_id, now=clock.now())
                study_everything(seat.user_id, now=clock.now())
    return seats


def seat_newcomer(make: Factory, *, ordinal: int = 1) -> Seat:
    """A participant who has paid and attended, and has neither a password nor consented nor read anything."""
    with _hours_ago(STUDY_HOURS):
        return make.seat(_past_cohort(make, ordinal), minutes=300)


def _past_cohort(make: Factory, ordinal: int) -> int:
    today = clock.today_jst()
    return make.cohort(ordinal, day1=today - timedelta(days=6), day2=today - timedelta(days=5))


def open_exam(make: Factory, cohort_id: int) -> int:
    """A checked window that opened yesterday and is open for five more days."""
    office = make.user("架空 事務")
    with make.app.app_context():
        now = clock.now()
        window_id = open_window(cohort_id, 1, now - timedelta(days=1), now + timedelta(days=5), by=office, now=now)
        clear(window_id)
        return window_id


@contextmanager
def _hours_ago(hours: int) -> Iterator[None]:
    """Whatever happens inside happened so many hours ago."""
    clock.set_source(lambda: datetime.now(UTC) - timedelta(hours=hours))
    try:
        yield
    finally:
        clock.set_source(None)


def _sit_down(app: Flask, seat: Seat, window_id: int) -> Examinee:
    with app.app_context():
        public_id = start_attempt(seat.participant_id, window_id, pledged=True, by=seat.user_id, now=clock.now())
        sitting = find_sitting(public_id, user_id=seat.user_id)
        assert sitting is not None
        questions, essays = (sitting.paper.question_ids(section.id) for section in sitting.paper.sections)
        attempt_id = sitting.attempt_id
    cookie, token = browser_of(app, seat.user_id)
    return Examinee(seat.user_id, attempt_id, public_id, window_id, questions, essays, cookie, token)


def browser_of(app: Flask, user_id: int, *, second_factor: bool = True) -> tuple[str, str]:
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
                second_factor_at=now if second_factor else None,
            )
        )
        db.session.commit()
    return cookie_of(app, token)


def cookie_of(app: Flask, token: str) -> tuple[str, str]:
    """The cookie header and CSRF token of a browser with this log-in session."""
    with app.test_request_context():
        session[SESSION_KEY] = token
        csrf_token = generate_csrf()
        serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        cookie = f"{app.config['SESSION_COOKIE_NAME']}={serializer.dumps(dict(session))}"
    return cookie, csrf_token
