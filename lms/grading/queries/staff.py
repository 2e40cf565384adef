"""Who grades a window, who must not, and how much everybody has."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select, union

from lms.accounts.models import StaffRole, User
from lms.cohorts.models import Participant
from lms.db.session import db
from lms.exams.models import ExamWindow
from lms.grading.models import (
    Assignment,
    Essay,
    EssayMasking,
    GraderMarkRow,
    GradingRound,
    ResultRelease,
    ResultRow,
    VerdictProposal,
    WindowGrader,
)
from lms.grading.queries.facts import counted_essays
from lms.grading.rules.parts import GraderPart, Refusal
from lms.web.access import Role


@dataclass(frozen=True, slots=True)
class Staff:
    """The people who grade a window, by user id."""

    markers: frozenset[int]
    adjudicators: frozenset[int]


def find_staff(window_id: int) -> Staff:
    """The staff chosen so far; empty before the grading is opened."""
    rows = db.session.scalars(select(WindowGrader).where(WindowGrader.window_id == window_id)).all()
    return Staff(
        frozenset(row.grader_id for row in rows if row.is_marker), frozenset(row.grader_id for row in rows if row.is_adjudicator)
    )


def list_grader_ids() -> frozenset[int]:
    """Everybody who may be chosen to grade: has the role of a grader, is not disabled and does not work in the office.

    On the office's pages names stand beside 受験番号; whoever can open them does not grade blind.
    """
    in_office = select(StaffRole.user_id).where(StaffRole.role == Role.OFFICE)
    graders = (
        select(User.id)
        .join(StaffRole, StaffRole.user_id == User.id)
        .where(StaffRole.role == Role.GRADER, User.disabled_at.is_(None), User.id.not_in(in_office))
    )
    return frozenset(db.session.scalars(graders))


def list_office_graders() -> frozenset[int]:
    """Everybody with the roles of both, who therefore is given nothing to grade."""
    return _with_role(Role.GRADER) & _with_role(Role.OFFICE)


def list_decider_ids() -> frozenset[int]:
    """Everybody who may decide about results: works in the office and is not disabled."""
    return _with_role(Role.OFFICE)


def list_staff_ids() -> frozenset[int]:
    """Everybody who grades, teaches or decides and is not disabled: whose ties to participants matter."""
    return _with_role(Role.GRADER, Role.INSTRUCTOR, Role.OFFICE)


def _with_role(*roles: Role) -> frozenset[int]:
    return frozenset(
        db.session.scalars(
            select(User.id)
            .join(StaffRole, StaffRole.user_id == User.id)
            .where(StaffRole.role.in_(roles), User.disabled_at.is_(None))
        )
    )


def list_seated_graders(window_id: int) -> frozenset[int]:
    """Graders who hold a seat in the window's own cohort and therefore grade nobody in it."""
    return frozenset(
        db.session.scalars(
            select(Participant.user_id)
            .join(ExamWindow, ExamWindow.cohort_id == Participant.cohort_id)
            .join(StaffRole, StaffRole.user_id == Participant.user_id)
            .where(ExamWindow.id == window_id, StaffRole.role == Role.GRADER)
        )
    )


@dataclass(frozen=True, slots=True)
class Loads:
    """What every grader of a window has: marks to give, adjudications, and the last position in the queue."""

    marks: dict[int, int]
    adjudications: dict[int, int]
    positions: dict[int, int]


def find_loads(window_id: int) -> Loads:
    """Counted over the assignments of a window, in one SELECT."""
    is_adjudication = Assignment.part == GraderPart.ADJUDICATOR
    rows = db.session.execute(
        select(Assignment.grader_id, is_adjudication.label("third"), func.count(Assignment.id), func.max(Assignment.position))
        .join(Essay, Essay.id == Assignment.essay_id)
        .where(Essay.window_id == window_id, counted_essays())
        .group_by(Assignment.grader_id, is_adjudication)
    )
    loads = Loads({}, {}, {})
    for grader_id, third, count, position in rows:
        (loads.adjudications if third else loads.marks)[grader_id] = count
        loads.positions[grader_id] = max(position, loads.positions.get(grader_id, 0))
    return loads


def list_essay_graders(essay_ids: Collection[int]) -> dict[int, frozenset[int]]:
    """Essay id → everybody it was given to."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    rows = db.session.execute(select(Assignment.essay_id, Assignment.grader_id).where(Assignment.essay_id.in_(essay_ids)))
    for essay_id, grader_id in rows:
        found[essay_id].add(grader_id)
    return {essay_id: frozenset(graders) for essay_id, graders in found.items()}


def has_grading_part(window_id: int, user_id: int) -> bool:
    """Whether this person grades in the window: chosen for it, or given one of its essays."""
    chosen = select(WindowGrader.grader_id).where(WindowGrader.window_id == window_id, WindowGrader.grader_id == user_id)
    given = (
        select(Assignment.id)
        .join(Essay, Essay.id == Assignment.essay_id)
        .where(Essay.window_id == window_id, Assignment.grader_id == user_id)
        .limit(1)
    )
    return db.session.scalar(chosen) is not None or db.session.scalar(given) is not None


def list_decided_ids(window_id: int) -> frozenset[int]:
    """Everybody who has proposed, finalized or released a result of the window, and must not grade in it any more."""
    deciders = union(
        select(VerdictProposal.proposed_by_id).where(VerdictProposal.window_id == window_id),
        select(ResultRow.finalized_by_id).where(ResultRow.window_id == window_id),
        select(ResultRelease.released_by_id).where(ResultRelease.window_id == window_id),
    )
    return frozenset(db.session.scalars(deciders))


def list_maskers(window_id: int) -> frozenset[int]:
    """Everybody who read uncovered essays of the window to cover passages in them, or saw that nothing has to be covered."""
    masked = select(EssayMasking.masked_by_id).join(Essay, Essay.id == EssayMasking.essay_id)
    return frozenset(db.session.scalars(masked.where(Essay.window_id == window_id).distinct()))


def list_bars(window_id: int) -> dict[int, Refusal]:
    """User id → why this person must not be put on the staff of a window, whoever she is; the gravest reason counts."""
    found: dict[int, Refusal] = {}
    for reason, people in (
        (Refusal.HOLDS_A_SEAT, list_seated_graders(window_id)),
        (Refusal.WORKS_IN_OFFICE, list_office_graders()),
        (Refusal.DECIDED_HERE, list_decided_ids(window_id)),
        (Refusal.MASKED_HERE, list_maskers(window_id)),
    ):
        for user_id in people:
            found.setdefault(user_id, reason)
    return found


def list_ended_ids(window_id: int) -> frozenset[int]:
    """Graders of the window to whom nothing further is to be given: the office ended their part."""
    rows = select(WindowGrader.grader_id).where(
        WindowGrader.window_id == window_id, WindowGrader.is_marker.is_(False), WindowGrader.is_adjudicator.is_(False)
    )
    return frozenset(db.session.scalars(rows))


def has_open_part(user_id: int) -> bool:
    """Whether this person grades in a window whose results are not out, or has an essay that waits for a mark anywhere."""
    chosen = (
        select(WindowGrader.window_id)
        .outerjoin(ResultRelease, ResultRelease.window_id == WindowGrader.window_id)
        .where(WindowGrader.grader_id == user_id, ResultRelease.id.is_(None))
        .limit(1)
    )
    return db.session.scalar(chosen) is not None or bool(list_waiting_windows(user_id))


def list_waiting_windows(user_id: int) -> tuple[int, ...]:
    """The windows, released or not, in which an essay of a participant waits for this person's mark."""
    rows = (
        select(Essay.window_id)
        .join(Assignment, Assignment.essay_id == Essay.id)
        .outerjoin(GraderMarkRow, GraderMarkRow.assignment_id == Assignment.id)
        .where(Assignment.grader_id == user_id, GraderMarkRow.id.is_(None), counted_essays())
    )
    return tuple(db.session.scalars(rows.distinct().order_by(Essay.window_id)))


def find_round(window_id: int) -> GradingRound | None:
    """When the grading of a window was opened and until when it should be done; None before."""
    return db.session.get(GradingRound, window_id)


def find_release(window_id: int) -> ResultRelease | None:
    """The release of a window's results; None before."""
    return db.session.scalar(select(ResultRelease).where(ResultRelease.window_id == window_id))


def has_results(window_id: int) -> bool:
    """Whether anything of a window was finalized."""
    return db.session.scalar(select(ResultRow.id).where(ResultRow.window_id == window_id).limit(1)) is not None
