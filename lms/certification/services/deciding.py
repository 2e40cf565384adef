"""修了認定: one person proposes, another decides; neither graded the participant, nor is tied to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lms.audit import services as audit
from lms.certification.models import CompletionDecision, CompletionHold, CompletionProposal
from lms.certification.queries.completion import Proposal, checklists_of, get_proposal, latest_proposals, numbers_of
from lms.certification.queries.involvement import find_involvement, involvements_of
from lms.certification.rules.completion import checklist_to_plain, is_complete
from lms.certification.rules.deciding import CertificationRefused, Refusal, is_another_name, refuse_decider, refuse_proposer
from lms.certification.services.locking import lock_register
from lms.cohorts.queries import Seat, get_participant
from lms.db.session import command, db

MAX_WORDS = 1000


@dataclass(frozen=True, slots=True)
class Approvals:
    """What came of a batch: the approved proposals, and the participants whose proposal was not approved with the reason."""

    approved: tuple[int, ...]
    refused: tuple[tuple[int, CertificationRefused], ...]


@command
def propose_certification(participant_ids: Sequence[int], *, note: str = "", by: int, now: datetime) -> list[int]:
    """Propose to certify participants, each with the checklist as it stands; returns the proposals' ids.

    `note` is what the proposer wants the decider to know.
    All or none: raises CertificationRefused for the first who may not be proposed, or not by this person.
    """
    lock_register()
    seats = [get_participant(participant_id) for participant_id in dict.fromkeys(participant_ids)]
    checklists = checklists_of(seats)
    waiting = latest_proposals([seat.participant_id for seat in seats])
    involvements = involvements_of(by, [seat.participant_id for seat in seats])
    for seat in seats:
        _refuse_second_proposal(waiting.get(seat.participant_id))
        involvement = involvements.get(seat.participant_id)
        _refuse(refuse_proposer(proposer_id=by, holder_id=seat.user_id, involvement=involvement))
        _refuse_incomplete(seat, is_complete=is_complete(checklists[seat.participant_id]))
    rows = [
        CompletionProposal(
            participant_id=seat.participant_id,
            checklist=checklist_to_plain(checklists[seat.participant_id]),
            note=note.strip()[:MAX_WORDS],
            holder_name=seat.name,
            proposed_by_id=by,
            proposed_at=now,
        )
        for seat in seats
    ]
    db.session.add_all(rows)
    db.session.flush()
    for row in rows:
        audit.record(
            "certification:propose", subject=("participant", row.participant_id), by=by, now=now, detail={"proposal_id": row.id}
        )
    return [row.id for row in rows]


@command
def decide_certification(proposal_id: int, is_approved: bool, reason: str, *, by: int, now: datetime) -> None:
    """Approve or refuse a proposal; a refusal needs a reason.

    Raises CertificationRefused when the decision was taken already or when this person may not take it; an approval also
    while it is held, when the name to be printed was changed after it was proposed, or the checklist is no longer met.
    """
    lock_register()
    proposal = get_proposal(proposal_id)
    seat = get_participant(proposal.participant_id)
    _refuse(Refusal.ALREADY_DECIDED if proposal.is_approved is not None else None)
    _refuse_unfit(proposal, seat, by=by)
    if is_approved:
        _refuse(Refusal.HELD if proposal.is_held else None)
        _refuse(Refusal.NAME_CHANGED if is_another_name(proposal.holder_name, seat.name) else None)
        _refuse_incomplete(seat, is_complete=is_complete(checklists_of([seat])[seat.participant_id]))
    elif not reason.strip():
        raise CertificationRefused(Refusal.REASON_MISSING)
    db.session.add(
        CompletionDecision(
            proposal_id=proposal_id, is_approved=is_approved, reason=reason.strip()[:MAX_WORDS], decided_by_id=by, decided_at=now
        )
    )
    audit.record(
        "certification:approve" if is_approved else "certification:refuse",
        subject=("participant", seat.participant_id),
        by=by,
        now=now,
        reason=reason.strip(),
        detail={"proposal_id": proposal_id},
    )


@command
def hold_certification(proposal_id: int, is_held: bool, reason: str, *, by: int, now: datetime) -> None:
    """保留する, or let go again, each with a reason; a held proposal cannot be approved, a held approval not be used.

    Whoever may decide may hold. A held approval may be proposed anew, which takes it back for good.
    Raises CertificationRefused when it was refused, issued or proposed anew, or is held (or not) already.
    """
    lock_register()
    proposal = get_proposal(proposal_id)
    seat = get_participant(proposal.participant_id)
    _refuse(Refusal.ALREADY_DECIDED if _is_over(proposal) else None)
    _refuse_unfit(proposal, seat, by=by)
    if proposal.is_held is is_held:
        raise CertificationRefused(Refusal.HELD if is_held else Refusal.NOT_HELD)
    if not reason.strip():
        raise CertificationRefused(Refusal.REASON_MISSING)
    words = reason.strip()[:MAX_WORDS]
    db.session.add(CompletionHold(proposal_id=proposal_id, is_held=is_held, reason=words, acted_by_id=by, acted_at=now))
    audit.record(
        "certification:hold" if is_held else "certification:release",
        subject=("participant", seat.participant_id),
        by=by,
        now=now,
        reason=words,
        detail={"proposal_id": proposal_id},
    )


def approve_batch(proposal_ids: Sequence[int], *, by: int, now: datetime) -> Approvals:
    """Approve one by one, each in its own transaction: whom the rules refuse does not hold up the others."""
    approved: list[int] = []
    refused: list[tuple[int, CertificationRefused]] = []
    for proposal_id in dict.fromkeys(proposal_ids):
        try:
            decide_certification(proposal_id, True, "", by=by, now=now)
            approved.append(proposal_id)
        except CertificationRefused as refusal:
            refused.append((get_proposal(proposal_id).participant_id, refusal))
    return Approvals(tuple(approved), tuple(refused))


def _refuse(reason: Refusal | None) -> None:
    if reason is not None:
        raise CertificationRefused(reason)


def _refuse_unfit(proposal: Proposal, seat: Seat, *, by: int) -> None:
    involvement = find_involvement(by, seat.participant_id)
    proposer_id = proposal.proposed_by_id
    _refuse(refuse_decider(decider_id=by, proposer_id=proposer_id, holder_id=seat.user_id, involvement=involvement))


def _is_over(proposal: Proposal) -> bool:
    """Whether nothing can become of a proposal any more: refused, issued, voided, or another one stands in its place."""
    of = [proposal.participant_id]
    latest = latest_proposals(of).get(proposal.participant_id)
    return proposal.is_approved is False or latest is None or latest.id != proposal.id or bool(numbers_of(of))


def _refuse_second_proposal(proposal: Proposal | None) -> None:
    """Who was refused, or whose approval is held, may be proposed again; who waits or was approved may not."""
    if proposal is None or proposal.is_approved is False or (proposal.is_approved and proposal.is_held):
        return
    raise CertificationRefused(Refusal.ALREADY_APPROVED if proposal.is_approved else Refusal.PROPOSAL_WAITS)


def _refuse_incomplete(seat: Seat, *, is_complete: bool) -> None:
    if seat.withdrawn_at is not None:
        raise CertificationRefused(Refusal.WITHDRAWN)
    if not is_complete:
        raise CertificationRefused(Refusal.NOT_COMPLETE)
