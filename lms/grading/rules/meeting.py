"""Pure: what a 判定案 rests on, and whether it still stands when a second person comes to finalize it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from lms.exam_engine.canonical import canonical_json, sha256_hex
from lms.grading.rules.parts import Refusal, Refused
from lms.grading.rules.results import JudgedAttempt, plain
from lms.grading.rules.settling import EssayMarks


class ProposalState(StrEnum):
    """How the 判定案 of one candidate stands."""

    MISSING = "missing"
    STALE = "stale"
    """A point, a mark or the hand-in changed after it was proposed."""
    ON_HOLD = "on_hold"
    READY = "ready"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A stored 判定案, as far as deciding about it needs."""

    id: int
    fingerprint: str
    is_on_hold: bool
    proposed_by_id: int


def fingerprint_of(
    paper_sha256: str, submission_id: int, choice_points: Decimal | None, essays: Sequence[EssayMarks], result: JudgedAttempt
) -> str:
    """One text for everything a verdict rests on: paper, hand-in, machine points, every mark, and what came of them."""
    verdict = [result.is_passed, plain(result.total), result.section_points, result.arithmetic, result.essays]
    return sha256_hex(canonical_json([paper_sha256, submission_id, plain(choice_points), list(essays), verdict]))


def stand_of(proposal: Proposal | None, fingerprint: str) -> ProposalState:
    """How the last proposal of a candidate stands against what holds now."""
    if proposal is None:
        return ProposalState.MISSING
    if proposal.fingerprint != fingerprint:
        return ProposalState.STALE
    return ProposalState.ON_HOLD if proposal.is_on_hold else ProposalState.READY


def find_proposal_faults(
    standing: Iterable[tuple[ProposalState, Proposal | None]], *, by: int, unfit: Collection[int] = ()
) -> tuple[Refused, ...]:
    """Why this person must not finalize these candidates: their proposals are missing, outdated, on hold or her own.

    `unfit` are people who must not decide in the window by now, whatever held when they proposed.
    """
    found = list(standing)
    counts = {state: sum(each is state for each, _ in found) for state in ProposalState}
    tied = sum(proposal is not None and proposal.proposed_by_id in unfit for _, proposal in found)
    own = sum(proposal is not None and proposal.proposed_by_id == by for _, proposal in found)
    faults = (
        Refused(Refusal.NOT_PROPOSED, counts[ProposalState.MISSING]),
        Refused(Refusal.PROPOSAL_STALE, counts[ProposalState.STALE]),
        Refused(Refusal.ON_HOLD, counts[ProposalState.ON_HOLD]),
        Refused(Refusal.OWN_PROPOSAL, own),
        Refused(Refusal.PROPOSER_UNFIT, tied),
    )
    return tuple(fault for fault in faults if fault.number)
