"""Tables of 期: cohorts, their two days, participants, attendance."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db.base import Base


class Cohort(Base):
    """One run of the course (第2期)."""

    __tablename__ = "cohorts"
    __table_args__ = (UniqueConstraint("course_id", "ordinal"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[str] = mapped_column(String(40))
    ordinal: Mapped[int]
    label: Mapped[str] = mapped_column(String(60))
    """Shown everywhere: 「第2期」."""
    capacity: Mapped[int | None]
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class CourseDay(Base):
    """研修1日目 or 2日目 of a cohort."""

    __tablename__ = "course_days"
    __table_args__ = (
        UniqueConstraint("cohort_id", "number"),
        CheckConstraint("ends_at > starts_at", name="day_ends_after_start"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohorts.id"))
    number: Mapped[int]
    held_on: Mapped[date]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    minutes: Mapped[int] = mapped_column(default=300)
    """Minutes that count for attendance."""
    join_url: Mapped[str] = mapped_column(String(500), default="")


class Participant(Base):
    """受講者: a user's seat in a cohort."""

    __tablename__ = "participants"
    __table_args__ = (UniqueConstraint("cohort_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohorts.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    certificate_name: Mapped[str] = mapped_column(String(200))
    """氏名 as it will be printed; kept exactly as typed."""
    company: Mapped[str] = mapped_column(String(200), default="")
    department: Mapped[str] = mapped_column(String(200), default="")
    postal_code: Mapped[str] = mapped_column(String(10), default="")
    address: Mapped[str] = mapped_column(String(400), default="")
    enrolled_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class Attendance(Base):
    """Minutes of one participant on one day; a correction is a further row, the last one counts. Append-only."""

    __tablename__ = "attendances"
    __table_args__ = (CheckConstraint("minutes >= 0", name="minutes_not_negative"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"), index=True)
    day_number: Mapped[int]
    minutes: Mapped[int]
    reason: Mapped[str] = mapped_column(String(300), default="")
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    entered_at: Mapped[datetime]
