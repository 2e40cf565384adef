"""A company's manual as a Word file: real styles, a table of contents, header and footer, every answer once."""

import io
from collections.abc import Sequence
from datetime import datetime, time
from typing import Any, cast

from docx import Document as new_document
from docx.document import Document
from docx.enum.text import WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm
from docx.styles.style import ParagraphStyle
from docx.table import Table
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from lms.documents.manual import (
    CONTENTS_TITLE,
    DRAFT,
    GAPS_TITLE,
    NO_GAPS,
    NOTICE_TITLE,
    SOURCES_INTRO,
    UNWRITTEN,
    Chapter,
    Entry,
    Manual,
    day_words,
    one_line,
)
from lms.documents.manual_dates import date_words
from lms.documents.manual_styles import (
    ANSWER,
    CELL,
    CHAPTER_INTRO,
    CONTENTS,
    DRAFT_MARK,
    GAP,
    LANGUAGE,
    MARGIN,
    PAGE_WIDTH,
    RULE,
    set_up,
)

MIMETYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TEXT_WIDTH = PAGE_WIDTH - 2 * MARGIN
CONTENTS_FIELD = r'TOC \o "1-1" \h \z \u'
"""Chapters stand there without page numbers, which only a word processor knows; it adds them when somebody updates the field.

It is not told to do so by itself: Word would ask at every opening whether other files may be read, which alarms people.
"""
GAP_COLUMNS = (Mm(92), TEXT_WIDTH - Mm(92))
_TABLE_LINES = (
    f"<w:tblBorders {nsdecls('w')}>"
    + "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="{RULE}"/>' for side in ("top", "bottom", "insideH"))
    + "</w:tblBorders>"
)
GAPS_INTRO = "次の項目は、まだ書かれていません。レッスンの自組織ワークに書くと、次に作る文書に入ります。"


def write_docx(manual: Manual) -> bytes:
    """The bytes of the Word file."""
    document = new_document()
    set_up(document)
    _describe(document, manual)
    _head_and_foot(document, manual)
    _Writer(document, manual).write()
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _describe(document: Document, manual: Manual) -> None:
    properties = document.core_properties
    properties.title, properties.subject = one_line(manual.title), f"{one_line(manual.title)}({DRAFT})"
    properties.author = properties.last_modified_by = manual.company_words
    properties.language, properties.comments, properties.keywords = LANGUAGE, "", ""
    properties.revision = 1
    properties.created = properties.modified = datetime.combine(manual.made_on, time())


def _head_and_foot(document: Document, manual: Manual) -> None:
    section = document.sections[0]
    header, footer = section.header.paragraphs[0], section.footer.paragraphs[0]
    for paragraph in (header, footer):
        stops = cast(ParagraphStyle, paragraph.style).paragraph_format.tab_stops
        stops.clear_all()
        stops.add_tab_stop(TEXT_WIDTH, WD_TAB_ALIGNMENT.RIGHT)
    header.add_run(f"{manual.company_words}\t{one_line(manual.title)}")
    footer.add_run(f"{DRAFT} {day_words(manual.made_on)}\t")
    _field(footer, "PAGE", "1")
    footer.add_run(" / ")
    _field(footer, "NUMPAGES", "1")


class _Writer:
    """Writes the body of one document from its cover to its appendix."""

    def __init__(self, document: Document, manual: Manual) -> None:
        self.document = document
        self.manual = manual
        self.style_ids = {style.name: style.style_id for style in document.styles}
        self.bookmarks = 0

    def write(self) -> None:
        """Everything, in order."""
        manual = self.manual
        self._cover()
        self._contents([*(chapter.heading for chapter in manual.parts), GAPS_TITLE, NOTICE_TITLE])
        for chapter in manual.parts:
            self._chapter(chapter)
        self._gaps()
        self._notice()

    def _say(self, words: str, style: str = "Normal") -> Paragraph:
        """A paragraph; python-docx itself would look through all styles for each."""
        paragraph = self.document.add_paragraph(words)
        paragraph._p.style = self.style_ids[style]
        return paragraph

    def _cover(self) -> None:
        manual = self.manual
        self._say(manual.company_words, "Subtitle")
        self._say(one_line(manual.title), "Title")
        self._say(DRAFT, DRAFT_MARK)
        self._say(date_words(manual.made_on))
        self._say(manual.progress_words)
        self._say(one_line(manual.intro), CHAPTER_INTRO)

    def _contents(self, headings: Sequence[str]) -> None:
        """A real field whose entries already stand there, so that nobody has to update it to read it."""
        numbers = cast(ParagraphStyle, self.document.styles[CONTENTS]).paragraph_format.tab_stops
        numbers.add_tab_stop(TEXT_WIDTH, WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)
        title = self._say(CONTENTS_TITLE, "TOC Heading")
        title.paragraph_format.page_break_before = True
        frame = parse_xml(
            f'<w:sdt {nsdecls("w")}><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/><w:docPartUnique/>'
            "</w:docPartObj></w:sdtPr><w:sdtContent/></w:sdt>"
        )
        entries = [self._contents_entry(number, heading) for number, heading in enumerate(headings, start=1)]
        for run in (_mark_run("separate"), _instruction(CONTENTS_FIELD), _mark_run("begin")):
            entries[0]._p.insert(1, run)  # after the properties of the paragraph
        entries[-1]._p.append(_mark_run("end"))
        title._p.addnext(frame)
        frame[-1].extend([title._p, *(entry._p for entry in entries)])

    def _contents_entry(self, number: int, heading: str) -> Paragraph:
        paragraph = self._say("", CONTENTS)
        link = OxmlElement("w:hyperlink")
        link.set(qn("w:anchor"), _bookmark(number))
        link.set(qn("w:history"), "1")
        link.append(_text_run(one_line(heading)))
        paragraph._p.append(link)
        return paragraph

    def _heading(self, words: str) -> None:
        """A heading on a new page, with the place that the table of contents points at."""
        paragraph = self._say(one_line(words), "Heading 1")
        paragraph.paragraph_format.page_break_before = True
        self.bookmarks += 1
        begin, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
        for element in (begin, end):
            element.set(qn("w:id"), str(self.bookmarks))
        begin.set(qn("w:name"), _bookmark(self.bookmarks))
        paragraph.runs[0]._r.addprevious(begin)
        paragraph._p.append(end)

    def _chapter(self, chapter: Chapter) -> None:
        self._heading(chapter.heading)
        if chapter.intro:
            self._say(one_line(chapter.intro), CHAPTER_INTRO)
        for entry in chapter.entries:
            self._entry(entry)

    def _entry(self, entry: Entry) -> None:
        self._say(one_line(entry.heading), "Heading 2")
        for lines in entry.paragraphs:
            self._say("\n".join(lines), ANSWER)
        if not entry.is_written:
            self._say(UNWRITTEN, GAP)

    def _gaps(self) -> None:
        self._heading(GAPS_TITLE)
        if not self.manual.gaps:
            self._say(NO_GAPS)
            return
        self._say(GAPS_INTRO, CHAPTER_INTRO)
        table = self.document.add_table(rows=0, cols=2)
        table.autofit = False
        table._tbl.tblPr.append(parse_xml(_TABLE_LINES))
        self._row(table, ("項目", "書くレッスン"), is_head=True)
        for gap in self.manual.gaps:
            self._row(table, (one_line(gap.heading), one_line(gap.lesson)))

    def _row(self, table: Table, words: tuple[str, str], *, is_head: bool = False) -> None:
        row = cast(Any, table).add_row()
        for cell, width, text in zip(row.cells, GAP_COLUMNS, words, strict=True):
            cell.width = width
            cell.paragraphs[0]._p.style = self.style_ids[CELL]
            cell.paragraphs[0].add_run(text).bold = is_head
        properties = row._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        if is_head:
            properties.append(OxmlElement("w:tblHeader"))

    def _notice(self) -> None:
        self._heading(NOTICE_TITLE)
        for words in self.manual.notices:
            self._say(one_line(words), "List Bullet")
        if self.manual.sources:
            self._say(SOURCES_INTRO, "Heading 2")
        for source in self.manual.sources:
            self._say(one_line(source.words), CELL)


def _bookmark(number: int) -> str:
    return f"_Toc{number:08d}"


def _field(paragraph: Paragraph, instruction: str, shown: str) -> None:
    """A field that the word processor computes, and what stands there until it has."""
    elements = (_mark_run("begin"), _instruction(instruction), _mark_run("separate"), _text_run(shown), _mark_run("end"))
    for element in elements:
        paragraph._p.append(element)


def _text_run(text: str) -> Any:
    run = OxmlElement("w:r")
    Run(cast(Any, run), cast(Any, None)).text = text
    return run


def _mark_run(kind: str) -> Any:
    return _run_with("w:fldChar", "w:fldCharType", kind)


def _instruction(text: str) -> Any:
    run = _run_with("w:instrText", "xml:space", "preserve")
    run[0].text = f" {text} "
    return run


def _run_with(tag: str, attribute: str, value: str) -> Any:
    run, element = OxmlElement("w:r"), OxmlElement(tag)
    element.set(qn(attribute), value)
    run.append(element)
    return run
