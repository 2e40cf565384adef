"""Write the classes of characters that the exam page needs to count 字数 as the server does: `--check` only compares.

The server counts with the `regex` library, every browser has a Unicode version of its own; so the page brings the
server's classes along instead of asking the browser.
"""

import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import regex

TARGET = Path(__file__).resolve().parent.parent / "lms/web/static/js/exam/grapheme_classes.js"
CLASSES = (
    ("C", r"[\p{GCB=Control}\p{GCB=CR}\p{GCB=LF}]"),
    ("Z", r"\p{GCB=ZWJ}"),
    ("K", r"[\p{GCB=Extend}&&\p{InCB=Linker}]"),
    ("E", r"[\p{GCB=Extend}&&\p{InCB=Extend}]"),
    ("F", r"\p{GCB=Extend}"),
    ("R", r"\p{GCB=RI}"),
    ("P", r"\p{GCB=Prepend}"),
    ("S", r"\p{GCB=SpacingMark}"),
    ("L", r"\p{GCB=L}"),
    ("V", r"\p{GCB=V}"),
    ("T", r"\p{GCB=T}"),
    ("G", r"[\p{GCB=LV}\p{GCB=LVT}]"),
    ("X", r"\p{Extended_Pictographic}"),
    ("I", r"\p{InCB=Consonant}"),
    ("M", r"\p{InCB=Linker}"),
)
HANGUL_SYLLABLES = range(0xAC00, 0xD7A4)
"""Their class follows from their number, so it is not written down."""
SURROGATES = range(0xD800, 0xE000)
CHARACTERS = "".join(chr(point) for point in range(0x110000) if point not in SURROGATES)


def classes() -> dict[int, str]:
    """Code point → the first class it is in; without what is in none, and without the Hangul syllables."""
    found: dict[int, str] = {}
    for name, pattern in reversed(CLASSES):
        for match in regex.finditer(pattern, CHARACTERS, regex.VERSION1):
            found[ord(match.group())] = name
    return {point: found[point] for point in sorted(found) if point not in HANGUL_SYLLABLES}


def runs() -> Iterator[tuple[int, int, str]]:
    """(first code point, length, class) of neighbours of one class."""
    # A run ends where the class changes or where points are left out.
    for (name, _), group in groupby(enumerate(classes().items()), key=lambda each: (each[1][1], each[1][0] - each[0])):
        members = [point for _, (point, _) in group]
        yield members[0], len(members), name


def in_base_36(number: int) -> str:
    """The number as JavaScript's `parseInt(…, 36)` reads it."""
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = digits[digit] + text
    return text


def script() -> str:
    """The text of the file: for each run the gap before it, its class, and its length where that is not 1."""
    parts, end = [], 0
    for start, length, name in runs():
        parts.append(in_base_36(start - end) + name + (in_base_36(length - 1) if length > 1 else ""))
        end = start + length
    return (
        "// Classes of characters for 字数, the same as the server's; written by scripts/grapheme_classes.py.\n\n"
        f'export const RUNS = "{"".join(part + " " for part in parts).strip()}";\n'
    )


if __name__ == "__main__":
    text = script()
    if "--check" in sys.argv:
        sys.exit(0 if TARGET.read_text(encoding="utf-8") == text else f"{TARGET.name} differs: run scripts/grapheme_classes.py")
    TARGET.write_text(text, encoding="utf-8")
