"""Pure: marks become the rows that are stored as machine marks and results, so that they can be recomputed bit for bit."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from lms.exam_engine.answers import EssayAnswer, answer_from_json
from lms.exam_engine.marking import QuestionMark, SectionMark
from lms.exam_engine.papers import Paper
from lms.exam_engine.rubrics import GraderMark
from lms.exam_engine.rulings import Ruling, mark_under_rulings
from lms.exam_engine.verdicts import Outcome, Verdict, decide
from lms.grading.rules.parts import EssayState, GraderPart, SettledBy
from lms.grading.rules.settling import EssayMarks, assess, choice_section, essay_section, score


@dataclass(frozen=True, slots=True)
class EssayText:
    """An essay as handed in."""

    question_id: str
    text: str
    char_count: int


@dataclass(frozen=True, slots=True)
class JudgedAttempt:
    """What a result row says, in the form in which it is stored."""

    is_passed: bool
    total: Decimal
    section_points: dict[str, Any]
    arithmetic: list[Any]
    essays: dict[str, Any]


def mark_choices(paper: Paper, bodies: Mapping[str, str], rulings: Collection[Ruling] = ()) -> SectionMark | None:
    """Machine marks of the choice section from the handed-in answers (question id → canonical JSON), under the rulings."""
    section = choice_section(paper)
    if section is None:
        return None
    given = [question for question in section.questions if question.id in bodies]
    answers = {question.id: answer_from_json(question, bodies[question.id]) for question in given}
    return mark_under_rulings(section, answers, tuple(rulings))


def heeded_rulings(paper: Paper, rulings: Mapping[int, Ruling]) -> dict[int, Ruling]:
    """Those of the rulings (by re-scoring id) that speak of a question of this paper's choice section."""
    section = choice_section(paper)
    asked = {(question.id, question.version) for question in section.questions} if section else set()
    return {number: ruling for number, ruling in rulings.items() if (ruling.question_id, ruling.version) in asked}


def choice_detail(mark: SectionMark, rulings: Collection[int] = ()) -> dict[str, Any]:
    """The detail kept beside the points: per question the points and what was chosen, per domain right ones and total.

    The re-scorings that were heeded are named in it, so that the mark can be computed again as it was.
    """
    ruled: dict[str, Any] = {"rulings": list(rulings)} if rulings else {}
    domains = {count.domain.value: [count.correct, count.total] for count in mark.by_domain}
    return ruled | {"questions": {each.question_id: _question_detail(each) for each in mark.marks}, "domains": domains}


def _question_detail(mark: QuestionMark) -> dict[str, Any]:
    detail = {"points": str(mark.points), "is_correct": mark.is_correct, "chosen": mark.chosen}
    return detail if mark.max_points else detail | {"is_void": True}


def read_essays(paper: Paper, bodies: Mapping[str, str]) -> tuple[EssayText, ...]:
    """The essays of a submission; a question without an answer is an empty essay, so that somebody looks at it."""
    section = essay_section(paper)
    return () if section is None else tuple(_essay_text(paper, question.id, bodies) for question in section.questions)


def _essay_text(paper: Paper, question_id: str, bodies: Mapping[str, str]) -> EssayText:
    if question_id in bodies:
        answer = answer_from_json(paper.question(question_id), bodies[question_id])
        if isinstance(answer, EssayAnswer):
            return EssayText(question_id, answer.text, answer.char_count)
    return EssayText(question_id, "", 0)


def grader_mark(levels: Mapping[str, int], cap_id: str | None, *, wants_adjudication: bool) -> GraderMark:
    """The engine's mark of stored levels."""
    return GraderMark(levels=tuple(sorted(levels.items())), cap_id=cap_id, wants_adjudication=wants_adjudication)


def judge(paper: Paper, choice_points: Decimal | None, essays: Sequence[EssayMarks]) -> JudgedAttempt | None:
    """The result of an attempt; None while an essay is not settled or a section has no points."""
    standings = assess(paper, choice_points or Decimal(0), essays)
    if any(standing.state is not EssayState.SETTLED for standing in standings):
        return None
    points = {standing.question_id: standing.points or Decimal(0) for standing in standings}
    by_section = _section_points(paper, choice_points, sum(points.values(), Decimal(0)))
    verdict = decide(paper.pass_rule, by_section)
    if verdict.outcome is Outcome.PENDING or verdict.total is None:
        return None
    return JudgedAttempt(
        is_passed=verdict.outcome is Outcome.PASSED,
        total=verdict.total,
        section_points={section_id: plain(value) for section_id, value in by_section.items()},
        arithmetic=_arithmetic(verdict),
        essays={essay.question_id: _essay_record(paper, essay, points[essay.question_id]) for essay in essays},
    )


def _section_points(paper: Paper, choice_points: Decimal | None, essay_points: Decimal) -> dict[str, Decimal | None]:
    choice, essay = choice_section(paper), essay_section(paper)
    by_section: dict[str, Decimal | None] = {}
    if choice is not None:
        by_section[choice.id] = choice_points
    if essay is not None:
        by_section[essay.id] = essay_points
    return by_section


def plain(points: Decimal | None) -> str | None:
    """Points as stored inside JSON: text without needless zeros, so that equal points are equal text."""
    if points is None:
        return None
    return f"{points.normalize():f}" if points else "0"


def _arithmetic(verdict: Verdict) -> list[Any]:
    return [
        {"what": line.what, "points": plain(line.points), "needed": plain(line.needed), "is_met": line.is_met}
        for line in verdict.lines
    ]


def _essay_record(paper: Paper, essay: EssayMarks, points: Decimal) -> dict[str, Any]:
    counted = _counted_marks(essay)
    scores = [score(paper, essay, mark) for _, mark in counted]
    return {
        "points": plain(points),
        "char_count": essay.char_count,
        "settled_by": (SettledBy.MEAN if essay.adjudicated is None else SettledBy.ADJUDICATOR).value,
        "parts": [part.value for part, _ in counted],
        "levels": {
            criterion_id: [dict(mark.levels)[criterion_id] for _, mark in counted] for criterion_id, _ in counted[0][1].levels
        },
        "applied": sorted({rule.value for each in scores for rule in each.applied}),
    }


def _counted_marks(essay: EssayMarks) -> list[tuple[GraderPart, GraderMark]]:
    if essay.adjudicated is not None:
        return [(GraderPart.ADJUDICATOR, essay.adjudicated)]
    pair = ((GraderPart.FIRST, essay.first), (GraderPart.SECOND, essay.second))
    return [(part, mark) for part, mark in pair if mark is not None]
