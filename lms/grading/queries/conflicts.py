"""利益相反 read from the tables: declarations, affiliations, seats and teaching, put under the rules of the exam."""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import ColumnElement, and_, select

from lms.accounts.models import StaffRole
from lms.cohorts.models import Participant
from lms.cohorts.source import course_facts
from lms.db.session import db
from lms.exams.models import Attempt, ExamWindow
from lms.exams.queries.windows import list_windows
from lms.grading.models import Assignment, CohortTeacher, Essay, GraderAffiliation, GraderConflict, GraderMarkRow
from lms.grading.queries.facts import counted_essays
from lms.grading.queries.staff import has_grading_part
from lms.grading.rules.conflicts import Conflicts, Tie, TieKind, declared_tie
from lms.grading.rules.parts import GraderPart
from lms.grading.rules.writing import company_key
from lms.grading.source import grading_rules

_Key = TypeVar("_Key", bound=Hashable)


def window_conflicts(window_id: int) -> Conflicts:
    """The ties to everybody who sat in a window; a fixed number of SELECTs."""
    window = db.session.execute(select(ExamWindow.cohort_id, ExamWindow.exam_id).where(ExamWindow.id == window_id)).one()
    return _conflicts(
        window.cohort_id, window.exam_id, Participant.id.in_(select(Attempt.participant_id).where(Attempt.window_id == window_id))
    )


def cohort_conflicts(cohort_id: int) -> Conflicts:
    """The ties to everybody who has a seat in a cohort, whether or not anybody has sat; a fixed number of SELECTs."""
    return _conflicts(
        cohort_id, _exam_of(cohort_id), and_(Participant.cohort_id == cohort_id, Participant.withdrawn_at.is_(None))
    )


def list_tied_participant_ids(user_id: int, participant_ids: Collection[int]) -> frozenset[int]:
    """Those of the participants about whom a tie keeps this person from deciding; a fixed number of SELECTs for each cohort."""
    chosen = Participant.id.in_(participant_ids)
    cohort_ids = db.session.scalars(select(Participant.cohort_id).where(chosen).distinct().order_by(Participant.cohort_id)).all()
    return frozenset(
        each
        for cohort_id in cohort_ids
        for conflicts in [_conflicts(cohort_id, _exam_of(cohort_id), and_(Participant.cohort_id == cohort_id, chosen))]
        for each in conflicts.participant_ids
        if conflicts.against_deciding(user_id, each)
    )


def may_grade(user_id: int, attempt_id: int) -> bool:
    """Whether no tie keeps this person from marking an attempt's essays; a fixed and small number of SELECTs."""
    sat = db.session.execute(
        select(Attempt.participant_id, ExamWindow.cohort_id, ExamWindow.exam_id)
        .join(ExamWindow, ExamWindow.id == Attempt.window_id)
        .where(Attempt.id == attempt_id)
    ).one()
    conflicts = _conflicts(sat.cohort_id, sat.exam_id, Participant.id == sat.participant_id)
    return not conflicts.against_grading(user_id, sat.participant_id)


def list_conflicts(window_id: int) -> dict[int, frozenset[int]]:
    """Participant id → everybody who must not read her essays, for everybody who sat in the window."""
    conflicts = window_conflicts(window_id)
    return {each: conflicts.barred_graders(each) for each in conflicts.participant_ids}


@dataclass(frozen=True, slots=True)
class Breach:
    """An essay that was given to somebody before a tie between the two was noted."""

    grader_id: int
    participant_id: int
    candidate_number: str
    is_marked: bool
    question_id: str
    part: GraderPart
    ties: tuple[Tie, ...]


def list_breaches(window_id: int) -> tuple[Breach, ...]:
    """What was given to graders who, by what is known now, must not read it: to be moved, or told to the meeting."""
    conflicts = window_conflicts(window_id)
    rows = db.session.execute(
        select(
            Assignment.grader_id,
            Assignment.part,
            Attempt.participant_id,
            Attempt.candidate_number,
            Essay.question_id,
            GraderMarkRow.id.label("mark_id"),
        )
        .join(Essay, Essay.id == Assignment.essay_id)
        .join(Attempt, Attempt.id == Essay.attempt_id)
        .outerjoin(GraderMarkRow, GraderMarkRow.assignment_id == Assignment.id)
        .where(Essay.window_id == window_id, counted_essays())
        .order_by(Attempt.candidate_number, Assignment.id)
    )
    return tuple(
        Breach(
            grader_id=row.grader_id,
            participant_id=row.participant_id,
            candidate_number=row.candidate_number,
            is_marked=row.mark_id is not None,
            question_id=row.question_id,
            part=row.part,
            ties=ties,
        )
        for row in rows
        if (ties := conflicts.against_grading(row.grader_id, row.participant_id))
    )


def may_decide(window_id: int, user_id: int) -> bool:
    """Whether no tie keeps this person from proposing, finalizing or releasing the results of a window.

    Having graded in it is another matter: see `has_grading_part`.
    """
    return not window_conflicts(window_id).why_not_decide(user_id)


def find_unfit_deciders(window_id: int, user_ids: Collection[int]) -> frozenset[int]:
    """Whom of these people a tie or a part in the grading keeps from deciding about the window by now."""
    if not user_ids:
        return frozenset()
    conflicts = window_conflicts(window_id)
    return frozenset(each for each in user_ids if conflicts.why_not_decide(each) or has_grading_part(window_id, each))


def _exam_of(cohort_id: int) -> str:
    return next((window.exam_id for window in list_windows(cohort_id)), course_facts().exam_id)


def _conflicts(cohort_id: int, exam_id: str, chosen: ColumnElement[bool]) -> Conflicts:
    companies = {
        row.id: company_key(row.company)
        for row in db.session.execute(select(Participant.id, Participant.company).where(chosen).order_by(Participant.id))
    }
    return Conflicts(
        rules=grading_rules(exam_id).conflicts,
        participant_ids=tuple(companies),
        of_cohort=_collected(_ties_to_cohort(cohort_id)),
        personal=_collected((*_declared(chosen), *_same_company(companies))),
    )


def _collected(ties: Iterable[tuple[_Key, Tie]]) -> dict[_Key, tuple[Tie, ...]]:
    found: defaultdict[_Key, dict[Tie, None]] = defaultdict(dict)
    for key, tie in ties:
        found[key][tie] = None
    return {key: tuple(each) for key, each in found.items()}


def _ties_to_cohort(cohort_id: int) -> list[tuple[int, Tie]]:
    seated = select(Participant.user_id).join(StaffRole, StaffRole.user_id == Participant.user_id)
    taught = select(CohortTeacher.user_id).where(CohortTeacher.cohort_id == cohort_id)
    return [
        *((user_id, Tie(TieKind.SEATED)) for user_id in db.session.scalars(seated.where(Participant.cohort_id == cohort_id))),
        *((user_id, Tie(TieKind.TAUGHT)) for user_id in db.session.scalars(taught)),
    ]


def _declared(chosen: ColumnElement[bool]) -> list[tuple[tuple[int, int], Tie]]:
    rows = db.session.execute(
        select(GraderConflict.grader_id, GraderConflict.participant_id, GraderConflict.kind, GraderConflict.reason)
        .join(Participant, Participant.id == GraderConflict.participant_id)
        .where(chosen)
    )
    return [((row.grader_id, row.participant_id), declared_tie(row.kind, row.reason)) for row in rows]


def _same_company(companies: Mapping[int, str]) -> list[tuple[tuple[int, int], Tie]]:
    members = _members_by_company()
    return [
        ((user_id, participant_id), Tie(TieKind.SAME_COMPANY, name))
        for participant_id, company in companies.items()
        if company
        for user_id, name in members[company]
    ]


def _members_by_company() -> defaultdict[str, list[tuple[int, str]]]:
    """Key of a company → staff who belong to it: noted by the office, or told by a seat of their own."""
    seats = (
        select(Participant.user_id, Participant.company)
        .join(StaffRole, StaffRole.user_id == Participant.user_id)
        .where(Participant.company != "")
        .distinct()
    )
    noted = select(GraderAffiliation.grader_id, GraderAffiliation.company).where(GraderAffiliation.ended_at.is_(None))
    found: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for user_id, company in (*db.session.execute(noted), *db.session.execute(seats)):
        found[company_key(company)].append((user_id, company))
    return found
