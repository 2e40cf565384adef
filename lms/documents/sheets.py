"""A4 pages in the house's typeface: styles, Markdown as flowing text, page numbers, and files that come out the same."""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import zip_longest
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from markdown import Markdown
from reportlab.lib import colors
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph, Spacer, Table

from certificates.fonts.book import DRAWING, FontBook, load_font
from lms.documents.parcels import printable

MARGIN = 20 * mm
TEXT_WIDTH = A4[0] - 2 * MARGIN
INK = colors.HexColor("#1c1c1c")
RULE = colors.HexColor("#8a8a8a")
LONGEST_PIECE = 1500
"""Characters set at once; the library's time grows with the square of a paragraph's length."""
LONGEST_CELL = 500
"""Characters of a cell, every line counting `LINE_COST` more: the library never breaks a row over pages."""
LINE_COST = 17
"""About what a line of a narrow column holds; so a cell has 30 lines at most, however they come about."""


@dataclass(frozen=True)
class Typesetter:
    """Texts to paragraphs in one typeface. Characters the typeface lacks come out as 〓, as printers have always done."""

    book: FontBook
    _styles: dict[tuple[float, float, float, float], ParagraphStyle] = field(default_factory=dict)

    def paragraph(self, text: str, *, size: float = 10.5, indent: float = 0, hanging: float = 0, after: float = 4) -> Paragraph:
        """A paragraph of plain text."""
        return Paragraph(self.markup(text), self.style(size, indent, hanging, after))

    def marked(self, markup: str, *, size: float = 10.5, indent: float = 0, hanging: float = 0, after: float = 4) -> Paragraph:
        """A paragraph of markup made of `markup()` and the library's own tags."""
        return Paragraph(markup, self.style(size, indent, hanging, after))

    def markup(self, text: str) -> str:
        """A text as the library may read it: nothing in it is taken for a tag."""
        # The library takes an ideographic space for a break between words and loses it.
        text = text.replace("\u3000", "\u00a0" * round(1 / self.book.width("\u00a0", 1)))
        return "<br/>".join(escape(printable(self.book, line)) for line in text.split("\n"))

    def style(self, size: float, indent: float, hanging: float, after: float) -> ParagraphStyle:
        """The style of a paragraph: sizes in points, lines 1.65 times as far apart."""
        key = (size, indent, hanging, after)
        if key not in self._styles:
            self._styles[key] = ParagraphStyle(
                f"text {key}",
                fontName=self.book.font_name,
                fontSize=size,
                leading=size * 1.65,
                leftIndent=indent + hanging,
                firstLineIndent=-hanging,
                spaceAfter=after,
                wordWrap="CJK",
                alignment=TA_LEFT,
                textColor=INK,
                bulletFontName=self.book.font_name,
                underlineWidth=0.6,
            )
        return self._styles[key]

    def markdown(self, text: str, *, width: float = TEXT_WIDTH) -> list[Flowable]:
        """Markdown as flowing text: paragraphs, lists, tables; what is bold on the screen is underlined on paper."""
        reader = _HtmlReader()
        reader.feed(Markdown(extensions=["tables", "sane_lists"]).convert(text))
        return [flowable for block in reader.blocks for flowable in self._set(block, width)]

    def _set(self, block: "_Block", width: float) -> Iterator[Flowable]:
        if block.rows:
            yield self._table(block.rows, width)
            yield Spacer(0, 6)
            return
        for piece in _short_pieces(block.runs):
            markup = "".join(f"<u>{self.markup(run)}</u>" if is_strong else self.markup(run) for run, is_strong in piece)
            lead = self.markup(block.bullet)
            indent = 6 if block.bullet else 0
            yield self.marked(lead + markup, indent=indent, hanging=13 if block.bullet else 0, after=2 if block.bullet else 5)

    def _table(self, rows: Sequence[Sequence[str]], width: float) -> Table:
        cells = [[self.paragraph(cell, size=9.5, after=0) for cell in short] for row in rows for short in short_rows(row)]
        return ruled_table(cells, [width / len(rows[0])] * len(rows[0]), self.book.font_name)


def short_rows(row: Sequence[str]) -> Iterator[list[str]]:
    """A row of a table, or several one under the other when a text is so long that one would not fit on a page."""
    for pieces in zip_longest(*map(_cell_pieces, row), fillvalue=""):
        yield list(pieces)


def _cell_pieces(text: str) -> Iterator[str]:
    longest = LONGEST_CELL - LINE_COST
    lines = (line[start : start + longest] for line in text.split("\n") for start in range(0, len(line) or 1, longest))
    piece: list[str] = []
    for line in lines:
        if piece and sum(map(len, piece)) + len(line) + LINE_COST * (len(piece) + 1) > LONGEST_CELL:
            yield "\n".join(piece)
            piece = []
        piece.append(line)
    yield "\n".join(piece)


def ruled_table(cells: Sequence[Sequence[Any]], widths: Sequence[float], font_name: str) -> Table:
    """A table with thin rules all around, its first row on grey."""
    table = Table([list(row) for row in cells], colWidths=list(widths), hAlign="LEFT")
    rules: list[Any] = [
        ("FONT", (0, 0), (-1, -1), font_name),
        ("GRID", (0, 0), (-1, -1), 0.4, RULE),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("BACKGROUND", (0, 0), (-1, 0), colors.HexColor("#efefef")),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
    ]
    table.setStyle(rules)
    return table


def build_pdf(
    font_folder: Path, title: str, footer: str, story: Callable[[Typesetter], list[Flowable]], *, fingerprint: str
) -> bytes:
    """Return the pages of a story as one PDF; the same story gives the same bytes.

    `footer` stands on every page beside 「1 / 9」. Raises FontsNotBuilt.
    """
    book = load_font(font_folder)
    with DRAWING:
        return _build(book, title, footer, story, fingerprint)


def _build(book: FontBook, title: str, footer: str, story: Callable[[Typesetter], list[Flowable]], fingerprint: str) -> bytes:
    setter = Typesetter(book)
    pages = _count_pages(book, title, story(setter))
    paper = io.BytesIO()

    def decorate(canvas: Canvas, document: BaseDocTemplate) -> None:
        canvas.saveState()
        canvas.setFont(book.font_name, 8.5)
        canvas.setFillColor(INK)
        left, right = _footer_pieces(setter, footer, document.page, pages)
        canvas.drawString(MARGIN, 11 * mm, left)
        canvas.drawRightString(A4[0] - MARGIN, 11 * mm, right)
        canvas.restoreState()

    _document(paper, book, title, decorate, fingerprint).build(story(setter), canvasmaker=canvas_maker(book))
    return paper.getvalue()


def _footer_pieces(setter: Typesetter, footer: str, page: int, pages: int) -> tuple[str, str]:
    return setter.book.drawable(footer), setter.book.drawable(f"{page} / {pages}")


def _count_pages(book: FontBook, title: str, story: list[Flowable]) -> int:
    counted: list[int] = []
    document = _document(io.BytesIO(), book, title, lambda _canvas, page: counted.append(page.page), "")
    document.build(story, canvasmaker=canvas_maker(book))
    return len(counted)


def _document(
    target: io.BytesIO, book: FontBook, title: str, decorate: Callable[[Canvas, BaseDocTemplate], object], fingerprint: str
) -> BaseDocTemplate:
    document = BaseDocTemplate(
        target,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=18 * mm,
        bottomMargin=20 * mm,
        title=title,
        author="",
        creator="Nintei",
        subject=fingerprint,
        lang="ja-JP",
        invariant=1,
    )
    frame = Frame(MARGIN, 20 * mm, TEXT_WIDTH, A4[1] - 38 * mm, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)
    document.addPageTemplates([PageTemplate(id="page", frames=[frame], onPage=decorate)])
    return document


class _PatientCanvas(Canvas):
    """A canvas that gives way after each page: a certificate must not wait for a whole booklet while it holds the register."""

    def showPage(self) -> None:
        """End the page."""
        super().showPage()
        DRAWING.give_way()


def canvas_maker(book: FontBook) -> Callable[..., Canvas]:
    """What makes a canvas that names no typeface but the house's own; whoever draws on it holds DRAWING."""

    def make(*arguments: Any, **options: Any) -> Canvas:
        # The library would otherwise name a typeface that it does not embed.
        return _PatientCanvas(*arguments, **(options | {"initialFontName": book.font_name}))

    return make


@dataclass
class _Block:
    """A paragraph or list item with its runs (text, is strong), or the rows of a table."""

    bullet: str = ""
    runs: list[tuple[str, bool]] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


class _HtmlReader(HTMLParser):
    """Markdown's own HTML back into blocks; only what our Markdown makes is known here."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[_Block] = []
        self._lists: list[int] = []
        self._strong = 0
        self._row: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("ul", "ol"):
            self._lists.append(1 if tag == "ol" else 0)
        elif tag == "table":
            self.blocks.append(_Block(rows=[]))
        elif tag == "tr":
            self._row = []
        elif tag in ("td", "th") and self._row is not None:
            self._row.append("")
        elif tag == "strong":
            self._strong += 1
        else:
            self._open_text(tag)

    def _open_text(self, tag: str) -> None:
        if tag == "li":
            self.blocks.append(_Block(bullet=self._bullet()))
        elif tag in ("p", "h2", "h3", "h4") and not self._is_in_fresh_item():
            self.blocks.append(_Block())
        elif tag == "br" and self.blocks:
            self.blocks[-1].runs.append(("\n", False))

    def _bullet(self) -> str:
        number = self._lists[-1] if self._lists else 0
        if not number:
            return "・"
        self._lists[-1] += 1
        return f"{number}. "

    def _is_in_fresh_item(self) -> bool:
        return bool(self._lists and self.blocks and self.blocks[-1].bullet and not self.blocks[-1].runs)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("ul", "ol"):
            self._lists.pop()
        elif tag == "strong":
            self._strong -= 1
        elif tag == "tr" and self._row is not None:
            self.blocks[-1].rows.append(self._row)
            self._row = None

    def handle_data(self, data: str) -> None:
        if self._row is not None:
            if self._row:
                self._row[-1] += data.strip()
        elif data.strip() and self.blocks and not self.blocks[-1].rows:
            # A line break inside a paragraph of Japanese is no space.
            self.blocks[-1].runs.append((data.strip("\n").replace("\n", ""), self._strong > 0))


def _short_pieces(runs: Sequence[tuple[str, bool]]) -> Iterator[list[tuple[str, bool]]]:
    piece: list[tuple[str, bool]] = []
    length = 0
    for text, is_strong in runs:
        for start in range(0, len(text), LONGEST_PIECE):
            part = text[start : start + LONGEST_PIECE]
            if length + len(part) > LONGEST_PIECE and piece:
                yield piece
                piece, length = [], 0
            piece.append((part, is_strong))
            length += len(part)
    if piece:
        yield piece
