"""保存された版: everything that was kept of one answer, for the participant to look back at."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from lms.db.session import db
from lms.exam_engine.answers import Answer, answer_from_json
from lms.exam_engine.papers import PaperQuestion
from lms.exams.models import AnswerVersion, CurrentAnswer
from lms.exams.queries.pages import words_of
from lms.exams.rules.history import VersionStamp, choose_versions
from lms.exams.rules.sitting import SaveOutcome
from lms.text import shorten

OPENING = 40
"""Characters of a text that tell versions apart in the list."""


@dataclass(frozen=True, slots=True)
class VersionOnPage:
    """One kept version of an answer."""

    version: int
    received_at: datetime
    outcome: SaveOutcome
    is_current: bool
    answer: Answer
    words: str
    opening: str
    text: str


def list_versions(attempt_id: int, question: PaperQuestion) -> tuple[VersionOnPage, ...]:
    """The versions of an answer, newest first: the last of each minute, the one that counts, and all that were set aside."""
    current = _current_version(attempt_id, question.id)
    chosen = choose_versions(_stamps(attempt_id, question.id), current=current)
    return tuple(_on_page(question, row, current) for row in _rows(attempt_id, question.id, chosen))


def find_version(attempt_id: int, question: PaperQuestion, version: int) -> VersionOnPage | None:
    """One version of an answer, or None."""
    rows = _rows(attempt_id, question.id, [version])
    current = _current_version(attempt_id, question.id)
    return next((_on_page(question, row, current) for row in rows), None)


def _current_version(attempt_id: int, question_id: str) -> int:
    own = select(CurrentAnswer.version).where(CurrentAnswer.attempt_id == attempt_id, CurrentAnswer.question_id == question_id)
    return db.session.scalar(own) or 0


def _stamps(attempt_id: int, question_id: str) -> Iterable[VersionStamp]:
    kept = select(AnswerVersion.version, AnswerVersion.received_at, AnswerVersion.outcome).where(
        AnswerVersion.attempt_id == attempt_id, AnswerVersion.question_id == question_id
    )
    for row in db.session.execute(kept.order_by(AnswerVersion.version)):
        yield VersionStamp(row.version, row.received_at, row.outcome)


def _rows(attempt_id: int, question_id: str, versions: Sequence[int]) -> Sequence[Row[*tuple[Any, ...]]]:
    kept = select(AnswerVersion.version, AnswerVersion.received_at, AnswerVersion.outcome, AnswerVersion.body).where(
        AnswerVersion.attempt_id == attempt_id,
        AnswerVersion.question_id == question_id,
        AnswerVersion.version.in_(versions),
    )
    return db.session.execute(kept.order_by(AnswerVersion.version.desc())).all()


def _on_page(question: PaperQuestion, row: Row[*tuple[Any, ...]], current: int) -> VersionOnPage:
    answer = answer_from_json(question, row.body)
    text: str = getattr(answer, "text", "")
    return VersionOnPage(
        version=row.version,
        received_at=row.received_at,
        outcome=row.outcome,
        is_current=row.version == current,
        answer=answer,
        words=words_of(question, answer),
        opening=shorten(" ".join(text.split()), OPENING),
        text=text,
    )
