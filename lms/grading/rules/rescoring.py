"""Pure: whether a ruling about a question makes sense beside those in force."""

from collections.abc import Sequence

from lms.exam_engine.answers import InvalidAnswer, is_blank, parse_answer
from lms.exam_engine.papers import PaperMachineQuestion
from lms.exam_engine.rulings import Ruling, RulingKind, standing_of
from lms.grading.rules.parts import Refusal

NEED_ANSWER = frozenset({RulingKind.CHANGE_KEY, RulingKind.ACCEPT_ANSWER})
"""Rulings that name an answer."""


def find_ruling_fault(question: PaperMachineQuestion, in_force: Sequence[Ruling], ruling: Ruling) -> Refusal | None:
    """Why the ruling may not be proposed, or None: its answer does not fit the question, or nothing would change."""
    if ruling.kind in NEED_ANSWER and not _names_an_answer(question, ruling):
        return Refusal.ANSWER_NEEDED
    if standing_of(question, (*in_force, ruling)) == standing_of(question, in_force):
        return Refusal.CHANGES_NOTHING
    return None


def _names_an_answer(question: PaperMachineQuestion, ruling: Ruling) -> bool:
    try:
        return not is_blank(parse_answer(question, ruling.body or {}))
    except InvalidAnswer:
        return False
