"""What a participant may say: reading, normalizing and hashing answers of every kind."""

import json
from collections.abc import Mapping

from lms.exam_engine.canonical import canonical_json, sha256_hex
from lms.exam_engine.errors import AnswerFault, InvalidAnswer
from lms.exam_engine.kinds.essay import EssayAnswer
from lms.exam_engine.kinds.registry import KINDS, Answer, PaperQuestion
from lms.exam_engine.kinds.single_choice import ChoiceAnswer

__all__ = [
    "Answer",
    "AnswerFault",
    "ChoiceAnswer",
    "EssayAnswer",
    "InvalidAnswer",
    "answer_body",
    "answer_from_json",
    "answer_sha256",
    "answer_to_json",
    "is_blank",
    "parse_answer",
]


def parse_answer(question: PaperQuestion, body: Mapping[str, object]) -> Answer:
    """The answer in a JSON body such as `{"kind": "essay", "text": "…"}`, normalized.

    Raises InvalidAnswer when the body is of another kind or shape, names something that is not in the
    paper, or holds text that cannot be kept (NUL, lone surrogates, too many code points).
    """
    answer: Answer = KINDS[question.kind].parse_answer(question, body)
    return answer


def answer_body(answer: Answer) -> dict[str, object]:
    """An answer as the JSON body a browser would send."""
    body: dict[str, object] = json.loads(answer_to_json(answer))
    return body


def answer_to_json(answer: Answer) -> str:
    """The canonical text of an answer, which is stored and hashed."""
    return canonical_json(answer)


def answer_from_json(question: PaperQuestion, text: str) -> Answer:
    """The answer of a stored or sent JSON text; raises InvalidAnswer like `parse_answer`."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidAnswer(AnswerFault.NOT_JSON) from error
    if not isinstance(body, dict):
        raise InvalidAnswer(AnswerFault.WRONG_SHAPE)
    return parse_answer(question, body)


def answer_sha256(answer: Answer) -> str:
    """The hash of an answer's canonical text, as printed on the 提出控."""
    return sha256_hex(answer_to_json(answer))


def is_blank(answer: Answer) -> bool:
    """Whether nothing was chosen or put in place, or nothing but white space was written."""
    return KINDS[answer.kind].is_blank(answer)
