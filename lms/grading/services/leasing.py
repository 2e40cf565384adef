"""担当中: opening an essay on a device, renewing by activity, and handing an assignment over to another grader."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import select

from lms.db.session import command, db
from lms.exams.models import ExamWindow
from lms.grading.models import Assignment, AssignmentChange, AssignmentLease, Essay, GraderMarkRow, MarkDraft
from lms.grading.queries.conflicts import may_grade
from lms.grading.queries.desk import gradable_essays, read_lease
from lms.grading.rules.leasing import Lease, renew, take
from lms.grading.rules.parts import ChangeKind, Refusal, Refused
from lms.grading.services.calibrating import check_calibrated, withdraw_idle_returns
from lms.grading.source import grading_rules


@command
def take_lease(public_id: str, *, device: str, by: int, now: datetime) -> datetime:
    """The grader opened the essay on this device, whichever device had it before; says until when it is hers.

    Raises Refused for somebody else's assignment and for one that is confirmed.
    """
    assignment = own_open_assignment(public_id, by=by)
    lease = take(_stored(assignment), grader_id=by, device=device, now=now, length=_length(assignment))
    return _keep(assignment, lease)


@command
def renew_lease(public_id: str, *, device: str, by: int, now: datetime) -> datetime:
    """The grader is active on this device; raises Refused when another device holds the essay by now."""
    return hold(own_open_assignment(public_id, by=by), device=device, now=now)


def hold(assignment: Assignment, *, device: str, now: datetime) -> datetime:
    """Renew within a command that holds the assignment's row already; says until when.

    Raises Refused when another device took the essay over.
    """
    stored = _stored(assignment)
    lease = renew(stored, grader_id=assignment.grader_id, device=device, now=now, length=_length(assignment))
    return _keep(assignment, lease)


def own_open_assignment(public_id: str, *, by: int) -> Assignment:
    """The grader's own assignment without a mark and without a tie to who wrote it, its row held until the command ends.

    Held, so that two tabs of one grader cannot confirm twice or create two drafts. Raises Refused otherwise: a tie may
    come up after the essay was given out, when a participant's company is corrected.
    """
    assignment = db.session.scalar(
        select(Assignment).where(Assignment.public_id == public_id, Assignment.grader_id == by).with_for_update()
    )
    if assignment is None:
        raise Refused(Refusal.NOT_YOURS)
    if db.session.scalar(select(GraderMarkRow.id).where(GraderMarkRow.assignment_id == assignment.id)) is not None:
        raise Refused(Refusal.ALREADY_CONFIRMED)
    essay = db.session.execute(select(Essay.attempt_id).where(Essay.id == assignment.essay_id, gradable_essays())).one_or_none()
    if essay is None:
        raise Refused(Refusal.REPLACED)
    if essay.attempt_id is not None and not may_grade(by, essay.attempt_id):
        raise Refused(Refusal.GOES_BACK)
    check_calibrated(assignment)
    return assignment


def end_lease(assignment: Assignment) -> Lease | None:
    """Take the lease away, within a command; gives back what it said."""
    row = db.session.get(AssignmentLease, assignment.id)
    if row is None:
        return None
    lease = read_lease(row)
    db.session.delete(row)
    return lease


def hand_over(assignment: Assignment, to: int, *, kind: ChangeKind, reason: str, position: int, by: int, now: datetime) -> str:
    """Give a held assignment to another grader, within a command; says its new public id.

    Who had it keeps nothing: the draft goes into the record of the change, and the old address leads nowhere.
    見本答案 that came back blind and no longer fit her queue go, too. The caller holds the window and has made sure that
    there is no mark, no living lease and no rule against it.
    """
    draft, former = db.session.get(MarkDraft, assignment.id), assignment.grader_id
    db.session.add(
        AssignmentChange(
            assignment_id=assignment.id,
            kind=kind,
            from_grader_id=former,
            to_grader_id=to,
            reason=reason,
            draft=draft.body if draft else {},
            changed_by_id=by,
            changed_at=now,
        )
    )
    if draft is not None:
        db.session.delete(draft)
    end_lease(assignment)
    assignment.public_id = secrets.token_hex(16)
    assignment.grader_id = to
    assignment.position = position
    db.session.flush()
    withdraw_idle_returns(assignment.essay_id, former)
    return assignment.public_id


def _stored(assignment: Assignment) -> Lease | None:
    return read_lease(db.session.get(AssignmentLease, assignment.id))


def _keep(assignment: Assignment, lease: Lease) -> datetime:
    row = db.session.get(AssignmentLease, assignment.id)
    if row is None:
        row = AssignmentLease(assignment_id=assignment.id)
        db.session.add(row)
    row.grader_id, row.device = lease.grader_id, lease.device
    row.started_at, row.expires_at = lease.started_at, lease.expires_at
    return lease.expires_at


def _length(assignment: Assignment) -> timedelta:
    exam_id = db.session.scalars(
        select(ExamWindow.exam_id).join(Essay, Essay.window_id == ExamWindow.id).where(Essay.id == assignment.essay_id)
    ).one()
    return timedelta(minutes=grading_rules(exam_id).lease_minutes)
