"""利益相反を記録する: declarations, affiliations, and who taught a cohort."""

from datetime import datetime

from sqlalchemy import select

from lms.audit.services import record
from lms.db.session import command, db
from lms.grading.models import CohortTeacher, GraderAffiliation, GraderConflict
from lms.grading.queries.conflicts import list_breaches
from lms.grading.queries.staff import list_staff_ids, list_waiting_windows
from lms.grading.rules.parts import ConflictKind, Refusal, Refused
from lms.grading.rules.writing import company_key

REASON_LIMIT = 300
COMPANY_LIMIT = 200


@command
def declare_conflict(
    grader_id: int,
    participant_id: int,
    reason: str,
    *,
    kind: ConflictKind = ConflictKind.DECLARED,
    by: int,
    now: datetime,
) -> None:
    """Note how somebody of the staff is tied to a participant; a later note about the same two replaces the earlier one.

    Raises Refused without a reason, for somebody who is not on the staff, and while an essay of this participant waits
    with the person and the rules forbid it: it has to go to another grader first.
    """
    text = _needed(reason, Refusal.REASON_NEEDED)[:REASON_LIMIT]
    _check_staff(grader_id)
    row = db.session.get(GraderConflict, (grader_id, participant_id))
    if row is not None and (row.kind, row.reason) == (kind, text):
        return
    if row is None:
        row = GraderConflict(grader_id=grader_id, participant_id=participant_id)
        db.session.add(row)
    row.kind, row.reason, row.declared_by_id, row.declared_at = kind, text, by, now
    _check_nothing_waits(grader_id)
    detail = {"grader": grader_id, "kind": kind.value}
    record("grading:conflict", subject=("participant", participant_id), by=by, now=now, reason=text, detail=detail)


@command
def note_affiliation(user_id: int, company: str, *, by: int, now: datetime) -> None:
    """所属を登録する: this person of the staff belongs to a company or organization.

    Raises Refused without a name, for somebody who is not on the staff, and while an essay waits with the person that
    the rules now forbid.
    """
    name = _needed(company, Refusal.COMPANY_NEEDED)[:COMPANY_LIMIT]
    _check_staff(user_id)
    held = db.session.scalars(
        select(GraderAffiliation).where(GraderAffiliation.grader_id == user_id, GraderAffiliation.ended_at.is_(None))
    )
    if any(company_key(each.company) == company_key(name) for each in held):
        return
    row = GraderAffiliation(grader_id=user_id, company=name, noted_by_id=by, noted_at=now)
    db.session.add(row)
    _check_nothing_waits(user_id)
    record("grading:affiliate", subject=("user", user_id), by=by, now=now, detail={"affiliation": row.id})


@command
def end_affiliation(affiliation_id: int, *, by: int, now: datetime) -> None:
    """The person no longer belongs to that company; the row stays. The second time nothing happens."""
    row = db.session.get(GraderAffiliation, affiliation_id)
    if row is None or row.ended_at is not None:
        return
    row.ended_at = now
    record("grading:end_affiliation", subject=("user", row.grader_id), by=by, now=now, detail={"affiliation": row.id})


@command
def note_teacher(cohort_id: int, user_id: int, *, by: int, now: datetime) -> None:
    """この期の講師を登録する.

    Raises Refused for somebody who is not on the staff, and while an essay waits with the person that the rules forbid.
    """
    _check_staff(user_id)
    if db.session.get(CohortTeacher, (cohort_id, user_id)) is not None:
        return
    db.session.add(CohortTeacher(cohort_id=cohort_id, user_id=user_id, noted_by_id=by, noted_at=now))
    _check_nothing_waits(user_id)
    record("grading:note_teacher", subject=("cohort", cohort_id), by=by, now=now, detail={"teacher": user_id})


@command
def remove_teacher(cohort_id: int, user_id: int, *, by: int, now: datetime) -> None:
    """この期の講師の登録を取り消す: it was a mistake; 操作記録 keeps both."""
    row = db.session.get(CohortTeacher, (cohort_id, user_id))
    if row is None:
        return
    db.session.delete(row)
    record("grading:remove_teacher", subject=("cohort", cohort_id), by=by, now=now, detail={"teacher": user_id})


def _needed(text: str, refusal: Refusal) -> str:
    if not text.strip():
        raise Refused(refusal)
    return text.strip()


def _check_staff(user_id: int) -> None:
    if user_id not in list_staff_ids():
        raise Refused(Refusal.NOT_STAFF)


def _check_nothing_waits(user_id: int) -> None:
    # What is marked already stays, and is shown; what waits must not be marked against a tie that is known. Essays wait
    # in released windows, too: graded again after an appeal, or adjudicated because of a re-scoring.
    db.session.flush()
    waiting = sum(
        each.grader_id == user_id and not each.is_marked
        for window_id in list_waiting_windows(user_id)
        for each in list_breaches(window_id)
    )
    if waiting:
        raise Refused(Refusal.ALREADY_ASSIGNED, waiting)
