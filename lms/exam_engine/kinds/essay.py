"""論述問題: a prompt answered in one's own words and graded by people, from its YAML to a clean answer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field

from lms.exam_engine.errors import AnswerFault, Finding, InvalidAnswer, ProblemCode
from lms.exam_engine.kinds.base import Kind, Placement, QuestionSource, answer_field
from lms.exam_engine.source_models import Count, Id, Sentence, WholeNumber
from lms.exam_engine.vocabulary import Domain, QuestionStatus, Rubric
from lms.text import count_characters

NAME = "essay"
MAX_CODE_POINTS = 20_000


@dataclass(frozen=True, slots=True)
class EssayQuestion:
    """論述問題 as it stands in the bank; `prompt` is Markdown, lengths are in 字."""

    id: str
    type: str
    title: str
    domains: tuple[Domain, ...]
    lessons: tuple[str, ...]
    facts: tuple[str, ...]
    as_of: date
    version: int
    status: QuestionStatus
    author: str
    reviewers: tuple[str, ...]
    prompt: str
    min_chars: int
    max_chars: int
    rubric_id: str


@dataclass(frozen=True, slots=True)
class PaperEssayQuestion:
    """An essay question as frozen into a paper with the whole rubric it will be graded by."""

    id: str
    version: int
    type: str
    title: str
    number: int
    prompt: str
    min_chars: int
    max_chars: int
    max_points: Decimal
    rubric: Rubric
    lessons: tuple[str, ...]
    kind: Literal["essay"] = "essay"


@dataclass(frozen=True, slots=True)
class EssayAnswer:
    """The text a participant wrote, with LF line ends and otherwise as typed."""

    text: str
    kind: Literal["essay"] = "essay"

    @property
    def char_count(self) -> int:
        """字数: graphemes without white space and line breaks."""
        return count_characters(self.text)


class EssaySource(QuestionSource):
    """An essay question as written in YAML."""

    type: Id
    title: Sentence
    domains: list[Domain] = Field(min_length=1)
    prompt: Sentence
    min_chars: WholeNumber
    max_chars: Count
    rubric: Id


def _define(source: EssaySource) -> EssayQuestion:
    return EssayQuestion(
        id=source.id,
        type=source.type,
        title=source.title,
        domains=tuple(source.domains),
        lessons=tuple(source.lessons),
        facts=tuple(source.facts),
        as_of=source.as_of,
        version=source.version,
        status=source.status,
        author=source.author,
        reviewers=tuple(source.reviewers),
        prompt=source.prompt,
        min_chars=source.min_chars,
        max_chars=source.max_chars,
        rubric_id=source.rubric,
    )


def _check(question: EssayQuestion) -> Iterator[Finding]:
    if question.min_chars >= question.max_chars:
        values = {"min_chars": question.min_chars, "max_chars": question.max_chars}
        yield Finding(("max_chars",), ProblemCode.CHAR_LIMITS, values)


def _freeze(question: EssayQuestion, placement: Placement) -> PaperEssayQuestion:
    return PaperEssayQuestion(
        id=question.id,
        version=question.version,
        type=question.type,
        title=question.title,
        number=placement.number,
        prompt=question.prompt,
        min_chars=question.min_chars,
        max_chars=question.max_chars,
        max_points=placement.points,
        rubric=next(rubric for rubric in placement.rubrics if rubric.id == question.rubric_id),
        lessons=question.lessons,
    )


def _parse_answer(_question: PaperEssayQuestion, body: Mapping[str, object]) -> EssayAnswer:
    text = answer_field(body, kind=NAME, name="text")
    if not isinstance(text, str):
        raise InvalidAnswer(AnswerFault.WRONG_SHAPE)
    return EssayAnswer(text=normalize_text(text))


def normalize_text(text: str) -> str:
    """The text with LF line ends; raises InvalidAnswer for what cannot be stored or is beyond any essay."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\x00" in unified:
        raise InvalidAnswer(AnswerFault.NUL_CHARACTER)
    if any("\ud800" <= character <= "\udfff" for character in unified):
        raise InvalidAnswer(AnswerFault.LONE_SURROGATE)
    if len(unified) > MAX_CODE_POINTS:
        raise InvalidAnswer(AnswerFault.TOO_LONG)
    return unified


def _is_blank(answer: EssayAnswer) -> bool:
    return answer.char_count == 0


KIND = Kind(
    name=NAME,
    source=EssaySource,
    define=_define,
    check=_check,
    freeze=_freeze,
    parse_answer=_parse_answer,
    is_blank=_is_blank,
    mark=None,
)
