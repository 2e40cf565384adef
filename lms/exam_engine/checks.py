"""Faults that show only when parts of the content are held against each other."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal

from lms.exam_engine.definitions import (
    Case,
    ChoiceSection,
    EssayQuestion,
    EssaySection,
    PassRule,
    Quota,
    Rubric,
    Section,
)
from lms.exam_engine.drawing import Demand, can_fill
from lms.exam_engine.errors import Finding, ProblemCode, Values
from lms.exam_engine.kinds.registry import MACHINE_KINDS, BankQuestion, Entry, MachineQuestion, Question
from lms.exam_engine.supply import can_supply, in_use

LEVEL_POINTS = (5, 4, 3, 2, 1, 0)
UNCERTAIN = "C"


def check_references(entry: Entry, facts: Mapping[str, str], lesson_ids: Collection[str]) -> Iterator[Finding]:
    """Facts must be known and certain enough for an exam, lessons must be in the course."""
    for index, fact in enumerate(entry.facts):
        if fact not in facts:
            yield Finding(("facts", index), ProblemCode.UNKNOWN_FACT, {"fact": fact})
        elif facts[fact] == UNCERTAIN:
            yield Finding(("facts", index), ProblemCode.UNCERTAIN_FACT, {"fact": fact})
    for index, lesson in enumerate(entry.lessons):
        if lesson not in lesson_ids:
            yield Finding(("lessons", index), ProblemCode.UNKNOWN_LESSON, {"lesson": lesson})


def check_company(question: BankQuestion, question_ids: Collection[str], case_ids: Collection[str]) -> Iterator[Finding]:
    """The case a question refers to and the questions it names as enemies are in the bank, and it is no enemy of itself."""
    if question.case is not None and question.case not in case_ids:
        yield Finding(("case",), ProblemCode.UNKNOWN_CASE, {"case": question.case})
    for index, enemy in enumerate(question.enemies):
        if enemy == question.id or enemy not in question_ids:
            yield Finding(("enemies", index), ProblemCode.UNKNOWN_ENEMY, {"enemy": enemy})


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
        yield from _check_quota_kinds(section)
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


def check_supply(sections: Sequence[Section], bank: Sequence[Question], cases: Sequence[Case]) -> Iterator[Finding]:
    """The bank can fill every quota and slot of one paper; paths start at `sections`.

    A retired question or case is not counted. What a single place lacks is named; where each has enough by itself but
    not all together (enemies, slots that want the same essay), only that is said.
    """
    usable = in_use(bank, cases)
    lacks = [*_check_places(sections, usable)]
    yield from lacks
    if not lacks and not can_supply(sections, usable):
        yield Finding(("sections",), ProblemCode.QUOTAS_COLLIDE)


def _check_places(sections: Sequence[Section], usable: Sequence[Question]) -> Iterator[Finding]:
    essays = [question for question in usable if isinstance(question, EssayQuestion)]
    taken: list[Quota] = []
    for index, section in enumerate(sections):
        if isinstance(section, ChoiceSection):
            findings = [*_check_quotas(section, usable, taken)]
            taken += section.quotas
        else:
            findings = [*_check_slots(section, essays)]
        for finding in findings:
            yield Finding(("sections", index, *finding.path), finding.code, finding.values)


def _check_quotas(section: ChoiceSection, usable: Sequence[Question], taken: Sequence[Quota]) -> Iterator[Finding]:
    earlier = list(taken)
    for quota in section.quotas:
        stock = sum(quota.takes(question) for question in usable if isinstance(question, MachineQuestion))
        # A question drawn for one quota is not drawn again for another.
        available = stock - sum(each.count for each in earlier if _competes(each, quota))
        if available < quota.count:
            values: Values = {
                "domain": quota.domain.value,
                "level": quota.level.value,
                "needed": quota.count,
                "available": available,
            }
            yield Finding(_quota_path(quota), ProblemCode.QUOTA_UNFILLED, values)
        earlier.append(quota)


def _competes(earlier: Quota, quota: Quota) -> bool:
    """Whether all that an earlier quota draws is lost to this one."""
    is_same_cell = (earlier.domain, earlier.level) == (quota.domain, quota.level)
    return is_same_cell and (quota.kind is None or earlier.kind == quota.kind)


def _check_quota_kinds(section: ChoiceSection) -> Iterator[Finding]:
    for quota in section.quotas:
        if quota.kind is not None and quota.kind not in MACHINE_KINDS:
            values = {"kind": quota.kind, "needed": ",".join(MACHINE_KINDS)}
            yield Finding(_quota_path(quota), ProblemCode.UNKNOWN_KIND, values)


def _quota_path(quota: Quota) -> tuple[str, ...]:
    cell = ("quotas", quota.domain.value, quota.level.value)
    return cell if quota.kind is None else (*cell, quota.kind)


def _check_slots(section: EssaySection, essays: Sequence[EssayQuestion]) -> Iterator[Finding]:
    candidates = [{essay.id for essay in essays if essay.type in slot.types} for slot in section.slots]
    empty = [index for index, essays_of_slot in enumerate(candidates) if not essays_of_slot]
    for index in empty:
        values: Values = {"types": ",".join(section.slots[index].types), "needed": 1, "available": 0}
        yield Finding(("slots", index), ProblemCode.SLOT_UNFILLED, values)
    if not empty and not can_fill([Demand(1, frozenset(each)) for each in candidates], {}):
        types = sorted({name for slot in section.slots for name in slot.types})
        values = {"types": ",".join(types), "needed": len(section.slots), "available": len(set().union(*candidates))}
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
