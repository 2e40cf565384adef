"""The strict shapes of course.yaml, facts.yaml, a lesson's front matter and its quiz, and what they become."""

from datetime import time
from typing import Annotated

from pydantic import BeforeValidator, Field, StrictInt

from lms.exam_engine.source_models import Count, Day, Id, Sentence, SourceModel
from lms.lessons.rules.content import (
    Anchor,
    Course,
    Fact,
    LessonEntry,
    Level,
    Module,
    Objective,
    Publication,
    QuizOption,
    QuizQuestion,
    ReleaseGroup,
    WorksheetField,
)


def _read_time(value: object) -> time:
    if isinstance(value, str):
        return time.fromisoformat(value)
    raise ValueError("not a time of day")


TimeOfDay = Annotated[time, BeforeValidator(_read_time)]
OffsetDays = Annotated[StrictInt, Field(ge=-365, le=365)]
"""Within a year of its anchor: no calendar ends before a lesson opens."""
FieldKey = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$", strict=True)]


class ModuleSource(SourceModel):
    """A module of course.yaml."""

    id: Id
    title: Sentence


class ReleaseGroupSource(SourceModel):
    """A release group of course.yaml."""

    id: Id
    title: Sentence
    anchor: Anchor
    offset_days: OffsetDays
    time: TimeOfDay


class QuizRuleSource(SourceModel):
    """How a 確認テスト is passed."""

    pass_percent: Annotated[StrictInt, Field(ge=1, le=100)]


class EntrySource(SourceModel):
    """A lesson's line in course.yaml."""

    id: Id
    title: Sentence
    module: Id
    release_group: Id
    state: Publication


class CourseSource(SourceModel):
    """course.yaml."""

    id: Id
    title: Sentence
    modules: Annotated[list[ModuleSource], Field(min_length=1)]
    release_groups: Annotated[list[ReleaseGroupSource], Field(min_length=1)]
    quiz: QuizRuleSource
    lessons: Annotated[list[EntrySource], Field(min_length=1)]

    def define(self) -> Course:
        """The course as a value."""
        return Course(
            id=self.id,
            title=self.title,
            modules=tuple(Module(each.id, each.title) for each in self.modules),
            release_groups=tuple(
                ReleaseGroup(each.id, each.title, each.anchor, each.offset_days, each.time) for each in self.release_groups
            ),
            pass_percent=self.quiz.pass_percent,
            entries=tuple(LessonEntry(each.id, each.title, each.module, each.release_group, each.state) for each in self.lessons),
        )


class FactSource(SourceModel):
    """A fact of facts.yaml."""

    id: Annotated[str, Field(pattern=r"^F-\d{3}$", strict=True)]
    text: Sentence
    source: Sentence
    as_of: Day
    review_by: Day
    certainty: Annotated[str, Field(pattern=r"^[ABC]$", strict=True)]

    def define(self) -> Fact:
        """The fact as a value."""
        return Fact(self.id, self.text.strip(), self.source.strip(), self.as_of, self.review_by, self.certainty)


class FactsSource(SourceModel):
    """facts.yaml."""

    facts: Annotated[list[FactSource], Field(min_length=1)]


class ObjectiveSource(SourceModel):
    """One objective of a lesson."""

    level: Level
    text: Sentence


class WorksheetFieldSource(SourceModel):
    """One field of a lesson's worksheet."""

    key: FieldKey
    label: Sentence
    hint: str = ""
    rows: Annotated[StrictInt, Field(ge=2, le=20)]


class FrontMatterSource(SourceModel):
    """The front matter of a lesson."""

    id: Id
    title: Sentence
    module: Id
    minutes: Annotated[StrictInt, Field(ge=5, le=40)]
    release_group: Id
    as_of: Day
    version: Count
    objectives: list[ObjectiveSource]
    facts: list[str]
    worksheet: Annotated[list[WorksheetFieldSource], Field(min_length=1)]

    def define_objectives(self) -> tuple[Objective, ...]:
        """The objectives as values."""
        return tuple(Objective(each.level, each.text) for each in self.objectives)

    def define_worksheet(self) -> tuple[WorksheetField, ...]:
        """The worksheet's fields as values."""
        return tuple(WorksheetField(each.key, each.label, each.hint, each.rows) for each in self.worksheet)


class OptionSource(SourceModel):
    """One option of a quiz question."""

    id: Annotated[str, Field(pattern=r"^[a-z]$", strict=True)]
    text: Sentence
    reason: Sentence


class QuestionSource(SourceModel):
    """One question of a quiz."""

    id: Id
    level: Level
    stem: Sentence
    options: list[OptionSource]
    key: str
    explanation: Sentence
    facts: list[str]

    def define(self) -> QuizQuestion:
        """The question as a value."""
        return QuizQuestion(
            id=self.id,
            level=self.level,
            stem=self.stem.strip(),
            options=tuple(QuizOption(each.id, each.text, each.reason) for each in self.options),
            key=self.key,
            explanation=self.explanation.strip(),
            facts=tuple(self.facts),
        )


class QuizSource(SourceModel):
    """L*.quiz.yaml."""

    lesson: Id
    questions: list[QuestionSource]
