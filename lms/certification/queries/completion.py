"""Checklists of a cohort with the state of every proposal; the number of queries does not grow with the cohort."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from sqlalchemy import ColumnElement, func, select
from werkzeug.exceptions import NotFound

from lms.accounts.models import User
from lms.billing.queries import payments_by
from lms.certification.models import CompletionDecision, CompletionHold, CompletionProposal, RegisterEntry
from lms.certification.queries.involvement import involvements_of
from lms.certification.rules.completion import (
    ChecklistLine,
    CompletionFacts,
    DayAttended,
    ExamOutcome,
    check_completion,
    checklist_from_plain,
    is_complete,
)
from lms.certification.rules.deciding import (
    Involvement,
    Refusal,
    Stage,
    find_stage,
    is_another_name,
    refuse_decider,
    refuse_proposer,
)
from lms.certification.rules.entries import EntryKind
from lms.certification.source import certificate_content
from lms.cohorts.queries import Seat, attendance_minutes, list_participants
from lms.cohorts.source import course_facts
from lms.db.session import db
from lms.grading.queries.released import list_released_verdicts
from lms.lessons.queries import progress_of_seats
from lms.terms.models import TermsConsent


class NoSuchProposal(NotFound):
    """There is no proposal with this id; a page answers 404."""


@dataclass(frozen=True, slots=True)
class Hold:
    """保留 of a proposal, or its release: who said it when, and why."""

    is_held: bool
    reason: str
    acted_by: str
    acted_at: datetime


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal with its decision; `is_approved` is None while nobody decided, `hold` the latest word on 保留."""

    id: int
    participant_id: int
    checklist: tuple[ChecklistLine, ...]
    note: str
    holder_name: str
    """The name to be printed as it was proposed; empty on old proposals and once erased."""
    proposed_by_id: int
    proposed_by: str
    proposed_at: datetime
    is_approved: bool | None
    reason: str
    decided_by: str
    decided_at: datetime | None
    hold: Hold | None = None

    @property
    def is_held(self) -> bool:
        """Whether the proposal is held back: it waits for a decision, or its approval is not to be used."""
        return self.is_approved is not False and self.hold is not None and self.hold.is_held


@dataclass(frozen=True, slots=True)
class Candidate:
    """One row of the certification desk, as the viewer sees it; `cannot_*` say why the viewer may not act."""

    seat: Seat
    lines: tuple[ChecklistLine, ...]
    stage: Stage
    proposal: Proposal | None
    number: str | None
    cannot_propose: Refusal | None
    cannot_decide: Refusal | None

    @property
    def is_free(self) -> bool:
        """Complete and not waiting for a decision: never proposed, refused, or approved but held back."""
        return is_complete(self.lines) and (self.stage in (Stage.COMPLETE, Stage.REFUSED) or self.is_taken_back)

    @property
    def is_taken_back(self) -> bool:
        """Approved, but held back before it was issued."""
        return self.stage is Stage.HELD and self.proposal is not None and self.proposal.is_approved is True

    @property
    def has_another_name(self) -> bool:
        """Whether the name to be printed was changed after it was proposed, and nothing is issued yet."""
        is_open = self.stage in (Stage.PROPOSED, Stage.HELD, Stage.APPROVED)
        return is_open and self.proposal is not None and is_another_name(self.proposal.holder_name, self.seat.name)

    @property
    def may_be_proposed(self) -> bool:
        """Complete, not waiting for a decision, and the viewer may propose."""
        return self.is_free and self.cannot_propose is None

    @property
    def may_be_decided(self) -> bool:
        """Waiting for a decision that the viewer may take: the name is still the one that was proposed."""
        return self.stage is Stage.PROPOSED and self.cannot_decide is None and not self.has_another_name

    @property
    def is_waiting(self) -> bool:
        """Proposed and not decided, or held back."""
        return self.stage in (Stage.PROPOSED, Stage.HELD)


def list_candidates(cohort_id: int, *, viewer_id: int) -> list[Candidate]:
    """Every participant of a cohort with checklist, proposal and certificate number, in the order of enrolment."""
    seats = list_participants(cohort_id)
    ids = [seat.participant_id for seat in seats]
    checklists = checklists_of(seats)
    proposals = latest_proposals(ids)
    numbers = numbers_of(ids)
    involvements = involvements_of(viewer_id, ids)
    return [
        _candidate(
            seat,
            checklists[seat.participant_id],
            proposals.get(seat.participant_id),
            numbers.get(seat.participant_id),
            viewer_id=viewer_id,
            involvement=involvements.get(seat.participant_id),
        )
        for seat in seats
    ]


def checklists_of(seats: Sequence[Seat]) -> dict[int, tuple[ChecklistLine, ...]]:
    """Participant id → checklist by the rule in content/certificate.yaml and course.yaml."""
    rule = certificate_content(current_app.extensions["settings"].content).rule(course_facts().attendance_percent)
    return {participant_id: check_completion(rule, facts) for participant_id, facts in _facts(seats).items()}


def latest_proposals(participant_ids: Sequence[int]) -> dict[int, Proposal]:
    """Participant id → the latest proposal. An approval whose number was voided is used up, and what came before it.

    An approval that is held was never used: nothing is issued while it is held, nor held after it was issued.
    """
    used_up = _count_voided(participant_ids)
    latest: dict[int, Proposal] = {}
    for proposal in _proposals(CompletionProposal.participant_id.in_(participant_ids)):
        identity = proposal.participant_id
        if proposal.is_approved and not proposal.is_held and used_up.get(identity, 0):
            used_up[identity] -= 1
            latest.pop(identity, None)
        else:
            latest[identity] = proposal
    return latest


def get_proposal(proposal_id: int) -> Proposal:
    """A proposal with its decision.

    Raises NoSuchProposal.
    """
    found = _proposals(CompletionProposal.id == proposal_id)
    if not found:
        raise NoSuchProposal
    return found[0]


def numbers_of(participant_ids: Sequence[int]) -> dict[int, str]:
    """Participant id → certificate number, of those to whom one was issued; a voided number counts for nothing."""
    voided = select(RegisterEntry.certificate_number).where(RegisterEntry.kind == EntryKind.VOID)
    rows = db.session.execute(
        select(RegisterEntry.participant_id, RegisterEntry.certificate_number).where(
            RegisterEntry.participant_id.in_(participant_ids),
            RegisterEntry.kind == EntryKind.ISSUE,
            RegisterEntry.certificate_number.not_in(voided),
        )
    )
    return dict(rows.all())


def _count_voided(participant_ids: Sequence[int]) -> dict[int, int]:
    """Participant id → how many of their numbers were voided."""
    rows = db.session.execute(
        select(RegisterEntry.participant_id, func.count())
        .where(RegisterEntry.kind == EntryKind.VOID, RegisterEntry.participant_id.in_(participant_ids))
        .group_by(RegisterEntry.participant_id)
    )
    return dict(rows.all())


def _candidate(
    seat: Seat,
    lines: tuple[ChecklistLine, ...],
    proposal: Proposal | None,
    number: str | None,
    *,
    viewer_id: int,
    involvement: Involvement | None,
) -> Candidate:
    stage = find_stage(
        is_complete=is_complete(lines),
        is_proposed=proposal is not None,
        is_approved=proposal.is_approved if proposal else None,
        is_issued=number is not None,
        is_held=proposal is not None and proposal.is_held,
    )
    proposer_id = proposal.proposed_by_id if proposal else 0
    return Candidate(
        seat=seat,
        lines=lines,
        stage=stage,
        proposal=proposal,
        number=number,
        cannot_propose=refuse_proposer(proposer_id=viewer_id, holder_id=seat.user_id, involvement=involvement),
        cannot_decide=refuse_decider(
            decider_id=viewer_id, proposer_id=proposer_id, holder_id=seat.user_id, involvement=involvement
        ),
    )


def _facts(seats: Sequence[Seat]) -> dict[int, CompletionFacts]:
    ids = [seat.participant_id for seat in seats]
    minutes = attendance_minutes(ids)
    progress, payments = progress_of_seats(ids), payments_by(ids)
    verdicts = list_released_verdicts(ids)
    revisions = _latest_revisions([seat.user_id for seat in seats])
    facts = {}
    for seat in seats:
        identity = seat.participant_id
        done = progress[identity]
        paid = payments.get(identity)
        verdict = verdicts.get(identity)
        facts[identity] = CompletionFacts(
            days=tuple(DayAttended(day.number, minutes[identity].get(day.number), day.minutes) for day in seat.days),
            lessons_done=done.completed,
            lessons_published=done.published,
            quizzes_passed=done.quizzes_passed,
            quizzes_published=done.published,
            outcome=ExamOutcome(verdict.is_passed, verdict.total) if verdict else None,
            paid_on=paid.paid_on if paid else None,
            terms_revision=revisions.get(seat.user_id),
        )
    return facts


def _latest_revisions(user_ids: Sequence[int]) -> dict[int, str]:
    """User id → the revision consented to last. A revision published after the course asks nothing of the certified."""
    rows = db.session.execute(
        select(TermsConsent.user_id, TermsConsent.revision)
        .where(TermsConsent.user_id.in_(user_ids))
        .order_by(TermsConsent.consented_at, TermsConsent.id)
    )
    return dict(rows.all())


def _proposals(condition: ColumnElement[bool]) -> list[Proposal]:
    rows = db.session.execute(
        select(CompletionProposal, CompletionDecision)
        .outerjoin(CompletionDecision, CompletionDecision.proposal_id == CompletionProposal.id)
        .where(condition)
        .order_by(CompletionProposal.id)
    ).all()
    holds = _holds([row[0].id for row in rows])
    people = {row[0].proposed_by_id for row in rows} | {row[1].decided_by_id for row in rows if row[1]}
    names = _names(people | {hold.acted_by_id for hold in holds.values()})
    return [_proposal(proposal, decision, holds.get(proposal.id), names) for proposal, decision in rows]


def _holds(proposal_ids: Sequence[int]) -> dict[int, CompletionHold]:
    """Proposal id → the last word on whether it is held."""
    found = db.session.scalars(
        select(CompletionHold).where(CompletionHold.proposal_id.in_(proposal_ids)).order_by(CompletionHold.id)
    )
    return {hold.proposal_id: hold for hold in found}


def _proposal(
    proposal: CompletionProposal, decision: CompletionDecision | None, hold: CompletionHold | None, names: dict[int, str]
) -> Proposal:
    return Proposal(
        id=proposal.id,
        participant_id=proposal.participant_id,
        checklist=checklist_from_plain(proposal.checklist),
        note=proposal.note,
        holder_name=proposal.holder_name,
        proposed_by_id=proposal.proposed_by_id,
        proposed_by=names.get(proposal.proposed_by_id, ""),
        proposed_at=proposal.proposed_at,
        is_approved=decision.is_approved if decision else None,
        reason=decision.reason if decision else "",
        decided_by=names.get(decision.decided_by_id, "") if decision else "",
        decided_at=decision.decided_at if decision else None,
        hold=Hold(hold.is_held, hold.reason, names.get(hold.acted_by_id, ""), hold.acted_at) if hold else None,
    )


def _names(user_ids: set[int]) -> dict[int, str]:
    rows = db.session.execute(select(User.id, User.name).where(User.id.in_(user_ids)))
    return dict(rows.all())
