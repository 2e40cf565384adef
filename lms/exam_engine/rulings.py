"""What may be ruled about a question that turned out to be faulty after it was sat, and the marks it then earns."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from lms.exam_engine.answers import parse_answer
from lms.exam_engine.kinds.base import HUNDREDTH, QuestionMark
from lms.exam_engine.kinds.registry import Answer, PaperMachineQuestion, PaperQuestion
from lms.exam_engine.marking import SectionMark, count_by_domain, mark_choice_section, mark_question, rekey
from lms.exam_engine.papers import PaperSection

__all__ = ["Ruling", "RulingKind", "Standing", "mark_under_rulings", "standing_of"]


class RulingKind(StrEnum):
    """The four ways of mending the marks of a faulty question."""

    VOID = "void"
    """It counts for nobody: the points of its section are those of the other questions, scaled to the section's maximum."""
    FULL_CREDIT = "full_credit"
    """Everybody has its full points, whatever was answered."""
    CHANGE_KEY = "change_key"
    """Another answer is the right one; what was accepted before is no longer."""
    ACCEPT_ANSWER = "accept_answer"
    """A further answer is right beside the key; it never takes points from anybody."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """A decided ruling about one version of a question; `body` is the answer of CHANGE_KEY and ACCEPT_ANSWER."""

    question_id: str
    version: int
    kind: RulingKind
    body: Mapping[str, object] | None = None


def mark_under_rulings(section: PaperSection, answers: Mapping[str, Answer], rulings: Sequence[Ruling]) -> SectionMark:
    """Mark a section as `mark_choice_section` does, heeding the rulings in the order they were decided.

    A ruling speaks only of the version of the question it names. The points of a section with void questions are scaled
    to its maximum and rounded to 0.01, half up; when every question is void, everybody has the maximum.
    Raises ValueError for a section that people must grade, InvalidAnswer for a ruling whose answer does not fit.
    """
    if not any(_speaks_of(ruling, question) for ruling in rulings for question in section.questions):
        return mark_choice_section(section, answers)
    standing = {question.id: standing_of(question, rulings) for question in section.questions}
    marks = tuple(standing[question.id].mark(answers.get(question.id)) for question in section.questions)
    counted = [mark for question, mark in zip(section.questions, marks, strict=True) if not standing[question.id].is_void]
    questions = [question for question in section.questions if not standing[question.id].is_void]
    return SectionMark(
        section_id=section.id,
        points=_scaled(counted, section.max_points),
        max_points=section.max_points,
        marks=marks,
        by_domain=count_by_domain(questions, counted),
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rulings about one question amount to: its readings (the key and what else is accepted), or no key at all.

    A ruling that leaves the standing as it is changes nobody's points.
    """

    readings: tuple[PaperQuestion, ...]
    is_void: bool = False
    is_full: bool = False

    def mark(self, answer: Answer | None) -> QuestionMark:
        """The mark of an answer to the question; a void one has no points to earn."""
        first = mark_question(self.readings[0], answer)
        if self.is_void:
            return replace(first, points=Decimal(0), max_points=Decimal(0), is_correct=False)
        if self.is_full:
            return replace(first, points=first.max_points, is_correct=True)
        return max((mark_question(reading, answer) for reading in self.readings), key=lambda mark: mark.points)


def _speaks_of(ruling: Ruling, question: PaperQuestion) -> bool:
    return (ruling.question_id, ruling.version) == (question.id, question.version)


def standing_of(question: PaperQuestion, rulings: Iterable[Ruling]) -> Standing:
    """What the rulings, in the order they were decided, amount to for this question; raises InvalidAnswer like marking."""
    standing = Standing((question,))
    for ruling in rulings:
        if _speaks_of(ruling, question) and isinstance(question, PaperMachineQuestion):
            standing = _ruled(standing, question, ruling)
    return standing


def _ruled(standing: Standing, question: PaperMachineQuestion, ruling: Ruling) -> Standing:
    match ruling.kind:
        case RulingKind.VOID:
            return Standing(standing.readings, is_void=True)
        case RulingKind.FULL_CREDIT:
            return Standing(standing.readings, is_full=True)
        case RulingKind.CHANGE_KEY:
            return Standing((rekey(question, parse_answer(question, ruling.body or {})),))
        case RulingKind.ACCEPT_ANSWER:
            reading = rekey(question, parse_answer(question, ruling.body or {}))
            return standing if reading in standing.readings else replace(standing, readings=(*standing.readings, reading))


def _scaled(marks: Sequence[QuestionMark], max_points: Decimal) -> Decimal:
    earned = sum((mark.points for mark in marks), Decimal(0))
    whole = sum((mark.max_points for mark in marks), Decimal(0))
    if not whole:
        return max_points
    return earned if whole == max_points else (earned * max_points / whole).quantize(HUNDREDTH, ROUND_HALF_UP)
