"""Draw one certificate: the record goes in, the same bytes come out every time."""

import hashlib
import io
from datetime import date
from pathlib import Path
from typing import Any

from reportlab import rl_config
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from certificates.archive import archived
from certificates.drawing import Sheet
from certificates.fonts.book import DRAWING, FontBook, load_font
from certificates.layout import MM, Template
from certificates.ornament import packed_ornament
from certificates.record import CertificateRecord, record_to_json
from certificates.templates import SHIPPED, found
from certificates.typeset import set_body, set_text
from certificates.wording import Wording, word

LEGIBLE = 6.0
"""Below this size, in points, nothing is printed: it could not be read on paper."""
_ONE_TEXT = ("title", "course", "number", "version", "qualification", "name", "association", "signatory")

# Streams stay binary: written as text they would be a quarter larger.
rl_config.useA85 = 0


class MissingGlyphs(ValueError):
    """The typeface cannot draw some characters of the record; ``characters`` names each once."""

    def __init__(self, characters: tuple[str, ...]) -> None:
        self.characters = characters
        super().__init__("no glyph for " + ", ".join(_spell(character) for character in characters))


class TextTooLong(ValueError):
    """Some texts fit their places only in type too small to be read; ``fields`` names them as the template does."""

    def __init__(self, fields: tuple[str, ...]) -> None:
        self.fields = fields
        super().__init__("too long to be legible: " + ", ".join(fields))


def missing_glyphs(record: CertificateRecord, font_folder: Path, template: Template | None = None) -> tuple[str, ...]:
    """Return every character or sequence of the record that cannot be printed, so that it shows before a number is taken."""
    words = word(record, (template or shipped_template(record)).phrases)
    book = load_font(font_folder)
    # Text by text: a loose mark at the beginning of one belongs to nothing before it.
    return tuple(dict.fromkeys(piece for text in words.every_text() for piece in book.missing_glyphs(text)))


def fields_too_long(record: CertificateRecord, font_folder: Path, template: Template | None = None) -> tuple[str, ...]:
    """Return the fields that would have to be set smaller than ``LEGIBLE``. Ask ``missing_glyphs`` first."""
    design = template or shipped_template(record)
    words, book = word(record, design.phrases), load_font(font_folder)
    sizes = {
        field: set_text(book.drawable(text), getattr(design.places, field), book.width)[0].size
        for field in _ONE_TEXT
        if (text := getattr(words, field))
    }
    if words.body:
        sizes["body"] = set_body([book.drawable(text) for text in words.body], design.places.body, book.width)[0][0].size
    return tuple(field for field, size in sizes.items() if size < LEGIBLE)


def press(
    record: CertificateRecord, font_folder: Path, template: Template | None = None, *, seal_image: bytes | None = None
) -> bytes:
    """Return the certificate as one PDF page in archive form, byte for byte the same for the same arguments and libraries.

    Without ``template`` it is the design that the record names, of those that come with the press. ``seal_image`` is what
    ``certificates.stamps.read_stamp`` returned; without it the placeholder 「印」 is drawn.
    Raises MissingGlyphs before anything is drawn when a character has no glyph, TextTooLong when a text would be too small
    to be read, FontsNotBuilt when the folder holds no typeface, UnknownTemplate for a name without a design, and ValueError
    for a date before the known eras.
    """
    design = template or shipped_template(record)
    if missing := missing_glyphs(record, font_folder, design):
        raise MissingGlyphs(missing)
    if too_long := fields_too_long(record, font_folder, design):
        raise TextTooLong(too_long)
    with DRAWING:
        return archived(_draw(record, load_font(font_folder), design, seal_image), packed_ornament(design), record.verify_url)


def shipped_template(record: CertificateRecord) -> Template:
    """Return the design that the record names, of those that come with the press. Raises UnknownTemplate."""
    return found(SHIPPED, record.template)


def _draw(record: CertificateRecord, book: FontBook, template: Template, seal_image: bytes | None) -> bytes:
    paper = io.BytesIO()
    wording = word(record, template.phrases)
    first_font: Any = book.font_name  # the library would otherwise name a typeface that it does not embed
    size = (template.paper.width * MM, template.paper.height * MM)
    canvas = Canvas(paper, pagesize=size, invariant=1, pageCompression=1, initialFontName=first_font, lang="ja-JP")
    _describe(canvas, record, wording)
    seal = ImageReader(io.BytesIO(seal_image)) if seal_image is not None else None
    Sheet(canvas, book, template, seal).draw(wording)
    canvas.showPage()
    canvas.save()
    return paper.getvalue()


def _describe(canvas: Canvas, record: CertificateRecord, wording: Wording) -> None:
    """Set what a reader program shows about the file, and take away everything that differs from run to run."""
    canvas.setTitle(f"{wording.title} {record.number}")
    canvas.setAuthor(record.association)
    canvas.setSubject(f"{record.course_title} {record.qualification}")
    canvas.setCreator("Nintei")
    canvas.setViewerPreference("DisplayDocTitle", "true")
    document = canvas._doc  # type: ignore[attr-defined]  # the only way to the file's date and identifier
    _date_document(document._timeStamp, record.issued_on)
    fingerprint = hashlib.sha256(record_to_json(record).encode()).hexdigest()[:32].encode()
    document._ID = b"[<" + fingerprint + b"><" + fingerprint + b">]"


def _date_document(stamp: object, day: date) -> None:
    """Date the file to midnight of the day of issue in Japan."""
    vars(stamp).update(YMDhms=(day.year, day.month, day.day, 0, 0, 0), dhh=9, dmm=0)


def _spell(character: str) -> str:
    return character + " (" + " ".join(f"U+{ord(part):04X}" for part in character) + ")"
