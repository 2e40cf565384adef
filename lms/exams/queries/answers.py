"""解答 as stored: the answer of each question now, and sends that arrived before."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, select

from lms.db.session import db
from lms.exams.models import AnswerVersion, CurrentAnswer
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


@dataclass(frozen=True, slots=True)
class Repeat:
    """What became of a send when it arrived for the first time."""

    version: int
    sha256: str
    outcome: SaveOutcome


# What every save asks; built once, because building a statement costs more than running it.
_ANSWERS = (
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
    .where(CurrentAnswer.attempt_id == bindparam("attempt_id"))
)
_NAMED_ANSWERS = _ANSWERS.where(CurrentAnswer.question_id.in_(bindparam("question_ids", expanding=True)))
_REPEATS = select(
    AnswerVersion.question_id,
    AnswerVersion.client_sequence,
    AnswerVersion.version,
    AnswerVersion.sha256,
    AnswerVersion.outcome,
).where(
    AnswerVersion.attempt_id == bindparam("attempt_id"),
    AnswerVersion.device == bindparam("device"),
    AnswerVersion.client_sequence.in_(bindparam("sequences", expanding=True)),
)


def list_answers(attempt_id: int, question_ids: Collection[str] | None = None) -> dict[str, StoredAnswer]:
    """Question id → the answer as it stands, for all questions or the named ones; a question never touched is absent."""
    values: dict[str, object] = {"attempt_id": attempt_id}
    if question_ids is not None:
        values["question_ids"] = list(question_ids)
    rows = db.session.execute(_ANSWERS if question_ids is None else _NAMED_ANSWERS, values)
    return {row.question_id: _stored_answer(row) for row in rows}


def list_repeats(attempt_id: int, device: str, sequences: Collection[int]) -> dict[tuple[str, int], Repeat]:
    """(question id, sequence) → what became of it, of sends that arrived before."""
    rows = db.session.execute(_REPEATS, {"attempt_id": attempt_id, "device": device, "sequences": list(sequences)})
    return {(row.question_id, row.client_sequence): Repeat(row.version, row.sha256, row.outcome) for row in rows}


def count_versions(attempt_id: int) -> int:
    """How many versions are kept of an attempt, those among them that do not count."""
    return db.session.scalar(select(func.sum(CurrentAnswer.last_version)).where(CurrentAnswer.attempt_id == attempt_id)) or 0


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
