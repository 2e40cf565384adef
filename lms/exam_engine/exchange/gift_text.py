"""GIFT text with its places: blocks between blank lines, and slices in which escaped signs do not count as signs."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from lms.exam_engine.exchange.drafts import MAX_MEMBERS
from lms.exam_engine.exchange.faults import Place
from lms.exam_engine.exchange.markup import Markup, from_html

_ESCAPED = re.compile(r"\\([\\~=#{}:n])")
_MARKER = re.compile(r"\[(html|moodle|plain|markdown)\]")
_BLANK = "\x00\x00"
_TOKEN = re.compile(r"\[(?:id|tag):")


class LineMap:
    """Offsets of a text → lines and columns."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def place(self, offset: int) -> Place:
        """The line and column of an offset, both from 1."""
        line = bisect_right(self._starts, offset)
        return Place(line, offset - self._starts[line - 1] + 1)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the file: its text as written, the same with escapes blanked out for searching, and its offset."""

    raw: str
    mask: str
    at: int

    @staticmethod
    def of(raw: str, at: int) -> "Piece":
        """A piece of the whole text."""
        return Piece(raw, _ESCAPED.sub(_BLANK, raw), at)

    def cut(self, start: int, end: int | None = None) -> "Piece":
        """A part of this piece without the blanks around it."""
        raw = self.raw[start:end]
        left = start + len(raw) - len(raw.lstrip())
        stripped = raw.strip()
        return Piece(stripped, self.mask[left : left + len(stripped)], self.at + left)

    def parted(self, sign: str) -> tuple["Piece", "Piece | None"]:
        """What stands before and after a sign; nothing after when it is missing."""
        found = self.mask.find(sign)
        return (self, None) if found < 0 else (self.cut(0, found), self.cut(found + len(sign)))

    def split(self, signs: str) -> list[tuple[str, "Piece"]]:
        """The parts that each begin with one of these signs, with it; what stands before the first has an empty one.

        Beyond what any question may have they are not told apart.
        """
        found = re.finditer(f"[{re.escape(signs)}]", self.mask)
        starts = [each.start() for each in islice(found, MAX_MEMBERS + 1)]
        ends = [*starts, len(self.raw)]
        parts = [("", self.cut(0, ends[0]))]
        parts += [(self.raw[start], self.cut(start + 1, end)) for start, end in zip(starts, ends[1:], strict=True)]
        return [(sign, part) for sign, part in parts if sign or part.raw]

    @property
    def text(self) -> str:
        """The text it means."""
        return _ESCAPED.sub(lambda found: "\n" if found[1] == "n" else found[1], self.raw).strip()

    def marked(self, default: str) -> tuple[Markup, str]:
        """The text it means as Markdown, and its format: that of its marker, or else the default."""
        marker = _MARKER.match(self.raw)
        name = marker[1] if marker else default
        text = (self.cut(marker.end()) if marker else self).text
        return (from_html(text) if name == "html" else Markup(text)), name


@dataclass(slots=True)
class Block:
    """One question as written: its text with comment lines blanked out, and the comments."""

    piece: Piece
    comments: list[str] = field(default_factory=list)


def blocks(text: str) -> Iterator[Block]:
    """The blocks of a file; a category line is a block of its own, a comment between blocks belongs to the next."""
    lines: list[str] = []
    comments: list[str] = []
    at = start = 0
    for line in [*text.split("\n"), ""]:
        stripped = line.strip()
        is_alone = stripped.startswith("$CATEGORY:")
        if not stripped and not lines and not comments:
            start = at + len(line) + 1
        elif not stripped or is_alone:
            if any(each.strip() for each in lines):
                yield Block(Piece.of("\n".join(lines), start).cut(0), comments)
                comments = []
            if is_alone:
                yield Block(Piece.of(line, at).cut(0))
            lines, start = [], at + len(line) + 1
            comments = [each for each in comments if not _TOKEN.search(each)]
        elif stripped.startswith("//"):
            comments.append(stripped[2:].strip())
            lines.append(" " * len(line))
        else:
            lines.append(line)
        at += len(line) + 1
