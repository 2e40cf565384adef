"""受験資格: the evidence from the rooms below, and the released results lent by the room above."""

from collections.abc import Callable

from flask import Flask, current_app
from sqlalchemy import select

from lms.billing.queries import find_payment
from lms.cohorts.queries import Seat, attendance_minutes
from lms.db.session import db
from lms.exams.models import Attempt, ExamWindow, Submission
from lms.exams.queries.windows import WindowCard
from lms.exams.rules import DayAttendance, EarlierSitting, EligibilityFacts
from lms.lessons.queries import list_published_lesson_ids, progress_of
from lms.terms.queries import owes_consent

RESULT_SOURCE = "exams.result_source"

ResultSource = Callable[[int], bool | None]
"""Attempt id → whether its released result is 合格; None while nothing is released."""


def init_results(app: Flask, source: ResultSource) -> None:
    """Lend the exam room the released results, which are kept in a room above it."""
    app.extensions[RESULT_SOURCE] = source


def released_result(attempt_id: int) -> bool | None:
    """Whether the released result of an attempt is 合格; None while nothing is released."""
    source: ResultSource | None = current_app.extensions.get(RESULT_SOURCE)
    return source(attempt_id) if source else None


def eligibility_facts(seat: Seat, window: WindowCard) -> EligibilityFacts:
    """The evidence for one seat and window; a fixed number of SELECTs."""
    payment = find_payment(seat.participant_id)
    minutes = attendance_minutes([seat.participant_id])[seat.participant_id]
    progress = progress_of(seat.participant_id)
    has_sat, earlier = _sittings_of(seat.participant_id, window)
    return EligibilityFacts(
        paid_on=payment.paid_on if payment else None,
        has_consented=not owes_consent(seat.user_id),
        days=tuple(DayAttendance(day.number, minutes.get(day.number, 0), day.minutes) for day in seat.days),
        published_lessons=list_published_lesson_ids(),
        completed_lessons=frozenset(lesson_id for lesson_id, mark in progress.items() if mark.completed_at),
        passed_quizzes=frozenset(lesson_id for lesson_id, mark in progress.items() if mark.quiz_passed_at),
        window_number=window.number,
        opens_at=window.opens_at,
        closes_at=window.closes_at,
        has_sat=has_sat,
        earlier=earlier,
    )


def _sittings_of(participant_id: int, window: WindowCard) -> tuple[bool, EarlierSitting | None]:
    rows = db.session.execute(
        select(Attempt.id, ExamWindow.number, Submission.id.label("submission_id"))
        .join(ExamWindow, ExamWindow.id == Attempt.window_id)
        .outerjoin(Submission, (Submission.attempt_id == Attempt.id) & (Submission.number == 1))
        .where(Attempt.participant_id == participant_id, ExamWindow.cohort_id == window.cohort_id)
        .order_by(ExamWindow.number)
    ).all()
    before = [row for row in rows if row.number < window.number]
    earlier = EarlierSitting(before[-1].submission_id is not None, released_result(before[-1].id)) if before else None
    return any(row.number == window.number for row in rows), earlier
