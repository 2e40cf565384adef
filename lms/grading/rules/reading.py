"""Pure: an essay as a grader reads it: numbered paragraphs, and where the part that no longer counts begins."""

from bisect import bisect_right
from dataclasses import dataclass

import regex

from lms.text import count_characters

_GRAPHEME = regex.compile(r"\X")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph: what counts and, when the limit falls into or before it, what lies beyond."""

    number: int
    text: str
    beyond: str = ""
    start: int = 0
    """Where it begins, in code points of the whole text."""


def number_paragraphs(text: str, limit: int) -> tuple[Paragraph, ...]:
    """The paragraphs of a text, empty lines left out; `limit` is the number of 字 that are graded."""
    paragraphs: list[Paragraph] = []
    left, start = limit, 0
    for line in text.split("\n"):
        if line.strip():
            counted, beyond = split_at(line, left)
            left -= count_characters(counted)
            paragraphs.append(Paragraph(len(paragraphs) + 1, counted, beyond, start))
        start += len(line) + 1
    return tuple(paragraphs)


def split_at(text: str, limit: int) -> tuple[str, str]:
    """The text up to `limit` 字, never inside a grapheme, and the rest."""
    ends = [match.end() for match in _GRAPHEME.finditer(text)]
    fitting = bisect_right(ends, limit, key=lambda end: count_characters(text[:end]))
    cut = ends[fitting - 1] if fitting else 0
    return text[:cut], text[cut:]
