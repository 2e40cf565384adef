"""Acts of two people on a certificate: one proposes to void, suspend, resume or revoke it, another decides."""

from datetime import datetime

from lms.audit import services as audit
from lms.certification.models import RegisterDecision, RegisterProposal
from lms.certification.queries.acts import (
    ActProposal,
    StandingCertificate,
    find_decider_refusal,
    find_waiting_act,
    get_act,
    get_standing,
)
from lms.certification.queries.involvement import find_involvement
from lms.certification.rules.deciding import CertificationRefused, Refusal, refuse_proposer
from lms.certification.rules.entries import EntryKind, Happening
from lms.certification.rules.reasons import REASONS_FOR, Reason
from lms.certification.rules.sequence import may_follow
from lms.certification.services.locking import lock_register
from lms.certification.services.noting import note
from lms.certification.services.telling import tell_holder
from lms.db.session import command, db

MAX_WORDS = 1000
ACTS = (EntryKind.SUSPEND, EntryKind.RESUME, EntryKind.REVOKE, EntryKind.VOID)
"""What takes two people."""
WITHDRAWN = "取り下げ"
"""The reason that stands with an act its proposer took back."""
_MAILS = {
    EntryKind.SUSPEND: "certificate_suspended",
    EntryKind.RESUME: "certificate_resumed",
    EntryKind.REVOKE: "certificate_revoked",
    EntryKind.VOID: "certificate_voided",
}


@command
def propose_act(number: str, kind: EntryKind, reason: Reason, *, explanation: str, words: str, by: int, now: datetime) -> int:
    """Propose an act; returns the proposal's id.

    `explanation` is for the register, `words` are sent to the holder as they stand. Raises CertificationRefused when the
    act does not fit how the certificate stands, another one waits, or this person may not propose it.
    """
    lock_register()
    certificate = get_standing(number)
    seat = certificate.seat
    involvement = find_involvement(by, seat.participant_id)
    _refuse(refuse_proposer(proposer_id=by, holder_id=seat.user_id, involvement=involvement))
    _refuse(Refusal.ACT_WAITS if find_waiting_act(number) else None)
    _refuse_what_does_not_fit(certificate, kind)
    _refuse(None if reason in REASONS_FOR[kind] else Refusal.WRONG_REASON)
    _refuse(None if explanation.strip() and words.strip() else Refusal.WORDS_MISSING)
    row = RegisterProposal(
        certificate_number=number,
        kind=kind,
        reason=reason.value,
        explanation=explanation.strip()[:MAX_WORDS],
        detail={"words": words.strip()[:MAX_WORDS]},
        proposed_by_id=by,
        proposed_at=now,
    )
    db.session.add(row)
    db.session.flush()
    _audit("propose", number, row.id, kind, by=by, now=now)
    return row.id


@command
def decide_act(proposal_id: int, is_approved: bool, reason: str, *, by: int, now: datetime) -> None:
    """Approve an act, which enters it and tells the holder; or decline it, which needs a reason.

    Raises CertificationRefused when it was decided already, when this person may not decide it, or when the act no longer
    fits how the certificate stands.
    """
    lock_register()
    act = get_act(proposal_id)
    certificate = get_standing(act.number)
    _refuse(Refusal.ALREADY_DECIDED if act.is_approved is not None else None)
    _refuse(find_decider_refusal(act, certificate.seat, viewer_id=by))
    if not is_approved and not reason.strip():
        raise CertificationRefused(Refusal.REASON_MISSING)
    entry_id = _carry_out(act, certificate, by=by, now=now) if is_approved else None
    db.session.add(
        RegisterDecision(
            proposal_id=proposal_id,
            is_approved=is_approved,
            reason=reason.strip()[:MAX_WORDS],
            register_entry_id=entry_id,
            decided_by_id=by,
            decided_at=now,
        )
    )
    _audit("approve" if is_approved else "decline", act.number, proposal_id, act.kind, by=by, now=now)


@command
def withdraw_act(proposal_id: int, *, by: int, now: datetime) -> None:
    """取り下げる: the proposer takes back an act that nobody decided; nothing is entered and nobody is told.

    It is kept as a decision of the proposer's own that is no approval. Raises CertificationRefused when it was decided
    already or somebody else proposed it.
    """
    lock_register()
    act = get_act(proposal_id)
    _refuse(Refusal.ALREADY_DECIDED if act.is_approved is not None else None)
    _refuse(Refusal.NOT_PROPOSER if act.proposed_by_id != by else None)
    db.session.add(
        RegisterDecision(proposal_id=proposal_id, is_approved=False, reason=WITHDRAWN, decided_by_id=by, decided_at=now)
    )
    _audit("withdraw", act.number, proposal_id, act.kind, by=by, now=now)


def _carry_out(act: ActProposal, certificate: StandingCertificate, *, by: int, now: datetime) -> int:
    _refuse_what_does_not_fit(certificate, act.kind)
    detail = {"explanation": act.explanation, "words": act.words, "proposed_by_id": act.proposed_by_id, "decided_by_id": by}
    entry = note(act.kind, certificate.paper, detail=detail, reason=act.reason.value, by=by, now=now)
    tell_holder(_MAILS[act.kind], certificate.seat, entry, now=now, words=act.words)
    return entry.id


def _refuse_what_does_not_fit(certificate: StandingCertificate, kind: EntryKind) -> None:
    if kind not in ACTS or not may_follow(certificate.standing, Happening(kind, certificate.paper.version)):
        raise CertificationRefused(Refusal.NOT_POSSIBLE)


def _audit(verb: str, number: str, proposal_id: int, kind: EntryKind, *, by: int, now: datetime) -> None:
    """The line holds no reason in words: these stand in the erasable detail."""
    detail = {"proposal_id": proposal_id, "kind": kind.value}
    audit.record(f"register:{verb}", subject=("certificate", number), by=by, now=now, detail=detail)


def _refuse(reason: Refusal | None) -> None:
    if reason is not None:
        raise CertificationRefused(reason)
