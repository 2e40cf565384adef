"""What one person of the office proposed about submitted attempts, and what another decided."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import aliased

from lms.accounts.models import User
from lms.cohorts.models import Participant
from lms.db.session import db
from lms.exams.models import Attempt, ExamWindow, HandInDecision, HandInProposal
from lms.exams.rules.incidents import ProposalKind
from lms.exams.rules.sitting import NotFound


@dataclass(frozen=True, slots=True)
class Decision:
    """The second person's word."""

    is_approved: bool
    reason: str
    decided_by: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal with its attempt; `section_id` and `given` belong to a reopening, `version_ids` to late answers."""

    id: int
    kind: ProposalKind
    attempt_id: int
    window_id: int
    window_number: int
    cohort_id: int
    holder_id: int
    """The participant's user id."""
    name: str
    candidate_number: str
    section_id: str
    given: timedelta
    version_ids: tuple[int, ...]
    reason: str
    proposed_by_id: int
    proposed_by: str
    proposed_at: datetime
    decision: Decision | None

    @property
    def is_reopening(self) -> bool:
        """Whether it is about opening a section again."""
        return self.kind is ProposalKind.REOPEN


def get_proposal(proposal_id: int) -> Proposal:
    """The proposal of this id; raises NotFound."""
    row = db.session.execute(_proposals().where(HandInProposal.id == proposal_id)).first()
    if row is None:
        raise NotFound("proposal")
    return _proposal(row)


def list_proposals(*, attempt_id: int | None = None, window_id: int | None = None) -> tuple[Proposal, ...]:
    """The proposals about an attempt or in a window, the latest first."""
    statement = _proposals().order_by(HandInProposal.id.desc())
    if attempt_id is not None:
        statement = statement.where(HandInProposal.attempt_id == attempt_id)
    if window_id is not None:
        statement = statement.where(Attempt.window_id == window_id)
    return tuple(_proposal(row) for row in db.session.execute(statement))


def _proposals() -> Select[*tuple[Any, ...]]:
    proposer, decider = aliased(User), aliased(User)
    return (
        select(
            HandInProposal,
            HandInDecision,
            Attempt.window_id,
            Attempt.candidate_number,
            ExamWindow.number,
            ExamWindow.cohort_id,
            Participant.user_id,
            Participant.certificate_name,
            proposer.name.label("proposed_by"),
            decider.name.label("decided_by"),
        )
        .join(Attempt, Attempt.id == HandInProposal.attempt_id)
        .join(ExamWindow, ExamWindow.id == Attempt.window_id)
        .join(Participant, Participant.id == Attempt.participant_id)
        .join(proposer, proposer.id == HandInProposal.proposed_by_id)
        .outerjoin(HandInDecision, HandInDecision.proposal_id == HandInProposal.id)
        .outerjoin(decider, decider.id == HandInDecision.decided_by_id)
    )


def _proposal(row: Row[*tuple[Any, ...]]) -> Proposal:
    stored, decision = row.HandInProposal, row.HandInDecision
    return Proposal(
        id=stored.id,
        kind=stored.kind,
        attempt_id=stored.attempt_id,
        window_id=row.window_id,
        window_number=row.number,
        cohort_id=row.cohort_id,
        holder_id=row.user_id,
        name=row.certificate_name,
        candidate_number=row.candidate_number,
        section_id=stored.detail.get("section", ""),
        given=timedelta(seconds=stored.detail.get("seconds", 0)),
        version_ids=tuple(stored.detail.get("versions", ())),
        reason=stored.reason,
        proposed_by_id=stored.proposed_by_id,
        proposed_by=row.proposed_by,
        proposed_at=stored.proposed_at,
        decision=Decision(decision.is_approved, decision.reason, row.decided_by, decision.decided_at) if decision else None,
    )
