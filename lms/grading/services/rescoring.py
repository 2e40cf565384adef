"""再採点: a ruling about a faulty question, proposed by one person, decided by another, applied once."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from lms.accounts.models import User
from lms.audit.services import record
from lms.cohorts.models import Participant
from lms.db.session import command, db
from lms.exam_engine.canonical import canonical_json, sha256_hex
from lms.exam_engine.papers import PaperMachineQuestion
from lms.exam_engine.rulings import Ruling
from lms.exams.models import Attempt
from lms.grading.models import ChoiceMark, Rescoring, RescoringDecision, ResultRow
from lms.grading.queries.facts import AttemptFacts, list_attempt_facts
from lms.grading.queries.rulings import (
    Consequences,
    RescoringCard,
    concerned_attempts,
    consequences,
    find_rescoring,
    find_rescoring_bar,
    find_sat_question,
    is_outdated,
    latest_choice_revisions,
    latest_results,
    list_rulings,
    submitted_bodies,
)
from lms.grading.queries.staff import find_release
from lms.grading.rules.parts import Refusal, Refused
from lms.grading.rules.rescoring import find_ruling_fault
from lms.grading.rules.results import JudgedAttempt, choice_detail, heeded_rulings, judge, mark_choices, plain
from lms.grading.services.adjudicating import arrange_adjudications
from lms.grading.services.opening import lock_window
from lms.grading.services.results import result_row
from lms.mail.services.queueing import queue_mail

Certificates = Mapping[int, str]
"""Participant id → number of the certificate in force; what rests on a verdict, told by the floor above."""


@command
def propose_rescoring(exam_id: str, ruling: Ruling, reason: str, *, certificates: Certificates, by: int, now: datetime) -> int:
    """Propose a ruling, keep every consequence it would have, and return the proposal's id; nothing else changes.

    Raises Refused without a reason, for a question nobody sat in this version, an answer that does not fit it, and for
    somebody who grades, sat or is tied to a participant in a window it touches, or a ruling that changes nothing.
    """
    if not reason.strip():
        raise Refused(Refusal.REASON_NEEDED)
    _check_ruling(exam_id, ruling)
    foreseen = consequences(exam_id, (*list_rulings(exam_id).values(), ruling), question_id=ruling.question_id)
    _check_by(_windows(exam_id, ruling.question_id), by)
    proposal = Rescoring(
        exam_id=exam_id,
        question_id=ruling.question_id,
        kind=ruling.kind,
        detail={"version": ruling.version, "body": ruling.body},
        reason=reason.strip(),
        preview=describe(foreseen, certificates),
        proposed_by_id=by,
        proposed_at=now,
    )
    db.session.add(proposal)
    db.session.flush()
    _record("propose", proposal.id, ruling, by=by, now=now, reason=reason)
    return proposal.id


@command
def decide_rescoring(
    rescoring_id: int,
    *,
    is_approved: bool,
    reason: str,
    certificates: Certificates,
    by: int,
    now: datetime,
    seen: str,
) -> int:
    """Approve or reject a proposal; an approved one is applied at once. Returns how many results changed.

    `seen` is the fingerprint of the consequences the decider had before her eyes; a rejection needs none. Raises Refused
    for an unknown or decided proposal, its proposer, somebody who grades, sat or is tied to a participant in a window it
    touches, a rejection without a reason, and consequences that are not the ones that were seen.
    """
    card = _open_proposal(rescoring_id, by)
    if not is_approved and not reason.strip():
        raise Refused(Refusal.REASON_NEEDED)
    _lock_windows(card, by)
    rulings = (*list_rulings(card.exam_id).values(), card.ruling)
    found = describe(consequences(card.exam_id, rulings, question_id=card.ruling.question_id), certificates)
    if is_approved and seen != fingerprint(found):
        raise Refused(Refusal.MOVED_ON)
    decision = RescoringDecision(
        rescoring_id=rescoring_id,
        is_approved=is_approved,
        reason=reason.strip(),
        consequences=found,
        decided_by_id=by,
        decided_at=now,
    )
    db.session.add(decision)
    db.session.flush()
    _record("approve" if is_approved else "reject", rescoring_id, card.ruling, by=by, now=now, reason=reason)
    return _apply(card, by=by, now=now) if is_approved else 0


@command
def settle_rescoring(rescoring_id: int, *, certificates: Certificates, by: int, now: datetime, seen: str) -> int:
    """Write the results that waited for an adjudication; run again, it changes nothing. Returns how many it wrote.

    `seen` is the fingerprint of what still changes, as it stood before the eyes of who writes. Raises Refused for what is
    not an approved proposal, its proposer, somebody who grades, sat or is tied to a participant in a window it touches,
    and changes that are not the ones that were seen.
    """
    card = find_rescoring(rescoring_id)
    if card is None or not card.is_approved:
        raise Refused(Refusal.NO_RESCORING)
    if card.proposed_by_id == by:
        raise Refused(Refusal.OWN_PROPOSAL)
    _lock_windows(card, by)
    rulings = tuple(list_rulings(card.exam_id).values())
    found = describe(consequences(card.exam_id, rulings, question_id=card.ruling.question_id), certificates)
    if seen != fingerprint(found):
        raise Refused(Refusal.MOVED_ON)
    return _apply(card, by=by, now=now)


def fingerprint(described: Mapping[str, Any]) -> str:
    """A hash of described consequences, for the form that decides about them."""
    return sha256_hex(canonical_json(described))


def describe(found: Consequences, certificates: Certificates) -> dict[str, Any]:
    """Consequences in the form in which they are stored: ids, numbers and points, no names."""
    return {
        "attempts": found.attempts,
        "changes": [
            {
                "attempt": change.attempt_id,
                "candidate_number": change.candidate_number,
                "points": [plain(change.old_points), plain(change.new_points)],
                "total": [plain(change.old_total), plain(change.new_total)],
                "is_passed": [change.was_passed, change.is_passed],
                "flips": change.flips,
                "needs_adjudication": change.needs_adjudication,
                "is_released": change.is_released,
                "certificate": certificates.get(change.participant_id),
            }
            for change in found.changes
        ],
    }


def _check_ruling(exam_id: str, ruling: Ruling) -> None:
    question = find_sat_question(exam_id, ruling.question_id)
    if not isinstance(question, PaperMachineQuestion):
        raise Refused(Refusal.NO_RESCORING)
    if refusal := find_ruling_fault(question, tuple(list_rulings(exam_id).values()), ruling):
        raise Refused(refusal)


def _windows(exam_id: str, question_id: str) -> set[int]:
    return {each.window_id for each in concerned_attempts(exam_id, question_id)}


def _lock_windows(card: RescoringCard, by: int) -> None:
    """Hold every window the ruling touches, so that nothing in them moves, for somebody who may decide about them."""
    windows = _windows(card.exam_id, card.ruling.question_id)
    for window_id in sorted(windows):
        lock_window(window_id)
    _check_by(windows, by)


def _check_by(windows: Collection[int], by: int) -> None:
    if bar := find_rescoring_bar(windows, by):
        raise Refused(bar)


def _open_proposal(rescoring_id: int, by: int) -> RescoringCard:
    # Two people who decide at once wait here for each other.
    db.session.execute(select(Rescoring.id).where(Rescoring.id == rescoring_id).with_for_update())
    card = find_rescoring(rescoring_id)
    if card is None:
        raise Refused(Refusal.NO_RESCORING)
    if card.is_approved is not None:
        raise Refused(Refusal.ALREADY_DECIDED)
    if card.proposed_by_id == by:
        raise Refused(Refusal.OWN_PROPOSAL)
    return card


def _apply(card: RescoringCard, *, by: int, now: datetime) -> int:
    """Append what differs: machine marks, the calls for a third grader, results, and the mails to those told before."""
    concerned = concerned_attempts(card.exam_id, card.ruling.question_id)
    _append_marks(concerned, list_rulings(card.exam_id), now=now)
    db.session.flush()
    ids = [each.attempt_id for each in concerned]
    arrange_adjudications(ids, now=now)
    results = latest_results(ids)
    changed = [
        (facts, judged)
        for facts in list_attempt_facts(attempt_ids=ids)
        if (judged := _new_result(facts, results.get(facts.attempt_id))) is not None
    ]
    db.session.add_all(
        result_row(facts, judged, by=by, now=now, revision=results[facts.attempt_id].revision + 1, rescoring_id=card.id)
        for facts, judged in changed
    )
    _tell([facts for facts, _ in changed if find_release(facts.window_id) is not None], card.id, now=now)
    if changed:
        _record("apply", card.id, card.ruling, by=by, now=now, results=len(changed))
    return len(changed)


def _append_marks(concerned: Sequence[AttemptFacts], rulings: Mapping[int, Ruling], *, now: datetime) -> None:
    submissions = [each.submission_id for each in concerned]
    bodies, stored = submitted_bodies(submissions), latest_choice_revisions(submissions)
    for facts in concerned:
        before = stored.get(facts.submission_id)
        heeded = heeded_rulings(facts.paper, rulings)
        mark = mark_choices(facts.paper, bodies[facts.submission_id], heeded.values())
        if before is None or mark is None or before.detail.get("rulings", []) == list(heeded):
            continue
        db.session.add(
            ChoiceMark(
                submission_id=facts.submission_id,
                section_id=mark.section_id,
                revision=before.revision + 1,
                points=mark.points,
                max_points=mark.max_points,
                detail=choice_detail(mark, heeded),
                marked_at=now,
            )
        )


def _new_result(facts: AttemptFacts, result: ResultRow | None) -> JudgedAttempt | None:
    judged = judge(facts.paper, facts.choice_points, facts.essays) if facts.is_taken_up else None
    return judged if is_outdated(result, judged) else None


def _tell(changed: Sequence[AttemptFacts], rescoring_id: int, *, now: datetime) -> None:
    people = db.session.execute(
        select(Attempt.id, Participant.certificate_name, User.id.label("user_id"), User.email)
        .join(Participant, Participant.id == Attempt.participant_id)
        .join(User, User.id == Participant.user_id)
        .where(Attempt.id.in_([each.attempt_id for each in changed]))
    )
    for person in people:
        queue_mail(
            "result_corrected",
            to=person.email,
            key=f"result_corrected:{rescoring_id}:{person.id}",
            values={"name": person.certificate_name},
            now=now,
            user_id=person.user_id,
        )


def _record(
    verb: str, rescoring_id: int, ruling: Ruling, *, by: int, now: datetime, reason: str = "", results: int | None = None
) -> None:
    detail: dict[str, object] = {"question": ruling.question_id, "ruling": ruling.kind.value}
    if results is not None:
        detail["results"] = results
    subject = ("rescoring", rescoring_id)
    record(f"rescoring:{verb}", subject=subject, by=by, now=now, reason=reason.strip(), detail=detail)
