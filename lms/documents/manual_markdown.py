"""A company's manual as Markdown, in which nothing a participant wrote can act as a mark."""

import re
from collections.abc import Iterator

from lms.documents.manual import (
    DRAFT,
    GAPS_TITLE,
    NO_GAPS,
    NOTICE_TITLE,
    SOURCES_INTRO,
    UNWRITTEN,
    Chapter,
    Entry,
    Manual,
    one_line,
)
from lms.documents.manual_dates import date_words

_MARKS = re.compile(r"[\\`*_\[\]<>#|~&$]")
_LINE_STARTS = re.compile(r"(?P<sign>[-+=:])|(?P<number>[0-9]{1,9})(?P<dot>[.)])")
HARD_BREAK = "\\\n"


def write_markdown(manual: Manual) -> str:
    """The manual as Markdown (CommonMark), each answer once and in order."""
    return "\n\n".join(_blocks(manual)) + "\n"


def _blocks(manual: Manual) -> Iterator[str]:
    yield f"# {escape(manual.title)}"
    yield HARD_BREAK.join(escape(one_line(each)) for each in (manual.company_words, f"{date_words(manual.made_on)} {DRAFT}"))
    yield escape(one_line(manual.intro))
    for chapter in manual.parts:
        yield from _chapter(chapter)
    yield f"## {GAPS_TITLE}"
    yield "\n".join(f"- {escape(one_line(f'{gap.heading}({gap.lesson})'))}" for gap in manual.gaps) or NO_GAPS
    yield f"## {NOTICE_TITLE}"
    yield "\n".join(f"- {escape(notice)}" for notice in manual.notices)
    if manual.sources:
        yield SOURCES_INTRO
        yield "\n".join(f"- {escape(one_line(each.words))}" for each in manual.sources)


def _chapter(chapter: Chapter) -> Iterator[str]:
    yield f"## {escape(one_line(chapter.heading))}"
    if chapter.intro:
        yield escape(one_line(chapter.intro))
    for entry in chapter.entries:
        yield from _entry(entry)


def _entry(entry: Entry) -> Iterator[str]:
    yield f"### {escape(one_line(entry.heading))}"
    for lines in entry.paragraphs:
        yield HARD_BREAK.join(map(escape, lines))
    if not entry.is_written:
        yield f"*{UNWRITTEN}*"


def escape(line: str) -> str:
    """One line of plain text as Markdown that shows exactly this."""
    marked = _MARKS.sub(lambda found: f"\\{found[0]}", line)
    if marked[:1] in (" ", "\t"):  # enough of them would begin a block of code
        return f"&#{ord(marked[0])};{marked[1:]}"
    found = _LINE_STARTS.match(marked)
    if found is None:
        return marked
    if found["sign"]:
        return f"\\{marked}"
    return f"{found['number']}\\{marked[found.start('dot') :]}"
