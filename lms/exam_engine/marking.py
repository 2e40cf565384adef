"""機械採点: the points of a section that needs no grader, with the reason for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from lms.exam_engine.definitions import Domain
from lms.exam_engine.kinds.base import QuestionMark
from lms.exam_engine.kinds.registry import KINDS
from lms.exam_engine.kinds.single_choice import ChoiceAnswer, PaperChoiceQuestion
from lms.exam_engine.papers import PaperQuestion, PaperSection

__all__ = ["DomainCount", "QuestionMark", "SectionMark", "mark_choice_section"]


class DomainCount(NamedTuple):
    """How many questions of a domain were answered rightly, of how many."""

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


def mark_choice_section(section: PaperSection, answers: Mapping[str, ChoiceAnswer]) -> SectionMark:
    """Mark every question of the section; one without an answer earns 0.

    `answers` is keyed by question id; answers to questions outside the section are not looked at.
    Raises ValueError for a section that people must grade.
    """
    marks = tuple(_mark(question, answers.get(question.id)) for question in section.questions)
    return SectionMark(
        section_id=section.id,
        points=sum((mark.points for mark in marks), Decimal(0)),
        max_points=section.max_points,
        marks=marks,
        by_domain=_count_by_domain(section.questions, marks),
    )


def _mark(question: PaperQuestion, answer: ChoiceAnswer | None) -> QuestionMark:
    mark = KINDS[question.kind].mark
    if mark is None:
        raise ValueError(f"{question.kind} is graded by people")
    return mark(question, answer)


def _count_by_domain(questions: Sequence[PaperQuestion], marks: Sequence[QuestionMark]) -> tuple[DomainCount, ...]:
    pairs = [
        (question.domain, mark.is_correct)
        for question, mark in zip(questions, marks, strict=True)
        if isinstance(question, PaperChoiceQuestion)
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
