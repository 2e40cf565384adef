"""合理的配慮: what may be asked for, what may be granted, and where a participant's case stands."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from lms.exam_engine.windows import ExtraTime
from lms.exams.rules.sitting import RefusalReason

NO_EXTRA_TIME = ExtraTime()
MAX_EXTRA_PERCENT = 300
"""×4 of a section's limit."""
MAX_EXTRA_MINUTES = 240
MAX_REASON_LENGTH = 1000


class AccommodationState(StrEnum):
    """Where a participant's case stands."""

    NONE = "none"
    """Neither asked for nor granted."""
    WAITING = "waiting"
    """Asked for, and not yet decided by the office."""
    GRANTED = "granted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Grant:
    """What the office gives: time for each section as a share of its limit or in seconds, and a paper edition."""

    extra: ExtraTime = NO_EXTRA_TIME
    has_paper: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether it gives nothing at all."""
        return self == Grant()


NOTHING = Grant()


def judge_request(*, wants_extra_time: bool, wants_paper: bool, reason: str) -> RefusalReason | None:
    """Why a request cannot be taken, or None."""
    if not (wants_extra_time or wants_paper):
        return RefusalReason.NOTHING_WANTED
    return judge_reason(reason)


def judge_decision(grant: Grant, *, is_granted: bool, reason: str) -> RefusalReason | None:
    """Why a decision cannot stand, or None: a grant gives something within bounds, and words go with either."""
    if is_granted and grant.is_empty:
        return RefusalReason.NOTHING_GRANTED
    if not _is_within_bounds(grant.extra):
        return RefusalReason.EXTRA_TIME
    return judge_reason(reason)


def judge_reason(reason: str) -> RefusalReason | None:
    """Why a reason will not do, or None."""
    text = reason.strip()
    return None if text and len(text) <= MAX_REASON_LENGTH else RefusalReason.REASON_MISSING


def resolve_state(*, request_id: int | None, answered_id: int | None, is_granted: bool | None) -> AccommodationState:
    """The state after the latest request and the latest decision.

    `answered_id` is the request that decision answers, `is_granted` what it says; None for a case without decision.
    """
    if request_id is not None and (answered_id is None or answered_id < request_id):
        return AccommodationState.WAITING
    if is_granted is None:
        return AccommodationState.NONE
    return AccommodationState.GRANTED if is_granted else AccommodationState.REFUSED


def _is_within_bounds(extra: ExtraTime) -> bool:
    most = int(timedelta(minutes=MAX_EXTRA_MINUTES).total_seconds())
    return 0 <= extra.percent <= MAX_EXTRA_PERCENT and 0 <= extra.seconds <= most
