"""Put the words on the sheet: each text in its place, as plain strings and never as markup, with stamp and QR code."""

from dataclasses import fields, replace
from typing import Final

from reportlab.lib.colors import HexColor
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from certificates.fonts.book import FontBook
from certificates.layout import MM, Slot, Template
from certificates.qr import QUIET_MODULES, qr_path
from certificates.typeset import Line, set_body, set_text
from certificates.wording import Wording

WHITE = HexColor("#ffffff")

_STROKE: Final = 1
_FILL_AND_STROKE: Final = 2
_LIFT: Final = {"first": 0.0, "middle": 0.5, "last": 1.0}
_SHARE: Final = {"left": 0.0, "center": 0.5, "right": 1.0}
_WHITE_PAPER: Final = [244, 255, 244, 255, 244, 255]
"""The red, green and blue of a scanned stamp's paper: not painted at all, which takes no transparency."""
_STILL_LARGE: Final = 0.7
_OPENING = frozenset("「『【（〔［｛〈《")


class Sheet:
    """One page of a canvas, drawn on in millimeters from the top left."""

    def __init__(self, canvas: Canvas, book: FontBook, template: Template, seal_image: ImageReader | None = None) -> None:
        self._canvas = canvas
        self._book = book
        self._paper = template.paper
        self._places = template.places
        self._seal_image = seal_image
        self._colors = {field.name: HexColor(getattr(template.colors, field.name)) for field in fields(template.colors)}

    def draw(self, wording: Wording) -> None:
        """Draw what is this certificate's own; what lies below is drawn first."""
        if wording.watermark:
            self._watermark(self._book.drawable(wording.watermark))
        if self._seal_image is not None:
            self._seal_from_image(self._seal_image)
        self._texts(wording)
        if self._seal_image is None:
            self._seal_placeholder(wording)
        self._verification(wording)

    def _texts(self, wording: Wording) -> None:
        """Draw the texts in the order in which somebody would read them aloud: copying them out follows it."""
        places = self._places
        self._text(wording.course, places.course)
        self._text(wording.number, places.number)
        self._text(wording.version, places.version)
        self._text(wording.title, places.title)
        self._title_rule()
        self._text(wording.qualification, places.qualification)
        self._text(wording.name, places.name)
        self._body(wording)
        self._dates(wording.dates)
        self._text(wording.association, places.association)
        self._text(wording.signatory, places.signatory)

    def _text(self, text: str, slot: Slot) -> None:
        if not text:
            return
        lines = set_text(self._book.drawable(text), slot, self._book.width)
        leading = lines[0].size * slot.leading
        baseline = self._y(slot.baseline) + leading * (len(lines) - 1) * _LIFT[slot.stays]
        for line in lines:
            self._line(line, self._start(line, slot), baseline, slot)
            baseline -= leading

    def _dates(self, dates: tuple[tuple[str, str], ...]) -> None:
        """Draw the dates below each other, their labels and their days each flush left."""
        slot = self._places.dates
        labels = [self._book.drawable(label) for label, _ in dates]
        days = [self._book.drawable(day) for _, day in dates]
        longest = max(labels, key=lambda label: self._book.width(label, 1))
        gap = "\u3000" if longest else ""
        (widest,) = set_text(longest + gap + max(days, key=lambda day: self._book.width(day, 1)), slot, self._book.width)
        indent = self._book.width(longest + gap, widest.size) + widest.tracking * len(longest + gap)
        leading = widest.size * slot.leading
        baseline = self._y(slot.baseline) + leading * (len(dates) - 1) * _LIFT[slot.stays]
        for label, day in zip(labels, days, strict=True):
            for text, x in ((label, slot.x * MM), (day, slot.x * MM + indent)):
                self._line(Line(text, widest.size, widest.tracking, 0), x, baseline, slot)
            baseline -= leading

    def _title_rule(self) -> None:
        """Draw a fine double line under the title, closed in the middle by a lozenge."""
        rule = self._places.title_rule
        canvas = self._canvas
        x, y, half = rule.x * MM, self._y(rule.y), rule.width / 2 * MM
        self._stroke("gold", 0.5)
        for side in (-1, 1):
            canvas.line(x + side * 2.2 * MM, y, x + side * half, y)
            canvas.line(x + side * 3.4 * MM, y - 0.55 * MM, x + side * half * 0.72, y - 0.55 * MM)
        lozenge = canvas.beginPath()
        lozenge.moveTo(x - 1.3 * MM, y - 0.2 * MM)
        for corner_x, corner_y in ((x, y + 0.6 * MM), (x + 1.3 * MM, y - 0.2 * MM), (x, y - 1.0 * MM)):
            lozenge.lineTo(corner_x, corner_y)
        lozenge.close()
        canvas.setFillColor(self._colors["gold"])
        canvas.drawPath(lozenge, stroke=0, fill=1)

    def _start(self, line: Line, slot: Slot) -> float:
        return slot.x * MM - line.width * _SHARE[slot.align]

    def _line(self, line: Line, x: float, y: float, slot: Slot | None = None) -> None:
        """Draw one line in the slot's color and weight, or plain."""
        canvas = self._canvas
        color = self._colors[slot.color if slot else "ink"]
        # A text that had to become much smaller would only clot with thicker strokes.
        weight = slot.weight if slot and line.size > slot.size * _STILL_LARGE else 0.0
        canvas.setFont(self._book.font_name, line.size)
        canvas.setFillColor(color)
        canvas.setStrokeColor(color)
        canvas.setLineWidth(weight)
        canvas.drawString(x, y, line.text, mode=_FILL_AND_STROKE if weight else None, charSpace=line.tracking)

    def _body(self, wording: Wording) -> None:
        if not wording.body:
            return
        slot = self._places.body
        lines, leading = set_body([self._book.drawable(text) for text in wording.body], slot, self._book.width)
        left = slot.center * MM - max(line.width for line in lines) / 2
        middle = self._y(slot.top + slot.height / 2)
        # Kanji reach about 0.88 above the baseline and 0.12 below, so their middle lies 0.38 above it.
        baseline = middle + leading * (len(lines) - 1) / 2 - lines[0].size * 0.38
        for line in lines:
            # The left half of an opening bracket is empty; hung out, its line begins flush with the others.
            hang = line.size / 2 if line.text[:1] in _OPENING else 0
            self._line(line, left - hang, baseline)
            baseline -= leading

    def _watermark(self, text: str) -> None:
        """Write the mark large across the page in a pale tone, below everything that must stay readable."""
        canvas = self._canvas
        size = min(self._paper.height, self._paper.width) * MM * 0.42
        width = self._book.width(text, size)
        canvas.saveState()
        canvas.translate(self._paper.width / 2 * MM, self._paper.height / 2 * MM)
        canvas.rotate(24 if self._paper.width > self._paper.height else 56)
        canvas.setFont(self._book.font_name, size)
        canvas.setFillColor(self._colors["watermark"])
        canvas.drawString(-width * 0.6, -size * 0.38, text, charSpace=width * 0.2)
        canvas.restoreState()

    def _seal_from_image(self, image: ImageReader) -> None:
        """Draw the stamp below the name it overlaps, its white paper left out so that the flower shows through."""
        place = self._places.seal
        side = place.side * MM
        self._canvas.drawImage(image, place.left * MM, self._y(place.top + place.side), side, side, mask=_WHITE_PAPER)

    def _seal_placeholder(self, wording: Wording) -> None:
        """Draw where the stamp goes: over the end of the representative's name, which stays readable through it."""
        canvas = self._canvas
        place = self._places.seal
        side = place.side * MM
        left, bottom = place.left * MM, self._y(place.top + place.side)
        self._stroke("seal", 1.1)
        canvas.roundRect(left, bottom, side, side, 1.2, stroke=1, fill=0)
        text = self._book.drawable(wording.seal)
        size = side * 0.62
        canvas.setFont(self._book.font_name, size)
        canvas.setLineWidth(0.5)
        x = left + (side - self._book.width(text, size)) / 2
        canvas.drawString(x, bottom + side / 2 - size * 0.38, text, mode=_STROKE)

    def _verification(self, wording: Wording) -> None:
        canvas = self._canvas
        place = self._places.qr
        side = place.side * MM
        left, bottom = place.left * MM, self._y(place.top + place.side)
        path, module = qr_path(wording.verify_url, left, bottom, side)
        quiet = module * QUIET_MODULES
        canvas.setFillColor(WHITE)
        canvas.rect(left - quiet, bottom - quiet, side + 2 * quiet, side + 2 * quiet, stroke=0, fill=1)
        canvas.setFillColor(self._colors["ink"])
        canvas.drawPath(path, stroke=0, fill=1)
        self._caption(wording.caption)

    def _caption(self, texts: tuple[str, ...]) -> None:
        slot = self._places.caption
        baseline = self._y(slot.baseline)
        for text in texts:
            if text:
                (line,) = set_text(self._book.drawable(text), replace(slot, max_lines=1), self._book.width)
                self._line(line, slot.x * MM, baseline, slot)
            baseline -= slot.size * slot.leading

    def _stroke(self, color: str, weight: float) -> None:
        self._canvas.setStrokeColor(self._colors[color])
        self._canvas.setLineWidth(weight)

    def _y(self, from_top: float) -> float:
        return (self._paper.height - from_top) * MM
