"""短答問題: a word or phrase to be typed, compared without regard to how it is written, from its YAML to its mark."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

from pydantic import Field

from lms.exam_engine.errors import Finding, ProblemCode, Severity
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
from lms.exam_engine.source_models import Sentence
from lms.text import count_characters

NAME = "short_text"
MAX_CODE_POINTS = 200

_TO_HIRAGANA = {code: code - 0x60 for code in (*range(0x30A1, 0x30F7), 0x30FD, 0x30FE)}
_LEFT_OUT = re.compile(r"[\s\u200b\ufeff・·•‧∙⋅]+")
_DASH_IN_KANA = re.compile(r"(?<=[ぁ-ゖー])[-‐‑‒–—―−─━~〜]+")
_AROUND = "「」『』\"'“”‘’。．."


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortTextQuestion(MachineQuestion):
    """短答問題 as it stands in the bank; every text in `accepted` is right, the first is the one to show."""

    kind: ClassVar[str] = NAME

    accepted: tuple[str, ...]
    explanation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperShortTextQuestion(PaperMachineQuestion):
    """A short-text question as frozen into a paper."""

    kind: Literal["short_text"] = "short_text"
    accepted: tuple[str, ...]
    explanation: str


@dataclass(frozen=True, slots=True)
class ShortTextAnswer:
    """What a participant typed, exactly so."""

    text: str
    kind: Literal["short_text"] = "short_text"


class ShortTextSource(MachineSource):
    """A short-text question as written in YAML."""

    accepted: list[Sentence] = Field(min_length=1)
    explanation: Sentence


def fold_answer(text: str) -> str:
    """The form in which typed and accepted texts are compared; folding it again changes nothing.

    Alike are: full and half width and composed forms (NFKC), capital and small letters, katakana and hiragana, with and
    without white space and middle dots (・), hyphens and dashes after kana and the long mark ー (サ-バ- = サーバー), several
    long marks and one, quotation marks and a full stop around the whole. Different stay: with and without long mark
    (ビル, ビール), big and small kana (ツ, ッ), kanji and kana; such variants are listed as accepted where they are meant.
    """
    folded = text
    while (again := _fold_once(folded)) != folded:
        folded = again
    return folded


def _fold_once(text: str) -> str:
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    plain = _LEFT_OUT.sub("", plain).strip(_AROUND).translate(_TO_HIRAGANA)
    return re.sub("ー+", "ー", _DASH_IN_KANA.sub("ー", plain))


def _define(source: ShortTextSource) -> ShortTextQuestion:
    return ShortTextQuestion(**machine_fields(source), accepted=tuple(source.accepted), explanation=source.explanation)


def _check(question: ShortTextQuestion) -> Iterator[Finding]:
    yield from check_stem(question)
    folded = [fold_answer(text) for text in question.accepted]
    for index, text in enumerate(folded):
        if not text:
            yield Finding(("accepted", index), ProblemCode.NOTHING_TO_ACCEPT, {"words": question.accepted[index]})
        elif text in folded[:index]:
            values = {"words": question.accepted[index], "other": question.accepted[folded.index(text)]}
            yield Finding(("accepted", index), ProblemCode.SAME_ANSWER, values, Severity.WARNING)


def _freeze(question: ShortTextQuestion, placement: Placement) -> PaperShortTextQuestion:
    return PaperShortTextQuestion(
        **paper_fields(question, placement), accepted=question.accepted, explanation=question.explanation
    )


def _parse_answer(_question: PaperShortTextQuestion, body: Mapping[str, object]) -> ShortTextAnswer:
    return ShortTextAnswer(text=line_of_text(answer_field(body, kind=NAME, name="text"), limit=MAX_CODE_POINTS))


def _is_blank(answer: ShortTextAnswer) -> bool:
    return count_characters(answer.text) == 0


def _mark(question: PaperShortTextQuestion, answer: ShortTextAnswer | None) -> QuestionMark:
    text = answer.text if answer and not _is_blank(answer) else ""
    is_right = fold_answer(text) in {fold_answer(accepted) for accepted in question.accepted}
    return share_mark(question, earned=int(is_right), whole=1, chosen=text.strip() or None, key=question.accepted[0])


def _solve(question: PaperShortTextQuestion) -> ShortTextAnswer:
    return ShortTextAnswer(text=question.accepted[0])


def _rekey(question: PaperShortTextQuestion, answer: ShortTextAnswer) -> PaperShortTextQuestion:
    return replace(question, accepted=(answer.text,)) if fold_answer(answer.text) else question


KIND = Kind(
    name=NAME,
    source=ShortTextSource,
    definition=ShortTextQuestion,
    define=_define,
    check=_check,
    paper=PaperShortTextQuestion,
    freeze=_freeze,
    parse_answer=_parse_answer,
    is_blank=_is_blank,
    machine=MachineMarking(mark=_mark, solve=_solve, rekey=_rekey),
)
