"""論述問題 on the page: a text area with 字数."""

from collections.abc import Mapping
from dataclasses import dataclass

from lms.documents.records import AnswerPart, AnswerSpace
from lms.exam_engine.kinds.essay import MAX_CODE_POINTS, NAME, EssayAnswer, PaperEssayQuestion
from lms.exams.rules.kinds.base import Fields, PageKind, field_name


@dataclass(frozen=True, slots=True)
class EssayControl:
    """What the template shows of an essay: lengths in 字, `limit` in code points."""

    text: str
    char_count: int
    min_chars: int
    max_chars: int
    limit: int


def _control(question: PaperEssayQuestion, answer: EssayAnswer | None) -> EssayControl:
    return EssayControl(
        text=answer.text if answer else "",
        char_count=answer.char_count if answer else 0,
        min_chars=question.min_chars,
        max_chars=question.max_chars,
        limit=MAX_CODE_POINTS,
    )


def _read(question: PaperEssayQuestion, fields: Fields) -> Mapping[str, object]:
    return {"kind": NAME, "text": fields.get(field_name(question.id)) or ""}


def _words(_question: PaperEssayQuestion, answer: EssayAnswer) -> str:
    return f"{answer.char_count}字"


def _printed(question: PaperEssayQuestion) -> AnswerPart:
    return AnswerPart(AnswerSpace.ESSAY, min_chars=question.min_chars, max_chars=question.max_chars)


PAGE_KIND = PageKind(NAME, _control, _read, _words, _printed)
