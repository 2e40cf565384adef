"""The exam as the association wrote it: sections, questions, rubrics and the rules of passing."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from lms.exam_engine.kinds.case import Case
from lms.exam_engine.kinds.essay import EssayQuestion
from lms.exam_engine.kinds.options import Option
from lms.exam_engine.kinds.registry import MachineQuestion, Question
from lms.exam_engine.kinds.single_choice import ChoiceQuestion
from lms.exam_engine.vocabulary import (
    Cap,
    Criterion,
    Domain,
    Level,
    Materials,
    QuestionStatus,
    Rubric,
    RubricLevel,
    SectionKind,
)

__all__ = [
    "Cap",
    "Case",
    "ChoiceQuestion",
    "ChoiceSection",
    "Criterion",
    "DisagreementRule",
    "Domain",
    "EssayLimits",
    "EssayQuestion",
    "EssaySection",
    "EssaySlot",
    "Exam",
    "Level",
    "MachineQuestion",
    "Materials",
    "Option",
    "PassRule",
    "Question",
    "QuestionStatus",
    "Quota",
    "ResitRule",
    "Rubric",
    "RubricLevel",
    "Section",
    "SectionKind",
]


@dataclass(frozen=True, slots=True)
class Quota:
    """A cell of the blueprint: how many questions of a domain and level are drawn, of one kind or (None) of any."""

    domain: Domain
    level: Level
    count: int
    kind: str | None = None

    def takes(self, question: MachineQuestion) -> bool:
        """Whether the question may be drawn for this quota."""
        of_kind = self.kind is None or question.kind == self.kind
        return of_kind and (question.domain, question.level) == (self.domain, self.level)


@dataclass(frozen=True, slots=True)
class ChoiceSection:
    """選択問題: a section marked by machine, drawn by quota."""

    id: str
    title: str
    time_limit: timedelta
    max_points: Decimal
    points_per_question: Decimal
    materials: Materials
    materials_note: str
    quotas: tuple[Quota, ...]

    @property
    def kind(self) -> SectionKind:
        """Always CHOICE."""
        return SectionKind.CHOICE

    @property
    def question_count(self) -> int:
        """How many questions a paper has in this section."""
        return sum(quota.count for quota in self.quotas)


@dataclass(frozen=True, slots=True)
class EssaySlot:
    """A place for one essay, drawn among the questions of the named types."""

    types: tuple[str, ...]
    max_points: Decimal


@dataclass(frozen=True, slots=True)
class EssayLimits:
    """字数 and its consequences: under which count expression is worth 0, under which nothing is graded,
    and beyond which count the text is marked as not graded."""

    under_expression_zero: int
    under_not_graded: int
    over_not_graded: int


@dataclass(frozen=True, slots=True)
class EssaySection:
    """論述問題: a section graded by people, one question for each slot."""

    id: str
    title: str
    time_limit: timedelta
    max_points: Decimal
    materials: Materials
    materials_note: str
    slots: tuple[EssaySlot, ...]
    limits: EssayLimits

    @property
    def kind(self) -> SectionKind:
        """Always ESSAY."""
        return SectionKind.ESSAY

    @property
    def question_count(self) -> int:
        """How many questions a paper has in this section."""
        return len(self.slots)


Section = ChoiceSection | EssaySection


@dataclass(frozen=True, slots=True)
class PassRule:
    """合格基準: the total needed and the points needed in single sections, as (section id, points)."""

    total: Decimal
    sections: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, slots=True)
class ResitRule:
    """再受験: how many windows a cohort has, and how long after the release the next may open."""

    windows: int
    min_days_after_release: int


@dataclass(frozen=True, slots=True)
class DisagreementRule:
    """When two graders' marks go to a third: gaps in points, one-sided caps, a verdict that lower and higher marks split.

    A verdict that hangs on one single mark always does.
    """

    total_gap: Decimal
    criterion_gap: Decimal
    split_cap: bool
    split_verdict: bool


@dataclass(frozen=True, slots=True)
class Exam:
    """認定試験: one version of an exam with its whole bank."""

    id: str
    title: str
    version: str
    as_of: date
    sections: tuple[Section, ...]
    pass_rule: PassRule
    resit: ResitRule
    disagreement: DisagreementRule
    pledge: tuple[str, ...]
    questions: tuple[MachineQuestion, ...]
    """Those marked by machine, of all kinds."""
    essays: tuple[EssayQuestion, ...]
    rubrics: tuple[Rubric, ...]
    cases: tuple[Case, ...] = ()

    def section(self, section_id: str) -> Section:
        """The section of this id; raises KeyError."""
        for section in self.sections:
            if section.id == section_id:
                return section
        raise KeyError(section_id)

    def question(self, question_id: str) -> Question:
        """The question of this id, whatever its kind; raises KeyError."""
        for question in self.bank:
            if question.id == question_id:
                return question
        raise KeyError(question_id)

    @property
    def bank(self) -> tuple[Question, ...]:
        """Every question, whether marked by machine or graded by people."""
        return (*self.questions, *self.essays)

    def case(self, case_id: str) -> Case:
        """The case of this id; raises KeyError."""
        for case in self.cases:
            if case.id == case_id:
                return case
        raise KeyError(case_id)

    def rubric(self, rubric_id: str) -> Rubric:
        """The rubric of this id; raises KeyError."""
        for rubric in self.rubrics:
            if rubric.id == rubric_id:
                return rubric
        raise KeyError(rubric_id)
