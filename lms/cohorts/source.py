"""Reading content/course.yaml: the facts of the course that the association may change without touching code."""

import functools
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, cast

from flask import current_app
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from lms.config import Settings

Words = Annotated[str, StringConstraints(min_length=1, max_length=200)]
ClockTime = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Prices(_Strict):
    """Prices in yen, tax included."""

    course: int = Field(gt=0)
    consultation: int = Field(gt=0)


class UsualDay(_Strict):
    """The Japanese clock times of a usual course day."""

    starts: ClockTime
    ends: ClockTime

    @property
    def minutes(self) -> int:
        """How long it lasts; a day without breaks entered counts as many for attendance."""
        whole = datetime.combine(date.min, self.ends_at) - datetime.combine(date.min, self.starts_at)
        return whole // timedelta(minutes=1)

    @property
    def starts_at(self) -> time:
        """The usual beginning on a Japanese wall clock."""
        return time.fromisoformat(self.starts)

    @property
    def ends_at(self) -> time:
        """The usual end on a Japanese wall clock."""
        return time.fromisoformat(self.ends)


class Contact(_Strict):
    """How participants reach the office."""

    mail: Words
    address: Words


class TimetableLine(_Strict):
    """One line of the timetable of a course day."""

    day: int = Field(ge=1, le=2)
    starts: ClockTime
    minutes: int = Field(gt=0)
    title: Words
    lessons: list[Words] = []
    """Ids of the lessons that belong to it."""


class Reminder(_Strict):
    """A mail that reminds of each course day: so many days before, at this Japanese clock time."""

    days_before: int = Field(ge=0, le=30)
    at: ClockTime

    @property
    def clock_time(self) -> time:
        """When it goes out, on a Japanese wall clock."""
        return time.fromisoformat(self.at)


class AnnouncedSection(_Strict):
    """A section of the exam as participants were told of it."""

    id: Words
    questions: int = Field(gt=0)
    minutes: int = Field(gt=0)
    points: int = Field(gt=0)
    points_to_pass: int = Field(ge=0)


class AnnouncedExam(_Strict):
    """試験の要項 as participants were told; on the day of the exam its settings are held against it."""

    points_to_pass: int = Field(ge=0)
    sections: list[AnnouncedSection]


class CourseFacts(_Strict):
    """Everything content/course.yaml says."""

    id: Words
    title: Words
    exam_id: Words
    prices: Prices
    days: UsualDay
    attendance_percent: int = Field(ge=0, le=100)
    join_minutes_before: int = Field(ge=0, le=1440)
    late_after_minutes: int = Field(ge=0, le=1440)
    early_before_minutes: int = Field(ge=0, le=1440)
    reminders: list[Reminder] = Field(max_length=10)
    usual_extra_percent: int = Field(ge=0, le=300)
    late_answer_days: int = Field(ge=0, le=365)
    announced_exam: AnnouncedExam
    contact: Contact
    timetable: list[TimetableLine]


def course_facts() -> CourseFacts:
    """The facts of the course.

    Raises pydantic's ValidationError when the file says something else than it should.
    """
    return read_course_facts(_file())


def course_facts_changed_at() -> datetime:
    """When the file was last written."""
    return datetime.fromtimestamp(_file().stat().st_mtime, UTC)


def find_contact() -> Contact | None:
    """How participants reach the office; None while the file cannot be read, so that no page fails for its footer."""
    try:
        return course_facts().contact
    except (OSError, ValueError, YAMLError):
        return None


def read_course_facts(path: Path) -> CourseFacts:
    """The facts in one file, read again when the file changed."""
    return _read(path, path.stat().st_mtime_ns)


def _file() -> Path:
    settings = cast(Settings, current_app.extensions["settings"])
    return settings.content / "course.yaml"


@functools.lru_cache(maxsize=8)
def _read(path: Path, _changed: int) -> CourseFacts:
    return CourseFacts.model_validate(YAML(typ="safe").load(path.read_text(encoding="utf-8")))
