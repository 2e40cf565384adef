"""Marking a 確認テスト: which answers are right, and whether enough of them are."""

from collections.abc import Mapping
from dataclasses import dataclass

from lms.lessons.rules.content import Quiz, QuizOption, QuizQuestion


@dataclass(frozen=True, slots=True)
class MarkedQuestion:
    """A question with what was chosen; what is right may be shown, because it was answered."""

    question: QuizQuestion
    chosen: QuizOption
    right: QuizOption

    @property
    def is_right(self) -> bool:
        """Whether the chosen option is the right one."""
        return self.chosen.id == self.right.id


@dataclass(frozen=True, slots=True)
class QuizOutcome:
    """A marked try."""

    items: tuple[MarkedQuestion, ...]
    is_passed: bool

    @property
    def correct(self) -> int:
        """Number of right answers."""
        return sum(item.is_right for item in self.items)

    @property
    def total(self) -> int:
        """Number of questions."""
        return len(self.items)


def unanswered(quiz: Quiz, answers: Mapping[str, str]) -> tuple[str, ...]:
    """Ids of the questions without an answer that is one of their options."""
    return tuple(question.id for question in quiz.questions if question.option(answers.get(question.id, "")) is None)


def mark_quiz(quiz: Quiz, answers: Mapping[str, str], *, pass_percent: int) -> QuizOutcome:
    """Mark a fully answered quiz (question id → option id); `pass_percent` of the questions must be right.

    Raises ValueError when a question has no valid answer.
    """
    items = tuple(_mark(question, answers.get(question.id, "")) for question in quiz.questions)
    correct = sum(item.is_right for item in items)
    return QuizOutcome(items, is_passed=correct * 100 >= pass_percent * len(items))


def needed_answers(quiz: Quiz, *, pass_percent: int) -> int:
    """How many right answers pass: the smallest number that reaches the percentage."""
    return -(-len(quiz.questions) * pass_percent // 100)


def _mark(question: QuizQuestion, chosen_id: str) -> MarkedQuestion:
    chosen, right = question.option(chosen_id), question.option(question.key)
    if chosen is None or right is None:
        raise ValueError(f"{question.id} has no valid answer")
    return MarkedQuestion(question, chosen, right)
