"""Pure: 印: passages of an essay with a comment for the other graders, and the text cut where they begin and end."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from lms.grading.rules.parts import Refusal, Refused
from lms.grading.rules.reading import Paragraph

HIGHLIGHT_LIMIT = 30
COMMENT_LIMIT = 300


@dataclass(frozen=True, slots=True)
class Highlight:
    """A passage, `start` to before `end` in code points of the graded text, and what the grader says about it."""

    start: int
    end: int
    text: str

    @property
    def body(self) -> dict[str, Any]:
        """The form in which it is stored."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Labeled:
    """A highlight with the sign it carries in the text: 1, 2 … for the own, 一次1 for another's."""

    label: str
    highlight: Highlight


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text inside one paragraph that the same highlights cover."""

    start: int
    text: str
    is_marked: bool
    is_beyond: bool
    ending: tuple[str, ...]
    """The signs of the highlights that end with it."""


def read_highlights(value: object) -> tuple[Highlight, ...]:
    """The highlights in a form or a stored draft, in the order of the text; what is malformed or too much falls away."""
    entries = value if isinstance(value, Sequence) and not isinstance(value, str | bytes) else ()
    return in_order(highlight for highlight in map(_read, entries) if highlight is not None)[:HIGHLIGHT_LIMIT]


def in_order(highlights: Iterable[Highlight]) -> tuple[Highlight, ...]:
    """Highlights in the order of the text, each once."""
    return tuple(sorted(set(highlights), key=lambda each: (each.start, each.end, each.text)))


def _read(entry: object) -> Highlight | None:
    if not isinstance(entry, Mapping):
        return None
    start, end, text = (entry.get(key) for key in ("start", "end", "text"))
    if not (type(start) is int and type(end) is int and isinstance(text, str) and 0 <= start < end):
        return None
    return Highlight(start, end, clean_comment(text))


def clean_comment(text: str) -> str:
    """A comment on one line, cut to its limit, of characters that can be stored."""
    return " ".join(text.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8").split())[:COMMENT_LIMIT]


def add_quotation(text: str, fields: Mapping[str, str]) -> Highlight:
    """A highlight on the first place where the quoted words (`quote`) stand, with its `comment`.

    Raises Refused when they stand nowhere.
    """
    words = fields.get("quote", "").replace("\r\n", "\n").strip()
    start = text.find(words) if words else -1
    if start < 0:
        raise Refused(Refusal.QUOTATION_NOT_FOUND)
    return Highlight(start, start + len(words), clean_comment(fields.get("comment", "")))


def label_highlights(highlights: Sequence[Highlight], whose: str = "") -> tuple[Labeled, ...]:
    """The highlights of one grader, numbered, with a word for whose they are."""
    return tuple(Labeled(f"{whose}{number}", highlight) for number, highlight in enumerate(highlights, 1))


def cut(paragraph: Paragraph, labeled: Iterable[Labeled]) -> tuple[Piece, ...]:
    """A paragraph in pieces, cut where it stops to count and wherever a highlight begins or ends."""
    whole = paragraph.text + paragraph.beyond
    end, border = paragraph.start + len(whole), paragraph.start + len(paragraph.text)
    here = [each for each in labeled if each.highlight.start < end and each.highlight.end > paragraph.start]
    edges = {paragraph.start, end, border, *(edge for each in here for edge in (each.highlight.start, each.highlight.end))}
    inside = sorted(edge for edge in edges if paragraph.start <= edge <= end)
    return tuple(
        Piece(
            start=left,
            text=whole[left - paragraph.start : right - paragraph.start],
            is_marked=any(each.highlight.start < right and each.highlight.end > left for each in here),
            is_beyond=left >= border,
            ending=tuple(each.label for each in here if each.highlight.end == right or right == end == each.highlight.end - 1),
        )
        for left, right in itertools.pairwise(inside)
    )
