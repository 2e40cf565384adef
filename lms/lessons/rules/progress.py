"""How far a participant is: states of reading and counts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ReadingState(StrEnum):
    """未読, 受講中, 受講済み, 未公開."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class LessonMark:
    """What is known of one participant and one lesson; all None when it was never opened."""

    opened_at: datetime | None = None
    completed_at: datetime | None = None
    quiz_passed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LessonsDone:
    """Counts over the published lessons only."""

    completed: int
    quizzes_passed: int
    published: int

    @property
    def is_everything_read(self) -> bool:
        """Every published lesson was read to its end."""
        return self.completed >= self.published

    @property
    def is_every_quiz_passed(self) -> bool:
        """The quiz of every published lesson was passed."""
        return self.quizzes_passed >= self.published


def reading_state(mark: LessonMark, *, is_open: bool) -> ReadingState:
    """The state shown beside a lesson; what was completed stays completed even if a release is moved later."""
    if mark.completed_at is not None:
        return ReadingState.COMPLETED
    if not is_open:
        return ReadingState.LOCKED
    return ReadingState.NOT_STARTED if mark.opened_at is None else ReadingState.IN_PROGRESS


def count_done(marks: Iterable[LessonMark], *, published: int) -> LessonsDone:
    """Counts from the marks of published lessons."""
    known = list(marks)
    return LessonsDone(
        completed=sum(mark.completed_at is not None for mark in known),
        quizzes_passed=sum(mark.quiz_passed_at is not None for mark in known),
        published=published,
    )
