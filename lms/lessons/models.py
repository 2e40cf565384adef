"""Tables of 教材: progress, quiz tries, worksheet entries and memos, bookmarks, places of reading."""

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
    """A version of what a participant wrote for a 自組織ワーク, or beside a lesson (key "memo"); the highest is shown."""

    __tablename__ = "worksheet_entries"
    __table_args__ = (UniqueConstraint("participant_id", "lesson_id", "key", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"))
    lesson_id: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[datetime]


class Bookmark(Base):
    """しおり: a lesson, or one heading of it, that a participant wants to find again."""

    __tablename__ = "bookmarks"

    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"), primary_key=True)
    lesson_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    heading_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    """Empty for the lesson as a whole."""
    title: Mapped[str] = mapped_column(String(200))
    """The words of the heading when the mark was set."""
    made_at: Mapped[datetime]


class ReadingPlace(Base):
    """The heading a participant last read at in a lesson."""

    __tablename__ = "reading_places"

    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"), primary_key=True)
    lesson_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    heading_id: Mapped[str] = mapped_column(String(200))
    seen_at: Mapped[datetime]
