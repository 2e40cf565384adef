"""数値問題: a number to be typed, from its YAML to its mark."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Context, Decimal, localcontext
from typing import ClassVar, Literal

from lms.exam_engine.errors import Finding
from lms.exam_engine.kinds.base import (
    Kind,
    MachineMarking,
    MachineQuestion,
    MachineSource,
    PaperMachineQuestion,
    Placement,
    QuestionMark,
    answer_field,
    check_stem,
    line_of_text,
    machine_fields,
    paper_fields,
    share_mark,
)
from lms.exam_engine.source_models import Number, Points, Sentence
from lms.text import count_characters

NAME = "numeric"
MAX_CODE_POINTS = 100

# Not NFKC: it would read 5² as 52 and ① as 1. Full-width forms are plain ASCII moved by a fixed distance.
# What Japanese keyboards give for the minus key (−, ー and the hyphens) has no other meaning in a number.
_MINUS = (0x2212, 0x30FC, 0xFF70, *range(0x2010, 0x2016))
_TO_HALF_WIDTH = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {0x3000: " "} | dict.fromkeys(_MINUS, "-")
_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]+)?|[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|\.[0-9]+)")
_EXACT = Context(prec=2 * MAX_CODE_POINTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class NumericQuestion(MachineQuestion):
    """数値問題 as it stands in the bank: right is whatever differs from `value` by at most `tolerance`.

    `unit` is shown beside the field; empty when there is none.
    """

    kind: ClassVar[str] = NAME

    value: Decimal
    tolerance: Decimal
    unit: str
    explanation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperNumericQuestion(PaperMachineQuestion):
    """A numeric question as frozen into a paper."""

    kind: Literal["numeric"] = "numeric"
    value: Decimal
    tolerance: Decimal
    unit: str
    explanation: str


@dataclass(frozen=True, slots=True)
class NumericAnswer:
    """What a participant typed, exactly so."""

    text: str
    kind: Literal["numeric"] = "numeric"


class NumericSource(MachineSource):
    """A numeric question as written in YAML."""

    value: Number
    tolerance: Points = Decimal(0)
    unit: Sentence | None = None
    explanation: Sentence


def read_number(text: str, *, unit: str = "") -> Decimal | None:
    """The number a typed text means, exactly; None when it is not one number and nothing else.

    Full-width digits, signs, points and commas are read like half-width ones, and so are the other signs a Japanese
    keyboard gives for the minus key. Commas are allowed only between groups of three (1,234,567), blanks only around the
    number, and the unit shown may stand after it. Refused are words (約, 以上), exponents, fractions, kanji numerals,
    circled and raised digits, a point without digits after it, and every other comma.
    """
    plain = text.translate(_TO_HALF_WIDTH).strip()
    label = unit.translate(_TO_HALF_WIDTH).strip()
    if label:
        plain = plain.removesuffix(label).rstrip()
    return Decimal(plain.replace(",", "")) if _NUMBER.fullmatch(plain) else None


def _define(source: NumericSource) -> NumericQuestion:
    return NumericQuestion(
        **machine_fields(source),
        value=source.value,
        tolerance=source.tolerance,
        unit=source.unit or "",
        explanation=source.explanation,
    )


def _check(question: NumericQuestion) -> Iterator[Finding]:
    yield from check_stem(question)


def _freeze(question: NumericQuestion, placement: Placement) -> PaperNumericQuestion:
    return PaperNumericQuestion(
        **paper_fields(question, placement),
        value=question.value,
        tolerance=question.tolerance,
        unit=question.unit,
        explanation=question.explanation,
    )


def _parse_answer(_question: PaperNumericQuestion, body: Mapping[str, object]) -> NumericAnswer:
    return NumericAnswer(text=line_of_text(answer_field(body, kind=NAME, name="text"), limit=MAX_CODE_POINTS))


def _is_blank(answer: NumericAnswer) -> bool:
    return count_characters(answer.text) == 0


def _mark(question: PaperNumericQuestion, answer: NumericAnswer | None) -> QuestionMark:
    text = answer.text if answer and not _is_blank(answer) else None
    number = read_number(text, unit=question.unit) if text else None
    is_right = number is not None and _is_near(number, question)
    key = _shown(question.value) + (f"±{_shown(question.tolerance)}" if question.tolerance else "")
    chosen = text.strip() if text and number is None else _shown(number)
    return share_mark(question, earned=int(is_right), whole=1, chosen=chosen or None, key=key)


def _is_near(number: Decimal, question: PaperNumericQuestion) -> bool:
    # The usual 28 digits would round what a participant can type.
    with localcontext(_EXACT):
        return abs(number - question.value) <= question.tolerance


def _shown(number: Decimal | None) -> str:
    """A number with equal text for equal values, never with an exponent."""
    if number is None:
        return ""
    with localcontext(_EXACT):
        return f"{number.normalize():f}" if number else "0"


def _solve(question: PaperNumericQuestion) -> NumericAnswer:
    return NumericAnswer(text=_shown(question.value))


def _rekey(question: PaperNumericQuestion, answer: NumericAnswer) -> PaperNumericQuestion:
    number = read_number(answer.text, unit=question.unit)
    return question if number is None else replace(question, value=number)


KIND = Kind(
    name=NAME,
    source=NumericSource,
    definition=NumericQuestion,
    define=_define,
    check=_check,
    paper=PaperNumericQuestion,
    freeze=_freeze,
    parse_answer=_parse_answer,
    is_blank=_is_blank,
    machine=MachineMarking(mark=_mark, solve=_solve, rekey=_rekey),
)
