"""What helps studying: the search, the 用語集, しおり and メモ."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from lms.db.session import db
from lms.lessons.models import Bookmark
from lms.lessons.queries.reading import LessonLine, ReadingSeat, course_page, library, release_of
from lms.lessons.queries.sheets import Sheet, answers_of
from lms.lessons.rules.content import LessonEntry, Term
from lms.lessons.rules.kana_rows import kana_row
from lms.lessons.rules.release import Release
from lms.lessons.rules.searching import Hit, Passage, SearchGroup, find, passage, search_words
from lms.lessons.rules.worksheets import MEMO_KEY
from lms.lessons.source.search_index import index_of

MOST_HITS = 20
"""Hits of one group that a page shows."""


@dataclass(frozen=True, slots=True)
class HitGroup:
    """Hits of one kind; `total` may be more than are shown."""

    group: SearchGroup
    hits: tuple[Hit, ...]
    total: int


@dataclass(frozen=True, slots=True)
class SearchPage:
    """The answer to a query; without words nothing was asked."""

    words: tuple[str, ...]
    groups: tuple[HitGroup, ...]
    entries: Mapping[str, LessonEntry]
    releases: Mapping[str, Release]
    """When the lessons open that cannot be read yet."""

    @property
    def total(self) -> int:
        """Hits of every kind."""
        return sum(group.total for group in self.groups)


@dataclass(frozen=True, slots=True)
class GlossaryRow:
    """Terms whose readings begin in one row of the kana table."""

    title: str
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class GlossaryPage:
    """The 用語集 by reading; `lines` are the lessons as the participant sees them."""

    rows: tuple[GlossaryRow, ...]
    lines: Mapping[str, LessonLine]


@dataclass(frozen=True, slots=True)
class Mark:
    """A しおり; an empty heading stands for the whole lesson."""

    heading_id: str
    title: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Keepsakes:
    """What a participant kept of one lesson."""

    line: LessonLine
    marks: tuple[Mark, ...]
    memo: Sheet | None


def search_page(seat: ReadingSeat, query: str, *, now: datetime) -> SearchPage:
    """Everything the participant may read that holds every word of the query; one SELECT for what she wrote herself."""
    words, course = search_words(query), library().course
    entries = {entry.id: entry for entry in course.entries if entry.is_published}
    releases = {each: release_of(seat, entry, now=now) for each, entry in entries.items()}
    groups = [_group(group, passages, words) for group, passages in _sources(seat, entries, releases, words).items()]
    return SearchPage(
        words, tuple(group for group in groups if group.total), entries, {k: v for k, v in releases.items() if not v.is_open}
    )


def _sources(
    seat: ReadingSeat, entries: Mapping[str, LessonEntry], releases: Mapping[str, Release], words: Sequence[str]
) -> dict[SearchGroup, list[Passage]]:
    if not words:
        return {}
    index = index_of(library())
    return {
        SearchGroup.LESSONS: [each for key in entries if releases[key].is_open for each in index.lessons[key]],
        SearchGroup.TERMS: list(index.terms),
        SearchGroup.OWN: _own_passages(seat.participant_id, entries),
        SearchGroup.LOCKED: [
            passage(SearchGroup.LOCKED, key, "", entry.title, "") for key, entry in entries.items() if not releases[key].is_open
        ],
    }


def _group(group: SearchGroup, passages: Sequence[Passage], words: Sequence[str]) -> HitGroup:
    hits = find(passages, words)
    return HitGroup(group, hits[:MOST_HITS], len(hits))


def _own_passages(participant_id: int, entries: Mapping[str, LessonEntry]) -> list[Passage]:
    answers = answers_of(participant_id)
    return [
        passage(
            SearchGroup.OWN, lesson_id, MEMO_KEY if key == MEMO_KEY else f"text-{key}", _field_label(lesson_id, key), sheet.text
        )
        for (lesson_id, key), sheet in sorted(answers.items())
        if sheet.text.strip() and lesson_id in entries
    ]


def _field_anchor(key: str) -> str:
    return MEMO_KEY if key == MEMO_KEY else f"text-{key}"


def _field_label(lesson_id: str, key: str) -> str:
    if key == MEMO_KEY:
        return "メモ"
    return next((field.label for field in library().lessons[lesson_id].worksheet if field.key == key), "自組織ワーク(以前の欄)")


def glossary_page(seat: ReadingSeat, *, now: datetime) -> GlossaryPage:
    """The 用語集, ordered by reading and parted by the rows of the kana table."""
    rows: dict[str, list[Term]] = {}
    for term in sorted(library().terms, key=lambda each: (each.reading, each.id)):
        rows.setdefault(kana_row(term.reading), []).append(term)
    lines = {line.entry.id: line for line in course_page(seat, now=now).lines}
    return GlossaryPage(tuple(GlossaryRow(title, tuple(terms)) for title, terms in rows.items()), lines)


def list_keepsakes(seat: ReadingSeat, *, now: datetime) -> tuple[Keepsakes, ...]:
    """しおり and メモ by lesson, in the order of the course; a memo that was emptied is left out."""
    marks = _marks(seat.participant_id)
    memos = {lesson: sheet for (lesson, key), sheet in answers_of(seat.participant_id).items() if key == MEMO_KEY and sheet.text}
    return tuple(
        Keepsakes(line, marks.get(line.entry.id, ()), memos.get(line.entry.id))
        for line in course_page(seat, now=now).lines
        if line.entry.id in marks or line.entry.id in memos
    )


def _marks(participant_id: int) -> Mapping[str, tuple[Mark, ...]]:
    rows = db.session.scalars(
        select(Bookmark).where(Bookmark.participant_id == participant_id).order_by(Bookmark.made_at, Bookmark.heading_id)
    )
    found: dict[str, tuple[Mark, ...]] = {}
    for row in rows:
        found[row.lesson_id] = (*found.get(row.lesson_id, ()), Mark(row.heading_id, row.title, row.made_at))
    return found
