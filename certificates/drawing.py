"""Put the words on the sheet: ornament first, then each text in its place, as plain strings and never as markup."""

from typing import Final

from reportlab.lib.colors import Color, HexColor
from reportlab.pdfgen.canvas import Canvas

from certificates.fonts.book import FontBook
from certificates.guilloche import border_waves, corner_flowers, corner_points, rosette
from certificates.layout import MM, Layout, Slot
from certificates.qr import QUIET_MODULES, qr_path
from certificates.typeset import Line, set_body, set_text
from certificates.wording import Wording

INK = HexColor("#1c1c22")
SOFT_INK = HexColor("#4a4a55")
INDIGO = HexColor("#27386b")
PALE_INDIGO = HexColor("#e6ebf4")
GOLD = HexColor("#a9893f")
PALE_RED = HexColor("#f7dcd8")
SEAL_RED = HexColor("#c23a2b")
WHITE = HexColor("#ffffff")

_STROKE: Final = 1
_FILL_AND_STROKE: Final = 2
_OPENING = frozenset("「『【（〔［｛〈《")


class Sheet:
    """One page of a canvas, drawn on in millimeters from the top left."""

    def __init__(self, canvas: Canvas, book: FontBook, layout: Layout) -> None:
        self._canvas = canvas
        self._book = book
        self._layout = layout

    def draw(self, wording: Wording) -> None:
        """Draw the whole certificate; what lies below is drawn first."""
        self._background(wording)
        self._frame()
        self._texts(wording)
        self._body(wording)
        self._seal(wording)
        self._verification(wording)

    def _texts(self, wording: Wording) -> None:
        layout = self._layout
        self._text(wording.course, layout.course, SOFT_INK)
        self._text(wording.number, layout.number, SOFT_INK)
        self._text(wording.version, layout.version, SOFT_INK)
        self._text(wording.title, layout.title, INK, weight=0.55)
        self._text(wording.qualification, layout.qualification, INK)
        self._text(wording.name, layout.name, INK, weight=0.12)
        self._text(wording.date, layout.date, INK)
        self._text(wording.association, layout.association, INK)
        self._text(wording.signatory, layout.signatory, INK)

    def _text(self, text: str, slot: Slot, color: Color, *, weight: float = 0) -> None:
        """Draw a text in its slot; ``weight`` (points) thickens the strokes."""
        if not text:
            return
        lines = set_text(self._book.drawable(text), slot, self._book.width)
        leading = lines[0].size * slot.leading
        lift = {"first": 0.0, "middle": 0.5, "last": 1.0}[slot.stays]
        baseline = self._y(slot.baseline) + leading * (len(lines) - 1) * lift
        for line in lines:
            self._line(line, self._start(line, slot), baseline, color, weight)
            baseline -= leading

    def _start(self, line: Line, slot: Slot) -> float:
        share = {"left": 0.0, "center": 0.5, "right": 1.0}[slot.align]
        return slot.x * MM - line.width * share

    def _line(self, line: Line, x: float, y: float, color: Color, weight: float = 0) -> None:
        canvas = self._canvas
        canvas.setFont(self._book.font_name, line.size)
        canvas.setFillColor(color)
        canvas.setStrokeColor(color)
        canvas.setLineWidth(weight)
        canvas.drawString(x, y, line.text, mode=_FILL_AND_STROKE if weight else None, charSpace=line.tracking)

    def _body(self, wording: Wording) -> None:
        if not wording.body:
            return
        slot = self._layout.body
        lines, leading = set_body([self._book.drawable(text) for text in wording.body], slot, self._book.width)
        left = slot.center * MM - max(line.width for line in lines) / 2
        middle = self._y(slot.top + slot.height / 2)
        # Kanji reach about 0.88 above the baseline and 0.12 below, so their middle lies 0.38 above it.
        baseline = middle + leading * (len(lines) - 1) / 2 - lines[0].size * 0.38
        for line in lines:
            # The left half of an opening bracket is empty; hung out, its line begins flush with the others.
            hang = line.size / 2 if line.text[:1] in _OPENING else 0
            self._line(line, left - hang, baseline, INK)
            baseline -= leading

    def _background(self, wording: Wording) -> None:
        canvas = self._canvas
        self._stroke(PALE_INDIGO, 0.3)
        canvas.drawPath(rosette(self._layout))
        if wording.watermark:
            self._watermark(self._book.drawable(wording.watermark))

    def _watermark(self, text: str) -> None:
        """Write the mark large across the page in a pale tone, below everything that must stay readable."""
        canvas = self._canvas
        size = self._layout.height * MM * 0.42
        width = self._book.width(text, size)
        canvas.saveState()
        canvas.translate(self._layout.width / 2 * MM, self._layout.height / 2 * MM)
        canvas.rotate(24)
        canvas.setFont(self._book.font_name, size)
        canvas.setFillColor(PALE_RED)
        canvas.drawString(-width * 0.6, -size * 0.38, text, charSpace=width * 0.2)
        canvas.restoreState()

    def _frame(self) -> None:
        frame = self._layout.frame
        canvas = self._canvas
        self._stroke(GOLD, 0.25)
        canvas.drawPath(border_waves(self._layout, waves=80, curves=4, reach=1.0, breathing=0.0))
        self._stroke(INDIGO, 0.28)
        canvas.drawPath(border_waves(self._layout, waves=160, curves=6, reach=0.94, breathing=0.45))
        self._corners()
        self._rule(frame.outer_rule, INDIGO, 0.9)
        self._rule(frame.gold_rule, GOLD, 0.9)
        self._rule(frame.ink_rule, INDIGO, 0.3)

    def _corners(self) -> None:
        frame = self._layout.frame
        canvas = self._canvas
        canvas.setFillColor(WHITE)
        for x, y in corner_points(self._layout, frame.band):
            canvas.circle(x, y, frame.band_half_width * MM * 1.4, stroke=0, fill=1)
        self._stroke(INDIGO, 0.28)
        canvas.drawPath(corner_flowers(self._layout))

    def _rule(self, inset: float, color: Color, weight: float) -> None:
        self._stroke(color, weight)
        width, height = self._layout.width - 2 * inset, self._layout.height - 2 * inset
        self._canvas.rect(inset * MM, inset * MM, width * MM, height * MM, stroke=1, fill=0)

    def _seal(self, wording: Wording) -> None:
        """Draw where the stamp goes: over the end of the representative's name, which stays readable through it."""
        canvas = self._canvas
        place = self._layout.seal
        side = place.side * MM
        left, bottom = place.left * MM, self._y(place.top + place.side)
        self._stroke(SEAL_RED, 1.1)
        canvas.roundRect(left, bottom, side, side, 1.2, stroke=1, fill=0)
        text = self._book.drawable(wording.seal)
        size = side * 0.62
        canvas.setFont(self._book.font_name, size)
        canvas.setLineWidth(0.5)
        x = left + (side - self._book.width(text, size)) / 2
        canvas.drawString(x, bottom + side / 2 - size * 0.38, text, mode=_STROKE)

    def _verification(self, wording: Wording) -> None:
        canvas = self._canvas
        place = self._layout.qr
        side = place.side * MM
        left, bottom = place.left * MM, self._y(place.top + place.side)
        path, module = qr_path(wording.verify_url, left, bottom, side)
        quiet = module * QUIET_MODULES
        canvas.setFillColor(WHITE)
        canvas.rect(left - quiet, bottom - quiet, side + 2 * quiet, side + 2 * quiet, stroke=0, fill=1)
        canvas.setFillColor(INK)
        canvas.drawPath(path, stroke=0, fill=1)
        self._caption(wording.caption)

    def _caption(self, texts: tuple[str, ...]) -> None:
        slot = self._layout.caption
        baseline = self._y(slot.baseline)
        for text in texts:
            for line in set_text(self._book.drawable(text), slot, self._book.width):
                self._line(line, slot.x * MM, baseline, SOFT_INK)
            baseline -= slot.size * slot.leading

    def _stroke(self, color: Color, weight: float) -> None:
        self._canvas.setStrokeColor(color)
        self._canvas.setLineWidth(weight)

    def _y(self, from_top: float) -> float:
        return (self._layout.height - from_top) * MM
