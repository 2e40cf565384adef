"""複数選択問題 on the page: check boxes."""

from collections.abc import Mapping
from dataclasses import dataclass

from lms.documents.records import AnswerPart, AnswerSpace
from lms.exam_engine.kinds.multiple_choice import NAME, MultipleAnswer, PaperMultipleQuestion
from lms.exams.rules.kinds.base import SEPARATOR, Fields, Offer, PageKind, field_name, offers, printed_options


@dataclass(frozen=True, slots=True)
class BoxesControl:
    """What the template shows of a multiple choice."""

    options: tuple[Offer, ...]


def _control(question: PaperMultipleQuestion, answer: MultipleAnswer | None) -> BoxesControl:
    return BoxesControl(offers(question.options, dict.fromkeys(answer.options if answer else (), "yes")))


def _read(question: PaperMultipleQuestion, fields: Fields) -> Mapping[str, object]:
    return {"kind": NAME, "options": sorted(set(fields.getlist(field_name(question.id))))}


def _words(question: PaperMultipleQuestion, answer: MultipleAnswer) -> str:
    chosen = dict.fromkeys(answer.options, "yes")
    return SEPARATOR.join(offer.mark for offer in offers(question.options, chosen) if offer.place)


def _printed(question: PaperMultipleQuestion) -> AnswerPart:
    return AnswerPart(AnswerSpace.SEVERAL, printed_options(question.options))


PAGE_KIND = PageKind(NAME, _control, _read, _words, _printed)
