"""記述問題 on the page: one line of text."""

from collections.abc import Mapping
from dataclasses import dataclass

from lms.documents.records import AnswerPart, AnswerSpace
from lms.exam_engine.kinds.short_text import MAX_CODE_POINTS, NAME, PaperShortTextQuestion, ShortTextAnswer
from lms.exams.rules.kinds.base import Fields, PageKind, field_name


@dataclass(frozen=True, slots=True)
class LineControl:
    """What the template shows of a line of text; `limit` is in code points."""

    text: str
    limit: int


def _control(_question: PaperShortTextQuestion, answer: ShortTextAnswer | None) -> LineControl:
    return LineControl(answer.text if answer else "", MAX_CODE_POINTS)


def _read(question: PaperShortTextQuestion, fields: Fields) -> Mapping[str, object]:
    return {"kind": NAME, "text": fields.get(field_name(question.id)) or ""}


def _words(_question: PaperShortTextQuestion, answer: ShortTextAnswer) -> str:
    return answer.text.strip()


def _printed(_question: PaperShortTextQuestion) -> AnswerPart:
    return AnswerPart(AnswerSpace.LINE)


PAGE_KIND = PageKind(NAME, _control, _read, _words, _printed)
