"""The strict shape of a handout's front matter."""

from typing import Annotated

from pydantic import Field, StrictInt

from lms.exam_engine.source_models import Day, Id, Sentence, SourceModel
from lms.handouts.rules.content import FileFormat, HandoutKind

FactId = Annotated[str, Field(pattern=r"^F-\d{3}$", strict=True)]


class FrontMatterSource(SourceModel):
    """The front matter of a handout."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$", strict=True)]
    title: Sentence
    file_name: Annotated[str, Field(pattern=r"^[^\x00-\x20/\\:*?\"<>|.]{1,40}$", strict=True)]
    kind: HandoutKind
    formats: Annotated[list[FileFormat], Field(min_length=1)]
    version: Annotated[str, Field(pattern=r"^\d{1,3}\.\d{1,3}$", strict=True)]
    as_of: Day
    minutes: Annotated[StrictInt, Field(ge=1, le=480)] | None = None
    purpose: Sentence
    audience: Sentence
    licence: Sentence
    lessons: Annotated[list[Id], Field(min_length=1)]
    facts: Annotated[list[FactId], Field(min_length=1)]
