"""Issued PDFs as one file for the printer: every page as issued, laid on the paper that is in the tray."""

import io
import tempfile
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import pikepdf

from lms.documents.posting import PAPERS_MM, PrintLayout

AT_ONCE = 20
"""How many documents are open at the same time; finished ones wait on disk, so memory stays flat."""
POINTS = 72 / 25.4


def print_batch(documents: Iterable[bytes], layout: PrintLayout, target: BinaryIO) -> int:
    """Write the pages of all documents, in their order, into one PDF and return how many there are.

    A page keeps its direction; it is made smaller to fit within the margins, then scaled and moved as the layout says.
    What is drawn over a page by annotations (the look of a signature) is printed with it. The same documents under the
    same layout give the same bytes.
    """
    with tempfile.TemporaryDirectory(prefix="batch-print-") as folder:
        parts = list(_write_parts(iter(documents), layout, Path(folder)))
        return _join(parts, target)


def _write_parts(documents: Iterator[bytes], layout: PrintLayout, folder: Path) -> Iterator[Path]:
    number = 0
    while some := list(islice(documents, AT_ONCE)):
        number += 1
        part = folder / f"{number:06d}.pdf"
        with pikepdf.new() as pdf:
            for document in some:
                _add_pages(pdf, document, layout)
            pdf.save(part, deterministic_id=True)
        yield part


def _add_pages(pdf: pikepdf.Pdf, document: bytes, layout: PrintLayout) -> None:
    with pikepdf.open(io.BytesIO(document)) as issued:
        issued.flatten_annotations("print")
        for page in issued.pages:
            form = pdf.copy_foreign(page.as_form_xobject())
            _lay_down(pdf, form, layout)


def _lay_down(pdf: pikepdf.Pdf, form: pikepdf.Object, layout: PrintLayout) -> None:
    left, bottom, right, top = (float(edge) for edge in form.BBox)
    width, height = right - left, top - bottom
    paper_width, paper_height = _paper(layout, is_wide=width > height)
    margin = layout.margin_mm * POINTS
    fitting = min((paper_width - 2 * margin) / width, (paper_height - 2 * margin) / height, 1.0)
    scale = fitting * layout.scale_percent / 100
    x = (paper_width - width * scale) / 2 - left * scale + layout.offset_x_mm * POINTS
    y = (paper_height - height * scale) / 2 - bottom * scale - layout.offset_y_mm * POINTS
    sheet = pdf.add_blank_page(page_size=(paper_width, paper_height))
    sheet.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Paper=form))
    sheet.Contents = pdf.make_stream(f"q {scale:.6f} 0 0 {scale:.6f} {x:.4f} {y:.4f} cm /Paper Do Q".encode())


def _paper(layout: PrintLayout, *, is_wide: bool) -> tuple[float, float]:
    short, long = (edge * POINTS for edge in PAPERS_MM[layout.paper])
    return (long, short) if is_wide else (short, long)


def _join(parts: list[Path], target: BinaryIO) -> int:
    with pikepdf.new() as whole:
        opened = [pikepdf.open(part) for part in parts]  # read from disk only when the whole is written
        for part in opened:
            whole.pages.extend(part.pages)
        count = len(whole.pages)
        whole.save(target, deterministic_id=True)
        for part in opened:
            part.close()
    return count
