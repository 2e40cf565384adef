"""採点基準の改訂, pure: what differs between two wordings of a rubric, and what a mark would earn by the other one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from lms.exam_engine.definitions import Cap, Criterion, Rubric
from lms.exam_engine.errors import InvalidMark
from lms.exam_engine.papers import Paper, PaperEssayQuestion, PaperQuestion
from lms.exam_engine.rubrics import GraderMark
from lms.grading.rules.results import JudgedAttempt, judge
from lms.grading.rules.settling import EssayMarks, score


class ChangeOf(StrEnum):
    """Which part of a rubric differs."""

    TITLE = "title"
    CRITERION = "criterion"
    """It is only in one of the two."""
    CRITERION_TITLE = "criterion_title"
    LEVEL = "level"
    CAP = "cap"
    CAP_POINTS = "cap_points"
    EXPRESSION = "expression"
    """Which criterion a short text loses."""
    ORDER = "order"
    """The same criteria in another order."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One part that differs; `before` or `after` is empty when it is missing there."""

    of: ChangeOf
    where: str
    """Title of the criterion, with the level's points; empty for the rubric itself."""
    before: str
    after: str


class RevisionState(StrEnum):
    """How a rubric that papers were drawn with stands to the one in the content."""

    CURRENT = "current"
    OLDER = "older"
    REWRITTEN = "rewritten"
    """The same revision with another text: what was used must not change."""
    NEWER = "newer"
    """The content went back to an earlier revision."""
    GONE = "gone"
    """The content has no rubric of this id any more."""


def compare_revision(used: Rubric, current: Rubric | None) -> RevisionState:
    """How a used rubric stands to the current one of its id (None when there is none)."""
    if current is None:
        return RevisionState.GONE
    if used == current:
        return RevisionState.CURRENT
    if used.revision == current.revision:
        return RevisionState.REWRITTEN
    return RevisionState.OLDER if used.revision < current.revision else RevisionState.NEWER


def list_differences(before: Rubric, after: Rubric) -> tuple[Difference, ...]:
    """Everything that differs; empty exactly when the two say the same, whatever their revision numbers."""
    return tuple(_differences(before, after))


def points_under(rubric: Rubric, paper: Paper, essay: EssayMarks, mark: GraderMark) -> Decimal | None:
    """What a mark would earn by another rubric of its question; None where its criteria, levels or cap are not there."""
    try:
        return score(with_rubrics(paper, {rubric.id: rubric}), essay, mark).points
    except InvalidMark:
        return None


def judge_under(
    rubrics: Mapping[str, Rubric], paper: Paper, choice_points: Decimal | None, essays: Sequence[EssayMarks]
) -> JudgedAttempt | None:
    """The result of an attempt by other rubrics (by id); None where a mark has no points by them or a third grader is needed."""
    try:
        return judge(with_rubrics(paper, rubrics), choice_points, essays)
    except InvalidMark:
        return None


def with_rubrics(paper: Paper, rubrics: Mapping[str, Rubric]) -> Paper:
    """A paper in which each rubric of these ids is replaced; the stored one stays as it is."""

    def replaced(question: PaperQuestion) -> PaperQuestion:
        if not isinstance(question, PaperEssayQuestion):
            return question
        return replace(question, rubric=rubrics.get(question.rubric.id, question.rubric))

    sections = tuple(replace(section, questions=tuple(map(replaced, section.questions))) for section in paper.sections)
    return replace(paper, sections=sections)


def rubrics_of(paper: Paper) -> dict[str, Rubric]:
    """Question id → the rubric frozen into a paper."""
    questions = (question for section in paper.sections for question in section.questions)
    return {question.id: question.rubric for question in questions if isinstance(question, PaperEssayQuestion)}


def _differences(before: Rubric, after: Rubric) -> Iterator[Difference]:
    if before.title != after.title:
        yield Difference(ChangeOf.TITLE, "", before.title, after.title)
    olds, news = ({criterion.id: criterion for criterion in rubric.criteria} for rubric in (before, after))
    for criterion_id in dict.fromkeys((*olds, *news)):
        yield from _criterion_differences(olds.get(criterion_id), news.get(criterion_id))
    if list(olds) != list(news) and set(olds) == set(news):
        yield Difference(ChangeOf.ORDER, "", _titles(before), _titles(after))
    yield from _cap_differences(before.caps, after.caps)
    if before.cap_points != after.cap_points:
        yield Difference(ChangeOf.CAP_POINTS, "", str(before.cap_points), str(after.cap_points))
    if before.expression_criterion != after.expression_criterion:
        yield Difference(ChangeOf.EXPRESSION, "", _expression(before), _expression(after))


def _criterion_differences(old: Criterion | None, new: Criterion | None) -> Iterator[Difference]:
    if old is None or new is None:
        yield Difference(ChangeOf.CRITERION, "", old.title if old else "", new.title if new else "")
        return
    if old.title != new.title:
        yield Difference(ChangeOf.CRITERION_TITLE, "", old.title, new.title)
    before, after = ({level.points: level.text for level in criterion.levels} for criterion in (old, new))
    for points in sorted(before.keys() | after.keys(), reverse=True):
        if before.get(points) != after.get(points):
            yield Difference(ChangeOf.LEVEL, f"{new.title} {points}点", before.get(points, ""), after.get(points, ""))
    if list(before) != list(after) and before == after:
        yield Difference(ChangeOf.ORDER, new.title, _points(old), _points(new))


def _cap_differences(olds: Sequence[Cap], news: Sequence[Cap]) -> Iterator[Difference]:
    before, after = ({cap.id: cap.text for cap in caps} for caps in (olds, news))
    for cap_id in dict.fromkeys((*before, *after)):
        if before.get(cap_id) != after.get(cap_id):
            yield Difference(ChangeOf.CAP, cap_id, before.get(cap_id, ""), after.get(cap_id, ""))
    if list(before) != list(after) and before == after:
        yield Difference(ChangeOf.ORDER, "", "、".join(before), "、".join(after))


def _titles(rubric: Rubric) -> str:
    return "、".join(criterion.title for criterion in rubric.criteria)


def _points(criterion: Criterion) -> str:
    return "、".join(str(level.points) for level in criterion.levels)


def _expression(rubric: Rubric) -> str:
    titles = {criterion.id: criterion.title for criterion in rubric.criteria}
    return titles.get(rubric.expression_criterion, rubric.expression_criterion)
