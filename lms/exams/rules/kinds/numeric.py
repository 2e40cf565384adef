"""数値問題 on the page: one line for a figure, with its unit."""

from collections.abc import Mapping
from dataclasses import dataclass

from lms.documents.records import AnswerPart, AnswerSpace
from lms.exam_engine.kinds.numeric import MAX_CODE_POINTS, NAME, NumericAnswer, PaperNumericQuestion
from lms.exams.rules.kinds.base import Fields, PageKind, field_name


@dataclass(frozen=True, slots=True)
class FigureControl:
    """What the template shows of a figure; `limit` is in code points."""

    text: str
    unit: str
    limit: int


def _control(question: PaperNumericQuestion, answer: NumericAnswer | None) -> FigureControl:
    return FigureControl(answer.text if answer else "", question.unit, MAX_CODE_POINTS)


def _read(question: PaperNumericQuestion, fields: Fields) -> Mapping[str, object]:
    return {"kind": NAME, "text": fields.get(field_name(question.id)) or ""}


def _words(_question: PaperNumericQuestion, answer: NumericAnswer) -> str:
    return answer.text.strip()


def _printed(question: PaperNumericQuestion) -> AnswerPart:
    return AnswerPart(AnswerSpace.LINE, unit=question.unit)


PAGE_KIND = PageKind(NAME, _control, _read, _words, _printed)
