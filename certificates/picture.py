"""Show the first page of a PDF as a picture, for the screen."""

import io
import threading

import pypdfium2

WIDEST = 4000
"""Pixels; a page of A4 at 340 dots per inch. More would only fill the memory."""

# The renderer keeps its state in one place for the whole process.
_ONE_AT_A_TIME = threading.Lock()


class NotAPicture(ValueError):
    """The bytes are no PDF that could be shown."""


def picture(pdf: bytes, *, width: int) -> bytes:
    """Return the first page as a PNG of so many pixels in width, on white, the same bytes for the same page.

    Raises NotAPicture when the bytes cannot be read as a PDF, and ValueError for a width below 1 or above WIDEST.
    """
    if not 1 <= width <= WIDEST:
        raise ValueError(f"a picture is 1 to {WIDEST} pixels wide, not {width}")
    with _ONE_AT_A_TIME:
        return _render(pdf, width)


def _render(pdf: bytes, width: int) -> bytes:
    try:
        document = pypdfium2.PdfDocument(pdf)
    except pypdfium2.PdfiumError as error:
        raise NotAPicture(str(error)) from error
    try:
        page = document[0]
        image = page.render(scale=width / page.get_width()).to_pil()
        paper = io.BytesIO()
        # The page's width in points is rarely whole, so that the renderer may round up by a pixel.
        image.convert("RGB").crop((0, 0, width, image.height)).save(paper, "PNG")
        return paper.getvalue()
    finally:
        document.close()
