"""定型文: common phrases for 講評, for every essay and by criterion; as the shape of phrases.yaml."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Phrase = Annotated[str, Field(min_length=4, max_length=200)]


class PhraseBank(BaseModel):
    """Everything phrases.yaml says; criteria are named by the ids of rubrics.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    general: list[Phrase] = []
    criteria: dict[str, list[Phrase]] = {}
