"""利益相反 of a cohort as the office sees it: who may grade whom and decide, what was noted, and who lacks people."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from lms.accounts.models import User
from lms.cohorts.models import Participant
from lms.db.session import db
from lms.exams.models import Attempt
from lms.exams.queries.windows import list_windows
from lms.grading.models import CohortTeacher, GraderAffiliation, GraderConflict
from lms.grading.queries.conflicts import Breach, cohort_conflicts, list_breaches
from lms.grading.queries.staff import list_decider_ids, list_grader_ids, list_staff_ids
from lms.grading.rules.conflicts import (
    Conflicts,
    Remedy,
    Shortage,
    Tie,
    TieKind,
    find_remedies,
    find_shortages,
    keeps_from_deciding,
    keeps_from_grading,
)
from lms.grading.rules.parts import ConflictKind


@dataclass(frozen=True, slots=True)
class Person:
    """One of the staff."""

    user_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A grader and a participant: the ties that forbid grading, and those that the rules allow."""

    grader: Person
    refused: tuple[Tie, ...]
    allowed: tuple[Tie, ...]


@dataclass(frozen=True, slots=True)
class MatrixLine:
    """A participant with every grader; `shortage` is None when enough people are left."""

    participant_id: int
    name: str
    candidate_number: str
    """Of the latest sitting; empty before any."""
    cells: tuple[Cell, ...]
    shortage: Shortage | None


@dataclass(frozen=True, slots=True)
class Decider:
    """Somebody of the office, with the ties that keep her from deciding in this cohort."""

    person: Person
    refused: tuple[Tie, ...]
    is_grader: bool


@dataclass(frozen=True, slots=True)
class AffiliationLine:
    """所属 of one of the staff; `ended_at` is None while it lasts."""

    id: int
    person: Person
    company: str
    noted_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeclaredLine:
    """A declaration about one of the staff and a participant of this cohort."""

    person: Person
    participant_name: str
    kind: ConflictKind
    reason: str
    declared_at: datetime


@dataclass(frozen=True, slots=True)
class BreachLine:
    """An essay given to somebody before the tie was known."""

    person: Person
    breach: Breach


@dataclass(frozen=True, slots=True)
class ConflictPage:
    """Everything the page shows; people by kana, participants by 受験番号 or kana."""

    graders: tuple[Person, ...]
    lines: tuple[MatrixLine, ...]
    deciders: tuple[Decider, ...]
    staff: tuple[Person, ...]
    affiliations: tuple[AffiliationLine, ...]
    teachers: tuple[Person, ...]
    declared: tuple[DeclaredLine, ...]
    breaches: tuple[BreachLine, ...]
    remedies: tuple[Remedy, ...]
    rules: tuple[tuple[TieKind, bool, bool], ...]
    """Each kind of tie with whether it keeps from grading, and from deciding."""

    @property
    def short(self) -> tuple[MatrixLine, ...]:
        """The participants who lack people."""
        return tuple(line for line in self.lines if line.shortage)


def get_conflict_page(cohort_id: int, *, with_numbers: bool = True) -> ConflictPage:
    """The page of a cohort; before anybody sat it is about everybody with a seat. A fixed number of SELECTs.

    Without numbers nobody learns from it whose 受験番号 is whose.
    """
    conflicts = cohort_conflicts(cohort_id)
    graders, deciders = list_grader_ids(), list_decider_ids()
    found = find_shortages(conflicts, graders, deciders)
    people = _people()
    return ConflictPage(
        graders=_named(people, graders),
        lines=_lines(conflicts, _named(people, graders), {each.participant_id: each for each in found}, with_numbers),
        deciders=tuple(
            Decider(each, conflicts.why_not_decide(each.user_id), each.user_id in graders) for each in _named(people, deciders)
        ),
        staff=_named(people, list_staff_ids()),
        affiliations=_affiliations(people),
        teachers=_named(people, _teachers(cohort_id)),
        declared=_declared(people, cohort_id),
        breaches=tuple(
            BreachLine(people[each.grader_id], each)
            for window in list_windows(cohort_id)
            for each in list_breaches(window.id)
            if with_numbers
        ),
        remedies=find_remedies(conflicts, found, graders, deciders),
        rules=tuple(
            (kind, keeps_from_grading(kind, conflicts.rules), keeps_from_deciding(kind, conflicts.rules)) for kind in TieKind
        ),
    )


def _people() -> dict[int, Person]:
    rows = db.session.execute(select(User.id, User.name).order_by(User.kana, User.name, User.id))
    return {row.id: Person(row.id, row.name) for row in rows}


def _named(people: dict[int, Person], chosen: Collection[int]) -> tuple[Person, ...]:
    return tuple(person for user_id, person in people.items() if user_id in chosen)


def _lines(
    conflicts: Conflicts, graders: Sequence[Person], short: dict[int, Shortage], with_numbers: bool
) -> tuple[MatrixLine, ...]:
    rows = db.session.execute(
        select(Participant.id, Participant.certificate_name, Attempt.candidate_number)
        .join(User, User.id == Participant.user_id)
        .outerjoin(Attempt, Attempt.participant_id == Participant.id)
        .where(Participant.id.in_(conflicts.participant_ids))
        .order_by(User.kana, Participant.id, Attempt.window_id)
    )
    seats = {row.id: row for row in rows}
    lines = (
        MatrixLine(
            participant_id=each.id,
            name=each.certificate_name,
            candidate_number=(with_numbers and each.candidate_number) or "",
            cells=tuple(_cell(conflicts, grader, each.id) for grader in graders),
            shortage=short.get(each.id),
        )
        for each in seats.values()
    )
    return tuple(sorted(lines, key=lambda line: (not line.candidate_number, line.candidate_number)))


def _cell(conflicts: Conflicts, grader: Person, participant_id: int) -> Cell:
    refused = conflicts.against_grading(grader.user_id, participant_id)
    ties = conflicts.ties(grader.user_id, participant_id)
    return Cell(grader, refused, tuple(tie for tie in ties if tie not in refused))


def _affiliations(people: dict[int, Person]) -> tuple[AffiliationLine, ...]:
    rows = db.session.scalars(select(GraderAffiliation).order_by(GraderAffiliation.ended_at.is_not(None), GraderAffiliation.id))
    return tuple(AffiliationLine(row.id, people[row.grader_id], row.company, row.noted_at, row.ended_at) for row in rows)


def _teachers(cohort_id: int) -> frozenset[int]:
    return frozenset(db.session.scalars(select(CohortTeacher.user_id).where(CohortTeacher.cohort_id == cohort_id)))


def _declared(people: dict[int, Person], cohort_id: int) -> tuple[DeclaredLine, ...]:
    rows = db.session.execute(
        select(GraderConflict, Participant.certificate_name)
        .join(Participant, Participant.id == GraderConflict.participant_id)
        .where(Participant.cohort_id == cohort_id)
        .order_by(GraderConflict.declared_at, GraderConflict.grader_id)
    )
    return tuple(DeclaredLine(people[row.grader_id], name, row.kind, row.reason, row.declared_at) for row, name in rows)
