"""採点確定 and 結果公開: two acts, at two moments, by people who graded nothing in the window."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import aliased

from lms.accounts.models import User
from lms.audit.services import record
from lms.cohorts.models import Participant
from lms.db.session import command, db
from lms.exam_engine.windows import Phase, resolve_access
from lms.exams.models import Attempt, Submission
from lms.exams.queries.late_answers import count_undecided_late
from lms.exams.queries.sittings import reopened_attempts
from lms.exams.queries.windows import get_window
from lms.grading.models import ResultRelease, ResultRow
from lms.grading.queries.conflicts import find_unfit_deciders, may_decide
from lms.grading.queries.facts import AttemptFacts, list_attempt_facts
from lms.grading.queries.proposals import stand
from lms.grading.queries.rulings import count_waiting_results
from lms.grading.queries.staff import find_release, find_round, has_grading_part
from lms.grading.rules.meeting import find_proposal_faults
from lms.grading.rules.parts import Refusal, Refused
from lms.grading.rules.results import JudgedAttempt, judge
from lms.grading.services.opening import lock_window
from lms.mail.services.queueing import queue_mail

Judged = tuple[AttemptFacts, JudgedAttempt]
"""A submitted attempt with the result its marks make."""


@command
def finalize_results(window_id: int, *, by: int, now: datetime) -> int:
    """採点を確定する: write the result of every attempt of the window that has none yet; says how many were written.

    Raises Refused while people may still sit, late answers are undecided, or an essay is not settled; for whoever must
    not decide in the window; after the release; and unless the last 判定案 of each is another person's, is not on hold
    and rests on exactly what holds now.
    """
    lock_for_deciding(window_id, by=by)
    missing = results_to_finalize(window_id, now=now)
    proposals = _accepted_proposals(window_id, missing, by=by)
    db.session.add_all(
        result_row(facts, result, by=by, now=now, proposal_id=proposals[facts.attempt_id]) for facts, result in missing
    )
    if missing:
        record("grading:finalize", subject=("exam_window", window_id), by=by, now=now, detail={"results": len(missing)})
    return len(missing)


def lock_for_deciding(window_id: int, *, by: int) -> None:
    """Hold the window, so that nothing in it moves; raises Refused for whoever must not decide about its verdicts."""
    lock_window(window_id)
    _check_by(window_id, by)


def results_to_finalize(window_id: int, *, now: datetime) -> list[Judged]:
    """Every attempt without a result, with the result its marks make; raises Refused while anything is open."""
    if find_release(window_id) is not None:
        raise Refused(Refusal.ALREADY_RELEASED)
    _check_over(window_id, now)
    if late := sum(count_undecided_late(window_id).values()):
        raise Refused(Refusal.LATE_UNDECIDED, late)
    if find_round(window_id) is None:
        raise Refused(Refusal.NOT_OPENED)
    judged = _judge_all(list_attempt_facts(window_id=window_id))
    finalized = set(db.session.scalars(select(ResultRow.attempt_id).where(ResultRow.window_id == window_id)))
    return [(facts, result) for facts, result in judged if facts.attempt_id not in finalized]


def _accepted_proposals(window_id: int, missing: Sequence[Judged], *, by: int) -> dict[int, int]:
    """Attempt id → the proposal this person may accept."""
    standing = stand(window_id, [facts for facts, _ in missing])
    found = {attempt_id: each.card.proposal for attempt_id, each in standing.items() if each.card}
    unfit = find_unfit_deciders(window_id, {proposal.proposed_by_id for proposal in found.values()})
    stood = [(each.state, found.get(attempt_id)) for attempt_id, each in standing.items()]
    for fault in find_proposal_faults(stood, by=by, unfit=unfit):
        raise fault
    return {attempt_id: proposal.id for attempt_id, proposal in found.items()}


@command
def release_results(window_id: int, *, by: int, now: datetime) -> int:
    """結果を公開する: open the results of the whole window at one moment and queue the mail to everybody in it.

    Says how many mails were queued; they carry no result. Raises Refused for somebody who grades in the window,
    while a submitted attempt has no result or a re-scored one waits for its new result, and the second time.
    """
    lock_for_deciding(window_id, by=by)
    if find_release(window_id) is not None:
        raise Refused(Refusal.ALREADY_RELEASED)
    without = _count_without_result(window_id)
    if without is None or without:
        raise Refused(Refusal.NOT_FINALIZED, without or 0)
    if waiting := count_waiting_results(window_id):
        raise Refused(Refusal.RESCORING_WAITS, waiting)
    db.session.add(ResultRelease(window_id=window_id, released_by_id=by, released_at=now))
    mails = _queue_mails(window_id, now=now)
    record("grading:release", subject=("exam_window", window_id), by=by, now=now, detail={"mails": mails})
    return mails


def _check_by(window_id: int, by: int) -> None:
    if has_grading_part(window_id, by):
        raise Refused(Refusal.GRADED_HERE)
    if not may_decide(window_id, by):
        raise Refused(Refusal.TIED_HERE)


def _check_over(window_id: int, now: datetime) -> None:
    if resolve_access(get_window(window_id).engine_window, now=now, extra=timedelta(0)).phase is not Phase.CLOSED:
        raise Refused(Refusal.WINDOW_OPEN)
    submission = aliased(Submission)
    running = db.session.scalars(
        select(Attempt.id)
        .outerjoin(submission, submission.attempt_id == Attempt.id)
        .where(Attempt.window_id == window_id, submission.id.is_(None) | Attempt.id.in_(reopened_attempts()))
        .distinct()
    ).all()
    if running:
        raise Refused(Refusal.ATTEMPTS_RUNNING, len(running))


def _judge_all(attempts: list[AttemptFacts]) -> list[Judged]:
    judged = [(facts, judge(facts.paper, facts.choice_points, facts.essays) if facts.is_taken_up else None) for facts in attempts]
    open_ones = sum(result is None for _, result in judged)
    if open_ones or not judged:
        raise Refused(Refusal.UNSETTLED if judged else Refusal.NOTHING_SUBMITTED, open_ones)
    return [(facts, result) for facts, result in judged if result is not None]


def result_row(
    facts: AttemptFacts,
    result: JudgedAttempt,
    *,
    by: int,
    now: datetime,
    revision: int = 1,
    rescoring_id: int | None = None,
    proposal_id: int | None = None,
) -> ResultRow:
    """A judged attempt as its result is stored."""
    return ResultRow(
        attempt_id=facts.attempt_id,
        submission_id=facts.submission_id,
        window_id=facts.window_id,
        revision=revision,
        rescoring_id=rescoring_id,
        proposal_id=proposal_id,
        is_passed=result.is_passed,
        total=result.total,
        section_points=result.section_points,
        arithmetic=result.arithmetic,
        essays=result.essays,
        finalized_by_id=by,
        finalized_at=now,
    )


def _count_without_result(window_id: int) -> int | None:
    """Submitted attempts without a result; None when the window has no result at all."""
    rows = db.session.execute(
        select(Submission.attempt_id, ResultRow.id)
        .join(Attempt, Attempt.id == Submission.attempt_id)
        .outerjoin(ResultRow, ResultRow.attempt_id == Submission.attempt_id)
        .where(Attempt.window_id == window_id)
    ).all()
    return sum(row.id is None for row in rows) if any(row.id is not None for row in rows) else None


def _queue_mails(window_id: int, *, now: datetime) -> int:
    people = db.session.execute(
        select(Participant.id, User.id.label("user_id"), User.email, Participant.certificate_name)
        .join(User, User.id == Participant.user_id)
        .join(Attempt, Attempt.participant_id == Participant.id)
        .join(ResultRow, ResultRow.attempt_id == Attempt.id)
        .where(Attempt.window_id == window_id)
        .distinct()
    ).all()
    for person in people:
        queue_mail(
            "result_released",
            to=person.email,
            key=f"result_released:{window_id}:{person.id}",
            values={"name": person.certificate_name},
            now=now,
            user_id=person.user_id,
        )
    return len(people)
