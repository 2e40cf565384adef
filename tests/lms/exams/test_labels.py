"""Every fault and problem the engine can name has its sentence."""

import re

from lms.exam_engine.errors import AnswerFault, ProblemCode
from lms.exams.labels import ANSWER_FAULTS, SENTENCES

JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")


def test_every_fault_of_an_answer_has_a_sentence() -> None:
    assert set(ANSWER_FAULTS) == set(AnswerFault)
    assert all(JAPANESE.search(sentence) for sentence in ANSWER_FAULTS.values())


def test_every_problem_of_exam_content_has_a_sentence() -> None:
    assert set(SENTENCES) == set(ProblemCode)
    assert all(JAPANESE.search(sentence) for sentence in SENTENCES.values())
