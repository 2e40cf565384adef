"""講評 that is missing: who would fail without one word to read, told while something can still be done about it."""

from collections.abc import Sequence

from lms.grading.queries.board import ResultBoard, ResultLine
from lms.grading.queries.marks import MarkCard
from lms.grading.queries.proposals import Standing


def list_unadvised(board: ResultBoard, marks: Sequence[MarkCard]) -> tuple[ResultLine, ...]:
    """Those who fail by their marks, are not finalized, and have no 講評 in any mark that counts, by 受験番号.

    `marks` are those of the window. Whoever wrote no essay at all is graded like anybody and so is among them; a paper
    without essays has nobody to write a 講評.
    """
    advised = {(mark.attempt_id, mark.question_id, mark.part.value) for mark in marks if mark.feedback}
    return tuple(
        line
        for line in board.lines
        if (standing := board.standing.get(line.attempt_id)) and _lacks_advice(line.attempt_id, standing, advised)
    )


def _lacks_advice(attempt_id: int, standing: Standing, advised: set[tuple[int, str, str]]) -> bool:
    essays = standing.result.essays
    counting = {(attempt_id, question_id, part) for question_id, essay in essays.items() for part in essay["parts"]}
    return bool(essays) and not standing.result.is_passed and not counting & advised
