"""The published library, and which of its lessons a participant may read and has read."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from flask import has_request_context, request
from sqlalchemy import ColumnElement, func, select

from lms.billing.models import Payment
from lms.billing.queries import current_seat
from lms.cohorts.models import Cohort, CourseDay, Participant
from lms.db.session import db
from lms.editions.queries import content_folder
from lms.lessons.labels import problem_words
from lms.lessons.models import LessonProgress, QuizTry
from lms.lessons.rules.content import Anchor, Lesson, LessonEntry, Library, Module, ReleaseGroup
from lms.lessons.rules.problems import ProblemKind
from lms.lessons.rules.progress import LessonMark, LessonsDone, ReadingState, count_done, reading_state
from lms.lessons.rules.release import Release, is_released
from lms.lessons.source.library import content_problems, published_library

_FOUND = "nintei.libraries"
"""Where a request keeps the library: to see that no file has changed, every file's date is asked for."""


@dataclass(frozen=True, slots=True)
class ReadingSeat:
    """What decides which lessons a participant may open; `days` maps day numbers to dates in Japan."""

    participant_id: int
    cohort_id: int
    cohort_label: str
    paid_at: datetime | None
    days: Mapping[int, date]


@dataclass(frozen=True, slots=True)
class LastTry:
    """The latest try of a quiz: question id → option id; the sha256 tells which text was asked."""

    answers: Mapping[str, str]
    correct: int
    total: int
    is_passed: bool
    content_sha256: str
    tried_at: datetime


@dataclass(frozen=True, slots=True)
class ContentProblem:
    """A fault in a content file, in words; `line` counts from 1, `file` is relative to the content folder."""

    file: str
    line: int
    text: str
    is_dated: bool = False
    """Nothing is wrong with the text, but a day has passed."""


@dataclass(frozen=True, slots=True)
class LessonLine:
    """A lesson in the list: `minutes` only when its text is published."""

    entry: LessonEntry
    minutes: int | None
    state: ReadingState
    release: Release
    is_quiz_passed: bool

    @property
    def can_be_opened(self) -> bool:
        """Published and open to this participant."""
        return self.entry.is_published and self.release.is_open


@dataclass(frozen=True, slots=True)
class ModulePart:
    """A module with its lessons in order."""

    module: Module
    lines: tuple[LessonLine, ...]


@dataclass(frozen=True, slots=True)
class Opening:
    """Lessons that open together, and when they do for one participant."""

    group: ReleaseGroup
    release: Release
    lesson_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CoursePage:
    """The list of lessons as one participant sees it; `next_line` is the first open lesson that is not done."""

    title: str
    parts: tuple[ModulePart, ...]
    done: LessonsDone
    next_line: LessonLine | None
    are_first_lessons_done: bool
    """Everything published that opens with the payment is read and its quiz passed."""
    openings: tuple[Opening, ...] = ()

    @property
    def lines(self) -> tuple[LessonLine, ...]:
        """Every lesson, in order."""
        return tuple(line for part in self.parts for line in part.lines)


def library() -> Library:
    """The lessons as last read without a harmful problem from the content folder; within a request looked up once."""
    folder = content_folder()
    if not has_request_context():
        return published_library(folder)
    found: dict[Path, Library] = request.environ.setdefault(_FOUND, {})
    if folder not in found:
        found[folder] = published_library(folder)
    return found[folder]


def list_problems_in(content: Path, *, today: date) -> list[ContentProblem]:
    """Every problem of the lessons, quizzes and facts of a content folder, also facts whose review date has passed by `today`."""
    return [
        ContentProblem(each.file, each.line, problem_words(each), is_dated=each.kind is ProblemKind.FACT_OVERDUE)
        for each in content_problems(content, today=today)
    ]


def list_published_lesson_ids() -> tuple[str, ...]:
    """Ids of the published lessons, in the order of the course."""
    return library().course.published_ids


def find_reading_seat(user_id: int) -> ReadingSeat | None:
    """The user's current seat with payment and days; one SELECT."""
    rows = db.session.execute(
        select(Participant.id, Cohort.id, Cohort.label, Payment.confirmed_at, CourseDay.number, CourseDay.held_on)
        .join(Cohort, Cohort.id == Participant.cohort_id)
        .outerjoin(Payment, Payment.participant_id == Participant.id)
        .outerjoin(CourseDay, CourseDay.cohort_id == Cohort.id)
        .where(Participant.id == current_seat(user_id))
        .order_by(CourseDay.number)
    ).all()
    if not rows:
        return None
    participant_id, cohort_id, label, paid_at = rows[0][:4]
    days = {row[4]: row[5] for row in rows if row[4] is not None}
    return ReadingSeat(participant_id, cohort_id, label, paid_at, days)


def release_of(seat: ReadingSeat, entry: LessonEntry, *, now: datetime) -> Release:
    """Whether a lesson of the plan is open to a participant."""
    return is_released(library().course.group(entry.release_group), now=now, paid_at=seat.paid_at, days=seat.days)


def find_open_lesson(seat: ReadingSeat, lesson_id: str, *, now: datetime) -> Lesson | None:
    """The lesson, when it is published and open to the participant."""
    lesson = library().lessons.get(lesson_id)
    entry = library().course.find_entry(lesson_id)
    if lesson is None or entry is None or not release_of(seat, entry, now=now).is_open:
        return None
    return lesson


def progress_of(participant_id: int) -> Mapping[str, LessonMark]:
    """Lesson id → mark, of the published lessons a participant has opened."""
    rows = db.session.execute(
        select(
            LessonProgress.lesson_id, LessonProgress.opened_at, LessonProgress.completed_at, LessonProgress.quiz_passed_at
        ).where(LessonProgress.participant_id == participant_id, LessonProgress.lesson_id.in_(list_published_lesson_ids()))
    )
    return {row.lesson_id: LessonMark(row.opened_at, row.completed_at, row.quiz_passed_at) for row in rows}


def course_page(seat: ReadingSeat, *, now: datetime) -> CoursePage:
    """The modules with their lessons and states."""
    course, marks = library().course, progress_of(seat.participant_id)
    lines = lesson_lines(seat, marks, now=now)
    return CoursePage(
        title=course.title,
        parts=tuple(
            ModulePart(module, tuple(line for line in lines if line.entry.module == module.id)) for module in course.modules
        ),
        done=count_done(marks.values(), published=len(course.published_ids)),
        next_line=next((line for line in lines if line.can_be_opened and not _is_done(line)), None),
        are_first_lessons_done=all(_is_done(line) for line in lines if line.entry.is_published and _opens_with_payment(line)),
        openings=_openings(seat, now=now),
    )


def _openings(seat: ReadingSeat, *, now: datetime) -> tuple[Opening, ...]:
    course = library().course
    return tuple(
        Opening(
            group,
            is_released(group, now=now, paid_at=seat.paid_at, days=seat.days),
            tuple(entry.id for entry in course.entries if entry.release_group == group.id and entry.is_published),
        )
        for group in course.release_groups
    )


def lesson_lines(seat: ReadingSeat, marks: Mapping[str, LessonMark], *, now: datetime) -> tuple[LessonLine, ...]:
    """Every lesson of the plan as one participant with these marks sees it."""
    return tuple(_line(seat, entry, marks.get(entry.id, LessonMark()), now=now) for entry in library().course.entries)


def _line(seat: ReadingSeat, entry: LessonEntry, mark: LessonMark, *, now: datetime) -> LessonLine:
    release, lesson = release_of(seat, entry, now=now), library().lessons.get(entry.id)
    return LessonLine(
        entry=entry,
        minutes=lesson.minutes if lesson else None,
        state=reading_state(mark, is_open=release.is_open and entry.is_published),
        release=release,
        is_quiz_passed=mark.quiz_passed_at is not None,
    )


def _opens_with_payment(line: LessonLine) -> bool:
    return library().course.group(line.entry.release_group).anchor is Anchor.PAID


def _is_done(line: LessonLine) -> bool:
    return line.state is ReadingState.COMPLETED and line.is_quiz_passed


def lessons_done(participant_id: int) -> LessonsDone:
    """How many published lessons a participant has read to the end, and how many quizzes passed."""
    return count_done(progress_of(participant_id).values(), published=len(list_published_lesson_ids()))


def progress_of_cohort(cohort_id: int) -> Mapping[int, LessonsDone]:
    """Participant id → counts, for every seat of a cohort (also withdrawn ones); one SELECT."""
    return _progress(Participant.cohort_id == cohort_id)


def progress_of_seats(participant_ids: Collection[int]) -> Mapping[int, LessonsDone]:
    """Participant id → counts, for these seats; one SELECT."""
    return _progress(Participant.id.in_(participant_ids))


def _progress(condition: ColumnElement[bool]) -> Mapping[int, LessonsDone]:
    published = list_published_lesson_ids()
    joined = (LessonProgress.participant_id == Participant.id) & LessonProgress.lesson_id.in_(published)
    rows = db.session.execute(
        select(Participant.id, func.count(LessonProgress.completed_at), func.count(LessonProgress.quiz_passed_at))
        .outerjoin(LessonProgress, joined)
        .where(condition)
        .group_by(Participant.id)
    )
    return {row[0]: LessonsDone(completed=row[1], quizzes_passed=row[2], published=len(published)) for row in rows}


def find_last_try(participant_id: int, lesson_id: str) -> LastTry | None:
    """The latest try of a lesson's quiz."""
    row = db.session.scalar(
        select(QuizTry)
        .where(QuizTry.participant_id == participant_id, QuizTry.lesson_id == lesson_id)
        .order_by(QuizTry.id.desc())
        .limit(1)
    )
    if row is None:
        return None
    return LastTry(row.answers, row.correct, row.total, row.is_passed, row.content_sha256, row.tried_at)
