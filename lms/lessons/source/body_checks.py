"""What a lesson's Markdown must be: its sections, its length, and no mark that would show up on the screen."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lms.lessons.rules.problems import ProblemKind
from lms.lessons.source.rendering import RUBY, render
from lms.lessons.source.sections import (
    MISCONCEPTIONS,
    POINTS,
    REQUIRED,
    SCENE,
    WORKSHEET,
    Section,
    TextLine,
    main_text,
    split_sections,
    text_lines,
)
from lms.text import count_characters

MIN_CHARACTERS, MAX_CHARACTERS = 1_800, 2_800
POINT_ITEMS = 3

_CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")
_RUBY = re.compile(RUBY)
_BOLD = re.compile(r"\*\*(?=\S)[^*\n]+?(?<=\S)\*\*")
_HTML = re.compile(r"<[A-Za-z/!?][^>\n]*>?")
_LINK = re.compile(r"(!?)\[[^\]\n]*\]\(\s*<?([^)\s>]*)")
_LEFT_OVER = re.compile(r"\*\*|[{}《》]|^ {0,3}(?:///|:::)")
_ITEM = re.compile(r"^ {0,3}[-*+]\s", re.MULTILINE)
_TOP_HEADING = re.compile(r"^ {0,3}(?:#(?!#)|=+\s*$)")
_LESSON_ADDRESS = re.compile(r"^/lessons/([^/#?]+)$")


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault in a body; `line` counts from 1 within the body."""

    line: int
    kind: ProblemKind
    values: dict[str, str | int] = field(default_factory=dict)


def check_body(body: str, *, lesson_ids: frozenset[str]) -> Iterator[Finding]:
    """Every fault of a body; `lesson_ids` are what links may point to."""
    sections = split_sections(body)
    count = count_characters(body)
    if not MIN_CHARACTERS <= count <= MAX_CHARACTERS:
        yield Finding(1, ProblemKind.LENGTH, {"low": MIN_CHARACTERS, "high": MAX_CHARACTERS, "count": count})
    yield from _section_faults(sections)
    anchors = frozenset(heading.id for heading in render(main_text(sections)).headings)
    for line in text_lines(body):
        yield from _line_faults(line)
        yield from _link_faults(line, lesson_ids, anchors)


def _section_faults(sections: tuple[Section, ...]) -> Iterator[Finding]:
    titles = [section.title for section in sections]
    for title in REQUIRED:
        if titles.count(title) == 0:
            yield Finding(1, ProblemKind.SECTION_MISSING, {"title": title})
        elif titles.count(title) > 1:
            yield Finding(_last_line(sections, title), ProblemKind.SECTION_REPEATED, {"title": title})
    if set(REQUIRED) <= set(titles) and (titles[:2] != [SCENE, POINTS] or titles[-2:] != [MISCONCEPTIONS, WORKSHEET]):
        yield Finding(sections[0].line, ProblemKind.SECTION_ORDER)
    for section in sections:
        if section.title == POINTS and (count := len(_ITEM.findall(section.text))) != POINT_ITEMS:
            yield Finding(section.line, ProblemKind.POINT_COUNT, {"count": count})


def _last_line(sections: tuple[Section, ...], title: str) -> int:
    return max(section.line for section in sections if section.title == title)


def _line_faults(line: TextLine) -> Iterator[Finding]:
    text = _CODE.sub("", line.text)
    if _TOP_HEADING.match(text):
        yield Finding(line.number, ProblemKind.TOP_HEADING)
    if html := _HTML.search(text):
        yield Finding(line.number, ProblemKind.RAW_HTML, {"given": html.group(0)})
    if left := _LEFT_OVER.search(_BOLD.sub("", _RUBY.sub("", text))):
        yield Finding(line.number, ProblemKind.BLOCK_MARK, {"given": left.group(0).strip()})


def _link_faults(line: TextLine, lesson_ids: frozenset[str], anchors: frozenset[str]) -> Iterator[Finding]:
    for match in _LINK.finditer(_CODE.sub("", line.text)):
        target = match.group(2)
        if match.group(1):
            yield Finding(line.number, ProblemKind.IMAGE)
        elif not _is_good_target(target, lesson_ids, anchors):
            yield Finding(line.number, ProblemKind.BROKEN_LINK, {"target": target})


def _is_good_target(target: str, lesson_ids: frozenset[str], anchors: frozenset[str]) -> bool:
    if target.startswith(("https://", "http://")):
        return True
    if target.startswith("#"):
        return target[1:] in anchors
    lesson = _LESSON_ADDRESS.match(target)
    return lesson is not None and lesson.group(1) in lesson_ids
