"""並べ替え問題 on the page: a position for each item."""

from collections.abc import Mapping
from dataclasses import dataclass

from lms.documents.records import AnswerPart, AnswerSpace
from lms.exam_engine.kinds.ordering import NAME, OrderingAnswer, PaperOrderingQuestion
from lms.exams.rules.kinds.base import Fields, Offer, PageKind, field_name, mark_of, offers, printed_options


@dataclass(frozen=True, slots=True)
class OrderControl:
    """What the template shows of an ordering; the place of an item is its position."""

    items: tuple[Offer, ...]


def _control(question: PaperOrderingQuestion, answer: OrderingAnswer | None) -> OrderControl:
    places = {item_id: str(position) for position, item_id in enumerate(answer.order if answer else (), 1)}
    return OrderControl(offers(question.items, places))


def _read(question: PaperOrderingQuestion, fields: Fields) -> Mapping[str, object]:
    """The items by position. Of items that share a position only one is named, so that the engine finds some missing."""
    positions = {item.id: fields.get(field_name(question.id, item.id)) or "" for item in question.items}
    by_position = {int(text): item_id for item_id, text in positions.items() if text.isascii() and text.isdigit()}
    return {"kind": NAME, "order": [by_position[position] for position in sorted(by_position)]}


def _words(question: PaperOrderingQuestion, answer: OrderingAnswer) -> str:
    return " → ".join(mark_of(question.items, item_id) for item_id in answer.order)


def _printed(question: PaperOrderingQuestion) -> AnswerPart:
    return AnswerPart(AnswerSpace.ORDER, printed_options(question.items))


PAGE_KIND = PageKind(NAME, _control, _read, _words, _printed)
