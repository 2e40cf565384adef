"""提出: what was handed in, with the paper it answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select

from lms.db.session import db
from lms.exam_engine.answers import Answer, answer_from_json
from lms.exam_engine.papers import Paper
from lms.exams.models import Attempt, StoredPaper, Submission
from lms.exams.queries.papers import papers_of
from lms.exams.rules.sitting import HandInKind, NotFound


@dataclass(frozen=True, slots=True)
class SubmittedAnswer:
    """An answer as handed in: its version, the hash of its canonical JSON, and what it says."""

    version: int
    sha256: str
    body: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class SubmissionRecord:
    """提出: the frozen answers of an attempt with the paper they answer; questions without an answer are absent."""

    id: int
    attempt_id: int
    public_id: str
    participant_id: int
    window_id: int
    candidate_number: str
    number: int
    kind: HandInKind
    submitted_at: datetime
    sha256: str
    """Of the canonical JSON of `stored`."""
    stored: Mapping[str, Any]
    """Question id → {version, sha256, body}, exactly as stored."""
    statement: str | None
    """What was signed, as canonical JSON; None, like signature and key, for a hand-in that is not signed."""
    signature: str | None
    key_id: str | None
    paper_id: int
    paper_sha256: str
    paper: Paper

    @property
    def answers(self) -> dict[str, SubmittedAnswer]:
        """Question id → answer."""
        return {
            question_id: SubmittedAnswer(
                version=entry["version"],
                sha256=entry["sha256"],
                body=entry["body"],
                answer=answer_from_json(self.paper.question(question_id), entry["body"]),
            )
            for question_id, entry in self.stored.items()
        }


def find_submission(attempt_id: int) -> SubmissionRecord | None:
    """The latest hand-in of an attempt, or None."""
    found = _read_submissions(_submissions().where(Submission.attempt_id == attempt_id))
    return found[0] if found else None


def get_submission(attempt_id: int) -> SubmissionRecord:
    """The latest hand-in of an attempt; raises NotFound."""
    found = find_submission(attempt_id)
    if found is None:
        raise NotFound("submission")
    return found


def list_hand_ins(attempt_id: int) -> tuple[SubmissionRecord, ...]:
    """Every hand-in of an attempt: 1, 2, …"""
    return _read_submissions(_every_submission().where(Submission.attempt_id == attempt_id))


def list_submissions(window_id: int | None = None) -> tuple[SubmissionRecord, ...]:
    """The latest hand-in of every attempt of a window, or of all windows; a fixed number of SELECTs."""
    statement = _submissions()
    return _read_submissions(statement if window_id is None else statement.where(Attempt.window_id == window_id))


def count_submissions(attempt_id: int) -> int:
    """How often an attempt has been handed in."""
    return db.session.scalar(select(func.count(Submission.id)).where(Submission.attempt_id == attempt_id)) or 0


def _submissions() -> Select[*tuple[Any, ...]]:
    latest = select(func.max(Submission.number)).where(Submission.attempt_id == Attempt.id).correlate(Attempt).scalar_subquery()
    return _every_submission().where(Submission.number == latest)


def _every_submission() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Submission,
            Attempt.public_id,
            Attempt.participant_id,
            Attempt.window_id,
            Attempt.candidate_number,
            StoredPaper.id,
            StoredPaper.sha256,
        )
        .join(Attempt, Attempt.id == Submission.attempt_id)
        .join(StoredPaper, StoredPaper.id == Attempt.paper_id)
        .order_by(Submission.id)
    )


def _read_submissions(statement: Select[*tuple[Any, ...]]) -> tuple[SubmissionRecord, ...]:
    rows = db.session.execute(statement).all()
    papers = papers_of({row[5]: row[6] for row in rows})
    return tuple(_submission(row, papers[row[5]]) for row in rows)


def _submission(row: Row[*tuple[Any, ...]], paper: Paper) -> SubmissionRecord:
    stored, public_id, participant_id, window_id, candidate_number, paper_id, sha256 = row
    return SubmissionRecord(
        id=stored.id,
        attempt_id=stored.attempt_id,
        public_id=public_id,
        participant_id=participant_id,
        window_id=window_id,
        candidate_number=candidate_number,
        number=stored.number,
        kind=stored.kind,
        submitted_at=stored.submitted_at,
        sha256=stored.sha256,
        stored=stored.answers,
        statement=stored.statement,
        signature=stored.signature,
        key_id=stored.key_id,
        paper_id=paper_id,
        paper_sha256=sha256,
        paper=paper,
    )
