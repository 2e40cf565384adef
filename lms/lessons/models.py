"""Tables of 教材: progress, quiz tries, worksheet entries."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db.base import Base


class LessonProgress(Base):
    """How far a participant is with a lesson."""

    __tablename__ = "lesson_progress"

    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"), primary_key=True)
    lesson_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    opened_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]
    """When the participant said 「読み終えました」."""
    quiz_passed_at: Mapped[datetime | None]


class QuizTry(Base):
    """One try of a 確認テスト; tries are unlimited."""

    __tablename__ = "quiz_tries"

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"), index=True)
    lesson_id: Mapped[str] = mapped_column(String(20))
    answers: Mapped[dict[str, Any]]
    """Question id → chosen option id."""
    correct: Mapped[int]
    total: Mapped[int]
    is_passed: Mapped[bool]
    content_sha256: Mapped[str] = mapped_column(String(64))
    tried_at: Mapped[datetime]


class WorksheetEntry(Base):
    """A version of what a participant wrote for a 自組織ワーク; the highest version is shown."""

    __tablename__ = "worksheet_entries"
    __table_args__ = (UniqueConstraint("participant_id", "lesson_id", "key", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"))
    lesson_id: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[datetime]
