"""The QR code as one vector path."""

import segno
from reportlab.pdfgen.pathobject import PDFPathObject

QUIET_MODULES = 4
"""Light modules that must surround the code, per the standard."""


_MASK = 3
"""Readers take any of the eight patterns. Weighing all of them costs more time than the rest of the page, and the signed
address is as even as noise already."""


def qr_rows(text: str) -> list[bytes]:
    """Return the modules of the text's QR code row by row, 1 for dark, without the quiet zone."""
    return [bytes(row) for row in segno.make_qr(text, error="m", boost_error=False, mask=_MASK).matrix]


def qr_path(text: str, left: float, bottom: float, side: float) -> tuple[PDFPathObject, float]:
    """Return the dark modules of the text's QR code in a square (points), and the width of one module.

    Error correction is level M: a folded or stained paper still reads. Dark modules side by side become one
    rectangle, so that no hairline shows between them.
    """
    rows = qr_rows(text)
    module = side / len(rows)
    path = PDFPathObject()
    for place, row in enumerate(rows):
        y = bottom + side - (place + 1) * module
        for first, length in _dark_runs(row):
            path.rect(left + first * module, y, length * module, module)
    return path, module


def _dark_runs(row: bytes) -> list[tuple[int, int]]:
    runs = []
    start = None
    for place, dark in enumerate([*row, 0]):
        if dark and start is None:
            start = place
        elif not dark and start is not None:
            runs.append((start, place - start))
            start = None
    return runs
