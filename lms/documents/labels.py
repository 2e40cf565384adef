"""宛名ラベル: addresses on sheets of labels, each as large as its label allows, from any place of a sheet that is in use."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from certificates.fonts.book import DRAWING, FontBook, load_font
from lms.documents.parcels import HONORIFIC, Addressee, printable, wrap
from lms.documents.posting import LabelSheet
from lms.documents.sheets import INK, canvas_maker

POSTAL_SIZE = 9.5
TEXT_SIZE = 9.5
NAME_SIZE = 13.0
LEADING = 1.32
BEFORE_NAME = 0.35
"""Room above the name, in parts of its size."""
SMALLEST = 0.35
A_LITTLE_SMALLER = 0.8
STEP = 0.05


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    size: float
    before: float = 0.0


def press_labels(addressees: Sequence[Addressee], sheet: LabelSheet, font_folder: Path, *, start: int = 1) -> bytes:
    """Return the sheets as PDF, the first label in place `start` (1: upper left, 2: right of it). Raises FontsNotBuilt."""
    book = load_font(font_folder)
    with DRAWING:
        return _press(addressees, sheet, book, start)


def _press(addressees: Sequence[Addressee], sheet: LabelSheet, book: FontBook, start: int) -> bytes:
    paper = io.BytesIO()
    canvas = canvas_maker(book)(paper, pagesize=A4, invariant=1, pageCompression=1, lang="ja-JP")
    canvas.setTitle("宛名ラベル")
    canvas.setCreator("Nintei")
    for number, addressee in enumerate(addressees, start=start - 1):
        if number % sheet.places == 0 and number > start - 1:
            canvas.showPage()
        _draw(canvas, addressee, sheet, number % sheet.places, book)
    canvas.showPage()
    canvas.save()
    return paper.getvalue()


def _draw(canvas: Canvas, addressee: Addressee, sheet: LabelSheet, place: int, book: FontBook) -> None:
    row, column = divmod(place, sheet.columns)
    left = (sheet.left_mm + column * (sheet.width_mm + sheet.gap_x_mm) + sheet.padding_mm) * mm
    top = A4[1] - (sheet.top_mm + row * (sheet.height_mm + sheet.gap_y_mm) + sheet.padding_mm) * mm
    width, height = (sheet.width_mm - 2 * sheet.padding_mm) * mm, (sheet.height_mm - 2 * sheet.padding_mm) * mm
    canvas.setFillColor(INK)
    place_lines(canvas, addressee, left, top, width, height, book)


def place_lines(
    canvas: Canvas, addressee: Addressee, left: float, top: float, width: float, height: float, book: FontBook
) -> None:
    """Draw an address into a box given in points from its upper left corner, in the middle of its height."""
    lines = fit_label(addressee, width, height, book)
    baseline = top - max(height - _height(lines), 0) / 2
    for line in lines:
        baseline -= line.before + line.size * LEADING
        canvas.setFont(book.font_name, line.size)
        canvas.drawString(left, baseline + line.size * (LEADING - 1), line.text)


def fit_label(addressee: Addressee, width: float, height: float, book: FontBook) -> list[_Line]:
    """The lines of a label with their sizes: all made smaller together until they fit, never cut."""
    scale = 1.0
    while True:
        lines = _lines(addressee, width, scale, book)
        is_fit = _height(lines) <= height and all(book.width(line.text, line.size) <= width for line in lines)
        if is_fit or scale <= SMALLEST:
            return lines
        scale -= STEP


def _lines(addressee: Addressee, width: float, scale: float, book: FontBook) -> list[_Line]:
    text, name = TEXT_SIZE * scale, NAME_SIZE * scale
    above = [addressee.address, addressee.company, addressee.department]
    return [
        _Line(printable(book, f"〒{addressee.postal_code}"), POSTAL_SIZE * scale),
        *(line for part in above for line in _part_lines(printable(book, part), width, text, book)),
        *_name_lines(printable(book, f"{addressee.name} {HONORIFIC}"), width, name, book),
    ]


def _part_lines(text: str, width: float, size: float, book: FontBook) -> list[_Line]:
    """One part of the address; set a little smaller where that saves a line."""
    lines, smaller = wrap(text, width, size, book), wrap(text, width, size * A_LITTLE_SMALLER, book)
    if len(smaller) < len(lines):
        return [_Line(line, size * A_LITTLE_SMALLER) for line in smaller]
    return [_Line(line, size) for line in lines]


def _name_lines(name: str, width: float, size: float, book: FontBook) -> list[_Line]:
    """The name on one line with 様, or wrapped; only its first line stands off from what is above."""
    lines = [name] if book.width(name, size) <= width else wrap(name, width, size, book)
    return [_Line(line, size, 0.0 if number else size * BEFORE_NAME) for number, line in enumerate(lines)]


def _height(lines: Sequence[_Line]) -> float:
    return sum(line.before + line.size * LEADING for line in lines)
