"""The strict shape of content/manual.yaml."""

from typing import Annotated

from pydantic import Field, StrictInt

from lms.exam_engine.source_models import Id, Sentence, SourceModel
from lms.manuals.rules.plan import ChapterPlan, FieldRef, ManualPlan

Ref = Annotated[str, Field(pattern=r"^[A-Z]\d{2}\.[a-z][a-z0-9_]{0,39}$", strict=True)]


class ChapterSource(SourceModel):
    """One chapter."""

    id: Id
    title: Sentence
    intro: Sentence
    fields: Annotated[list[Ref], Field(min_length=1)]

    def define(self) -> ChapterPlan:
        """The chapter as a value."""
        return ChapterPlan(self.id, self.title, self.intro, tuple(map(_ref, self.fields)))


class ManualSource(SourceModel):
    """The whole file."""

    title: Sentence
    intro: Sentence
    share_days: Annotated[StrictInt, Field(ge=1, le=90)]
    chapters: Annotated[list[ChapterSource], Field(min_length=1)]
    left_out: list[Ref]

    def define(self) -> ManualPlan:
        """The plan as a value."""
        chapters = tuple(chapter.define() for chapter in self.chapters)
        return ManualPlan(self.title, self.intro, self.share_days, chapters, tuple(map(_ref, self.left_out)))


def _ref(text: str) -> FieldRef:
    lesson_id, _, key = text.partition(".")
    return FieldRef(lesson_id, key)
