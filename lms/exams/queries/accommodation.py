"""合理的配慮: what participants asked for, what the office decided, and whose time in a window is longer for it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from lms.cohorts.queries import Seat, list_participants
from lms.db.session import db
from lms.exam_engine.windows import ExtraTime
from lms.exams.models import AccommodationDecision, AccommodationRequest, Attempt, Submission
from lms.exams.rules.accommodating import NOTHING, AccommodationState, Grant, resolve_state


@dataclass(frozen=True, slots=True)
class RequestCard:
    """合理的配慮の申請 as it was made."""

    id: int
    wants_extra_time: bool
    wants_paper: bool
    reason: str
    requested_at: datetime


@dataclass(frozen=True, slots=True)
class DecisionCard:
    """What the office decided; `reason` is for the participant to read, `request_id` the request it answers."""

    request_id: int | None
    is_granted: bool
    grant: Grant
    reason: str
    decided_by_id: int
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Accommodation:
    """A participant's case: the latest request and the latest decision."""

    participant_id: int
    request: RequestCard | None = None
    decision: DecisionCard | None = None

    @property
    def state(self) -> AccommodationState:
        """Where the case stands."""
        return resolve_state(
            request_id=self.request.id if self.request else None,
            answered_id=self.decision.request_id if self.decision else None,
            is_granted=self.decision.is_granted if self.decision else None,
        )

    @property
    def grant(self) -> Grant:
        """What counts now: the latest decision, also while a newer request waits."""
        return self.decision.grant if self.decision and self.decision.is_granted else NOTHING


@dataclass(frozen=True, slots=True)
class AccommodationLine:
    """A seat of a cohort and its case."""

    seat: Seat
    case: Accommodation


def accommodation_of(participant_id: int) -> Accommodation:
    """The case of one participant; two SELECTs."""
    return accommodations_of([participant_id])[participant_id]


def accommodations_of(participant_ids: Collection[int]) -> dict[int, Accommodation]:
    """Participant id → case; every asked id is a key, two SELECTs."""
    requests, decisions = _latest_requests(participant_ids), _latest_decisions(participant_ids)
    return {each: Accommodation(each, requests.get(each), decisions.get(each)) for each in participant_ids}


def list_accommodations(cohort_id: int) -> tuple[AccommodationLine, ...]:
    """Every seat of a cohort and its case, in the order of enrolment."""
    seats = list_participants(cohort_id)
    cases = accommodations_of([seat.participant_id for seat in seats])
    return tuple(AccommodationLine(seat, cases[seat.participant_id]) for seat in seats)


def count_waiting(cohort_id: int) -> int:
    """How many cases of a cohort wait for the office's decision."""
    return sum(line.case.state is AccommodationState.WAITING for line in list_accommodations(cohort_id))


def list_extra_times(window_id: int, cohort_id: int) -> tuple[tuple[str, ExtraTime], ...]:
    """(name, extra time) of everybody whose limits are longer in a window: frozen for who sits in it, decided for who may yet."""
    frozen = {
        row.participant_id: row
        for row in db.session.execute(
            select(Attempt.participant_id, Attempt.extra_seconds, Attempt.extra_percent, Submission.id.label("submission_id"))
            .outerjoin(Submission, (Submission.attempt_id == Attempt.id) & (Submission.number == 1))
            .where(Attempt.window_id == window_id)
        )
    }
    lines = [line for line in list_accommodations(cohort_id) if line.seat.participant_id not in frozen]
    waiting = [(line.seat.name, line.case.grant.extra) for line in lines]
    sitting = [row for row in frozen.values() if row.submission_id is None and (row.extra_seconds or row.extra_percent)]
    names = _names(cohort_id) if sitting else {}
    running = [(names.get(row.participant_id, ""), ExtraTime(row.extra_seconds, row.extra_percent)) for row in sitting]
    return tuple((name, extra) for name, extra in (*waiting, *running) if extra != ExtraTime())


def _names(cohort_id: int) -> dict[int, str]:
    return {seat.participant_id: seat.name for seat in list_participants(cohort_id, with_withdrawn=True)}


def _latest_requests(participant_ids: Iterable[int]) -> dict[int, RequestCard]:
    chosen = AccommodationRequest.participant_id.in_(list(participant_ids))
    rows = db.session.scalars(select(AccommodationRequest).where(chosen).order_by(AccommodationRequest.id))
    return {
        row.participant_id: RequestCard(row.id, row.wants_extra_time, row.wants_paper, row.reason, row.requested_at)
        for row in rows
    }


def _latest_decisions(participant_ids: Iterable[int]) -> dict[int, DecisionCard]:
    chosen = AccommodationDecision.participant_id.in_(list(participant_ids))
    rows = db.session.scalars(select(AccommodationDecision).where(chosen).order_by(AccommodationDecision.id))
    return {
        row.participant_id: DecisionCard(
            request_id=row.request_id,
            is_granted=row.is_granted,
            grant=Grant(ExtraTime(row.extra_seconds, row.extra_percent), row.has_paper),
            reason=row.reason,
            decided_by_id=row.decided_by_id,
            decided_at=row.decided_at,
        )
        for row in rows
    }
