"""問題冊子: drawing a paper from an exam and a seed, and keeping it as one canonical text that never changes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Any, Union

from pydantic import Field, GetPydanticSchema, TypeAdapter, ValidationError

from lms.exam_engine.canonical import LEFT_OUT_AT_DEFAULT, canonical_json, sha256_hex
from lms.exam_engine.definitions import (
    ChoiceSection,
    DisagreementRule,
    EssayLimits,
    EssayQuestion,
    EssaySlot,
    Exam,
    Materials,
    PassRule,
    Question,
    Section,
    SectionKind,
)
from lms.exam_engine.drawing import Choice, Demand, Enemies, Shuffler, can_fill
from lms.exam_engine.errors import CannotDraw, InvalidPaper
from lms.exam_engine.kinds.base import Placement
from lms.exam_engine.kinds.case import PaperCase, freeze_case
from lms.exam_engine.kinds.essay import PaperEssayQuestion
from lms.exam_engine.kinds.options import PaperOption
from lms.exam_engine.kinds.registry import KINDS, PAPER_TYPES, PaperMachineQuestion, PaperQuestion
from lms.exam_engine.kinds.single_choice import PaperChoiceQuestion
from lms.exam_engine.supply import Place, candidates_of, enemies_among, in_use, places_of

__all__ = [
    "Paper",
    "PaperCase",
    "PaperChoiceQuestion",
    "PaperEssayQuestion",
    "PaperMachineQuestion",
    "PaperOption",
    "PaperQuestion",
    "PaperSection",
    "draw_paper",
    "paper_from_json",
    "paper_sha256",
    "paper_to_json",
]


_ANY_PAPER_QUESTION: Any = Annotated[Union[PAPER_TYPES], Field(discriminator="kind")]  # noqa: UP007 - of registered types
_AnyKind = GetPydanticSchema(lambda _source, handler: handler.generate_schema(_ANY_PAPER_QUESTION))


@dataclass(frozen=True, slots=True)
class PaperSection:
    """大問 of a paper; `limits` is set for essays only."""

    id: str
    title: str
    kind: SectionKind
    time_limit_seconds: int
    max_points: Decimal
    materials: Materials
    materials_note: str
    questions: tuple[Annotated[PaperQuestion, _AnyKind], ...]
    limits: EssayLimits | None
    cases: tuple[PaperCase, ...] = field(default=(), metadata=LEFT_OUT_AT_DEFAULT)


@dataclass(frozen=True, slots=True)
class Paper:
    """Everything an attempt needs; nothing is looked up in the bank after the draw."""

    exam_id: str
    exam_version: str
    seed: str
    title: str
    sections: tuple[PaperSection, ...]
    pass_rule: PassRule
    disagreement: DisagreementRule
    pledge: tuple[str, ...]

    def section(self, section_id: str) -> PaperSection:
        """The section of this id; raises KeyError."""
        for section in self.sections:
            if section.id == section_id:
                return section
        raise KeyError(section_id)

    def question(self, question_id: str) -> PaperQuestion:
        """The question of this id in any section; raises KeyError."""
        for section in self.sections:
            for question in section.questions:
                if question.id == question_id:
                    return question
        raise KeyError(question_id)

    def question_ids(self, section_id: str) -> tuple[str, ...]:
        """The ids of a section's questions in the order shown; raises KeyError."""
        return tuple(question.id for question in self.section(section_id).questions)


def draw_paper(exam: Exam, *, seed: str, avoid: Collection[str] = ()) -> Paper:
    """The paper this seed draws: the same on every machine, whatever the order of the bank.

    Every quota and slot is filled, and no two enemies stand in it, wherever the bank allows such a paper at all.
    Questions in `avoid` (seen in an earlier sitting) are drawn only where the others do not suffice. Once a question of
    a case is drawn, the other questions of that case come first in their own cells; they stand next to each other.
    Raises CannotDraw when a quota or slot cannot be filled; parsing refuses such an exam beforehand.
    """
    usable = in_use(exam.bank, exam.cases)
    lots = _Lots(
        exam=exam,
        seed=seed,
        avoided=frozenset(avoid),
        usable={question.id: question for question in usable},
        enemies=enemies_among(usable),
    )
    places = [place for section in exam.sections for place in places_of(section)]
    drawn = [(place, each) for place, ids in zip(places, _draw_questions(lots, places), strict=True) for each in ids]
    sections = (
        _draw_section(lots, section, [pair for pair in drawn if pair[0].section_id == section.id]) for section in exam.sections
    )
    return Paper(
        exam_id=exam.id,
        exam_version=exam.version,
        seed=seed,
        title=exam.title,
        sections=tuple(sections),
        pass_rule=exam.pass_rule,
        disagreement=exam.disagreement,
        pledge=exam.pledge,
    )


def paper_to_json(paper: Paper) -> str:
    """The canonical text of a paper, which is stored and hashed."""
    return canonical_json(paper)


def paper_from_json(text: str) -> Paper:
    """The paper of a canonical text; raises InvalidPaper for any text `paper_to_json` would not have written."""
    try:
        paper = _PAPER.validate_json(text)
    except ValidationError as error:
        raise InvalidPaper(str(error)) from error
    if paper_to_json(paper) != text:
        raise InvalidPaper("not in canonical form")
    return paper


def paper_sha256(text: str) -> str:
    """The hash of a paper's canonical text, in hexadecimal."""
    return sha256_hex(text)


_PAPER = TypeAdapter(Paper)


@dataclass(frozen=True, slots=True)
class _Lots:
    """What stays the same through one draw."""

    exam: Exam
    seed: str
    avoided: frozenset[str]
    usable: Mapping[str, Question]
    """The questions that may be drawn, by id and in the order of the ids."""
    enemies: Enemies

    def stream(self, *purpose: str) -> Shuffler:
        return Shuffler(self.seed, "/".join(purpose))


def _draw_questions(lots: _Lots, places: Sequence[Place]) -> list[list[str]]:
    """The ids drawn for each place."""
    candidates = candidates_of(places, tuple(lots.usable.values()))
    demands = [place.demand(found) for place, found in zip(places, candidates, strict=True)]
    if not can_fill(demands, lots.enemies):
        raise CannotDraw(_unfilled_section(lots, places, demands))
    demands = _prefer_fresh(lots, demands)
    preferences = [_preferences(lots, place, found) for place, found in zip(places, candidates, strict=True)]
    drawn = _choose(lots, demands, preferences, cases=())
    cases = dict.fromkeys(case for ids in drawn for each in ids if (case := lots.usable[each].case) is not None)
    if cases:
        drawn = _choose(lots, demands, preferences, cases=tuple(cases))
    return [sorted(ids, key=order.index) for ids, order in zip(drawn, preferences, strict=True)]


def _choose(
    lots: _Lots, demands: Sequence[Demand], preferences: Sequence[Sequence[str]], *, cases: Sequence[str]
) -> Sequence[Sequence[str]]:
    """Fill every demand in order of preference, the questions of these cases before all others."""
    choice = Choice(demands, lots.enemies)
    for case in cases:
        for sibling in (question.id for question in lots.usable.values() if question.case == case):
            if sibling not in lots.avoided:
                any(choice.take(index, sibling) for index in range(len(demands)))
    for index, preference in enumerate(preferences):
        choice.fill(index, preference)
    return choice.taken


def _prefer_fresh(lots: _Lots, demands: list[Demand]) -> list[Demand]:
    """The demands without questions seen before, wherever they can be met without them."""
    if not lots.avoided:
        return demands
    fresh = [Demand(demand.count, demand.candidates - lots.avoided) for demand in demands]
    if can_fill(fresh, lots.enemies):
        return fresh
    chosen = demands
    for index, demand in enumerate(fresh):
        without = [*chosen[:index], demand, *chosen[index + 1 :]]
        if can_fill(without, lots.enemies):
            chosen = without
    return chosen


def _unfilled_section(lots: _Lots, places: Sequence[Place], demands: Sequence[Demand]) -> str:
    """The first section that cannot be filled together with those before it."""
    for last, place in enumerate(places):
        if not can_fill(demands[: last + 1], lots.enemies):
            return place.section_id
    raise ValueError("every place can be filled")


def _preferences(lots: _Lots, place: Place, candidates: Sequence[Question]) -> list[str]:
    """The candidates of a place in the order of the lots, unseen ones first."""
    stream = lots.stream(place.section_id, *place.lot)
    groups: Sequence[Sequence[Question]] = [candidates]
    if isinstance(place.what, EssaySlot):
        # The type is drawn before the question, so that a type with many questions is not drawn more often.
        types = stream.shuffled(sorted(set(place.what.types)))
        groups = [[each for each in candidates if isinstance(each, EssayQuestion) and each.type == name] for name in types]
    ordered = [question.id for group in groups for question in stream.shuffled(group)]
    return sorted(ordered, key=lambda question_id: question_id in lots.avoided)


def _draw_section(lots: _Lots, section: Section, drawn: Sequence[tuple[Place, str]]) -> PaperSection:
    points = {question_id: place.points for place, question_id in drawn}
    questions = [lots.usable[question_id] for _, question_id in drawn]
    if isinstance(section, ChoiceSection):
        questions = lots.stream(section.id, "order").shuffled(questions)
    ordered = _side_by_side(questions)
    return PaperSection(
        id=section.id,
        title=section.title,
        kind=section.kind,
        time_limit_seconds=int(section.time_limit.total_seconds()),
        max_points=section.max_points,
        materials=section.materials,
        materials_note=section.materials_note,
        questions=tuple(_freeze(lots, each, section.id, number, points[each.id]) for number, each in enumerate(ordered, 1)),
        limits=None if isinstance(section, ChoiceSection) else section.limits,
        cases=tuple(freeze_case(lots.exam.case(case)) for case in dict.fromkeys(each.case for each in ordered) if case),
    )


def _side_by_side(questions: Sequence[Question]) -> list[Question]:
    """The questions in this order, but those of a case together where the first of them stands, by id."""
    first: dict[str, int] = {}
    for position, question in enumerate(questions):
        if question.case is not None:
            first.setdefault(question.case, position)
    places = [(first.get(each.case or "", position), each.id if each.case else "") for position, each in enumerate(questions)]
    return [question for _, question in sorted(zip(places, questions, strict=True), key=lambda pair: pair[0])]


def _freeze(lots: _Lots, question: Question, section_id: str, number: int, points: Decimal) -> PaperQuestion:
    placement = Placement(
        number=number,
        points=points,
        shuffler=lots.stream(section_id, "options", question.id),
        rubrics=lots.exam.rubrics,
    )
    frozen: PaperQuestion = KINDS[question.kind].freeze(question, placement)
    return frozen
