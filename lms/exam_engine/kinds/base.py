"""What every kind of question offers to the rest of the engine, and what all kinds write in their YAML."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, ClassVar, Protocol

from pydantic import Field

from lms.exam_engine.canonical import LEFT_OUT_AT_DEFAULT
from lms.exam_engine.drawing import Shuffler
from lms.exam_engine.errors import AnswerFault, Finding, InvalidAnswer, ProblemCode
from lms.exam_engine.source_models import Count, Day, Id, Sentence, SourceModel
from lms.exam_engine.vocabulary import Domain, Level, QuestionStatus, Rubric

HUNDREDTH = Decimal("0.01")

_BOLD = re.compile(r"\*\*.+?\*\*", re.DOTALL)
_NEGATIVE_DEMAND = re.compile(
    r"(?:(?:適切で|適当で|妥当で|正しく|該当し|当てはまら|あてはまら|含まれ|必要で)(?:は)?ない"
    r"|誤っている|誤りである|不適切な|不適当な)(?:もの|の)(?:は|を|が)"
)


class EntrySource(SourceModel):
    """The fields of everything in a bank file."""

    id: Id
    kind: Id
    lessons: list[Id] = Field(min_length=1)
    facts: list[Id]
    as_of: Day
    version: Count
    status: QuestionStatus
    author: Sentence
    reviewers: list[Sentence]


class QuestionSource(EntrySource):
    """The fields of every question; `case` names a shared text, `enemies` the questions it may not stand beside."""

    case: Id | None = None
    enemies: list[Id] = Field(default=[])


class MachineSource(QuestionSource):
    """The fields of every question that is marked by machine."""

    domain: Domain
    level: Level
    stem: Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Anything in the bank, with where it comes from and how far its review has come."""

    kind: ClassVar[str]

    id: str
    lessons: tuple[str, ...]
    facts: tuple[str, ...]
    as_of: date
    version: int
    status: QuestionStatus
    author: str
    reviewers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BankQuestion(Entry):
    """設問 of any kind; being enemies holds both ways, whichever of the two says so."""

    case: str | None = None
    enemies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineQuestion(BankQuestion):
    """設問 marked by machine; `stem` is Markdown."""

    domain: Domain
    level: Level
    stem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperMachineQuestion:
    """A machine-marked question as frozen into a paper; `number` counts from 1 within its section."""

    kind: str
    id: str
    version: int
    domain: Domain
    level: Level
    number: int
    stem: str
    points: Decimal
    lessons: tuple[str, ...]
    case: str | None = field(default=None, metadata=LEFT_OUT_AT_DEFAULT)

    @property
    def max_points(self) -> Decimal:
        """The points of a right answer, under the name all kinds share."""
        return self.points


class Answer(Protocol):
    """解答 of any kind."""

    @property
    def kind(self) -> str:
        """The kind of question it answers."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a drawn question stands in a paper, and what it needs to be frozen there."""

    number: int
    points: Decimal
    shuffler: Shuffler
    rubrics: tuple[Rubric, ...]


@dataclass(frozen=True, slots=True)
class QuestionMark:
    """Machine marking of one answer: the points and why.

    `chosen` and `key` say what was answered (None when nothing was) and what was right, in ids, figures and typed
    text only, in the notation of the kind; `is_correct` means full points.
    """

    question_id: str
    points: Decimal
    max_points: Decimal
    is_correct: bool
    chosen: str | None
    key: str


@dataclass(frozen=True, slots=True)
class BankKind:
    """A kind of bank entry: how it is written, what it becomes, and what may be wrong with it."""

    name: str
    """As written in YAML, stored in papers and answers; rooms keep the Japanese name under this key."""
    source: type[EntrySource]
    definition: type[Entry]
    define: Callable[[Any], Any]
    check: Callable[[Any], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class MachineMarking:
    """What a kind marked by machine can do with a paper question; `mark` takes None for no answer."""

    mark: Callable[[Any, Any], QuestionMark]
    solve: Callable[[Any], Any]
    """The answer that earns full points."""
    rekey: Callable[[Any, Any], Any]
    """The question with the key changed so that this answer earns full points."""


@dataclass(frozen=True, slots=True)
class Kind(BankKind):
    """A kind of question; its functions receive only definitions, paper questions and answers of this kind."""

    paper: type
    freeze: Callable[[Any, Placement], Any]
    parse_answer: Callable[[Any, Mapping[str, object]], Any]
    is_blank: Callable[[Any], bool]
    machine: MachineMarking | None


def entry_fields(source: EntrySource) -> dict[str, Any]:
    """The fields of `Entry`, for the constructor of a definition."""
    return {
        "id": source.id,
        "lessons": tuple(source.lessons),
        "facts": tuple(source.facts),
        "as_of": source.as_of,
        "version": source.version,
        "status": source.status,
        "author": source.author,
        "reviewers": tuple(source.reviewers),
    }


def question_fields(source: QuestionSource) -> dict[str, Any]:
    """The fields of `BankQuestion`, for the constructor of a definition."""
    return {**entry_fields(source), "case": source.case, "enemies": tuple(source.enemies)}


def machine_fields(source: MachineSource) -> dict[str, Any]:
    """The fields of `MachineQuestion`, for the constructor of a definition."""
    return {**question_fields(source), "domain": source.domain, "level": source.level, "stem": source.stem}


def paper_fields(question: MachineQuestion, placement: Placement) -> dict[str, Any]:
    """The fields of `PaperMachineQuestion` but its kind, for the constructor of a frozen question."""
    return {
        "id": question.id,
        "version": question.version,
        "domain": question.domain,
        "level": question.level,
        "number": placement.number,
        "stem": question.stem,
        "points": placement.points,
        "lessons": question.lessons,
        "case": question.case,
    }


def answer_field(body: Mapping[str, object], *, kind: str, name: str) -> object:
    """The one field of an answer body beside `kind`; raises InvalidAnswer for another kind or shape."""
    if body.get("kind") != kind:
        raise InvalidAnswer(AnswerFault.WRONG_KIND)
    if set(body) != {"kind", name}:
        raise InvalidAnswer(AnswerFault.WRONG_SHAPE)
    return body[name]


def id_list(value: object) -> tuple[str, ...]:
    """A list of different texts from an answer body; raises InvalidAnswer for anything else."""
    if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
        raise InvalidAnswer(AnswerFault.WRONG_SHAPE)
    if len(set(value)) < len(value):
        raise InvalidAnswer(AnswerFault.REPEATED_OPTION)
    return tuple(value)


def line_of_text(value: object, *, limit: int) -> str:
    """A short text exactly as typed; raises InvalidAnswer when it is none, cannot be stored or is beyond `limit` code points."""
    if not isinstance(value, str):
        raise InvalidAnswer(AnswerFault.WRONG_SHAPE)
    refuse_unstorable(value)
    if len(value) > limit:
        raise InvalidAnswer(AnswerFault.LINE_TOO_LONG)
    return value


def refuse_unstorable(text: str) -> None:
    """Raise InvalidAnswer for what no database keeps: NUL and lone surrogates."""
    if "\x00" in text:
        raise InvalidAnswer(AnswerFault.NUL_CHARACTER)
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise InvalidAnswer(AnswerFault.LONE_SURROGATE)


def share_mark(question: PaperMachineQuestion, *, earned: int, whole: int, chosen: str | None, key: str) -> QuestionMark:
    """The mark of an answer that earned `earned` of `whole` equal shares of the points; below 0 counts as 0.

    A part of the points is rounded to 0.01, half up (四捨五入), because points are stored with two decimals.
    """
    is_correct = earned == whole
    part = (question.points * earned / whole).quantize(HUNDREDTH, ROUND_HALF_UP) if earned > 0 else Decimal(0)
    return QuestionMark(
        question_id=question.id,
        points=question.points if is_correct else part,
        max_points=question.points,
        is_correct=is_correct,
        chosen=chosen,
        key=key,
    )


def check_stem(question: MachineQuestion) -> Iterator[Finding]:
    """A demand in the negative is easily overread and must be bold."""
    plain = _NEGATIVE_DEMAND.search(_BOLD.sub("", question.stem))
    if plain:
        yield Finding(("stem",), ProblemCode.NEGATIVE_NOT_BOLD, {"words": plain.group()})


def check_distinct(name: str, ids: Sequence[str], texts: Sequence[str]) -> Iterator[Finding]:
    """No id and no text stands twice in the list of this name, so that each can be told from the others."""
    for index, each in enumerate(ids):
        if each in ids[:index]:
            yield Finding((name, index, "id"), ProblemCode.DUPLICATE_ID, {"id": each})
    for index, text in enumerate(texts):
        if text in texts[:index]:
            yield Finding((name, index, "text"), ProblemCode.DUPLICATE_TEXT, {"words": text})


def check_count(name: str, count: int, fewest: int, most: int) -> Iterator[Finding]:
    """The list of this name is neither too short nor too long."""
    if not fewest <= count <= most:
        yield Finding((name,), ProblemCode.OPTION_COUNT, {"count": count, "needed": f"{fewest}-{most}"})
