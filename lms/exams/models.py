"""Tables of 受験: windows, papers, attempts, events, answer versions, submissions."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db.base import Base, enum_type
from lms.exam_engine.attempts import EventKind
from lms.exams.rules import HandInKind, SaveOutcome


class ExamWindow(Base):
    """受験期間 of a cohort: number 1 is the first sitting, 2 the resit. Half-open."""

    __tablename__ = "exam_windows"
    __table_args__ = (
        UniqueConstraint("cohort_id", "number"),
        CheckConstraint("closes_at > opens_at", name="window_closes_after_opening"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohorts.id"))
    exam_id: Mapped[str] = mapped_column(String(40))
    number: Mapped[int]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    grace_seconds: Mapped[int] = mapped_column(default=30)


class StoredPaper(Base):
    """A drawn and frozen paper: every text it showed, hashed. Append-only."""

    __tablename__ = "papers"

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[str] = mapped_column(String(40))
    exam_version: Mapped[str] = mapped_column(String(40))
    seed: Mapped[str] = mapped_column(String(64))
    body: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    drawn_at: Mapped[datetime]


class Attempt(Base):
    """受験: one participant's sitting in one window."""

    __tablename__ = "attempts"
    __table_args__ = (UniqueConstraint("participant_id", "window_id"), UniqueConstraint("window_id", "candidate_number"))

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"))
    window_id: Mapped[int] = mapped_column(ForeignKey("exam_windows.id"), index=True)
    paper_id: Mapped[int] = mapped_column(ForeignKey("papers.id"))
    candidate_number: Mapped[str] = mapped_column(String(20))
    """What graders see instead of a name; drawn at random, it tells no order."""
    extra_seconds: Mapped[int] = mapped_column(default=0)
    """合理的配慮, frozen at the start, for each section."""
    pledged_at: Mapped[datetime]
    writer_device: Mapped[str | None] = mapped_column(String(40))
    """The page that opened last; older tabs and devices learn from it that they are read-only now."""
    created_at: Mapped[datetime]


class StoredEvent(Base):
    """An event in the life of an attempt. Append-only."""

    __tablename__ = "attempt_events"
    __table_args__ = (UniqueConstraint("attempt_id", "sequence"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"))
    sequence: Mapped[int]
    kind: Mapped[EventKind] = mapped_column(enum_type(EventKind, name="kind"))
    section_id: Mapped[str | None] = mapped_column(String(20))
    by_clock: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime]
    recorded_at: Mapped[datetime]


class AnswerVersion(Base):
    """Everything ever received for a question. Append-only; repeated sends are one row."""

    __tablename__ = "answer_versions"
    __table_args__ = (
        UniqueConstraint("attempt_id", "question_id", "version"),
        UniqueConstraint("attempt_id", "device", "client_sequence", "question_id", name="uq_answer_versions_once_per_send"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"))
    question_id: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    device: Mapped[str] = mapped_column(String(40))
    client_sequence: Mapped[int]
    base_version: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    """Canonical JSON of the answer."""
    sha256: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[SaveOutcome] = mapped_column(enum_type(SaveOutcome, name="outcome"))
    typed_at: Mapped[datetime | None]
    received_at: Mapped[datetime]


class CurrentAnswer(Base):
    """Which version is the answer now; the row a save compares with."""

    __tablename__ = "current_answers"

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"), primary_key=True)
    question_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[int]
    """0 while nothing has been accepted."""
    last_version: Mapped[int]
    """The highest number given out, also to stale and late versions."""
    answer_version_id: Mapped[int | None] = mapped_column(ForeignKey("answer_versions.id"))
    is_flagged: Mapped[bool] = mapped_column(default=False)
    """後で見直す."""


class Submission(Base):
    """提出: the answers as handed in, frozen. Append-only; a later hand-in is a further row."""

    __tablename__ = "submissions"
    __table_args__ = (UniqueConstraint("attempt_id", "number"), Index("ix_submissions_submitted_at", "submitted_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"))
    number: Mapped[int]
    kind: Mapped[HandInKind] = mapped_column(enum_type(HandInKind, name="kind"))
    answers: Mapped[dict[str, Any]]
    """Question id → {version, sha256, body}."""
    sha256: Mapped[str] = mapped_column(String(64))
    """Of the canonical JSON of `answers`."""
    submitted_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
