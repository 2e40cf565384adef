"""The Markdown of handouts → blocks, with every fault and its line."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from lms.documents.handout import (
    Blank,
    Block,
    Cell,
    Dialogue,
    Grid,
    Heading,
    Line,
    Listing,
    ListKind,
    PageBreak,
    Quote,
    Run,
    Text,
)
from lms.handouts.rules.problems import ProblemKind

Report = Callable[[int, ProblemKind, dict[str, str | int]], None]

_HEADING = re.compile(r"(#{1,6}) (\S.*)")
_BLANK = re.compile(r"\[記入 ([1-9]): (.+)\]")
_SPOKEN = re.compile(r"([^:：「」#*\s]{1,8}): (.+)")
_RULE = re.compile(r"\|(?: *:?-{3,}:? *\|)+")
_LINES = re.compile(r"\[([1-9])行\]")
_STRAY = re.compile(r"`|</?[a-z]|\]\(|!\[|\[記入|\[[ x]\]|\{\{|^#+ |https?://\S+\]")
_LISTS = (
    (re.compile(r"- \[ \] (\S.*)"), ListKind.CHECKS),
    (re.compile(r"\* \[ \] (\S.*)"), ListKind.CHOICES),
    (re.compile(r"\d+\. (\S.*)"), ListKind.STEPS),
    (re.compile(r"- (\S.*)"), ListKind.DOTS),
)
BREAK = "---"
BLANK_CELL = "[記入]"


@dataclass(slots=True)
class BlockReader:
    """Reads consecutive lines; `first_line` is the number of the first of them in its file."""

    lines: Sequence[str]
    first_line: int
    report: Report
    has_headings: bool = True
    _at: int = field(default=0, init=False)

    def read(self) -> tuple[Block, ...]:
        """Every block, in order."""
        return tuple(self._blocks())

    def _blocks(self) -> Iterator[Block]:
        while self._at < len(self.lines):
            if not self._line.strip():
                self._at += 1
            else:
                yield self._block()

    @property
    def _line(self) -> str:
        return self.lines[self._at]

    @property
    def _number(self) -> int:
        return self.first_line + self._at

    def _block(self) -> Block:
        if self._line == BREAK:
            self._at += 1
            return PageBreak()
        if found := _HEADING.fullmatch(self._line):
            return self._heading(found)
        if found := _BLANK.fullmatch(self._line):
            self._at += 1
            return Blank(found[2], int(found[1]))
        if self._line.startswith("|"):
            return self._table()
        if self._line.startswith("> "):
            return self._quote()
        return self._list() or self._paragraph()

    def _heading(self, found: re.Match[str]) -> Heading:
        level = len(found[1])
        if level == 1 and self.has_headings:
            self.report(self._number, ProblemKind.TOP_HEADING, {})
        elif level > 3 or not self.has_headings:
            self.report(self._number, ProblemKind.STRAY_MARK, {"mark": found[1]})
        self._at += 1
        return Heading(found[2].strip(), max(1, level - 1))

    def _list(self) -> Listing | None:
        kind = next((kind for pattern, kind in _LISTS if pattern.fullmatch(self._line)), None)
        if kind is None:
            return None
        pattern = next(pattern for pattern, each in _LISTS if each is kind)
        items = []
        while self._at < len(self.lines) and (found := pattern.fullmatch(self._line)):
            items.append(self._text(found[1]))
            self._at += 1
        return Listing(kind, tuple(items))

    def _quote(self) -> Dialogue | Quote:
        begin = self._at
        said = [line.removeprefix("> ") for line in self._run_of("> ")]
        spoken = [_SPOKEN.fullmatch(line) for line in said]
        if all(spoken):
            return Dialogue(tuple(Line(found[1], found[2]) for found in spoken if found))
        paragraphs = []
        for offset, line in enumerate(said):
            text = self._text(line.removeprefix("# "), number=self.first_line + begin + offset)
            paragraphs.append((text, line.startswith("# ")))
        return Quote(tuple(paragraphs))

    def _run_of(self, prefix: str) -> list[str]:
        begin = self._at
        while self._at < len(self.lines) and self._line.startswith(prefix):
            self._at += 1
        return list(self.lines[begin : self._at])

    def _table(self) -> Grid:
        begin = self.first_line + self._at
        rows = self._run_of("|")
        if len(rows) < 2 or not _RULE.fullmatch(rows[1].strip()):
            self.report(begin, ProblemKind.TABLE_RULE, {})
            rows.insert(1, "")
        header = tuple(self._text(cell, number=begin) for cell in _cells(rows[0]))
        body = []
        for offset, row in enumerate(rows[2:], 2):
            cells = _cells(row)
            if len(cells) != len(header):
                self.report(begin + offset, ProblemKind.COLUMN_COUNT, {"columns": len(header), "given": len(cells)})
            even = [*cells, *[""] * len(header)][: len(header)]
            body.append(tuple(self._cell(cell, begin + offset) for cell in even))
        return Grid(header, tuple(body))

    def _cell(self, words: str, number: int) -> Cell:
        if words == BLANK_CELL:
            return Cell(Text(()), is_blank=True)
        if found := _LINES.fullmatch(words):
            return Cell(Text((Run("\n" * (int(found[1]) - 1)),)), is_blank=True)
        opened = _LINES.sub(lambda found: "\n" * int(found[1]), words)
        return Cell(self._text(opened, number=number), is_blank=not words)

    def _paragraph(self) -> Text:
        begin, said = self._number, list[str]()
        while self._at < len(self.lines) and self._line.strip() and (not said or not self._begins_another()):
            said.append(self._line.strip())
            self._at += 1
        return self._text("".join(said), number=begin)

    def _begins_another(self) -> bool:
        return self._line[:2] in ("- ", "* ", "> ") or self._line[:1] in ("|", "#", "[") or self._line == BREAK

    def _text(self, words: str, *, number: int | None = None) -> Text:
        place = self._number if number is None else number
        if found := _STRAY.search(words):
            self.report(place, ProblemKind.STRAY_MARK, {"mark": found[0]})
        pieces = words.split("**")
        if len(pieces) % 2 == 0:
            self.report(place, ProblemKind.STRAY_MARK, {"mark": "**"})
        return Text(tuple(Run(piece, index % 2 == 1) for index, piece in enumerate(pieces) if piece))


def _cells(row: str) -> list[str]:
    return [cell.strip(" ") for cell in row.strip().strip("|").split("|")] if row.strip() else []
