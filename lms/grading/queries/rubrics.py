"""採点基準: which wordings of them papers were drawn with and marks were given by, and what another revision would change."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select

from lms.db.session import db
from lms.exam_engine.definitions import Rubric
from lms.exam_engine.rubrics import GraderMark
from lms.exams.models import Attempt, StoredPaper
from lms.exams.queries.papers import papers_of
from lms.grading.models import Assignment, Essay, GraderMarkRow
from lms.grading.queries.facts import AttemptFacts, list_attempt_facts
from lms.grading.queries.rulings import latest_results
from lms.grading.rules.rubric_changes import (
    Difference,
    RevisionState,
    compare_revision,
    judge_under,
    list_differences,
    points_under,
    rubrics_of,
)
from lms.grading.rules.settling import EssayMarks, score


@dataclass(frozen=True, slots=True)
class UsedRubric:
    """One wording of a rubric as it is frozen into papers, and how much rests on it."""

    rubric: Rubric
    papers: int
    attempts: int
    essays: int
    marks: int


@dataclass(frozen=True, slots=True)
class RubricVersion:
    """A used wording beside the content's; `differences` say what the content would change."""

    used: UsedRubric
    state: RevisionState
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class RubricCard:
    """A rubric with its current wording (None: the content has it no more) and every wording that was used."""

    id: str
    current: Rubric | None
    versions: tuple[RubricVersion, ...]

    @property
    def title(self) -> str:
        """Of the current wording, or of the last one used."""
        return (self.current or self.versions[-1].used.rubric).title

    @property
    def is_rewritten(self) -> bool:
        """Whether a revision that was used says something else now, or said two things."""
        revisions = Counter(each.used.rubric.revision for each in self.versions)
        return any(each.state is RevisionState.REWRITTEN for each in self.versions) or any(n > 1 for n in revisions.values())


@dataclass(frozen=True, slots=True)
class MarkShift:
    """A mark with its points and those it would have by the content's rubric; None where it cannot be carried over."""

    candidate_number: str
    question_id: str
    given: Decimal
    would_be: Decimal | None


@dataclass(frozen=True, slots=True)
class VerdictShift:
    """A finalized verdict and what it would be; None where the marks would not settle it."""

    candidate_number: str
    was_passed: bool
    total: Decimal
    would_pass: bool | None
    would_total: Decimal | None

    @property
    def flips(self) -> bool:
        """Whether the verdict would turn."""
        return self.would_pass is not None and self.would_pass != self.was_passed


@dataclass(frozen=True, slots=True)
class Foresight:
    """What marks already given would be by the content's wording. Nothing of it happens: papers are frozen."""

    marks: int
    shifts: tuple[MarkShift, ...]
    """Only those that would differ or cannot be carried over."""
    verdicts: tuple[VerdictShift, ...]
    """Finalized results that would differ."""

    @property
    def flips(self) -> tuple[VerdictShift, ...]:
        """Verdicts that would turn."""
        return tuple(each for each in self.verdicts if each.flips)


def list_rubric_cards(exam_id: str, current: Sequence[Rubric]) -> tuple[RubricCard, ...]:
    """Every rubric of an exam, of its content (`current`) and of its papers; a fixed number of SELECTs."""
    by_id = {rubric.id: rubric for rubric in current}
    used = list_used_rubrics(exam_id)
    ids = dict.fromkeys((*by_id, *(each.rubric.id for each in used)))
    return tuple(
        RubricCard(each, by_id.get(each), tuple(_version(one, by_id.get(each)) for one in used if one.rubric.id == each))
        for each in ids
    )


def list_used_rubrics(exam_id: str) -> tuple[UsedRubric, ...]:
    """Every wording frozen into a paper that somebody sat, by id and revision; a fixed number of SELECTs."""
    sat = db.session.execute(
        select(StoredPaper.id, StoredPaper.sha256, func.count(Attempt.id).label("attempts"))
        .join(Attempt, Attempt.paper_id == StoredPaper.id)
        .where(StoredPaper.exam_id == exam_id)
        .group_by(StoredPaper.id, StoredPaper.sha256)
    ).all()
    papers = papers_of({row.id: row.sha256 for row in sat})
    attempts = {row.id: row.attempts for row in sat}
    essays, marks = _counts()
    uses: dict[Rubric, list[tuple[int, str]]] = {}
    for paper_id, paper in papers.items():
        for question_id, rubric in rubrics_of(paper).items():
            uses.setdefault(rubric, []).append((paper_id, question_id))
    found = [
        UsedRubric(
            rubric=rubric,
            papers=len({paper_id for paper_id, _ in places}),
            attempts=sum(attempts[paper_id] for paper_id in {paper_id for paper_id, _ in places}),
            essays=sum(essays[place] for place in places),
            marks=sum(marks[place] for place in places),
        )
        for rubric, places in uses.items()
    ]
    return tuple(sorted(found, key=lambda each: (each.rubric.id, each.rubric.revision)))


def foresee_rubric(exam_id: str, rubric: Rubric) -> Foresight:
    """What every mark and result of an exam would be if papers had this wording instead of their own; only to be looked at."""
    concerned = [each for each in list_attempt_facts() if each.paper.exam_id == exam_id and _differs(each, rubric)]
    shifts = [shift for facts in concerned for shift in _mark_shifts(facts, rubric)]
    results = latest_results([each.attempt_id for each in concerned])
    verdicts = []
    for facts in concerned:
        result = results.get(facts.attempt_id)
        judged = None if result is None else judge_under({rubric.id: rubric}, facts.paper, facts.choice_points, facts.essays)
        if result is not None and (judged is None or (judged.total, judged.is_passed) != (result.total, result.is_passed)):
            would = (judged.is_passed, judged.total) if judged else (None, None)
            verdicts.append(VerdictShift(facts.candidate_number, result.is_passed, result.total, *would))
    return Foresight(len(shifts), tuple(each for each in shifts if each.given != each.would_be), tuple(verdicts))


def _version(used: UsedRubric, current: Rubric | None) -> RubricVersion:
    differences = list_differences(used.rubric, current) if current else ()
    return RubricVersion(used, compare_revision(used.rubric, current), differences)


def _counts() -> tuple[Counter[tuple[int, str]], Counter[tuple[int, str]]]:
    """(paper id, question id) → essays of participants, and marks given to them."""
    rows = db.session.execute(
        select(
            Essay.paper_id,
            Essay.question_id,
            func.count(func.distinct(Essay.id)).label("essays"),
            func.count(GraderMarkRow.id).label("marks"),
        )
        .outerjoin(Assignment, Assignment.essay_id == Essay.id)
        .outerjoin(GraderMarkRow, GraderMarkRow.assignment_id == Assignment.id)
        .where(Essay.anchor_id.is_(None))
        .group_by(Essay.paper_id, Essay.question_id)
    ).all()
    places: Mapping[tuple[int, str], tuple[int, int]] = {(row.paper_id, row.question_id): (row.essays, row.marks) for row in rows}
    return Counter({place: pair[0] for place, pair in places.items()}), Counter(
        {place: pair[1] for place, pair in places.items()}
    )


def _differs(facts: AttemptFacts, rubric: Rubric) -> bool:
    return any(each.id == rubric.id and each != rubric for each in rubrics_of(facts.paper).values())


def _mark_shifts(facts: AttemptFacts, rubric: Rubric) -> list[MarkShift]:
    rubrics = rubrics_of(facts.paper)
    return [
        MarkShift(
            candidate_number=facts.candidate_number,
            question_id=essay.question_id,
            given=score(facts.paper, essay, mark).points,
            would_be=points_under(rubric, facts.paper, essay, mark),
        )
        for essay in facts.essays
        if rubrics[essay.question_id].id == rubric.id
        for mark in _marks(essay)
    ]


def _marks(essay: EssayMarks) -> list[GraderMark]:
    return [mark for mark in (essay.first, essay.second, essay.adjudicated) if mark is not None]
