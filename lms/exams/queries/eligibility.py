"""受験資格: the evidence from the rooms below, judged by the rule of the exam."""

from datetime import datetime

from sqlalchemy import select

from lms.billing.queries import find_payment
from lms.cohorts.queries import Seat, attendance_minutes
from lms.cohorts.source import course_facts
from lms.db.session import db
from lms.exams.models import Attempt, ExamWindow, Submission
from lms.exams.queries.content import find_exam
from lms.exams.queries.results import released_result
from lms.exams.queries.windows import WindowCard
from lms.exams.rules.eligibility import (
    DayAttendance,
    EarlierSitting,
    Eligibility,
    EligibilityFacts,
    EligibilityRule,
    judge_eligibility,
)
from lms.lessons.queries import list_published_lesson_ids, progress_of
from lms.terms.queries import owes_consent


def eligibility_of(seat: Seat, window: WindowCard, *, now: datetime) -> Eligibility:
    """Whether the seat may start in the window now, condition by condition; a fixed number of SELECTs."""
    return judge_eligibility(eligibility_facts(seat, window), _rule(window.exam_id), now=now)


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


def _rule(exam_id: str) -> EligibilityRule:
    exam, percent = find_exam(exam_id), course_facts().attendance_percent
    if exam is None:  # nobody starts an exam with errors; the conditions are shown all the same
        return EligibilityRule(attendance_percent=percent)
    return EligibilityRule(attendance_percent=percent, days_after_release=exam.resit.min_days_after_release)


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
