"""What every kind of question offers to the rest of the engine, and what all kinds write in their YAML."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import Field

from lms.exam_engine.drawing import Shuffler
from lms.exam_engine.errors import AnswerFault, Finding, InvalidAnswer
from lms.exam_engine.source_models import Count, Day, Id, Sentence, SourceModel
from lms.exam_engine.vocabulary import QuestionStatus, Rubric


class QuestionSource(SourceModel):
    """The fields of every question in a bank file."""

    id: Id
    kind: Id
    lessons: list[Id] = Field(min_length=1)
    facts: list[Id]
    as_of: Day
    version: Count
    status: QuestionStatus
    author: Sentence
    reviewers: list[Sentence]


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a drawn question stands in a paper, and what it needs to be frozen there."""

    number: int
    points: Decimal
    shuffler: Shuffler
    rubrics: tuple[Rubric, ...]


@dataclass(frozen=True, slots=True)
class QuestionMark:
    """Machine marking of one answer: the points and why (what was chosen, what was right)."""

    question_id: str
    points: Decimal
    max_points: Decimal
    is_correct: bool
    chosen: str | None
    key: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of question; its functions receive only definitions, paper questions and answers of this kind."""

    name: str
    source: type[QuestionSource]
    define: Callable[[Any], Any]
    check: Callable[[Any], Iterable[Finding]]
    freeze: Callable[[Any, Placement], Any]
    parse_answer: Callable[[Any, Mapping[str, object]], Any]
    is_blank: Callable[[Any], bool]
    mark: Callable[[Any, Any], QuestionMark] | None


def answer_field(body: Mapping[str, object], *, kind: str, name: str) -> object:
    """The one field of an answer body beside `kind`; raises InvalidAnswer for another kind or shape."""
    if body.get("kind") != kind:
        raise InvalidAnswer(AnswerFault.WRONG_KIND)
    if set(body) != {"kind", name}:
        raise InvalidAnswer(AnswerFault.WRONG_SHAPE)
    return body[name]
