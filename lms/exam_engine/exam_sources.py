"""The shapes of exam.yaml and rubrics.yaml, and how they become definitions."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import Field, StrictBool, ValidatorFunctionWrapHandler, WrapValidator
from pydantic_core import PydanticCustomError

from lms.exam_engine.definitions import (
    Cap,
    ChoiceSection,
    Criterion,
    DisagreementRule,
    Domain,
    EssayLimits,
    EssaySection,
    EssaySlot,
    Level,
    Materials,
    PassRule,
    Quota,
    ResitRule,
    Rubric,
    RubricLevel,
    Section,
)
from lms.exam_engine.source_models import Count, Day, Id, Points, Sentence, SourceModel, WholeNumber

ANY_KIND = "any"


def _read_cell(value: object, handler: ValidatorFunctionWrapHandler) -> object:
    if isinstance(value, dict):
        return handler(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise PydanticCustomError("cell_type", "neither a number nor numbers by kind")
    if value < 0:
        raise PydanticCustomError("cell_below_zero", "below zero")
    return {ANY_KIND: value}


Cell = Annotated[dict[str, WholeNumber], WrapValidator(_read_cell)]
"""How many questions of a domain and level: a number, or numbers by kind, among which `any` stands for any kind."""


class SectionSource(SourceModel, ABC):
    """What every section of exam.yaml has."""

    id: Id
    title: Sentence
    time_limit_minutes: Count
    max_points: Points
    materials: Materials
    materials_note: Sentence

    @abstractmethod
    def define(self) -> Section:
        """The section as a definition."""


class ChoiceSectionSource(SectionSource):
    """A section drawn by quota."""

    kind: Literal["choice"]
    points_per_question: Points
    quotas: dict[Domain, dict[Level, Cell]] = Field(min_length=1)

    def define(self) -> ChoiceSection:
        """The section as a definition; empty cells are left out."""
        return ChoiceSection(
            id=self.id,
            title=self.title,
            time_limit=timedelta(minutes=self.time_limit_minutes),
            max_points=self.max_points,
            points_per_question=self.points_per_question,
            materials=self.materials,
            materials_note=self.materials_note,
            quotas=tuple(
                Quota(domain, level, count, None if kind == ANY_KIND else kind)
                for domain, levels in self.quotas.items()
                for level, kinds in levels.items()
                for kind, count in kinds.items()
                if count
            ),
        )


class SlotSource(SourceModel):
    """A place for one essay."""

    types: list[Id] = Field(min_length=1)
    max_points: Points


class LimitsSource(SourceModel):
    """Lengths with consequences, in 字."""

    under_expression_zero: WholeNumber
    under_not_graded: WholeNumber
    over_not_graded: Count


class EssaySectionSource(SectionSource):
    """A section with one essay for each slot."""

    kind: Literal["essay"]
    slots: list[SlotSource] = Field(min_length=1)
    limits: LimitsSource

    def define(self) -> EssaySection:
        """The section as a definition."""
        return EssaySection(
            id=self.id,
            title=self.title,
            time_limit=timedelta(minutes=self.time_limit_minutes),
            max_points=self.max_points,
            materials=self.materials,
            materials_note=self.materials_note,
            slots=tuple(EssaySlot(types=tuple(slot.types), max_points=slot.max_points) for slot in self.slots),
            limits=EssayLimits(
                under_expression_zero=self.limits.under_expression_zero,
                under_not_graded=self.limits.under_not_graded,
                over_not_graded=self.limits.over_not_graded,
            ),
        )


SECTION_SOURCES: Mapping[str, type[SectionSource]] = MappingProxyType(
    {"choice": ChoiceSectionSource, "essay": EssaySectionSource}
)


class PassRuleSource(SourceModel):
    """Points needed to pass."""

    total: Points
    sections: dict[str, Points]

    def define(self) -> PassRule:
        """The rule as a definition."""
        return PassRule(total=self.total, sections=tuple(self.sections.items()))


class ResitSource(SourceModel):
    """How often and how soon the exam may be sat again."""

    windows: Count
    min_days_after_release: WholeNumber

    def define(self) -> ResitRule:
        """The rule as a definition."""
        return ResitRule(windows=self.windows, min_days_after_release=self.min_days_after_release)


class DisagreementSource(SourceModel):
    """When a third grader decides."""

    total_gap: Points
    criterion_gap: Points
    split_cap: StrictBool
    split_verdict: StrictBool

    def define(self) -> DisagreementRule:
        """The rule as a definition."""
        return DisagreementRule(
            total_gap=self.total_gap,
            criterion_gap=self.criterion_gap,
            split_cap=self.split_cap,
            split_verdict=self.split_verdict,
        )


class ExamSource(SourceModel):
    """exam.yaml; its sections are shaped one by one, by kind."""

    id: Id
    title: Sentence
    version: Sentence
    as_of: Day
    sections: list[Any] = Field(min_length=1)
    pass_rule: PassRuleSource
    resit: ResitSource
    disagreement: DisagreementSource
    pledge: list[Sentence] = Field(min_length=1)


class LevelSource(SourceModel):
    """A state of an essay and its points."""

    points: WholeNumber
    text: Sentence


class CriterionSource(SourceModel):
    """A criterion with its levels, best first."""

    id: Id
    title: Sentence
    levels: list[LevelSource]

    def define(self) -> Criterion:
        """The criterion as a definition."""
        levels = tuple(RubricLevel(points=level.points, text=level.text) for level in self.levels)
        return Criterion(id=self.id, title=self.title, levels=levels)


class CapSource(SourceModel):
    """A reason for limiting the points of an essay."""

    id: Id
    text: Sentence


class RubricSource(SourceModel):
    """One rubric of rubrics.yaml."""

    id: Id
    revision: Count
    title: Sentence
    criteria: list[CriterionSource] = Field(min_length=1)
    expression_criterion: Id
    caps: list[CapSource]
    cap_points: WholeNumber

    def define(self) -> Rubric:
        """The rubric as a definition."""
        return Rubric(
            id=self.id,
            revision=self.revision,
            title=self.title,
            criteria=tuple(criterion.define() for criterion in self.criteria),
            caps=tuple(Cap(id=cap.id, text=cap.text) for cap in self.caps),
            cap_points=self.cap_points,
            expression_criterion=self.expression_criterion,
        )


class RubricsFile(SourceModel):
    """rubrics.yaml; its rubrics are shaped one by one."""

    rubrics: list[Any]


class BankFile(SourceModel):
    """A bank file; its questions and cases are shaped one by one, by kind."""

    questions: list[Any]
