"""Builders of the exam room: people who may sit, windows, attempts, and answers of every question."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Flask

from lms import clock
from lms.db.session import db
from lms.exam_engine.papers import Paper
from lms.exams.queries.sittings import Sitting, find_sitting
from lms.exams.rules.readiness import AHEAD, CheckId, CheckResult
from lms.exams.rules.sitting import SentAnswer
from lms.exams.services.readiness import record_readiness
from lms.exams.services.starting import start_attempt
from lms.exams.services.windows import open_window
from lms.lessons.models import LessonProgress
from lms.lessons.queries import list_published_lesson_ids
from lms.terms.models import TermsConsent
from lms.terms.queries import get_current_terms
from tests.factories import Factory, Seat

ALL_GREEN = tuple(CheckResult(check) for check in CheckId)
"""What a readiness check finds when everything is in order."""
ESSAY = "お客様の話を最後まで聴き、事実を確かめてから、組織として対応を決めます。" * 18


@dataclass(frozen=True)
class Started:
    """A running attempt as tests need it."""

    seat: Seat
    window_id: int
    public_id: str
    attempt_id: int
    paper: Paper

    def question(self, section: str = "choice", number: int = 1) -> str:
        return self.paper.question_ids(section)[number - 1]


def agree_to_terms(app: Flask, user_id: int) -> None:
    with app.app_context():
        terms = get_current_terms()
        db.session.add(
            TermsConsent(
                user_id=user_id, revision=terms.revision, text_sha256="0" * 64, consented_at=clock.now(), network_address=""
            )
        )
        db.session.commit()


def read_every_lesson(app: Flask, participant_id: int) -> None:
    with app.app_context():
        now = clock.now()
        for lesson_id in list_published_lesson_ids():
            db.session.add(
                LessonProgress(
                    participant_id=participant_id, lesson_id=lesson_id, opened_at=now, completed_at=now, quiz_passed_at=now
                )
            )
        db.session.commit()


def eligible_seat(make: Factory, cohort_id: int = 0) -> Seat:
    """A participant who meets every condition but the window."""
    seat = make.seat(cohort_id, minutes=300)
    agree_to_terms(make.app, seat.user_id)
    read_every_lesson(make.app, seat.participant_id)
    return seat


def clear(window_id: int, *, now: datetime | None = None) -> None:
    """Record a readiness check that found everything in order (inside a context)."""
    record_readiness(window_id, ALL_GREEN, by=None, now=now or clock.now())


def window(make: Factory, cohort_id: int, *, number: int = 1, hours: float = 8, opens_in: float = -1) -> int:
    """A checked window that opened an hour ago and is open for some hours more, unless told otherwise."""
    with make.app.app_context():
        now = clock.now()
        opens_at = now + timedelta(hours=opens_in)
        window_id = open_window(cohort_id, number, opens_at, now + timedelta(hours=hours), by=1, now=now)
        clear(window_id, now=max(now, opens_at - AHEAD))
        return window_id


def begin(make: Factory, seat: Seat | None = None, window_id: int = 0) -> Started:
    """An attempt that has just begun."""
    seat = seat or eligible_seat(make)
    window_id = window_id or window(make, seat.cohort_id)
    with make.app.app_context():
        public_id = start_attempt(seat.participant_id, window_id, pledged=True, by=seat.user_id, now=clock.now())
        sitting = find_sitting(public_id, user_id=seat.user_id)
        assert sitting is not None
        return Started(seat, window_id, public_id, sitting.attempt_id, sitting.paper)


def sitting_of(started: Started) -> Sitting:
    found = find_sitting(started.public_id, user_id=started.seat.user_id)
    assert found is not None
    return found


def body(paper: Paper, question_id: str, value: str) -> Mapping[str, object]:
    question = paper.question(question_id)
    return {"kind": "essay", "text": value} if question.kind == "essay" else {"kind": "single_choice", "option": value or None}


def sent(
    paper: Paper, question_id: str, value: str, *, base: int = 0, sequence: int | None = None, typed_at: datetime | None = None
) -> SentAnswer:
    return SentAnswer(
        question_id=question_id, body=body(paper, question_id, value), base_version=base, sequence=sequence, typed_at=typed_at
    )


def form_values(paper: Paper, section_id: str) -> dict[str, str]:
    """Every control of a section's form filled in."""
    return {
        f"answer-{question.id}": ESSAY if question.kind == "essay" else question.options[0].id
        for question in paper.section(section_id).questions
    }
