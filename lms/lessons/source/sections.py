"""Taking a lesson's Markdown apart by its second-level headings, with the line of each."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

SCENE, POINTS, MISCONCEPTIONS, WORKSHEET = "場面", "要点", "よくある誤解", "自組織ワーク"
REQUIRED = (SCENE, POINTS, MISCONCEPTIONS, WORKSHEET)

_FENCE = re.compile(r"^ {0,3}(```|~~~)")
_HEADING = re.compile(r"^##\s+(.*?)\s*#*\s*$")


@dataclass(frozen=True, slots=True)
class Section:
    """One second-level section; `line` counts from 1 within the body. `text` has no heading line."""

    title: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of Markdown that is not code; `number` counts from 1 within the body."""

    number: int
    text: str


def text_lines(body: str) -> Iterator[TextLine]:
    """The lines outside fenced code."""
    fence = ""
    for number, line in enumerate(body.split("\n"), start=1):
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark.group(1)
        elif fence:
            fence = "" if mark and mark.group(1) == fence else fence
        else:
            yield TextLine(number, line)


def split_sections(body: str) -> tuple[Section, ...]:
    """The sections of a body in order; text before the first heading is left out."""
    lines = body.split("\n")
    starts = [(line.number, match.group(1)) for line in text_lines(body) if (match := _HEADING.match(line.text))]
    ends = [number for number, _ in starts[1:]] + [len(lines) + 1]
    return tuple(
        Section(title, start, "\n".join(lines[start : end - 1]).strip("\n"))
        for (start, title), end in zip(starts, ends, strict=True)
    )


def find_section(sections: tuple[Section, ...], title: str) -> str:
    """The text of a section, empty when it is missing."""
    return next((section.text for section in sections if section.title == title), "")


def main_text(sections: tuple[Section, ...]) -> str:
    """The body proper: every section that is not one of the fixed four, headings kept."""
    return "\n\n".join(f"## {section.title}\n\n{section.text}" for section in sections if section.title not in REQUIRED)
