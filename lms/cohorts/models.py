"""Tables of 期: cohorts, their two days with breaks, participants, attendance and the stays in the meeting it rests on."""

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


class PresenceImport(Base):
    """A participants report of the meeting that was imported for a course day."""

    __tablename__ = "presence_imports"

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohorts.id"), index=True)
    day_number: Mapped[int]
    added: Mapped[int]
    """Stays that were not known before."""
    known: Mapped[int]
    """Stays that an earlier import brought."""
    imported_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    imported_at: Mapped[datetime]


class PresenceSpan(Base):
    """One stay in the meeting under the name it showed, and whose it is; nobody's: the instructor or a guest."""

    __tablename__ = "presence_spans"
    __table_args__ = (
        UniqueConstraint(
            "cohort_id", "day_number", "zoom_name", "zoom_email", "joined_at", "left_at", name="uq_presence_spans_once"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("presence_imports.id"))
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohorts.id"))
    day_number: Mapped[int]
    zoom_name: Mapped[str] = mapped_column(String(200))
    zoom_email: Mapped[str] = mapped_column(String(254))
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime]
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("participants.id"), index=True)


class PresenceSum(Base):
    """The minutes that were last entered from somebody's stays; a number that differs was entered by hand since."""

    __tablename__ = "presence_sums"

    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"), primary_key=True)
    day_number: Mapped[int] = mapped_column(primary_key=True)
    minutes: Mapped[int]
    entered_at: Mapped[datetime]


class CourseBreak(Base):
    """A break of a course day that does not count as attendance, entered by the office."""

    __tablename__ = "course_breaks"

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohorts.id"), index=True)
    day_number: Mapped[int]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class CalendarFeed(Base):
    """A participant's subscription address of the course days; a higher generation ends the addresses given before."""

    __tablename__ = "calendar_feeds"

    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"), primary_key=True)
    generation: Mapped[int] = mapped_column(default=1)
    made_at: Mapped[datetime]
