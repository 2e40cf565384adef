"""組合せ問題 on the page: a select for each item on the left."""

from collections.abc import Mapping
from dataclasses import dataclass

from lms.documents.records import AnswerPart, AnswerSpace
from lms.exam_engine.kinds.matching import NAME, MatchingAnswer, PaperMatchingQuestion
from lms.exams.rules.kinds.base import SEPARATOR, Fields, Offer, PageKind, field_name, mark_of, offers, printed_options


@dataclass(frozen=True, slots=True)
class PairsControl:
    """What the template shows of a matching; the place of a left item is its partner."""

    lefts: tuple[Offer, ...]
    rights: tuple[Offer, ...]
    may_repeat: bool


def _control(question: PaperMatchingQuestion, answer: MatchingAnswer | None) -> PairsControl:
    partners = dict(answer.pairs) if answer else {}
    return PairsControl(
        lefts=offers(question.lefts, partners),
        rights=offers(question.rights, {}),
        may_repeat=question.may_repeat_rights,
    )


def _read(question: PaperMatchingQuestion, fields: Fields) -> Mapping[str, object]:
    chosen = [(left.id, fields.get(field_name(question.id, left.id)) or "") for left in question.lefts]
    return {"kind": NAME, "pairs": sorted([left, right] for left, right in chosen if right)}


def _words(question: PaperMatchingQuestion, answer: MatchingAnswer) -> str:
    partners = dict(answer.pairs)
    return SEPARATOR.join(
        f"({number}) {mark_of(question.rights, partners[left.id])}"
        for number, left in enumerate(question.lefts, 1)
        if left.id in partners
    )


def _printed(question: PaperMatchingQuestion) -> AnswerPart:
    numbers = [f"({number})" for number, _ in enumerate(question.lefts, 1)]
    return AnswerPart(AnswerSpace.MATCH, printed_options(question.lefts, numbers), printed_options(question.rights))


PAGE_KIND = PageKind(NAME, _control, _read, _words, _printed)
