"""解答 as stored: the answer of each question now, and sends that arrived before."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select

from lms.db.session import db
from lms.exams.models import AnswerVersion, Attempt, CurrentAnswer
from lms.exams.rules.sitting import SaveOutcome, Sender


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """The answer to a question as it stands; version 0 and an empty body while nothing has been accepted."""

    question_id: str
    version: int
    last_version: int
    answer_version_id: int | None
    body: str
    sha256: str
    is_flagged: bool
    sender: Sender | None
    received_at: datetime | None


def list_answers(attempt_id: int, question_ids: Collection[str] | None = None) -> dict[str, StoredAnswer]:
    """Question id → the answer as it stands, for all questions or the named ones; a question never touched is absent."""
    statement = (
        select(
            CurrentAnswer.question_id,
            CurrentAnswer.version,
            CurrentAnswer.last_version,
            CurrentAnswer.answer_version_id,
            CurrentAnswer.is_flagged,
            AnswerVersion.body,
            AnswerVersion.sha256,
            AnswerVersion.device,
            AnswerVersion.client_sequence,
            AnswerVersion.received_at,
        )
        .outerjoin(AnswerVersion, AnswerVersion.id == CurrentAnswer.answer_version_id)
        .where(CurrentAnswer.attempt_id == attempt_id)
    )
    if question_ids is not None:
        statement = statement.where(CurrentAnswer.question_id.in_(question_ids))
    return {row.question_id: _stored_answer(row) for row in db.session.execute(statement)}


def list_repeats(attempt_id: int, device: str, sequences: Collection[int]) -> dict[tuple[str, int], AnswerVersion]:
    """(question id, sequence) → the version stored for it, of sends that arrived before."""
    rows = db.session.scalars(
        select(AnswerVersion).where(
            AnswerVersion.attempt_id == attempt_id,
            AnswerVersion.device == device,
            AnswerVersion.client_sequence.in_(sequences),
        )
    )
    return {(row.question_id, row.client_sequence): row for row in rows}


def count_late_answers(window_id: int) -> dict[int, int]:
    """Attempt id → number of versions that arrived late (遅延受信), for the office."""
    rows = db.session.execute(
        select(AnswerVersion.attempt_id, func.count())
        .join(Attempt, Attempt.id == AnswerVersion.attempt_id)
        .where(Attempt.window_id == window_id, AnswerVersion.outcome == SaveOutcome.LATE)
        .group_by(AnswerVersion.attempt_id)
    )
    return {row[0]: row[1] for row in rows}


def _stored_answer(row: Row[*tuple[Any, ...]]) -> StoredAnswer:
    return StoredAnswer(
        question_id=row.question_id,
        version=row.version,
        last_version=row.last_version,
        answer_version_id=row.answer_version_id,
        body=row.body or "",
        sha256=row.sha256 or "",
        is_flagged=row.is_flagged,
        sender=None if row.device is None else Sender(row.device, row.client_sequence),
        received_at=row.received_at,
    )
