"""Letters lent by a second typeface: Latin and Cyrillic letters of names (Ł, Č, ő) that Noto Serif JP does not have.

Source Serif is the face its Latin letters were drawn from, so that after scaling to the same height they stand side by side.
"""

from collections.abc import Iterator
from importlib import resources
from typing import Any

from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

_LENDER_PACKAGE = "fontpkg_source_serif_4"
_LENDER_FILE = "files/SourceSerif4[opsz,wght].ttf"
_LENT_DESIGN = {"opsz": 20, "wght": 345}
"""Where the lent letters, grown to the borrower's height, are as dark and as wide as its own."""
_MEASURE = ord("H")
"""The letter whose height tells how much the lent ones must grow."""
_LENT_RANGES = ((0x00A0, 0x024F), (0x02BB, 0x02BF), (0x0370, 0x052F), (0x1E00, 0x1EFF))
"""Latin with its extensions, the raised commas that count as letters, Greek and Cyrillic: letters of names, no signs."""


def lend_letters(font: TTFont) -> dict[int, str]:
    """Add the letters that the font lacks and the lender has; return code point → name of the new glyph.

    The font must have TrueType outlines already; its character map is left to the caller.
    """
    source = resources.files(_LENDER_PACKAGE).joinpath(_LENDER_FILE)
    with resources.as_file(source) as path, TTFont(path) as lender:
        names = {code: f"lent{code:04X}" for code in _lacking(font, lender)}
        font.setGlyphOrder([*font.getGlyphOrder(), *names.values()])
        font["glyf"].glyphOrder = font.getGlyphOrder()
        scale = _height(font) / _height(lender)
        outlines, glyph_of = lender.getGlyphSet(location=_LENT_DESIGN), lender.getBestCmap()
        for code, name in names.items():
            letter = outlines[glyph_of[code]]
            glyph = _scaled(letter, outlines, scale)
            font["glyf"].glyphs[name] = glyph
            glyph.recalcBounds(font["glyf"])
            font["hmtx"].metrics[name] = (round(letter.width * scale), glyph.xMin if glyph.numberOfContours else 0)
    return names


def _lacking(font: TTFont, lender: TTFont) -> Iterator[int]:
    has, offered = font.getBestCmap(), lender.getBestCmap()
    for first, last in _LENT_RANGES:
        yield from (code for code in range(first, last + 1) if code in offered and code not in has)


def _height(font: TTFont) -> float:
    outlines = font["glyf"]
    glyph = outlines[font.getBestCmap()[_MEASURE]]
    glyph.recalcBounds(outlines)
    return float(glyph.yMax)


def _scaled(letter: Any, outlines: Any, scale: float) -> Any:
    """The letter's own outline: accents stand in it, and no longer refer to glyphs of the lender."""
    whole = DecomposingRecordingPen(outlines)
    letter.draw(whole)
    pen = TTGlyphPen(None)
    whole.replay(TransformPen(pen, (scale, 0, 0, scale, 0, 0)))
    return pen.glyph()
