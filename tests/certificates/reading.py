"""Read a printed certificate back, with programs that are not ours."""

import re
import subprocess
from pathlib import Path

import pypdfium2


def page_text(pdf: bytes) -> str:
    """The page's text as the renderer of a browser copies it out, line by line."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return document[0].get_textpage().get_text_range()
    finally:
        document.close()


def poppler_text(pdf: bytes, folder: Path) -> str:
    return _poppler(["pdftotext", "-raw"], pdf, folder)


def word_boxes(pdf: bytes, folder: Path) -> list[tuple[float, float, float, float]]:
    """Left, top, right and bottom of every word, in points from the top left."""
    found = re.findall(
        r'<word xMin="(.+?)" yMin="(.+?)" xMax="(.+?)" yMax="(.+?)">', _poppler(["pdftotext", "-bbox"], pdf, folder)
    )
    return [(float(left), float(top), float(right), float(bottom)) for left, top, right, bottom in found]


def page_picture(pdf: bytes, folder: Path, dots_per_inch: int) -> list[bytes]:
    """The rows of the page in gray, one byte a dot."""
    source, target = folder / "page.pdf", folder / "page"
    source.write_bytes(pdf)
    command = ["pdftoppm", "-r", str(dots_per_inch), "-gray", "-singlefile", str(source), str(target)]
    subprocess.run(command, check=True, timeout=60)
    image = target.with_suffix(".pgm").read_bytes()
    header = re.match(rb"P5\s+(\d+)\s+(\d+)\s+255\s", image)
    assert header
    width, height = int(header[1]), int(header[2])
    dots = image[header.end() :]
    return [dots[row * width : (row + 1) * width] for row in range(height)]


def _poppler(command: list[str], pdf: bytes, folder: Path) -> str:
    source = folder / "page.pdf"
    source.write_bytes(pdf)
    return subprocess.run([*command, str(source), "-"], check=True, capture_output=True, timeout=60).stdout.decode()
