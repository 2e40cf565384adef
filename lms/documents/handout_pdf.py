"""A 配布資料 as PDF: a document to print and hand out, or slides above what their speaker says."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from reportlab.lib import colors
from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, KeepInFrame, KeepTogether, Spacer, Table
from reportlab.platypus import PageBreak as NewPage

from lms.documents.handout import (
    Blank,
    Block,
    Deck,
    Dialogue,
    Grid,
    Heading,
    Listing,
    ListKind,
    PageBreak,
    Paper,
    Quote,
    Slide,
    Text,
    schedule,
)
from lms.documents.handout_style import (
    ABOUT_HEADING,
    BODY_SIZE,
    BOX,
    CHOICE_GAP,
    POSTER_SIZE,
    TABLE_SIZE,
    about,
    closing_parts,
    is_poster,
)
from lms.documents.sheets import TEXT_WIDTH, Typesetter, build_pdf
from lms.documents.slide_layout import column_widths
from lms.documents.slide_theme import AI
from lms.documents.slides import note_words

_LINE = colors.HexColor("#b9b2a2")
_PALE = colors.HexColor("#e8edf4")
_WAITING = colors.HexColor("#a8402a")
_SLIDE_HEIGHT = TEXT_WIDTH * 9 / 16
_SLIDE_PADDING = 5 * mm
SLIDE_SIZE = 11.0


def press_paper(paper: Paper, font_folder: Path) -> bytes:
    """The paper as PDF; the same paper gives the same bytes. Raises FontsNotBuilt."""
    return _press(paper, lambda setter: list(_paper(paper, setter)), font_folder)


def press_deck(deck: Deck, font_folder: Path) -> bytes:
    """The slides as PDF, each above its notes; the same deck gives the same bytes. Raises FontsNotBuilt."""
    return _press(deck, lambda setter: list(_deck(deck, setter)), font_folder)


def _press(record: Paper | Deck, story: Any, font_folder: Path) -> bytes:
    colophon = record.colophon
    footer = f"{colophon.publisher}　第{colophon.version}版　所属組織内で利用・再配布不可"
    fingerprint = hashlib.sha256(repr(record).encode()).hexdigest()
    return build_pdf(font_folder, colophon.title, footer, story, fingerprint=fingerprint)


def _paper(paper: Paper, setter: Typesetter) -> Iterator[Flowable]:
    yield _heading(paper.colophon.title, setter, 19)
    for block in paper.blocks:
        yield from _set(block, setter, BODY_SIZE)
    yield from _colophon(paper, setter)


def _colophon(record: Paper | Deck, setter: Typesetter) -> Iterator[Flowable]:
    yield NewPage()
    yield _heading(ABOUT_HEADING, setter, 13)
    for words in about(record.colophon):
        yield setter.paragraph(words, size=9, after=2)
    for heading, lines in closing_parts(record.colophon):
        first, *others = (setter.paragraph(words, size=9, after=2) for words in lines)
        yield KeepTogether([Spacer(0, 8), _heading(heading, setter, 11), first])
        yield from others


def _heading(words: str, setter: Typesetter, size: float) -> Flowable:
    return setter.marked(f'<font color="#{AI}">{setter.markup(words)}</font>', size=size, after=3)


def _set(block: Block, setter: Typesetter, size: float, width: float = TEXT_WIDTH) -> Iterator[Flowable]:
    return _SETTERS[type(block)](block, setter, size, width)


def _words(text: Text, setter: Typesetter, size: float, _: float) -> Iterator[Flowable]:
    yield setter.marked(_marked(text, setter), size=size, after=5)


def _part(heading: Heading, setter: Typesetter, size: float, _: float) -> Iterator[Flowable]:
    yield CondPageBreak(28 * mm)
    yield Spacer(0, 7 if heading.level == 1 else 3)
    yield _heading(heading.words, setter, size * (1.32 if heading.level == 1 else 1.1))


def _dialogue(dialogue: Dialogue, setter: Typesetter, size: float, _: float) -> Iterator[Flowable]:
    for line in dialogue.lines:
        words = f"<u>{setter.markup(line.speaker)}</u>　{setter.markup(line.words)}"
        yield setter.marked(words, size=size, hanging=size * 2, after=3)


def _marked(text: Text, setter: Typesetter, *, is_underlined: bool = True) -> str:
    """The typeface has one weight: what is strong has the second colour, and in running text a line below it."""
    opens, closes = ("<u>", "</u>") if is_underlined else ("", "")
    return "".join(
        f'<font color="#{AI}">{opens}{setter.markup(run.text)}{closes}</font>' if run.is_strong else setter.markup(run.text)
        for run in text.runs
    )


def _list(listing: Listing, setter: Typesetter, size: float, _: float) -> Iterator[Flowable]:
    if listing.kind is ListKind.CHOICES:
        yield setter.paragraph(CHOICE_GAP.join(f"{BOX}\u00a0{item.plain}" for item in listing.items), size=size, after=5)
        return
    for number, item in enumerate(listing.items, 1):
        mark = {ListKind.DOTS: "・", ListKind.STEPS: f"{number}. ", ListKind.CHECKS: f"{BOX} "}[listing.kind]
        yield setter.marked(setter.markup(mark) + _marked(item, setter), size=size, indent=4, hanging=size * 1.3, after=2)
    yield Spacer(0, 3)


def _quote(quote: Quote, setter: Typesetter, size: float, width: float) -> Iterator[Flowable]:
    words = POSTER_SIZE * size / BODY_SIZE if is_poster(quote) else size * 1.1
    said = [
        _heading(text.plain, setter, words * 1.5) if is_display else setter.marked(_marked(text, setter), size=words, after=5)
        for text, is_display in quote.paragraphs
    ]
    yield _boxed(said, width, _LINE, [], padding=12)


def _blank(blank: Blank, setter: Typesetter, size: float, width: float) -> Iterator[Flowable]:
    label = setter.paragraph(blank.label, size=size - 1.5, after=0)
    yield _boxed([label, Spacer(0, size * 1.7 * blank.lines)], width, _WAITING, [2, 2], padding=5)
    yield Spacer(0, 5)


def _boxed(content: list[Flowable], width: float, ink: Any, dash: list[int], *, padding: float) -> Table:
    table = Table([[content]], colWidths=[width], hAlign="LEFT", spaceBefore=3, spaceAfter=3)
    table.setStyle(
        [
            ("BOX", (0, 0), (-1, -1), 0.7, ink, 0, dash or None),
            ("LEFTPADDING", (0, 0), (-1, -1), padding),
            ("RIGHTPADDING", (0, 0), (-1, -1), padding),
            ("TOPPADDING", (0, 0), (-1, -1), padding * 0.6),
            ("BOTTOMPADDING", (0, 0), (-1, -1), padding * 0.8),
        ]
    )
    return table


def _table(grid: Grid, setter: Typesetter, size: float, width: float) -> Iterator[Flowable]:
    small = size * TABLE_SIZE / BODY_SIZE
    texts = [grid.header, *(tuple(cell.text for cell in row) for row in grid.rows)]
    cells = [[_cell(text, setter, small) for text in row] for row in texts]
    table = Table(cells, colWidths=list(column_widths(grid, width, small)), hAlign="LEFT", repeatRows=1)
    table.setStyle(
        [
            ("FONT", (0, 0), (-1, -1), setter.book.font_name),
            ("GRID", (0, 0), (-1, -1), 0.5, _LINE),
            ("BACKGROUND", (0, 0), (-1, 0), _PALE),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("LEFTPADDING", (0, 0), (-1, -1), 5),
            ("RIGHTPADDING", (0, 0), (-1, -1), 5),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
        ]
    )
    yield table
    yield Spacer(0, 6)


def _cell(text: Text, setter: Typesetter, size: float) -> Flowable:
    if not text.plain.strip():  # the library would make a paragraph of empty lines one line high
        return Spacer(0, size * 1.65 * (text.plain.count("\n") + 1))
    return setter.marked(_marked(text, setter, is_underlined=False), size=size, after=0)


def _new_page(*_: Any) -> Iterator[Flowable]:
    yield NewPage()


_SETTERS: dict[type, Callable[..., Iterator[Flowable]]] = {
    Heading: _part,
    Text: _words,
    Listing: _list,
    Dialogue: _dialogue,
    Quote: _quote,
    Grid: _table,
    Blank: _blank,
    PageBreak: _new_page,
}


def _deck(deck: Deck, setter: Typesetter) -> Iterator[Flowable]:
    for number, (slide, (begins, ends)) in enumerate(zip(deck.slides, schedule(deck.slides), strict=True)):
        if number:
            yield NewPage()
        yield _picture(slide, setter)
        yield Spacer(0, 5 * mm)
        minutes = f"目安 {slide.minutes}分(開始から {begins}分 → {ends}分)"
        yield setter.paragraph(note_words(slide, minutes), size=10.5, after=0)
    yield from _colophon(deck, setter)


def _picture(slide: Slide, setter: Typesetter) -> Flowable:
    """The slide as it is shown, smaller; what does not fit is made to."""
    width = TEXT_WIDTH - 2 * _SLIDE_PADDING
    inside: list[Flowable] = [setter.paragraph(slide.part, size=8.5, after=1), _heading(slide.title, setter, 15)]
    for block in slide.blocks:
        inside.extend(_set(block, setter, SLIDE_SIZE, width))
    fitted = KeepInFrame(width, _SLIDE_HEIGHT - 2 * _SLIDE_PADDING, inside, mode="shrink")
    table = Table([[fitted]], colWidths=[TEXT_WIDTH], rowHeights=[_SLIDE_HEIGHT], hAlign="LEFT")
    table.setStyle(
        [
            ("BOX", (0, 0), (-1, -1), 0.8, _LINE),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), _SLIDE_PADDING),
            ("RIGHTPADDING", (0, 0), (-1, -1), _SLIDE_PADDING),
            ("TOPPADDING", (0, 0), (-1, -1), _SLIDE_PADDING),
            ("BOTTOMPADDING", (0, 0), (-1, -1), _SLIDE_PADDING),
        ]
    )
    return table
