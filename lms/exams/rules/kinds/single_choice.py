"""選択問題 on the page: radio buttons."""

from collections.abc import Mapping
from dataclasses import dataclass

from lms.documents.records import AnswerPart, AnswerSpace
from lms.exam_engine.kinds.single_choice import NAME, ChoiceAnswer, PaperChoiceQuestion
from lms.exams.rules.kinds.base import Fields, Offer, PageKind, field_name, mark_of, offers, printed_options


@dataclass(frozen=True, slots=True)
class RadioControl:
    """What the template shows of a single choice."""

    options: tuple[Offer, ...]


def _control(question: PaperChoiceQuestion, answer: ChoiceAnswer | None) -> RadioControl:
    chosen = {answer.option: "yes"} if answer and answer.option else {}
    return RadioControl(offers(question.options, chosen))


def _read(question: PaperChoiceQuestion, fields: Fields) -> Mapping[str, object]:
    return {"kind": NAME, "option": fields.get(field_name(question.id)) or None}


def _words(question: PaperChoiceQuestion, answer: ChoiceAnswer) -> str:
    return mark_of(question.options, answer.option or "")


def _printed(question: PaperChoiceQuestion) -> AnswerPart:
    return AnswerPart(AnswerSpace.ONE, printed_options(question.options))


PAGE_KIND = PageKind(NAME, _control, _read, _words, _printed)
