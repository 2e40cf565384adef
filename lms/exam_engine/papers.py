"""問題冊子: drawing a paper from an exam and a seed, and keeping it as one canonical text that never changes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from lms.exam_engine.canonical import canonical_json, sha256_hex
from lms.exam_engine.definitions import (
    ChoiceQuestion,
    ChoiceSection,
    DisagreementRule,
    EssayLimits,
    EssayQuestion,
    EssaySection,
    EssaySlot,
    Exam,
    Materials,
    PassRule,
    QuestionStatus,
    Quota,
    Section,
    SectionKind,
)
from lms.exam_engine.drawing import Shuffler, fill_slots
from lms.exam_engine.errors import CannotDraw, InvalidPaper
from lms.exam_engine.kinds.base import Placement
from lms.exam_engine.kinds.essay import PaperEssayQuestion
from lms.exam_engine.kinds.registry import KIND_OF_DEFINITION, PaperQuestion, Question
from lms.exam_engine.kinds.single_choice import PaperChoiceQuestion, PaperOption

__all__ = [
    "Paper",
    "PaperChoiceQuestion",
    "PaperEssayQuestion",
    "PaperOption",
    "PaperQuestion",
    "PaperSection",
    "draw_paper",
    "paper_from_json",
    "paper_sha256",
    "paper_to_json",
]


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
    questions: tuple[PaperQuestion, ...]
    limits: EssayLimits | None


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

    Questions in `avoid` (seen in an earlier sitting) are drawn only where the others do not suffice.
    Raises CannotDraw when a quota or slot cannot be filled; parsing refuses such an exam beforehand.
    """
    lots = _Lots(exam=exam, seed=seed, avoided=frozenset(avoid))
    sections: list[PaperSection] = []
    taken: frozenset[str] = frozenset()
    for section in exam.sections:
        drawn = _draw_section(lots, section, taken)
        sections.append(drawn)
        taken |= {question.id for question in drawn.questions}
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
_Q = TypeVar("_Q", bound=Question)


@dataclass(frozen=True, slots=True)
class _Lots:
    """What stays the same through one draw."""

    exam: Exam
    seed: str
    avoided: frozenset[str]

    def stream(self, *purpose: str) -> Shuffler:
        return Shuffler(self.seed, "/".join(purpose))

    def fresh_first(self, questions: Sequence[_Q]) -> list[_Q]:
        return sorted(questions, key=lambda question: question.id in self.avoided)


def _draw_section(lots: _Lots, section: Section, taken: frozenset[str]) -> PaperSection:
    if isinstance(section, ChoiceSection):
        questions, limits = _draw_choices(lots, section, taken), None
    else:
        questions, limits = _draw_essays(lots, section, taken), section.limits
    return PaperSection(
        id=section.id,
        title=section.title,
        kind=section.kind,
        time_limit_seconds=int(section.time_limit.total_seconds()),
        max_points=section.max_points,
        materials=section.materials,
        materials_note=section.materials_note,
        questions=questions,
        limits=limits,
    )


def _draw_choices(lots: _Lots, section: ChoiceSection, taken: frozenset[str]) -> tuple[PaperQuestion, ...]:
    drawn: list[ChoiceQuestion] = []
    for quota in section.quotas:
        drawn += _draw_cell(lots, section, quota, taken)
    shuffled = lots.stream(section.id, "order").shuffled(drawn)
    return tuple(
        _freeze(lots, question, section.id, number, section.points_per_question) for number, question in enumerate(shuffled, 1)
    )


def _draw_cell(lots: _Lots, section: ChoiceSection, quota: Quota, taken: frozenset[str]) -> list[ChoiceQuestion]:
    cell = [question for question in lots.exam.questions if (question.domain, question.level) == (quota.domain, quota.level)]
    candidates = _drawable(cell, taken)
    shuffled = lots.stream(section.id, quota.domain, quota.level).shuffled(candidates)
    chosen = lots.fresh_first(shuffled)[: quota.count]
    if len(chosen) < quota.count:
        raise CannotDraw(section.id)
    return chosen


def _draw_essays(lots: _Lots, section: EssaySection, taken: frozenset[str]) -> tuple[PaperQuestion, ...]:
    preferences = [_slot_candidates(lots, section, index, taken) for index in range(len(section.slots))]
    chosen = fill_slots(preferences)
    if chosen is None:
        raise CannotDraw(section.id)
    return tuple(
        _freeze(lots, question, section.id, number, slot.max_points)
        for number, (question, slot) in enumerate(zip(chosen, section.slots, strict=True), 1)
    )


def _slot_candidates(lots: _Lots, section: EssaySection, index: int, taken: frozenset[str]) -> list[EssayQuestion]:
    # The type is drawn before the question, so that a type with many questions is not drawn more often.
    slot: EssaySlot = section.slots[index]
    stream = lots.stream(section.id, "slot", str(index))
    ordered: list[EssayQuestion] = []
    for essay_type in stream.shuffled(sorted(set(slot.types))):
        of_type = [essay for essay in lots.exam.essays if essay.type == essay_type]
        ordered += stream.shuffled(_drawable(of_type, taken))
    return lots.fresh_first(ordered)


def _drawable(questions: Sequence[_Q], taken: frozenset[str]) -> list[_Q]:
    usable = (question for question in questions if question.status is not QuestionStatus.RETIRED and question.id not in taken)
    return sorted(usable, key=lambda question: question.id)


def _freeze(lots: _Lots, question: Question, section_id: str, number: int, points: Decimal) -> PaperQuestion:
    placement = Placement(
        number=number,
        points=points,
        shuffler=lots.stream(section_id, "options", question.id),
        rubrics=lots.exam.rubrics,
    )
    frozen: PaperQuestion = KIND_OF_DEFINITION[type(question)].freeze(question, placement)
    return frozen
