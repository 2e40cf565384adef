"""What letters and labels are made from, how their text is fitted, and which of its characters no typeface of ours has."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from certificates.fonts.book import FontBook, load_font
from certificates.typeset import break_evenly

GETA = "〓"
"""What printers have always put in the place of a character they do not have."""
HONORIFIC = "様"


@dataclass(frozen=True, slots=True)
class Addressee:
    """Where a parcel goes; the postal code with its hyphen and without its mark."""

    postal_code: str
    address: str
    company: str
    department: str
    name: str

    def every_text(self) -> Iterable[str]:
        """All that is printed of it."""
        return (self.postal_code, self.address, self.company, self.department, self.name)


def missing_characters(addressee: Addressee, font_folder: Path) -> tuple[str, ...]:
    """The characters that will come out as 〓, each once. Raises FontsNotBuilt."""
    return load_font(font_folder).missing_glyphs("".join(addressee.every_text()))


def printable(book: FontBook, text: str) -> str:
    """A text ready to draw, with 〓 for every character the typeface lacks."""
    return book.drawable(book.with_substitute(text, GETA))


def wrap(text: str, width: float, size: float, book: FontBook) -> list[str]:
    """The lines of a drawable text that fit a width in points: at its spaces first, then evenly where a line may break.

    A word that has no place to break stays longer than the width; whoever asks makes the letters smaller.
    """
    pieces = [piece for piece in text.replace("\u3000", " ").split(" ") if piece]
    lines: list[str] = []
    for piece in pieces:
        joined = f"{lines[-1]} {piece}" if lines else piece
        if lines and book.width(joined, size) <= width:
            lines[-1] = joined
        else:
            lines.extend(_broken(piece, width, size, book))
    return lines


def _broken(text: str, width: float, size: float, book: FontBook) -> Sequence[str]:
    """The fewest even parts of a text without spaces that fit."""
    for count in range(1, len(text) + 1):
        parts = break_evenly(text, count, book.width)
        if all(book.width(part, size) <= width for part in parts) or len(parts) < count:
            break
    return parts
