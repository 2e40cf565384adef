"""One lesson with everything its page shows, asked for in a single SELECT."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    Date,
    Integer,
    Row,
    Select,
    String,
    Text,
    cast,
    func,
    literal,
    null,
    select,
    type_coerce,
    union_all,
)

from lms.billing.models import Payment
from lms.billing.queries import current_seat
from lms.cohorts.models import Cohort, CourseDay, Participant
from lms.db.base import UTCDateTime
from lms.db.session import db
from lms.lessons.models import Bookmark, LessonProgress, ReadingPlace, WorksheetEntry
from lms.lessons.queries.reading import LessonLine, ReadingSeat, find_open_lesson, lesson_lines, library
from lms.lessons.queries.sheets import Sheet
from lms.lessons.rules.citations import Citation, cite
from lms.lessons.rules.content import Lesson, Module, Term
from lms.lessons.rules.progress import LessonMark, ReadingState
from lms.lessons.rules.worksheets import MEMO_KEY
from lms.lessons.source.lesson_text import LessonText, lesson_text
from lms.lessons.source.rendering import Heading
from lms.lessons.source.term_links import link_terms

FIXED_HEADINGS = (Heading("misconceptions", "よくある誤解"), Heading("worksheet", "自組織ワーク"))
"""Headings that every lesson has below its main text."""

_COLUMNS = (
    *(("words", Text()), ("number", Integer()), ("other", Integer()), ("held_on", Date()), ("first_at", UTCDateTime())),
    *(("second_at", UTCDateTime()), ("third_at", UTCDateTime()), ("text", Text())),
)


@dataclass(frozen=True, slots=True)
class Desk:
    """What one participant brings to one lesson: the seat, the marks of all lessons, and what was written and marked here."""

    seat: ReadingSeat
    lesson_id: str
    marks: Mapping[str, LessonMark]
    sheets: Mapping[str, Sheet]
    memo: Sheet
    bookmarks: tuple[str, ...]
    """Ids of headings with a しおり; the empty one stands for the lesson."""
    place: str
    """Id of the heading last read at; empty when none is known."""


@dataclass(frozen=True, slots=True)
class LessonPage:
    """One open lesson with everything its page shows."""

    lesson: Lesson
    module: Module
    text: LessonText
    mark: LessonMark
    state: ReadingState
    sheets: Mapping[str, Sheet]
    memo: Sheet
    bookmarks: tuple[str, ...]
    place: Heading | None
    """The heading last read at, when it is still there and not the first."""
    terms: tuple[Term, ...]
    """The terms of the 用語集 that the main text links to."""
    citations: tuple[Citation, ...]
    previous: LessonLine | None
    next: LessonLine | None


def find_desk(user_id: int, lesson_id: str) -> Desk | None:
    """The current seat of a user and everything of it that this lesson's page needs; one SELECT, None without a seat."""
    rows = db.session.execute(_desk(user_id, lesson_id)).all()
    found = {kind: [row for row in rows if row.kind == kind] for kind in ("seat", "day", "mark", "sheet", "bookmark", "place")}
    if not found["seat"]:
        return None
    seat = found["seat"][0]
    sheets = {row.words: Sheet(row.text, row.number, row.first_at) for row in found["sheet"]}
    published = frozenset(library().course.published_ids)
    return Desk(
        seat=ReadingSeat(seat.number, seat.other, seat.words, seat.first_at, _days(found["day"])),
        lesson_id=lesson_id,
        marks={
            row.words: LessonMark(row.first_at, row.second_at, row.third_at) for row in found["mark"] if row.words in published
        },
        memo=sheets.pop(MEMO_KEY, Sheet()),
        sheets=sheets,
        bookmarks=tuple(sorted(row.words for row in found["bookmark"])),
        place=next((row.words for row in found["place"]), ""),
    )


def find_lesson_page(desk: Desk, *, now: datetime) -> LessonPage | None:
    """The page of the desk's lesson, or None when it is not published or not open to the participant; asks nothing more."""
    lesson = find_open_lesson(desk.seat, desk.lesson_id, now=now)
    if lesson is None:
        return None
    lines = [line for line in lesson_lines(desk.seat, desk.marks, now=now) if line.entry.is_published]
    index = next(place for place, line in enumerate(lines) if line.entry.id == lesson.id)
    is_read = lines[index].state is ReadingState.COMPLETED
    text, terms = _text_with_terms(lesson)
    return LessonPage(
        lesson=lesson,
        module=next(module for module in library().course.modules if module.id == lesson.module),
        text=text,
        mark=desk.marks.get(lesson.id, LessonMark()),
        state=ReadingState.COMPLETED if is_read else ReadingState.IN_PROGRESS,
        sheets=desk.sheets,
        memo=desk.memo,
        bookmarks=desk.bookmarks,
        place=_place(desk.place, text),
        terms=terms,
        citations=cite(library().facts[fact] for fact in lesson.facts),
        previous=lines[index - 1] if index else None,
        next=lines[index + 1] if index + 1 < len(lines) else None,
    )


def find_heading(lesson: Lesson, heading_id: str) -> Heading | None:
    """A heading of the lesson that can be marked or come back to; the empty id is the lesson itself."""
    if not heading_id:
        return Heading("", lesson.title)
    return next((each for each in _headings(lesson_text(lesson.body, lesson.pictures)) if each.id == heading_id), None)


def _headings(text: LessonText) -> tuple[Heading, ...]:
    return (*text.headings, *FIXED_HEADINGS)


def _place(heading_id: str, text: LessonText) -> Heading | None:
    """Who only came to the first heading has nothing to go on from."""
    return next((each for each in _headings(text)[1:] if each.id == heading_id), None)


def _text_with_terms(lesson: Lesson) -> tuple[LessonText, tuple[Term, ...]]:
    terms = {term.id: term for term in library().terms}
    text = lesson_text(lesson.body, lesson.pictures)
    linked = link_terms(text.main, tuple(terms.values()))
    return replace(text, main=linked.html), tuple(terms[term_id] for term_id in linked.term_ids)


def _days(rows: Iterable[Row[Any]]) -> Mapping[int, date]:
    return {row.number: row.held_on for row in rows}


def _desk(user_id: int, lesson_id: str) -> CompoundSelect[Any]:
    seat = select(Participant.id, Participant.cohort_id).where(Participant.id == current_seat(user_id)).cte("seat")
    return union_all(*_seat_parts(seat), *_own_parts(seat, lesson_id))


def _seat_parts(seat: CTE) -> tuple[Select[Any], ...]:
    return (
        _part("seat", words=Cohort.label, number=seat.c.id, other=seat.c.cohort_id, first_at=Payment.confirmed_at)
        .join_from(seat, Cohort, Cohort.id == seat.c.cohort_id)
        .outerjoin(Payment, Payment.participant_id == seat.c.id),
        _part("day", number=CourseDay.number, held_on=CourseDay.held_on).join_from(
            seat, CourseDay, CourseDay.cohort_id == seat.c.cohort_id
        ),
        _part(
            "mark",
            words=LessonProgress.lesson_id,
            first_at=LessonProgress.opened_at,
            second_at=LessonProgress.completed_at,
            third_at=LessonProgress.quiz_passed_at,
        ).join_from(seat, LessonProgress, LessonProgress.participant_id == seat.c.id),
    )


def _own_parts(seat: CTE, lesson_id: str) -> tuple[Select[Any], ...]:
    entry = WorksheetEntry
    latest = (
        select(func.max(entry.id))
        .join(seat, entry.participant_id == seat.c.id)
        .where(entry.lesson_id == lesson_id)
        .group_by(entry.key)
    )
    return (
        _part("sheet", words=entry.key, number=entry.version, first_at=entry.saved_at, text=entry.text).where(
            entry.id.in_(latest)
        ),
        _part("bookmark", words=Bookmark.heading_id)
        .join_from(seat, Bookmark, Bookmark.participant_id == seat.c.id)
        .where(Bookmark.lesson_id == lesson_id),
        _part("place", words=ReadingPlace.heading_id)
        .join_from(seat, ReadingPlace, ReadingPlace.participant_id == seat.c.id)
        .where(ReadingPlace.lesson_id == lesson_id),
    )


def _part(kind: str, **values: Any) -> Select[Any]:
    """One kind of row; what it does not have is an empty value of the right type, as PostgreSQL asks for."""
    columns = [
        (type_coerce(values[name], type_) if name in values else cast(null(), type_)).label(name) for name, type_ in _COLUMNS
    ]
    named: list[ColumnElement[Any]] = [cast(literal(kind), String(10)).label("kind"), *columns]
    return select(*named)
