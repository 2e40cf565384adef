"""判定案: the last proposal of every candidate of a window, and how it stands against the marks of today."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from lms.accounts.models import User
from lms.db.session import db
from lms.grading.models import VerdictProposal
from lms.grading.queries.facts import AttemptFacts
from lms.grading.rules.meeting import Proposal, ProposalState, fingerprint_of, stand_of
from lms.grading.rules.results import JudgedAttempt, judge


@dataclass(frozen=True, slots=True)
class ProposalCard:
    """A 判定案 as the meeting reads it."""

    proposal: Proposal
    is_passed: bool
    reason: str
    proposer: str
    proposed_at: datetime


def latest_proposals(window_id: int) -> dict[int, ProposalCard]:
    """Attempt id → its last proposal; in one SELECT."""
    last = select(func.max(VerdictProposal.id)).where(VerdictProposal.window_id == window_id).group_by(VerdictProposal.attempt_id)
    rows = db.session.execute(
        select(VerdictProposal, User.name)
        .join(User, User.id == VerdictProposal.proposed_by_id)
        .where(VerdictProposal.id.in_(last))
    )
    return {row.attempt_id: _card(row, name) for row, name in rows}


@dataclass(frozen=True, slots=True)
class Standing:
    """How the 判定案 of one attempt without a result stands; `result` is what its marks make now."""

    result: JudgedAttempt
    state: ProposalState
    card: ProposalCard | None


def stand(window_id: int, attempts: Iterable[AttemptFacts]) -> dict[int, Standing]:
    """Attempt id → how its 判定案 stands, of those attempts whose marks make a result; in one SELECT."""
    cards = latest_proposals(window_id)
    found = {}
    for facts in attempts:
        result = judge(facts.paper, facts.choice_points, facts.essays) if facts.is_taken_up else None
        if result is not None:
            card = cards.get(facts.attempt_id)
            found[facts.attempt_id] = Standing(
                result, stand_of(card.proposal if card else None, fingerprint(facts, result)), card
            )
    return found


def _card(row: VerdictProposal, name: str) -> ProposalCard:
    proposal = Proposal(row.id, row.fingerprint, row.is_on_hold, row.proposed_by_id)
    return ProposalCard(proposal, row.is_passed, row.reason, name, row.proposed_at)


def fingerprint(facts: AttemptFacts, result: JudgedAttempt) -> str:
    """What the verdict of these facts rests on, as one text to compare."""
    return fingerprint_of(facts.paper_sha256, facts.submission_id, facts.choice_points, facts.essays, result)
