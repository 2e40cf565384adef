"""論述問題: a prompt answered in one's own words and graded by people, from its YAML to a clean answer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar, Literal

from pydantic import Field

from lms.exam_engine.canonical import LEFT_OUT_AT_DEFAULT
from lms.exam_engine.errors import AnswerFault, Finding, InvalidAnswer, ProblemCode
from lms.exam_engine.kinds.base import (
    BankQuestion,
    Kind,
    Placement,
    QuestionSource,
    answer_field,
    question_fields,
    refuse_unstorable,
)
from lms.exam_engine.source_models import Count, Id, Sentence, WholeNumber
from lms.exam_engine.vocabulary import Domain, Rubric
from lms.text import count_characters

NAME = "essay"
MAX_CODE_POINTS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class EssayQuestion(BankQuestion):
    """論述問題 as it stands in the bank; `prompt` is Markdown, lengths are in 字."""

    kind: ClassVar[str] = NAME

    type: str
    title: str
    domains: tuple[Domain, ...]
    prompt: str
    min_chars: int
    max_chars: int
    rubric_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
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
    case: str | None = field(default=None, metadata=LEFT_OUT_AT_DEFAULT)


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
        **question_fields(source),
        type=source.type,
        title=source.title,
        domains=tuple(source.domains),
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
        case=question.case,
    )


def _parse_answer(_question: PaperEssayQuestion, body: Mapping[str, object]) -> EssayAnswer:
    text = answer_field(body, kind=NAME, name="text")
    if not isinstance(text, str):
        raise InvalidAnswer(AnswerFault.WRONG_SHAPE)
    return EssayAnswer(text=normalize_text(text))


def normalize_text(text: str) -> str:
    """The text with LF line ends; raises InvalidAnswer for what cannot be stored or is beyond any essay."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    refuse_unstorable(unified)
    if len(unified) > MAX_CODE_POINTS:
        raise InvalidAnswer(AnswerFault.TOO_LONG)
    return unified


def _is_blank(answer: EssayAnswer) -> bool:
    return answer.char_count == 0


KIND = Kind(
    name=NAME,
    source=EssaySource,
    definition=EssayQuestion,
    define=_define,
    check=_check,
    paper=PaperEssayQuestion,
    freeze=_freeze,
    parse_answer=_parse_answer,
    is_blank=_is_blank,
    machine=None,
)
