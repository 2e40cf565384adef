"""機械採点: the points of a section that needs no grader, with the reason for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from lms.exam_engine.definitions import Domain
from lms.exam_engine.kinds.base import QuestionMark
from lms.exam_engine.kinds.registry import MACHINE_KINDS, Answer, PaperMachineQuestion, PaperQuestion
from lms.exam_engine.papers import PaperSection

__all__ = [
    "DomainCount",
    "QuestionMark",
    "SectionMark",
    "count_by_domain",
    "mark_choice_section",
    "mark_question",
    "rekey",
    "solve",
]


class DomainCount(NamedTuple):
    """How many questions of a domain earned full points, of how many."""

    domain: Domain
    correct: int
    total: int


@dataclass(frozen=True, slots=True)
class SectionMark:
    """The points of a section, question by question and by domain."""

    section_id: str
    points: Decimal
    max_points: Decimal
    marks: tuple[QuestionMark, ...]
    by_domain: tuple[DomainCount, ...]


def mark_choice_section(section: PaperSection, answers: Mapping[str, Answer]) -> SectionMark:
    """Mark every question of the section; one without an answer earns 0.

    `answers` is keyed by question id; answers to questions outside the section are not looked at.
    Raises ValueError for a section that people must grade.
    """
    marks = tuple(mark_question(question, answers.get(question.id)) for question in section.questions)
    return SectionMark(
        section_id=section.id,
        points=sum((mark.points for mark in marks), Decimal(0)),
        max_points=section.max_points,
        marks=marks,
        by_domain=count_by_domain(section.questions, marks),
    )


def mark_question(question: PaperQuestion, answer: Answer | None) -> QuestionMark:
    """Mark one question; no answer earns 0. Raises ValueError for a question that people must grade."""
    if question.kind not in MACHINE_KINDS:
        raise ValueError(f"{question.kind} is graded by people")
    return MACHINE_KINDS[question.kind].mark(question, answer)


def solve(question: PaperMachineQuestion) -> Answer:
    """The answer that earns full points."""
    answer: Answer = MACHINE_KINDS[question.kind].solve(question)
    return answer


def rekey(question: PaperMachineQuestion, answer: Answer) -> PaperMachineQuestion:
    """The question with its key changed so that this answer earns full points; unchanged when the answer is blank."""
    changed: PaperMachineQuestion = MACHINE_KINDS[question.kind].rekey(question, answer)
    return changed


def count_by_domain(questions: Sequence[PaperQuestion], marks: Sequence[QuestionMark]) -> tuple[DomainCount, ...]:
    """How many of these questions earned full points, by domain; `marks` in the order of `questions`."""
    pairs = [
        (question.domain, mark.is_correct)
        for question, mark in zip(questions, marks, strict=True)
        if isinstance(question, PaperMachineQuestion)
    ]
    present = [domain for domain in Domain if any(domain is each for each, _ in pairs)]
    return tuple(
        DomainCount(
            domain=domain,
            correct=sum(is_correct for each, is_correct in pairs if each is domain),
            total=sum(each is domain for each, _ in pairs),
        )
        for domain in present
    )
