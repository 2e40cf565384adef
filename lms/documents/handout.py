"""What a 配布資料 is made of: blocks of a page or slide, and what stands on every file of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

CAUTION = "個別の判断は、弁護士・社会保険労務士・労働局等にご相談ください。"


class ListKind(StrEnum):
    """How the items of a list stand: with dots, numbers, boxes below each other, or boxes one after the other."""

    DOTS = "dots"
    STEPS = "steps"
    CHECKS = "checks"
    CHOICES = "choices"


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text, strong or not."""

    text: str
    is_strong: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """Words with strong pieces; a line break is kept."""

    runs: tuple[Run, ...]

    @property
    def plain(self) -> str:
        """The words alone."""
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: 1 for a part, 2 for what is below it."""

    words: str
    level: int = 1

    @property
    def plain(self) -> str:
        """All of its words."""
        return self.words


@dataclass(frozen=True, slots=True)
class Listing:
    """A list."""

    kind: ListKind
    items: tuple[Text, ...]

    @property
    def plain(self) -> str:
        """All of its words."""
        return "\n".join(item.plain for item in self.items)


@dataclass(frozen=True, slots=True)
class Line:
    """What one person says in a dialogue."""

    speaker: str
    words: str


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A worked conversation."""

    lines: tuple[Line, ...]

    @property
    def plain(self) -> str:
        """All of its words."""
        return "\n".join(f"{line.speaker}: {line.words}" for line in self.lines)


@dataclass(frozen=True, slots=True)
class Quote:
    """Words to be copied as they are; a display line is the large one of a poster."""

    paragraphs: tuple[tuple[Text, bool], ...]
    """Each paragraph, and whether it is a display line."""

    @property
    def plain(self) -> str:
        """All of its words."""
        return "\n".join(text.plain for text, _ in self.paragraphs)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table; a blank one waits for the reader's own words."""

    text: Text
    is_blank: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table with a header row."""

    header: tuple[Text, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def plain(self) -> str:
        """All of its words."""
        rows = (cell.text.plain for row in self.rows for cell in row)
        return "\n".join([*(text.plain for text in self.header), *rows])


@dataclass(frozen=True, slots=True)
class Blank:
    """A place for the company's own rule: what belongs there, and how many lines it has."""

    label: str
    lines: int

    @property
    def plain(self) -> str:
        """All of its words."""
        return self.label


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows begins on a new page."""

    @property
    def plain(self) -> str:
        """It has no words."""
        return ""


Block = Text | Heading | Listing | Dialogue | Quote | Grid | Blank | PageBreak


@dataclass(frozen=True, slots=True)
class Slide:
    """One slide: its part of the training, title, body, minutes and what the speaker says."""

    part: str
    title: str
    blocks: tuple[Block, ...]
    minutes: int
    note: str
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """A public source of facts, and the facts it stands for."""

    words: str
    fact_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Colophon:
    """What stands on every file: whose it is, its version, its date and what may be done with it."""

    title: str
    purpose: str
    audience: str
    publisher: str
    version: str
    as_of: date
    licence: str
    sources: tuple[Source, ...]

    @property
    def edition(self) -> str:
        """「第1.0版(2026年11月22日)」."""
        return f"第{self.version}版({japanese_day(self.as_of)})"

    @property
    def caution(self) -> str:
        """From when the contents are, and whom to ask in a single case."""
        return f"{japanese_day(self.as_of)}現在。{CAUTION}"


@dataclass(frozen=True, slots=True)
class Deck:
    """Slides with their colophon."""

    colophon: Colophon
    slides: tuple[Slide, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """A document with its colophon."""

    colophon: Colophon
    blocks: tuple[Block, ...]


def japanese_day(day: date) -> str:
    """「2026年11月22日」."""
    return f"{day.year}年{day.month}月{day.day}日"


def schedule(slides: Iterable[Slide]) -> tuple[tuple[int, int], ...]:
    """From which to which minute each slide stands, in order."""
    spans, at = [], 0
    for slide in slides:
        spans.append((at, at + slide.minutes))
        at += slide.minutes
    return tuple(spans)
