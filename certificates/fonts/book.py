"""Read the built typeface: which text it can draw, how wide it is, and how to draw variant forms and non-BMP kanji."""

import json
import threading
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import SUBSETN, TTFont

from certificates.fonts.build import FIRST_PRIVATE_CODE, FONT_FILE, SEQUENCE_FILE, is_built

_BFCHAR_LIMIT = 100  # entries allowed in one block of a PDF character map
# A second book of the same folder would replace the first in the library's table, even in the middle of a page.
_ONE_AT_A_TIME = threading.Lock()
_NOT_TEXT = ("Cc", "Cf", "Co", "Cs", "Zl", "Zp")


class _Turns:
    """A lock that is given in turn: who takes it again and again, page by page, does not get ahead of who waits.

    It cannot be taken twice by the same thread.
    """

    def __init__(self) -> None:
        self._queue, self._lock = threading.Lock(), threading.Lock()

    def __enter__(self) -> None:
        with self._queue:
            self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def give_way(self) -> None:
        """Let whoever waits have it first; called by the one who holds it."""
        self.__exit__()
        self.__enter__()


# The PDF library reads a typeface through one moving cursor, so whoever draws a document holds this meanwhile. A long
# document gives way after each page: what it has set so far is kept by document.
DRAWING = _Turns()


class FontsNotBuilt(LookupError):
    """The folder holds no built typeface; ``python -m certificates.fonts DIR`` builds it."""


class _PressFont(TTFont):
    """A TrueType font whose text can be copied out of the PDF as it was typed.

    The library's own map writes code points above U+FFFF in a form no reader understands, and knows nothing of sequences.
    """

    def __init__(self, name: str, path: Path, typed: dict[int, str]) -> None:
        super().__init__(name, str(path), asciiReadable=False)
        self._typed = typed

    def addObjects(self, doc: Any) -> None:
        """Add the font's objects to the document, then put the right map in place of the library's."""
        subsets = [list(subset) for subset in self.state[doc].subsets]
        super().addObjects(doc)
        for place, subset in enumerate(subsets):
            name = b"".join((SUBSETN(place), b"+", self.face.name, self.face.subfontNameX)).decode("pdfdoc")
            doc.idToObject["toUnicodeCMap:" + name].content = self._to_unicode(subset)

    def _to_unicode(self, subset: list[int]) -> str:
        rows = [f"<{place:02X}> <{self._typed_text(code)}>" for place, code in enumerate(subset) if code]
        blocks = [rows[start : start + _BFCHAR_LIMIT] for start in range(0, len(rows), _BFCHAR_LIMIT)]
        return "\n".join(
            [
                "/CIDInit /ProcSet findresource begin",
                "12 dict begin",
                "begincmap",
                "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
                "/CMapName /Adobe-Identity-UCS def",
                "/CMapType 2 def",
                "1 begincodespacerange",
                "<00> <FF>",
                "endcodespacerange",
                *(line for block in blocks for line in (f"{len(block)} beginbfchar", *block, "endbfchar")),
                "endcmap",
                "CMapName currentdict /CMap defineresource pop",
                "end",
                "end",
            ]
        )

    def _typed_text(self, code: int) -> str:
        return self._typed.get(code, chr(code)).encode("utf-16-be").hex().upper()


class FontBook:
    """The typeface of one folder. Text goes through ``drawable`` before it is measured or drawn."""

    def __init__(self, folder: Path) -> None:
        if not is_built(folder):
            raise FontsNotBuilt(f"no typeface in {folder}; build it with: python -m certificates.fonts {folder}")
        table = json.loads((folder / SEQUENCE_FILE).read_text("ascii"))
        self._sequences: dict[str, int] = {
            "".join(chr(int(part, 16)) for part in key.split()): code for key, code in table["sequences"].items()
        }
        # The name is only a key of the library's table and never reaches the PDF; it keeps folders apart.
        self.font_name = f"press-mincho {folder}"
        typed = {code: text for text, code in self._sequences.items()}
        self._font = _PressFont(self.font_name, folder / FONT_FILE, typed)
        self._glyphs: dict[int, int] = self._font.face.charToGlyph
        pdfmetrics.registerFont(self._font)

    def missing_glyphs(self, text: str) -> tuple[str, ...]:
        """Return each character or sequence of the text that cannot be drawn, once, in order of appearance."""
        return tuple(dict.fromkeys(piece for piece in _pieces(text) if self._one_code(piece) is None))

    def with_substitute(self, text: str, substitute: str) -> str:
        """Return the text with the substitute, which has a glyph, for each piece of it that cannot be drawn.

        A missing character that stands elsewhere with a mark is another piece: no mark is left behind on the substitute.
        """
        return "".join(substitute if self._one_code(piece) is None else piece for piece in _pieces(text))

    def drawable(self, text: str) -> str:
        """Return the text with every sequence replaced by its one private code point.

        Raises LookupError when a character has no glyph; ask ``missing_glyphs`` first.
        """
        codes = [(piece, self._one_code(piece)) for piece in _pieces(text)]
        for piece, code in codes:
            if code is None:
                raise LookupError(f"no glyph for {piece!r}")
        return "".join(chr(code) for _, code in codes if code is not None)

    def width(self, drawable_text: str, size: float) -> float:
        """Return the width in points of a text that came from ``drawable``, at a size in points."""
        return float(self._font.stringWidth(drawable_text, size))

    def _one_code(self, piece: str) -> int | None:
        """Return the code point that draws the piece, or None."""
        if piece in self._sequences:
            return self._sequences[piece]
        # A base and its marks may have one code point together. A lone character is never normalized:
        # that would turn a compatibility ideograph (神 U+FA19) into another form of the name.
        single = piece if len(piece) == 1 else unicodedata.normalize("NFC", piece)
        return ord(single) if len(single) == 1 and self._draws(single) else None

    def _draws(self, character: str) -> bool:
        if unicodedata.category(character) in _NOT_TEXT or _is_mark(character):
            return False
        return ord(character) < FIRST_PRIVATE_CODE and self._glyphs.get(ord(character), 0) != 0


def load_font(folder: Path) -> FontBook:
    """Return the typeface of the folder, read once per process. Raises FontsNotBuilt when it is not there."""
    with _ONE_AT_A_TIME:
        return _load(folder.resolve())


@cache
def _load(folder: Path) -> FontBook:
    return FontBook(folder)


def _is_mark(character: str) -> bool:
    """Whether the character changes the one before it: a combining mark or a variation selector."""
    return unicodedata.category(character).startswith("M")


def _pieces(text: str) -> Iterator[str]:
    """Split the text into characters, each with the marks and selectors that follow it."""
    piece = ""
    for character in text:
        if piece and not _is_mark(character):
            yield piece
            piece = ""
        piece += character
    if piece:
        yield piece
