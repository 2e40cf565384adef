"""合理的配慮: a participant asks, the office decides; the latest decision counts from the next start on."""

from datetime import datetime

from sqlalchemy import select

from lms.audit.services import record
from lms.cohorts.models import Participant
from lms.cohorts.queries import get_participant
from lms.db.session import command, db
from lms.exam_engine.attempts import AttemptStatus
from lms.exams.models import AccommodationDecision, AccommodationRequest
from lms.exams.queries.accommodation import accommodation_of
from lms.exams.queries.sittings import list_own_sittings
from lms.exams.rules.accommodating import NOTHING, Grant, judge_decision, judge_request
from lms.exams.rules.sitting import RefusalReason, Refused
from lms.mail.services.queueing import queue_mail


@command
def request_accommodation(
    participant_id: int, *, wants_extra_time: bool, wants_paper: bool, reason: str, by: int, now: datetime
) -> int:
    """Keep what a participant asks for, and return the request's id; a later request takes the place of one not decided.

    Raises Refused when nothing is wanted, the reason is missing or too long, or an attempt is running.
    """
    hold_participant(participant_id)
    _require(judge_request(wants_extra_time=wants_extra_time, wants_paper=wants_paper, reason=reason))
    if any(sitting.state_at(now).status is AttemptStatus.IN_SECTION for sitting in list_own_sittings(participant_id)):
        raise Refused(RefusalReason.IN_ATTEMPT)
    request = AccommodationRequest(
        participant_id=participant_id,
        wants_extra_time=wants_extra_time,
        wants_paper=wants_paper,
        reason=reason.strip(),
        requested_by_id=by,
        requested_at=now,
    )
    db.session.add(request)
    db.session.flush()
    record("accommodation:request", subject=("participant", participant_id), by=by, now=now, detail={"request": request.id})
    return request.id


@command
def decide_accommodation(
    participant_id: int, grant: Grant | None, *, request_id: int | None, reason: str, by: int, now: datetime
) -> int:
    """Keep what the office decided (None refuses), tell the participant by mail, and return the decision's id.

    `request_id` is the request the office has seen; None grants without any. An attempt that has begun keeps what was
    frozen into it. Raises Refused when a newer request has come, the deciding person asked for it herself, nothing is
    granted, the extra time is out of bounds, or the reason is missing or too long.
    """
    hold_participant(participant_id)
    given = grant or NOTHING
    _require(judge_decision(given, is_granted=grant is not None, reason=reason))
    latest = accommodation_of(participant_id).request
    if request_id != (latest.id if latest else None):
        raise Refused(RefusalReason.OTHER_REQUEST)
    if get_participant(participant_id).user_id == by:
        raise Refused(RefusalReason.OWN_REQUEST)
    decision = AccommodationDecision(
        participant_id=participant_id,
        request_id=request_id,
        is_granted=grant is not None,
        extra_seconds=given.extra.seconds,
        extra_percent=given.extra.percent,
        has_paper=given.has_paper,
        reason=reason.strip(),
        decided_by_id=by,
        decided_at=now,
    )
    db.session.add(decision)
    db.session.flush()
    detail = {
        "decision": decision.id,
        "request": request_id,
        "is_granted": decision.is_granted,
        "extra_seconds": decision.extra_seconds,
        "extra_percent": decision.extra_percent,
        "has_paper": decision.has_paper,
    }
    record("accommodation:decide", subject=("participant", participant_id), by=by, now=now, detail=detail)
    _tell(participant_id, decision.id, now=now)
    return decision.id


def hold_participant(participant_id: int) -> None:
    """Hold a participant's row until the transaction ends: a start and a decision happen one after the other."""
    db.session.execute(select(Participant.id).where(Participant.id == participant_id).with_for_update(key_share=True))


def _require(refusal: RefusalReason | None) -> None:
    if refusal is not None:
        raise Refused(refusal)


def _tell(participant_id: int, decision_id: int, *, now: datetime) -> None:
    seat = get_participant(participant_id)
    queue_mail(
        "accommodation_decided",
        to=seat.email,
        key=f"accommodation-decided:{decision_id}",
        values={"name": seat.name},
        now=now,
        user_id=seat.user_id,
    )
