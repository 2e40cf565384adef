"""提出: hand in a section, submit with the last one, and close what time has ended."""

import logging
from collections.abc import Sequence
from datetime import datetime

from lms.db.session import command, release
from lms.exam_engine.attempts import AttemptStatus, NotAllowed, Refusal, next_events_for_hand_in
from lms.exams.queries.sittings import Sitting, get_sitting, list_due_attempts
from lms.exams.rules.sitting import HandInOutcome, ItemOutcome, SentAnswer
from lms.exams.services.ledger import append_events, lock_sitting
from lms.exams.services.saving import store_answers

logger = logging.getLogger("lms.exams")


@command
def hand_in_section(
    attempt_id: int, section_id: str, sent: Sequence[SentAnswer], *, device: str, by: int, now: datetime
) -> HandInOutcome:
    """Store the answers of the form and lock the section; the next one's clock starts, the last one submits.

    Answers that are older than the stored ones keep the section open, so that she can look at both. Raises NotFound.
    """
    sitting = lock_sitting(attempt_id, now=now)
    saved = store_answers(sitting, sent, device=device, now=now)
    if any(item.outcome is ItemOutcome.STALE for item in saved):
        return HandInOutcome.STALE
    state = sitting.stored_state
    # The server's clock may have been set back since the last event; an attempt's time never runs backwards.
    at = max(now, state.last_event_at or now)
    try:
        events = next_events_for_hand_in(state, sitting.paper, now=at, by_clock=_is_in_grace(sitting, at), section_id=section_id)
    except NotAllowed as refused:
        return HandInOutcome.PAUSED if refused.reason is Refusal.PAUSED else HandInOutcome.ALREADY
    after = append_events(sitting, events, by=by, now=now)
    is_submitted = after.stored_state.status is AttemptStatus.SUBMITTED
    return HandInOutcome.SUBMITTED if is_submitted else HandInOutcome.NEXT_SECTION


def _is_in_grace(sitting: Sitting, now: datetime) -> bool:
    access = sitting.section_access(now)
    return access is not None and access.in_grace


def close_expired_attempts(*, now: datetime) -> int:
    """Write down what time has brought about in every open attempt, and return how many attempts that touched.

    Each attempt is its own transaction; one that fails is logged and does not hold up the others.
    """
    due = list_due_attempts(now=now)
    release()
    return sum(_close_one(attempt_id, now=now) for attempt_id in due)


def _close_one(attempt_id: int, *, now: datetime) -> bool:
    try:
        return close_attempt(attempt_id, now=now)
    except Exception:
        logger.exception("attempt %s could not be closed", attempt_id)
        return False


@command
def close_attempt(attempt_id: int, *, now: datetime) -> bool:
    """Write down what time has brought about in one attempt; False when nothing was due any more."""
    sitting = get_sitting(attempt_id, for_update=True)
    due = sitting.due_events(now)
    append_events(sitting, due, by=None, now=now)
    return bool(due)
