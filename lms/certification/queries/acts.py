"""Proposals to void, suspend, resume or revoke a certificate, with what was decided; and how a certificate stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased
from werkzeug.exceptions import NotFound

from lms.accounts.models import User
from lms.certification.models import RegisterDecision, RegisterEntry, RegisterProposal
from lms.certification.queries.involvement import find_involvement
from lms.certification.queries.register import NoSuchCertificate
from lms.certification.rules.deciding import Refusal, refuse_decider
from lms.certification.rules.entries import PRINTED_KINDS, EntryKind, Happening
from lms.certification.rules.reasons import Reason
from lms.certification.rules.sequence import Standing, stand
from lms.cohorts.queries import Seat, get_participant
from lms.db.session import db


class NoSuchAct(NotFound):
    """There is no proposal with this id; a page answers 404."""


@dataclass(frozen=True, slots=True)
class ActProposal:
    """A proposed act; `is_approved` is None while nobody decided."""

    id: int
    number: str
    kind: EntryKind
    reason: Reason
    explanation: str
    """For the register: what happened and how it is known."""
    words: str
    """For the holder, sent by mail as it stands here."""
    proposed_by_id: int
    proposed_by: str
    proposed_at: datetime
    is_approved: bool | None
    decision_reason: str
    decided_by_id: int | None
    decided_by: str
    decided_at: datetime | None

    @property
    def is_withdrawn(self) -> bool:
        """Whether the proposer took it back: nobody else's decision may be the proposer's own."""
        return self.decided_by_id == self.proposed_by_id


@dataclass(frozen=True, slots=True)
class StandingCertificate:
    """A certificate as the acts need it: its newest paper, its holder, how it stands."""

    paper: RegisterEntry
    seat: Seat
    standing: Standing

    @property
    def number(self) -> str:
        """認定番号."""
        return self.paper.certificate_number


def get_standing(number: str) -> StandingCertificate:
    """How a certificate stands, from all its entries.

    Raises NoSuchCertificate.
    """
    entries = list(
        db.session.scalars(
            select(RegisterEntry).where(RegisterEntry.certificate_number == number).order_by(RegisterEntry.position)
        )
    )
    papers = [entry for entry in entries if entry.kind in PRINTED_KINDS]
    if not papers:
        raise NoSuchCertificate
    standing = stand(Happening(entry.kind, entry.version, entry.expires_on) for entry in entries)
    return StandingCertificate(papers[-1], get_participant(papers[-1].participant_id), standing)


def find_decider_refusal(act: ActProposal, seat: Seat, *, viewer_id: int) -> Refusal | None:
    """Why the viewer may not decide an act, or None."""
    return refuse_decider(
        decider_id=viewer_id,
        proposer_id=act.proposed_by_id,
        holder_id=seat.user_id,
        involvement=find_involvement(viewer_id, seat.participant_id),
    )


def get_act(proposal_id: int) -> ActProposal:
    """A proposed act.

    Raises NoSuchAct.
    """
    found = _acts(RegisterProposal.id == proposal_id)
    if not found:
        raise NoSuchAct
    return found[0]


def list_acts(number: str) -> list[ActProposal]:
    """Every act that was proposed for a certificate, oldest first."""
    return _acts(RegisterProposal.certificate_number == number)


def find_waiting_act(number: str) -> ActProposal | None:
    """The act of a certificate that waits for a decision; there is one at most."""
    waiting = _acts(RegisterProposal.certificate_number == number, RegisterDecision.id.is_(None))
    return waiting[0] if waiting else None


def list_waiting_acts() -> list[ActProposal]:
    """Every act that waits for a decision, oldest first."""
    return _acts(RegisterDecision.id.is_(None))


def _acts(*conditions: ColumnElement[bool]) -> list[ActProposal]:
    proposer, decider = aliased(User), aliased(User)
    rows: Sequence[Any] = db.session.execute(
        select(RegisterProposal, RegisterDecision, proposer.name, decider.name)
        .outerjoin(RegisterDecision, RegisterDecision.proposal_id == RegisterProposal.id)
        .join(proposer, proposer.id == RegisterProposal.proposed_by_id)
        .outerjoin(decider, decider.id == RegisterDecision.decided_by_id)
        .where(*conditions)
        .order_by(RegisterProposal.id)
    ).all()
    return [_act(*row) for row in rows]


def _act(proposal: RegisterProposal, decision: RegisterDecision | None, proposer: str, decider: str | None) -> ActProposal:
    return ActProposal(
        id=proposal.id,
        number=proposal.certificate_number,
        kind=proposal.kind,
        reason=Reason(proposal.reason),
        explanation=proposal.explanation,
        words=str(proposal.detail.get("words", "")),
        proposed_by_id=proposal.proposed_by_id,
        proposed_by=proposer,
        proposed_at=proposal.proposed_at,
        is_approved=decision.is_approved if decision else None,
        decision_reason=decision.reason if decision else "",
        decided_by_id=decision.decided_by_id if decision else None,
        decided_by=decider or "",
        decided_at=decision.decided_at if decision else None,
    )
