"""選択問題: one right option among four, from its YAML to its mark."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from lms.exam_engine.errors import AnswerFault, Finding, InvalidAnswer, ProblemCode, Severity
from lms.exam_engine.kinds.base import Kind, Placement, QuestionMark, QuestionSource, answer_field
from lms.exam_engine.source_models import Id, Sentence, SourceModel
from lms.exam_engine.vocabulary import Domain, Level, QuestionStatus
from lms.text import count_characters

NAME = "single_choice"
OPTION_IDS = ("a", "b", "c", "d")
KEY_LENGTH_TOLERANCE_PERCENT = 30

_BOLD = re.compile(r"\*\*.+?\*\*", re.DOTALL)
_NEGATIVE_DEMAND = re.compile(
    r"(?:(?:適切で|適当で|妥当で|正しく|該当し|当てはまら|あてはまら|含まれ|必要で)(?:は)?ない"
    r"|誤っている|誤りである|不適切な|不適当な)(?:もの|の)(?:は|を|が)"
)
_CATCH_ALL = re.compile(
    r"^(?:上記|以上|前記)(?:の|は)?(?:すべて|全て|いずれも|どれも)"
    r"|^(?:すべて|全て|いずれも|どれも)(?:該当|当てはま|あてはま|正し|適切|誤)"
    r"|^該当(?:するもの|する選択肢)?(?:は|が)?(?:なし|無し|ない)。?$"
)


@dataclass(frozen=True, slots=True)
class Option:
    """選択肢: a text to choose and why it is right or wrong."""

    id: str
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class ChoiceQuestion:
    """選択問題 as it stands in the bank; `stem` is Markdown, `key` is the id of the right option."""

    id: str
    domain: Domain
    level: Level
    lessons: tuple[str, ...]
    facts: tuple[str, ...]
    as_of: date
    version: int
    status: QuestionStatus
    author: str
    reviewers: tuple[str, ...]
    stem: str
    options: tuple[Option, ...]
    key: str


@dataclass(frozen=True, slots=True)
class PaperOption:
    """An option as frozen into a paper, in the order shown."""

    id: str
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class PaperChoiceQuestion:
    """A choice question as frozen into a paper; `number` counts from 1 within its section."""

    id: str
    version: int
    domain: Domain
    level: Level
    number: int
    stem: str
    options: tuple[PaperOption, ...]
    key: str
    points: Decimal
    lessons: tuple[str, ...]
    kind: Literal["single_choice"] = "single_choice"

    @property
    def max_points(self) -> Decimal:
        """The points of a right answer, under the name all kinds share."""
        return self.points


@dataclass(frozen=True, slots=True)
class ChoiceAnswer:
    """The option a participant chose, or None."""

    option: str | None
    kind: Literal["single_choice"] = "single_choice"


class OptionSource(SourceModel):
    """An option as written in YAML."""

    id: Id
    text: Sentence
    reason: Sentence


class ChoiceSource(QuestionSource):
    """A choice question as written in YAML."""

    domain: Domain
    level: Level
    stem: Sentence
    options: list[OptionSource]
    key: Id


def _define(source: ChoiceSource) -> ChoiceQuestion:
    return ChoiceQuestion(
        id=source.id,
        domain=source.domain,
        level=source.level,
        lessons=tuple(source.lessons),
        facts=tuple(source.facts),
        as_of=source.as_of,
        version=source.version,
        status=source.status,
        author=source.author,
        reviewers=tuple(source.reviewers),
        stem=source.stem,
        options=tuple(Option(id=option.id, text=option.text, reason=option.reason) for option in source.options),
        key=source.key,
    )


def _check(question: ChoiceQuestion) -> Iterator[Finding]:
    yield from _check_option_ids(question)
    yield from _check_wording(question)
    yield from _check_key(question)


def _check_option_ids(question: ChoiceQuestion) -> Iterator[Finding]:
    ids = tuple(option.id for option in question.options)
    repeated = [index for index, option_id in enumerate(ids) if option_id in ids[:index]]
    for index in repeated:
        yield Finding(("options", index, "id"), ProblemCode.DUPLICATE_ID, {"id": ids[index]})
    if len(ids) != len(OPTION_IDS):
        yield Finding(("options",), ProblemCode.OPTION_COUNT, {"count": len(ids), "needed": len(OPTION_IDS)})
    elif not repeated and ids != OPTION_IDS:
        yield Finding(("options",), ProblemCode.OPTION_IDS, {"ids": ",".join(ids), "needed": ",".join(OPTION_IDS)})


def _check_wording(question: ChoiceQuestion) -> Iterator[Finding]:
    plain = _NEGATIVE_DEMAND.search(_BOLD.sub("", question.stem))
    if plain:
        yield Finding(("stem",), ProblemCode.NEGATIVE_NOT_BOLD, {"words": plain.group()})
    for index, option in enumerate(question.options):
        catch_all = _CATCH_ALL.search(option.text)
        if catch_all:
            yield Finding(("options", index, "text"), ProblemCode.CATCH_ALL_OPTION, {"words": catch_all.group()})


def _check_key(question: ChoiceQuestion) -> Iterator[Finding]:
    keyed = [option for option in question.options if option.id == question.key]
    if not keyed:
        yield Finding(("key",), ProblemCode.KEY_NOT_AN_OPTION, {"key": question.key})
        return
    length = count_characters(keyed[0].text)
    others = [count_characters(option.text) for option in question.options if option.id != question.key]
    if is_conspicuous(length, others):
        values = {"length": length, "shortest": min(others), "longest": max(others)}
        yield Finding(("key",), ProblemCode.KEY_LENGTH, values, Severity.WARNING)


def is_conspicuous(length: int, others: list[int]) -> bool:
    """Whether the key gives itself away by differing from the other options' mean length by more than 30 %."""
    total = sum(others)
    return bool(others) and abs(length * len(others) - total) * 100 > total * KEY_LENGTH_TOLERANCE_PERCENT


def _freeze(question: ChoiceQuestion, placement: Placement) -> PaperChoiceQuestion:
    options = placement.shuffler.shuffled(question.options)
    return PaperChoiceQuestion(
        id=question.id,
        version=question.version,
        domain=question.domain,
        level=question.level,
        number=placement.number,
        stem=question.stem,
        options=tuple(PaperOption(id=option.id, text=option.text, reason=option.reason) for option in options),
        key=question.key,
        points=placement.points,
        lessons=question.lessons,
    )


def _parse_answer(question: PaperChoiceQuestion, body: Mapping[str, object]) -> ChoiceAnswer:
    option = answer_field(body, kind=NAME, name="option")
    if option is None:
        return ChoiceAnswer(option=None)
    if not isinstance(option, str):
        raise InvalidAnswer(AnswerFault.WRONG_SHAPE)
    if all(option != offered.id for offered in question.options):
        raise InvalidAnswer(AnswerFault.UNKNOWN_OPTION)
    return ChoiceAnswer(option=option)


def _is_blank(answer: ChoiceAnswer) -> bool:
    return answer.option is None


def _mark(question: PaperChoiceQuestion, answer: ChoiceAnswer | None) -> QuestionMark:
    chosen = answer.option if answer else None
    is_correct = chosen == question.key
    return QuestionMark(
        question_id=question.id,
        points=question.points if is_correct else Decimal(0),
        max_points=question.points,
        is_correct=is_correct,
        chosen=chosen,
        key=question.key,
    )


KIND = Kind(
    name=NAME,
    source=ChoiceSource,
    define=_define,
    check=_check,
    freeze=_freeze,
    parse_answer=_parse_answer,
    is_blank=_is_blank,
    mark=_mark,
)
