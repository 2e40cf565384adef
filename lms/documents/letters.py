"""送付状: one page for each parcel, with the address where a window envelope shows it, and the list of what is enclosed."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from certificates.fonts.book import DRAWING, load_font
from certificates.wareki import wareki
from lms.documents.labels import place_lines
from lms.documents.parcels import Addressee, printable
from lms.documents.posting import LetterWords
from lms.documents.sheets import INK, MARGIN, TEXT_WIDTH, Typesetter, canvas_maker

WINDOW = (20 * mm, 22 * mm, 95 * mm, 40 * mm)
"""Left, top, width and height of the address on the page."""
DATE_DOWN = 26 * mm
SENDER_DOWN = 74 * mm
TITLE_DOWN = 112 * mm
BODY_DOWN = 124 * mm
BOTTOM = 20 * mm
SIZE = 10.5
SMALLEST = 6.0
TITLE_SIZE = 15.0
SENDER_SIZE = 10.0


@dataclass(frozen=True, slots=True)
class Letter:
    """One 送付状: to whom, about which certificate."""

    addressee: Addressee
    number: str


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends: the association, its address lines, the course the letters speak of, the day printed on them."""

    association: str
    lines: tuple[str, ...]
    course: str
    on: date


@dataclass(frozen=True, slots=True)
class _Block:
    """A piece of the letter: a paragraph, or a word that stands in the middle or at the right."""

    text: str
    place: str = "left"
    indent: float = 0.0


def press_letters(letters: Sequence[Letter], sender: Sender, words: LetterWords, font_folder: Path) -> bytes:
    """Return the letters as PDF, one page each, in the order given. Raises FontsNotBuilt."""
    setter = Typesetter(load_font(font_folder))
    with DRAWING:
        return _press(letters, sender, words, setter)


def _press(letters: Sequence[Letter], sender: Sender, words: LetterWords, setter: Typesetter) -> bytes:
    paper = io.BytesIO()
    canvas = canvas_maker(setter.book)(paper, pagesize=A4, invariant=1, pageCompression=1, lang="ja-JP")
    canvas.setTitle(words.title)
    canvas.setAuthor(printable(setter.book, sender.association))
    canvas.setCreator("Nintei")
    for letter in letters:
        canvas.setFillColor(INK)
        _draw_head(canvas, letter, sender, words, setter)
        _draw_body(canvas, _blocks(letter, sender, words), setter)
        canvas.showPage()
    canvas.save()
    return paper.getvalue()


def _draw_head(canvas: Canvas, letter: Letter, sender: Sender, words: LetterWords, setter: Typesetter) -> None:
    book = setter.book
    left, top, width, height = WINDOW
    place_lines(canvas, letter.addressee, left, A4[1] - top, width, height, book)
    right = A4[0] - MARGIN
    canvas.setFont(book.font_name, SENDER_SIZE)
    canvas.drawRightString(right, A4[1] - DATE_DOWN, printable(book, wareki(sender.on)))
    for number, line in enumerate((sender.association, *sender.lines)):
        text = printable(book, line)
        # A long line is made smaller rather than run into the window.
        size = min(SENDER_SIZE, TEXT_WIDTH / max(book.width(text, 1), 0.01))
        canvas.setFont(book.font_name, size)
        canvas.drawRightString(right, A4[1] - SENDER_DOWN - number * SENDER_SIZE * 1.5, text)
    canvas.setFont(book.font_name, TITLE_SIZE)
    canvas.drawCentredString(A4[0] / 2, A4[1] - TITLE_DOWN, printable(book, words.title))


def _blocks(letter: Letter, sender: Sender, words: LetterWords) -> list[_Block]:
    values = {
        "name": letter.addressee.name,
        "number": letter.number,
        "course": sender.course,
        "association": sender.association,
    }
    return [
        *(_Block(text.format(**values)) for text in words.paragraphs),
        _Block(words.closing, "right"),
        _Block("記", "middle"),
        *(_Block(f"・{text.format(**values)}", indent=12 * mm) for text in words.enclosed),
        _Block("以上", "right"),
        *(_Block(text.format(**values)) for text in words.after),
    ]


def _draw_body(canvas: Canvas, blocks: Sequence[_Block], setter: Typesetter) -> None:
    """Every block under the one before; all made smaller together when the page would not hold them."""
    room = A4[1] - BODY_DOWN - BOTTOM
    size = SIZE
    while True:
        paragraphs = [setter.paragraph(block.text, size=size, indent=block.indent) for block in blocks]
        heights = [_height(paragraph) + size * 0.9 for paragraph in paragraphs]
        if sum(heights) <= room or size <= SMALLEST:
            break
        size -= 0.5
    top = A4[1] - BODY_DOWN
    for block, paragraph, height in zip(blocks, paragraphs, heights, strict=True):
        _draw_block(canvas, block, paragraph, top, size, setter)
        top -= height


def _draw_block(canvas: Canvas, block: _Block, paragraph: Paragraph, top: float, size: float, setter: Typesetter) -> None:
    canvas.setFont(setter.book.font_name, size)
    text = printable(setter.book, block.text)
    if block.place == "right":
        canvas.drawRightString(A4[0] - MARGIN, top - size, text)
    elif block.place == "middle":
        canvas.drawCentredString(A4[0] / 2, top - size, text)
    else:
        paragraph.drawOn(canvas, MARGIN, top - _height(paragraph))


def _height(paragraph: Paragraph) -> float:
    _, height = paragraph.wrap(TEXT_WIDTH, A4[1])
    return float(height)
