"""The results, lent by the room above: which are finalized, whether an attempt was passed, when its resit is possible."""

from collections.abc import Callable
from datetime import datetime

from flask import Flask, current_app
from sqlalchemy import select

from lms.db.session import db
from lms.exams.models import Attempt, ExamWindow, Submission
from lms.exams.queries.content import find_exam
from lms.exams.rules.eligibility import ReleasedOutcome, first_resit_moment

RESULT_SOURCE = "exams.result_source"
FINALIZED_SOURCE = "exams.finalized_source"

ResultSource = Callable[[int], ReleasedOutcome | None]
"""Attempt id → its released outcome; None while nothing is released."""

FinalizedSource = Callable[[int], frozenset[int]]
"""Window id → the attempts whose results are finalized."""


def init_results(app: Flask, source: ResultSource, finalized: FinalizedSource) -> None:
    """Lend the exam room the results, which are kept in a room above it."""
    app.extensions[RESULT_SOURCE] = source
    app.extensions[FINALIZED_SOURCE] = finalized


def finalized_attempts(window_id: int) -> frozenset[int]:
    """The attempts of a window whose results are finalized; nothing about their hand-ins changes any more."""
    source: FinalizedSource | None = current_app.extensions.get(FINALIZED_SOURCE)
    return source(window_id) if source else frozenset()


def released_result(attempt_id: int) -> ReleasedOutcome | None:
    """The released outcome of an attempt; None while nothing is released."""
    source: ResultSource | None = current_app.extensions.get(RESULT_SOURCE)
    return source(attempt_id) if source else None


def resit_opens_at(cohort_id: int, number: int) -> datetime | None:
    """The moment before which a cohort's window of this number may not open; None for a first sitting or before the release."""
    earlier = db.session.execute(
        select(Attempt.id, ExamWindow.exam_id)
        .join(ExamWindow, ExamWindow.id == Attempt.window_id)
        .join(Submission, Submission.attempt_id == Attempt.id)
        .where(ExamWindow.cohort_id == cohort_id, ExamWindow.number == number - 1)
        .order_by(Attempt.id)
        .limit(1)
    ).first()
    if earlier is None:
        return None
    # One attempt tells of all: the results of a window are released together.
    outcome, exam = released_result(earlier.id), find_exam(earlier.exam_id)
    return first_resit_moment(outcome.released_at, exam.resit.min_days_after_release) if outcome and exam else None
