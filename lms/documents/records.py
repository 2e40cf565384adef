"""What printed pages are made from: plain values without a web, a database or a PDF library."""

from dataclasses import dataclass
from enum import StrEnum


class AnswerSpace(StrEnum):
    """What the answer sheet offers for a question."""

    ONE = "one"
    SEVERAL = "several"
    ORDER = "order"
    MATCH = "match"
    LINE = "line"
    ESSAY = "essay"


@dataclass(frozen=True, slots=True)
class PrintedOption:
    """Something to choose, order or match, under the mark it is called by."""

    mark: str
    text: str


@dataclass(frozen=True, slots=True)
class AnswerPart:
    """How a question is answered on paper."""

    space: AnswerSpace
    options: tuple[PrintedOption, ...] = ()
    targets: tuple[PrintedOption, ...] = ()
    """For matching: what the options are matched with."""
    unit: str = ""
    min_chars: int = 0
    max_chars: int = 0


@dataclass(frozen=True, slots=True)
class PrintedQuestion:
    """A question as printed; `text` is Markdown. No key and no reason, because this value cannot hold them."""

    number: int
    title: str
    text: str
    points: str
    answer: AnswerPart
    case_title: str = ""
    case_text: str = ""
    """The shared text, on the first question that uses it."""


@dataclass(frozen=True, slots=True)
class PrintedSection:
    """大問 as printed."""

    title: str
    minutes: int
    extra_minutes: int
    """合理的配慮, added to `minutes`."""
    points: str
    materials_note: str
    questions: tuple[PrintedQuestion, ...]


@dataclass(frozen=True, slots=True)
class Booklet:
    """A drawn paper as it is printed: with the 受験番号, without a name."""

    title: str
    version: str
    candidate_number: str
    paper_sha256: str
    pledge: tuple[str, ...]
    sections: tuple[PrintedSection, ...]


@dataclass(frozen=True, slots=True)
class MinutesPart:
    """A part of 議事資料: sentences, then a table; `widths` are the shares of its columns, `nothing` stands for no rows."""

    title: str
    sentences: tuple[str, ...]
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]
    nothing: str


@dataclass(frozen=True, slots=True)
class Minutes:
    """議事資料 of 合否判定会議: what it is about, its parts, and the lines people sign on."""

    title: str
    subtitle: str
    facts: tuple[tuple[str, str], ...]
    parts: tuple[MinutesPart, ...]
    signatures: tuple[str, ...]
