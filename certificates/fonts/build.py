"""Build the press's typeface once: Noto Serif JP as TrueType, its variant forms given codes, letters it lacks lent to it.

The PDF library reads only TrueType outlines and one code point per glyph. So the CFF outlines are redrawn with quadratic
curves, and every sequence that needs two code points (a kanji with a variation selector, a kana with a combining mark)
is also given one private code point in plane 15. The sequence table written beside the font leads back to what was typed.
"""

import hashlib
import io
import json
import os
import tempfile
import unicodedata
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable

from certificates.fonts.lending import lend_letters

SOURCE_PACKAGE = "pylopdf_fonts_cjk"
SOURCE_FILE = "NotoSerifJP-Regular.otf"
# The edition belongs to the file names: a changed recipe builds new files instead of trusting old ones.
FONT_FILE = "press-mincho-3.ttf"
SEQUENCE_FILE = "press-mincho-3.json"
FIRST_PRIVATE_CODE = 0xF0000

_MAX_OUTLINE_ERROR = 1.0  # font units of 1000 to the em; below what paper or screen can show at 60 pt
_TABLES_NOT_NEEDED = ("GSUB", "GPOS", "GDEF", "BASE", "vhea", "vmtx", "VORG", "CFF ")


def is_built(folder: Path) -> bool:
    """Whether both files of this edition lie in the folder."""
    return (folder / FONT_FILE).is_file() and (folder / SEQUENCE_FILE).is_file()


def build_font(folder: Path) -> None:
    """Write the font and its sequence table into the folder, unless they are there already.

    Takes some 16 seconds. The same source gives the same bytes. Each file appears whole or not at all, the table last,
    so two processes may build at once and a killed one leaves nothing that looks finished.
    Raises OSError when the folder cannot be written.
    """
    if is_built(folder):
        return
    folder.mkdir(parents=True, exist_ok=True)
    source = resources.files(SOURCE_PACKAGE).joinpath(SOURCE_FILE)
    with resources.as_file(source) as path, TTFont(path, recalcTimestamp=False) as font:
        sequences = _give_private_codes(font)
        _redraw_as_truetype(font)
        _reach(font, lend_letters(font))
        _drop_tables(font)
        image = io.BytesIO()
        font.save(image)
    _write_whole(folder / FONT_FILE, image.getvalue())
    table = {
        "font_sha256": hashlib.sha256(image.getvalue()).hexdigest(),
        "sequences": {" ".join(f"{ord(part):X}" for part in text): code for text, code in sequences.items()},
    }
    _write_whole(folder / SEQUENCE_FILE, json.dumps(table, sort_keys=True).encode("ascii"))


def _give_private_codes(font: TTFont) -> dict[str, int]:
    """Replace the character map by one that also reaches every sequence's glyph; return sequence → private code."""
    characters: dict[int, str] = dict(font.getBestCmap())
    glyph_of = dict(sorted([*_variation_sequences(font, characters), *_marked_letters(font, characters)]))
    sequences = {text: FIRST_PRIVATE_CODE + place for place, text in enumerate(glyph_of)}
    # A sequence that looks like its plain character still gets its own code, so that copying it returns both code points.
    characters.update({code: glyph_of[text] for text, code in sequences.items()})
    font["cmap"] = _character_map(characters)
    return sequences


def _variation_sequences(font: TTFont, characters: dict[int, str]) -> Iterator[tuple[str, str]]:
    for table in font["cmap"].tables:
        if table.format == 14:
            for selector, pairs in table.uvsDict.items():
                for base, glyph in pairs:
                    yield chr(base) + chr(selector), glyph or characters[base]


def _marked_letters(font: TTFont, characters: dict[int, str]) -> Iterator[tuple[str, str]]:
    """Letters with a combining mark that Unicode has no single code point for, such as Ainu セ゚ and ㇷ゚."""
    code_of = {glyph: code for code, glyph in sorted(characters.items(), reverse=True)}
    for first, ligature in _composing_ligatures(font):
        glyphs = [first, *ligature.Component]
        if all(glyph in code_of for glyph in glyphs):
            text = "".join(chr(code_of[glyph]) for glyph in glyphs)
            if unicodedata.combining(text[-1]):
                yield text, ligature.LigGlyph


def _composing_ligatures(font: TTFont) -> Iterator[tuple[str, Any]]:
    rules = font["GSUB"].table
    features = (record for record in rules.FeatureList.FeatureRecord if record.FeatureTag == "ccmp")
    lookups = {place for record in features for place in record.Feature.LookupListIndex}
    for place in sorted(lookups):
        for subtable in rules.LookupList.Lookup[place].SubTable:
            rows = getattr(getattr(subtable, "ExtSubTable", subtable), "ligatures", {})
            for first in sorted(rows):
                yield from ((first, ligature) for ligature in rows[first])


def _reach(font: TTFont, glyph_of: dict[int, str]) -> None:
    """Make more glyphs reachable by their code points."""
    font["cmap"] = _character_map({**font.getBestCmap(), **glyph_of})


def _character_map(characters: dict[int, str]) -> Any:
    table = newTable("cmap")
    table.tableVersion = 0
    basic = {code: glyph for code, glyph in characters.items() if code < 0x10000}
    table.tables = [_subtable(4, 1, basic), _subtable(12, 10, characters)]
    return table


def _subtable(form: int, encoding: int, characters: dict[int, str]) -> Any:
    subtable = CmapSubtable.newSubtable(form)
    subtable.platformID, subtable.platEncID, subtable.language, subtable.cmap = 3, encoding, 0, characters
    return subtable


def _redraw_as_truetype(font: TTFont) -> None:
    order = font.getGlyphOrder()
    outlines = font.getGlyphSet()
    glyphs = {}
    for name in order:
        pen = TTGlyphPen(None)
        outlines[name].draw(Cu2QuPen(pen, _MAX_OUTLINE_ERROR, reverse_direction=True))
        glyphs[name] = pen.glyph()
    font["loca"] = newTable("loca")
    font["glyf"] = newTable("glyf")
    font["glyf"].glyphOrder = order
    font["glyf"].glyphs = glyphs
    font.sfntVersion = "\x00\x01\x00\x00"
    _describe_as_truetype(font, order)


def _describe_as_truetype(font: TTFont, order: list[str]) -> None:
    limits = font["maxp"]
    limits.tableVersion = 0x00010000
    limits.maxZones = 1
    for name in (
        "maxTwilightPoints",
        "maxStorage",
        "maxFunctionDefs",
        "maxInstructionDefs",
        "maxStackElements",
        "maxSizeOfInstructions",
        "maxComponentElements",
    ):
        setattr(limits, name, 0)
    names = font["post"]
    names.formatType, names.extraNames, names.mapping, names.glyphOrder = 2.0, [], {}, order


def _drop_tables(font: TTFont) -> None:
    for tag in _TABLES_NOT_NEEDED:
        if tag in font:
            del font[tag]


def _write_whole(path: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            os.fchmod(file.fileno(), 0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
