"""What becomes of a submitted attempt by two people: late answers admitted or left aside, a section opened again."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update

from lms.accounts.queries import list_users
from lms.audit.services import record
from lms.db.session import command, db
from lms.exam_engine.attempts import AttemptReopened, AttemptStatus, next_events_for_reopening
from lms.exams.models import AnswerVersion, CurrentAnswer, HandInDecision, HandInProposal
from lms.exams.queries.late_answers import LateStamp, list_late_stamps
from lms.exams.queries.proposals import Proposal, get_proposal, list_proposals
from lms.exams.queries.sittings import Sitting
from lms.exams.queries.submissions import get_submission
from lms.exams.rules.incidents import (
    LONGEST_REOPENING,
    IncidentRefusal,
    IncidentRefused,
    ProposalKind,
    refuse_decider,
    refuse_time,
)
from lms.exams.rules.late_answers import LateState
from lms.exams.rules.sitting import HandInKind
from lms.exams.services.ledger import append_events, append_submission, lock_sitting
from lms.mail.services.queueing import queue_mail

REASON_LIMIT = 1000
TAGS = {ProposalKind.REOPEN: "reopening", ProposalKind.ADMIT_LATE: "late_answers", ProposalKind.REFUSE_LATE: "late_answers"}


@command
def propose_reopening(attempt_id: int, section_id: str, minutes: int, reason: str, *, by: int, now: datetime) -> int:
    """Propose to open one section of a submitted attempt again for so many minutes; returns the proposal's id.

    Raises IncidentRefused; NotFound for no attempt.
    """
    given = timedelta(minutes=minutes)
    _refuse(refuse_time(given, LONGEST_REOPENING))
    sitting = _lock_submitted(attempt_id, reason, by=by, now=now)
    if section_id not in {section.id for section in sitting.paper.sections}:
        raise IncidentRefused(IncidentRefusal.UNKNOWN_SECTION)
    if any(each.is_reopening and each.decision is None for each in list_proposals(attempt_id=attempt_id)):
        raise IncidentRefused(IncidentRefusal.PROPOSAL_WAITS)
    detail = {"section": section_id, "seconds": int(given.total_seconds())}
    return _propose(ProposalKind.REOPEN, sitting, detail, reason, by=by, now=now)


@command
def propose_late(attempt_id: int, version_ids: Sequence[int], reason: str, *, is_admission: bool, by: int, now: datetime) -> int:
    """Propose that late answers of a submitted attempt count, or that they are left aside; returns the proposal's id.

    Raises IncidentRefused: of one question only one may count, and what was decided or waits is not proposed again.
    """
    sitting = _lock_submitted(attempt_id, reason, by=by, now=now)
    chosen = _chosen(sitting, version_ids)
    if is_admission and len({each.question_id for each in chosen}) < len(chosen):
        raise IncidentRefused(IncidentRefusal.TWO_OF_ONE_QUESTION)
    kind = ProposalKind.ADMIT_LATE if is_admission else ProposalKind.REFUSE_LATE
    return _propose(kind, sitting, {"versions": sorted(each.id for each in chosen)}, reason, by=by, now=now)


@command
def decide_hand_in(proposal_id: int, is_approved: bool, reason: str, *, by: int, now: datetime) -> None:
    """The second person's word: what was approved happens at once.

    An admission hands in once more, by the office; a reopening starts the section's clock and writes to the participant.
    Refusing needs a reason. Raises IncidentRefused; NotFound for no proposal.
    """
    sitting = lock_sitting(get_proposal(proposal_id).attempt_id, now=now)
    proposal = get_proposal(proposal_id)  # read again: another person may have decided while the attempt was waited for
    is_decided = proposal.decision is not None
    _refuse(
        refuse_decider(decider_id=by, proposer_id=proposal.proposed_by_id, holder_id=proposal.holder_id, is_decided=is_decided)
    )
    if not is_approved and not reason.strip():
        raise IncidentRefused(IncidentRefusal.REASON_MISSING)
    if is_approved:
        _carry_out(proposal, sitting, by=by, now=now)
    words = reason.strip()[:REASON_LIMIT]
    db.session.add(
        HandInDecision(proposal_id=proposal_id, is_approved=is_approved, reason=words, decided_by_id=by, decided_at=now)
    )
    tag = f"{TAGS[proposal.kind]}:{'approve' if is_approved else 'refuse'}"
    detail = {"proposal_id": proposal_id, "kind": proposal.kind.value}
    record(tag, subject=("attempt", sitting.attempt_id), by=by, now=now, reason=words, detail=detail)


def _lock_submitted(attempt_id: int, reason: str, *, by: int, now: datetime) -> Sitting:
    if not reason.strip():
        raise IncidentRefused(IncidentRefusal.REASON_MISSING)
    sitting = lock_sitting(attempt_id, now=now)
    if sitting.user_id == by:
        raise IncidentRefused(IncidentRefusal.OWN_ATTEMPT)
    _require_submitted(sitting)
    return sitting


def _require_submitted(sitting: Sitting) -> None:
    if sitting.stored_state.status is not AttemptStatus.SUBMITTED:
        raise IncidentRefused(IncidentRefusal.NOT_SUBMITTED)


def _chosen(sitting: Sitting, version_ids: Sequence[int]) -> list[LateStamp]:
    wanted = set(version_ids)
    if not wanted:
        raise IncidentRefused(IncidentRefusal.NOTHING_CHOSEN)
    chosen = [each for each in list_late_stamps(sitting) if each.id in wanted and each.state is LateState.OPEN]
    if len(chosen) < len(wanted):
        raise IncidentRefused(IncidentRefusal.NOT_LATE)
    return chosen


def _propose(kind: ProposalKind, sitting: Sitting, detail: Mapping[str, object], reason: str, *, by: int, now: datetime) -> int:
    words = reason.strip()[:REASON_LIMIT]
    row = HandInProposal(
        attempt_id=sitting.attempt_id, kind=kind, detail=dict(detail), reason=words, proposed_by_id=by, proposed_at=now
    )
    db.session.add(row)
    db.session.flush()
    told = {"proposal_id": row.id, "kind": kind.value, **detail}
    record(f"{TAGS[kind]}:propose", subject=("attempt", sitting.attempt_id), by=by, now=now, reason=words, detail=told)
    return row.id


def _carry_out(proposal: Proposal, sitting: Sitting, *, by: int, now: datetime) -> None:
    _require_submitted(sitting)
    if proposal.kind is ProposalKind.REOPEN:
        _reopen(proposal, sitting, by=by, now=now)
    elif proposal.kind is ProposalKind.ADMIT_LATE:
        _admit(proposal, sitting, now=now)


def _reopen(proposal: Proposal, sitting: Sitting, *, by: int, now: datetime) -> None:
    at = max(now, sitting.stored_state.last_event_at or now)
    seconds = int(proposal.given.total_seconds())
    events = next_events_for_reopening(sitting.stored_state, sitting.paper, proposal.section_id, seconds=seconds, now=at)
    after = append_events(sitting, events, by=by, now=now, reason=proposal.reason)
    _write_to_participant(after, events[0], now=now)


def _write_to_participant(sitting: Sitting, reopened: object, *, now: datetime) -> None:
    assert isinstance(reopened, AttemptReopened)
    user = list_users([sitting.user_id])[sitting.user_id]
    values = {
        "name": user.name,
        "exam": sitting.paper.title,
        "candidate_number": sitting.candidate_number,
        "section": sitting.paper.section(reopened.section_id).title,
        "minutes": reopened.seconds // 60,
        "deadline": reopened.at + timedelta(seconds=reopened.seconds),
        "public_id": sitting.public_id,
    }
    key = f"exam-reopened:{sitting.attempt_id}:{len(sitting.events)}"
    queue_mail("exam_reopened", to=user.email, key=key, values=values, now=now, user_id=user.id)


def _admit(proposal: Proposal, sitting: Sitting, *, now: datetime) -> None:
    versions = db.session.scalars(
        select(AnswerVersion).where(AnswerVersion.id.in_(proposal.version_ids)).order_by(AnswerVersion.id)
    ).all()
    answers = dict(get_submission(sitting.attempt_id).stored)
    for version in versions:
        answers[version.question_id] = {"version": version.version, "sha256": version.sha256, "body": version.body}
        # The answer that counts from now on, so that a section opened again later begins with it.
        db.session.execute(
            update(CurrentAnswer)
            .where(CurrentAnswer.attempt_id == sitting.attempt_id, CurrentAnswer.question_id == version.question_id)
            .values(version=version.version, answer_version_id=version.id)
        )
    append_submission(sitting, dict(sorted(answers.items())), kind=HandInKind.OFFICE, at=now, now=now)


def _refuse(reason: IncidentRefusal | None) -> None:
    if reason is not None:
        raise IncidentRefused(reason)
