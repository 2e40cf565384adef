"""Everything of the published library that can be searched, taken apart once and kept until the library changes."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser

from lms.lessons.rules.content import Lesson, Library, Term
from lms.lessons.rules.searching import Passage, SearchGroup, passage
from lms.lessons.source.lesson_text import lesson_text

_HEADINGS = frozenset({"h2", "h3", "h4"})
_SILENT = frozenset({"rt", "rp", "svg"})
_BLOCKS = frozenset({"p", "li", "tr", "dt", "dd", "blockquote", "td", "th", "figcaption", "div"})


@dataclass(frozen=True, slots=True)
class SearchIndex:
    """The passages of every lesson, and those of the 用語集."""

    lessons: dict[str, tuple[Passage, ...]]
    terms: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class _Kept:
    library: Library
    index: SearchIndex


_lock = threading.Lock()
_kept: list[_Kept] = []


def index_of(library: Library) -> SearchIndex:
    """The index of a library; made anew when another library is published."""
    with _lock:
        if not (_kept and _kept[0].library is library):
            _kept[:] = [_Kept(library, _make(library))]
        return _kept[0].index


def _make(library: Library) -> SearchIndex:
    return SearchIndex(
        lessons={each.id: tuple(_passages(each)) for each in library.lessons.values()},
        terms=tuple(_term(each) for each in library.terms),
    )


def _term(term: Term) -> Passage:
    return passage(SearchGroup.TERMS, term.id, term.id, term.term, term.meaning, term.reading, *term.also)


def _passages(lesson: Lesson) -> Iterator[Passage]:
    text = lesson_text(lesson.body, lesson.pictures)
    aims = " ".join(objective.text for objective in lesson.objectives)
    fields = " ".join(f"{field.label} {field.hint}" for field in lesson.worksheet)
    yield passage(SearchGroup.LESSONS, lesson.id, "", lesson.title, aims)
    parts = [
        ("scene", "場面", text.scene, ""),
        ("points", "要点", text.points, ""),
        ("", "本文", text.main, ""),
        ("misconceptions", "よくある誤解", text.misconceptions, ""),
        ("worksheet", "自組織ワーク", text.worksheet, fields),
    ]
    for anchor, title, html, further in parts:
        for section in split_by_headings(html, anchor, title):
            words = f"{section.text} {further}".strip() if section.anchor == anchor else section.text
            if words or section.anchor != anchor:
                yield passage(SearchGroup.LESSONS, lesson.id, section.anchor, section.title, words)


@dataclass(slots=True)
class PlainSection:
    """The words below one heading, without any markup."""

    anchor: str
    title: str
    text: str


def split_by_headings(html: str, anchor: str, title: str) -> list[PlainSection]:
    """The plain text of rendered HTML, parted at every heading that can be jumped to; the first part has the given ones."""
    splitter = _Splitter(anchor, title)
    splitter.feed(html)
    splitter.close()
    for section in splitter.sections:
        section.text, section.title = " ".join(section.text.split()), " ".join(section.title.split())
    return splitter.sections


class _Splitter(HTMLParser):
    def __init__(self, anchor: str, title: str) -> None:
        super().__init__(convert_charrefs=True)
        self.sections = [PlainSection(anchor, title, "")]
        self._in_heading = False
        self._silence = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silence += 1
        elif tag in _HEADINGS:
            self.sections.append(PlainSection(dict(attrs).get("id") or "", "", ""))
            self._in_heading = True

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silence -= 1
        elif tag in _HEADINGS:
            self._in_heading = False
        elif tag in _BLOCKS:
            self.sections[-1].text += " "

    def handle_data(self, data: str) -> None:
        if self._silence:
            return
        if self._in_heading:
            self.sections[-1].title += data
        else:
            self.sections[-1].text += data
