"""受験期間: opening and changing the windows of a cohort."""

from datetime import datetime, timedelta

from lms.audit.services import record
from lms.cohorts.source import course_facts
from lms.db.session import command, db
from lms.exams.models import ExamWindow
from lms.exams.queries.content import find_exam
from lms.exams.queries.results import resit_opens_at
from lms.exams.queries.windows import find_window, get_window
from lms.exams.rules.sitting import RefusalReason, Refused

GRACE = timedelta(seconds=30)
"""Added to every deadline on receipt only: what was typed in time may travel slowly."""


@command
def open_window(cohort_id: int, number: int, opens_at: datetime, closes_at: datetime, *, by: int, now: datetime) -> int:
    """Give a cohort its window of this number (1 first sitting, 2 resit) and return the window's id.

    Raises Refused for a window that closes before it opens, a number the exam's 再受験 rule does not know, a second
    window of the same number, or a resit before enough days have passed since the release.
    """
    exam_id = course_facts().exam_id
    _require_order(opens_at, closes_at)
    exam = find_exam(exam_id)
    if exam is None:
        raise Refused(RefusalReason.NO_EXAM)
    if not 1 <= number <= exam.resit.windows:
        raise Refused(RefusalReason.WINDOW_NUMBER)
    if find_window(cohort_id, number) is not None:
        raise Refused(RefusalReason.WINDOW_EXISTS)
    _require_interval(cohort_id, number, opens_at)
    window = ExamWindow(
        cohort_id=cohort_id,
        exam_id=exam_id,
        number=number,
        opens_at=opens_at,
        closes_at=closes_at,
        grace_seconds=int(GRACE.total_seconds()),
    )
    db.session.add(window)
    db.session.flush()
    record("exam_window:open", subject=("exam_window", window.id), by=by, now=now, detail=_moments(opens_at, closes_at))
    return window.id


@command
def change_window(window_id: int, opens_at: datetime, closes_at: datetime, *, by: int, now: datetime, reason: str = "") -> None:
    """Move a window. Once somebody has started it may only be widened, so that nobody loses promised time.

    Raises NotFound, or Refused with the reason.
    """
    _require_order(opens_at, closes_at)
    card = get_window(window_id)
    if card.attempts and (opens_at > card.opens_at or closes_at < card.closes_at):
        raise Refused(RefusalReason.WINDOW_IN_USE)
    if opens_at != card.opens_at:  # a window set before the release may still be widened at its end
        _require_interval(card.cohort_id, card.number, opens_at)
    window = db.session.get_one(ExamWindow, window_id)
    window.opens_at, window.closes_at = opens_at, closes_at
    detail = _moments(opens_at, closes_at) | {"before": _moments(card.opens_at, card.closes_at)}
    record("exam_window:change", subject=("exam_window", window_id), by=by, now=now, reason=reason, detail=detail)


def _require_order(opens_at: datetime, closes_at: datetime) -> None:
    if closes_at <= opens_at:
        raise Refused(RefusalReason.CLOSES_BEFORE_OPENING)


def _require_interval(cohort_id: int, number: int, opens_at: datetime) -> None:
    earliest = resit_opens_at(cohort_id, number)
    if earliest is not None and opens_at < earliest:
        raise Refused(RefusalReason.BEFORE_RESIT_DAY)


def _moments(opens_at: datetime, closes_at: datetime) -> dict[str, object]:
    return {"opens_at": opens_at.isoformat(), "closes_at": closes_at.isoformat()}
