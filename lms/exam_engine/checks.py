"""Faults that show only when parts of the content are held against each other."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal

from lms.exam_engine.definitions import (
    ChoiceQuestion,
    ChoiceSection,
    Domain,
    EssayQuestion,
    EssaySection,
    Level,
    PassRule,
    QuestionStatus,
    Rubric,
    Section,
)
from lms.exam_engine.drawing import fill_slots
from lms.exam_engine.errors import Finding, ProblemCode, Values
from lms.exam_engine.kinds.registry import Question

LEVEL_POINTS = (5, 4, 3, 2, 1, 0)
UNCERTAIN = "C"


def check_references(question: Question, facts: Mapping[str, str], lesson_ids: Collection[str]) -> Iterator[Finding]:
    """Facts must be known and certain enough for an exam, lessons must be in the course."""
    for index, fact in enumerate(question.facts):
        if fact not in facts:
            yield Finding(("facts", index), ProblemCode.UNKNOWN_FACT, {"fact": fact})
        elif facts[fact] == UNCERTAIN:
            yield Finding(("facts", index), ProblemCode.UNCERTAIN_FACT, {"fact": fact})
    for index, lesson in enumerate(question.lessons):
        if lesson not in lesson_ids:
            yield Finding(("lessons", index), ProblemCode.UNKNOWN_LESSON, {"lesson": lesson})


def check_rubric(rubric: Rubric) -> Iterator[Finding]:
    """Every criterion has the levels 5 to 0, and what the rubric names exists within it."""
    yield from _repeated("criteria", [criterion.id for criterion in rubric.criteria])
    yield from _repeated("caps", [cap.id for cap in rubric.caps])
    for index, criterion in enumerate(rubric.criteria):
        points = tuple(level.points for level in criterion.levels)
        if points != LEVEL_POINTS:
            values = {"points": _joined(points), "needed": _joined(LEVEL_POINTS)}
            yield Finding(("criteria", index, "levels"), ProblemCode.RUBRIC_LEVELS, values)
    if all(criterion.id != rubric.expression_criterion for criterion in rubric.criteria):
        values = {"criterion": rubric.expression_criterion}
        yield Finding(("expression_criterion",), ProblemCode.UNKNOWN_CRITERION, values)
    if rubric.cap_points > rubric.max_points:
        yield Finding(("cap_points",), ProblemCode.CAP_POINTS, {"points": rubric.cap_points, "max": rubric.max_points})


def check_essay_rubric(essay: EssayQuestion, rubrics: Mapping[str, Rubric], sections: Sequence[Section]) -> Iterator[Finding]:
    """The rubric exists, and its points are those of every slot the essay can be drawn for."""
    rubric = rubrics.get(essay.rubric_id)
    if rubric is None:
        yield Finding(("rubric",), ProblemCode.MISSING_RUBRIC, {"rubric": essay.rubric_id})
        return
    slots = [slot for section in sections if isinstance(section, EssaySection) for slot in section.slots]
    for needed in sorted({slot.max_points for slot in slots if essay.type in slot.types}):
        if needed != rubric.max_points:
            values: Values = {"rubric": rubric.id, "points": rubric.max_points, "needed": str(needed)}
            yield Finding(("rubric",), ProblemCode.RUBRIC_POINTS, values)


def check_section(section: Section) -> Iterator[Finding]:
    """The points of the questions add up to those of the section, and lengths are in order."""
    if isinstance(section, ChoiceSection):
        points = section.points_per_question * section.question_count
    else:
        points = sum((slot.max_points for slot in section.slots), Decimal(0))
        yield from _check_limits(section)
    if points != section.max_points:
        values = {"points": str(points), "needed": str(section.max_points)}
        yield Finding(("max_points",), ProblemCode.POINTS_MISMATCH, values)


def check_pass_rule(rule: PassRule, sections: Sequence[Section]) -> Iterator[Finding]:
    """What is needed to pass can be reached, in sections that exist."""
    reachable = {section.id: section.max_points for section in sections}
    total = sum(reachable.values(), Decimal(0))
    if rule.total > total:
        yield Finding(("total",), ProblemCode.UNREACHABLE_POINTS, {"points": str(rule.total), "max": str(total)})
    for section_id, needed in rule.sections:
        path = ("sections", section_id)
        if section_id not in reachable:
            yield Finding(path, ProblemCode.UNKNOWN_SECTION, {"section": section_id})
        elif needed > reachable[section_id]:
            values = {"points": str(needed), "max": str(reachable[section_id])}
            yield Finding(path, ProblemCode.UNREACHABLE_POINTS, values)


def check_supply(
    sections: Sequence[Section], questions: Sequence[ChoiceQuestion], essays: Sequence[EssayQuestion]
) -> Iterator[Finding]:
    """The bank holds enough questions that are not retired for every quota and slot; paths start at `sections`."""
    in_use = [question for question in questions if question.status is not QuestionStatus.RETIRED]
    stock = Counter((question.domain, question.level) for question in in_use)
    drawable = [essay for essay in essays if essay.status is not QuestionStatus.RETIRED]
    for index, section in enumerate(sections):
        findings = _check_quotas(section, stock) if isinstance(section, ChoiceSection) else _check_slots(section, drawable)
        for finding in findings:
            yield Finding(("sections", index, *finding.path), finding.code, finding.values)


def _check_quotas(section: ChoiceSection, stock: Counter[tuple[Domain, Level]]) -> Iterator[Finding]:
    for quota in section.quotas:
        cell = (quota.domain, quota.level)
        if stock[cell] < quota.count:
            values: Values = {
                "domain": quota.domain.value,
                "level": quota.level.value,
                "needed": quota.count,
                "available": stock[cell],
            }
            yield Finding(("quotas", *cell), ProblemCode.QUOTA_UNFILLED, values)
        # A question drawn for one section is not drawn again for another.
        stock[cell] -= quota.count


def _check_slots(section: EssaySection, essays: Sequence[EssayQuestion]) -> Iterator[Finding]:
    candidates = [[essay for essay in essays if essay.type in slot.types] for slot in section.slots]
    empty = [index for index, essays_of_slot in enumerate(candidates) if not essays_of_slot]
    for index in empty:
        values: Values = {"types": ",".join(section.slots[index].types), "needed": 1, "available": 0}
        yield Finding(("slots", index), ProblemCode.SLOT_UNFILLED, values)
    if not empty and fill_slots(candidates) is None:
        types = sorted({name for slot in section.slots for name in slot.types})
        available = len({essay.id for essays_of_slot in candidates for essay in essays_of_slot})
        values = {"types": ",".join(types), "needed": len(section.slots), "available": available}
        yield Finding(("slots",), ProblemCode.SLOT_UNFILLED, values)


def _check_limits(section: EssaySection) -> Iterator[Finding]:
    limits = section.limits
    if not limits.under_not_graded <= limits.under_expression_zero <= limits.over_not_graded:
        values = {"under_not_graded": limits.under_not_graded, "under_expression_zero": limits.under_expression_zero}
        yield Finding(("limits",), ProblemCode.CHAR_LIMITS, {**values, "over_not_graded": limits.over_not_graded})


def _repeated(name: str, ids: Sequence[str]) -> Iterator[Finding]:
    for index, each in enumerate(ids):
        if each in ids[:index]:
            yield Finding((name, index, "id"), ProblemCode.DUPLICATE_ID, {"id": each})


def _joined(points: Sequence[int]) -> str:
    return ",".join(str(each) for each in points)
