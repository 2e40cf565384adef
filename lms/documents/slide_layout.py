"""Where the parts of a slide stand and how large its letters are, so that nothing runs over its edge. Lengths in points."""

import math
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lms.documents.handout import (
    Blank,
    Block,
    Colophon,
    Dialogue,
    Grid,
    Heading,
    Listing,
    PageBreak,
    Quote,
    Run,
    Slide,
    Text,
)

WIDTH, HEIGHT = 960.0, 540.0
LEFT, TOP, BOTTOM = 56.0, 118.0, 492.0
BODY_WIDTH = WIDTH - 2 * LEFT
BODY_HEIGHT = BOTTOM - TOP
SIZES = (24.0, 22.0, 20.0, 18.0, 16.0)
"""Sizes tried from the largest; the smallest is still readable from the back of a room."""
TABLE_STEP = 2.0
"""How much smaller the letters of a table are than those beside it."""
LEADING = 1.45
PARAGRAPH_GAP = 0.35
"""The space after a paragraph, in letters."""
GAP = 14.0
CELL_PADDING = 8.0
BLANK_LINES = 1.6
"""The least height of a row that waits for somebody's words, in lines."""
BLANK_LETTERS, SHORT_LETTERS, LONG_LETTERS = 12.0, 9.0, 30.0
"""Of a column, in letters: the least room for somebody's words; words that never break; the most that counts."""
HANG = 1.5
"""How far the words of a list stand in, in letters."""
HALF_WIDTH = 0.58
"""The width of a narrow letter in the widest of the typefaces that may stand in."""


@dataclass(frozen=True, slots=True)
class TextBox:
    """Consecutive blocks of running text in one frame."""

    blocks: tuple[Text | Heading | Listing | Dialogue | Quote, ...]
    top: float
    height: float


@dataclass(frozen=True, slots=True)
class TableBox:
    """A table with the widths of its columns and the least heights of its rows."""

    grid: Grid
    top: float
    widths: tuple[float, ...]
    heights: tuple[float, ...]

    @property
    def height(self) -> float:
        """Its whole height."""
        return sum(self.heights)


@dataclass(frozen=True, slots=True)
class BlankBox:
    """A framed place for the company's own words."""

    blank: Blank
    top: float
    height: float


Box = TextBox | TableBox | BlankBox


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The boxes of a slide at the size of their letters."""

    size: float
    boxes: tuple[Box, ...]


def arrange(slide: Slide) -> Arrangement | None:
    """The boxes at the largest size that fits, or None when not even the smallest does."""
    for size in SIZES:
        boxes = tuple(_stack(slide.blocks, size))
        end = boxes[-1].top + boxes[-1].height if boxes else TOP
        if end <= BOTTOM:
            return Arrangement(size, boxes)
    return None


def advance(text: str) -> float:
    """The width of a text in letters: a full-width one is 1."""
    return sum(1.0 if unicodedata.east_asian_width(each) in "WFA" else HALF_WIDTH for each in text)


def count_lines(text: str, width: float, size: float) -> int:
    """How many lines a text takes at most; the last place of a line stays free, for marks that must not begin a line."""
    room = max(1.0, width / size - 1.0)
    return sum(max(1, math.ceil(advance(line) / room)) for line in text.split("\n"))


def _stack(blocks: Sequence[Block], size: float) -> Iterator[Box]:
    top, running = TOP, list[Text | Heading | Listing | Dialogue | Quote]()
    for block in [*blocks, PageBreak()]:
        if isinstance(block, Text | Heading | Listing | Dialogue | Quote):
            running.append(block)
            continue
        if running:
            box = TextBox(tuple(running), top, sum(text_height(each, size) for each in running))
            top, running = top + box.height + GAP, []
            yield box
        if isinstance(block, PageBreak):
            continue
        placed = _table(block, top, size - TABLE_STEP) if isinstance(block, Grid) else _blank(block, top, size)
        top += placed.height + GAP
        yield placed


def text_height(block: Text | Heading | Listing | Dialogue | Quote, size: float) -> float:
    """The height of running text."""
    gap = size * PARAGRAPH_GAP
    if isinstance(block, Listing):
        width = BODY_WIDTH - HANG * size
        return sum(count_lines(item.plain, width, size) * size * LEADING + gap for item in block.items)
    if isinstance(block, Dialogue):
        width = BODY_WIDTH - speaker_width(block, size)
        return sum(count_lines(line.words, width, size) * size * LEADING + gap for line in block.lines)
    return count_lines(block.plain, BODY_WIDTH, size) * size * LEADING + gap


def speaker_width(dialogue: Dialogue, size: float) -> float:
    """How far the words of a dialogue stand in, so that every name has its room."""
    return (max(advance(line.speaker) for line in dialogue.lines) + 1.2) * size


def _table(grid: Grid, top: float, size: float) -> TableBox:
    widths = column_widths(grid, BODY_WIDTH, size)
    rows = [[text.plain for text in grid.header], *([cell.text.plain for cell in row] for row in grid.rows)]
    waits = [False, *(any(cell.is_blank for cell in row) for row in grid.rows)]
    lines = [
        max(count_lines(cell, width - 2 * CELL_PADDING, size) for cell, width in zip(row, widths, strict=True)) for row in rows
    ]
    heights = tuple(
        max(count, BLANK_LINES if is_waiting else 0) * size * LEADING + CELL_PADDING
        for count, is_waiting in zip(lines, waits, strict=True)
    )
    return TableBox(grid, top, widths, heights)


def column_widths(grid: Grid, total: float, size: float) -> tuple[float, ...]:
    """Widths in points: a column of short words takes what they need, the others share the rest by their longest words."""
    columns = [[text.plain, *(row[place].text.plain for row in grid.rows)] for place, text in enumerate(grid.header)]
    waiting = [any(row[place].is_blank for row in grid.rows) for place in range(len(columns))]
    longest = [max(advance(line) for cell in column for line in cell.split("\n")) for column in columns]
    wanted = [
        max(BLANK_LETTERS, min(LONG_LETTERS, each)) if blank else min(LONG_LETTERS, each)
        for each, blank in zip(longest, waiting, strict=True)
    ]
    needed = {
        place: (each + 1.5) * size + 2 * CELL_PADDING
        for place, each in enumerate(longest)
        if each <= SHORT_LETTERS and not waiting[place]
    }
    if len(needed) == len(columns):
        return tuple(total * each / sum(needed.values()) for each in needed.values())
    rest, shared = total - sum(needed.values()), sum(each for place, each in enumerate(wanted) if place not in needed)
    return tuple(needed.get(place, rest * each / shared) for place, each in enumerate(wanted))


def _blank(block: Block, top: float, size: float) -> BlankBox:
    if not isinstance(block, Blank):
        raise TypeError(block)
    lines = count_lines(block.label, BODY_WIDTH - 2 * GAP, size - 4) + block.lines
    return BlankBox(block, top, lines * size * LEADING + GAP)


SOURCE_SIZE = 13.0
"""The size of the sources at the end, which are looked up and not shown."""


def source_pages(colophon: Colophon) -> Iterator[tuple[Text, ...]]:
    """The paragraphs of the last slides: date, licence, then every source, as many as fit on each."""
    said = [
        f"対象: {colophon.audience}",
        f"利用の条件: {colophon.licence}",
        f"{colophon.publisher}　{colophon.edition}",
        colophon.caution,
    ]
    said += [f"{source.words} ({'・'.join(source.fact_ids)})" for source in colophon.sources]
    page, room = list[Text](), BODY_HEIGHT
    for words in said:
        height = count_lines(words, BODY_WIDTH, SOURCE_SIZE) * SOURCE_SIZE * LEADING + SOURCE_SIZE * PARAGRAPH_GAP
        if page and height > room:
            yield tuple(page)
            page, room = [], BODY_HEIGHT
        page.append(Text((Run(words),)))
        room -= height
    yield tuple(page)
