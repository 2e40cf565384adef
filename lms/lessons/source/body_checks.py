"""What a lesson's Markdown must be: its sections, its length, its links and pictures, no mark that would show on the screen."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from urllib.parse import unquote

from lms.lessons.rules.problems import Finding, ProblemKind
from lms.lessons.source.lesson_text import lesson_text
from lms.lessons.source.rendering import RUBY
from lms.lessons.source.sections import (
    MISCONCEPTIONS,
    POINTS,
    REQUIRED,
    SCENE,
    WORKSHEET,
    Section,
    TextLine,
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
_LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\(\s*<?([^)\s>]*)")
_IMAGE = re.compile(r"!\[([^\]\n]*)\]\(\s*<?([^)\s>]*)")
_PICTURE = re.compile(r"!\[[^\]\n]*\]\(pictures/[a-z0-9-]+\.svg\)")
_CAPTION = re.compile(r"_[^_\n]+_")
_FACT = re.compile(r"\bF-\d{3}\b", re.ASCII)
_LEFT_OVER = re.compile(r"\*\*|[{}《》]|^ {0,3}(?:///|:::)")
_ITEM = re.compile(r"^ {0,3}[-*+]\s", re.MULTILINE)
_TOP_HEADING = re.compile(r"^ {0,3}(?:#(?!#)|=+\s*$)")
_LESSON_ADDRESS = re.compile(r"/lessons/([^/#?]+)(?:#(.+))?")
_ID = re.compile(r'\bid="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Around:
    """What a lesson may point at: lessons with the anchors of their pages, picture files, the facts it lists."""

    lesson_id: str
    anchors: Mapping[str, frozenset[str]]
    pictures: frozenset[str]
    facts: frozenset[str]


def anchors_of(body: str) -> frozenset[str]:
    """Everything on a lesson's page that its text makes a place to jump to."""
    text = lesson_text(body)
    parts = (text.scene, text.points, text.main, text.misconceptions, text.worksheet)
    return frozenset(unescape(each) for part in parts for each in _ID.findall(part))


def pictures_of(body: str) -> tuple[str, ...]:
    """The addresses of the pictures a body sets, each once, in order."""
    return tuple(dict.fromkeys(image[2] for line in text_lines(body) for image in _images(line)))


def check_body(body: str, around: Around) -> Iterator[Finding]:
    """Every fault of a body; lines count from 1 within it."""
    sections, lines = split_sections(body), tuple(text_lines(body))
    count = count_characters(re.sub(_PICTURE, "", body))
    if not MIN_CHARACTERS <= count <= MAX_CHARACTERS:
        yield Finding(1, ProblemKind.LENGTH, {"low": MIN_CHARACTERS, "high": MAX_CHARACTERS, "count": count})
    yield from _section_faults(sections)
    for line in lines:
        yield from _line_faults(line)
        yield from _link_faults(line, around)
        yield from _fact_faults(line, around)
    yield from _picture_faults(lines, around)


def _section_faults(sections: tuple[Section, ...]) -> Iterator[Finding]:
    titles = [section.title for section in sections]
    for title in REQUIRED:
        if titles.count(title) == 0:
            yield Finding(1, ProblemKind.SECTION_MISSING, {"title": title})
        elif titles.count(title) > 1:
            yield Finding(_last_line(sections, title), ProblemKind.SECTION_REPEATED, {"title": title})
    if sorted(title for title in titles if title in REQUIRED) == sorted(REQUIRED):
        yield from _order_faults(sections)
    for section in sections:
        if section.title == POINTS and (count := len(_ITEM.findall(section.text))) != POINT_ITEMS:
            yield Finding(section.line, ProblemKind.POINT_COUNT, {"count": count})


def _order_faults(sections: tuple[Section, ...]) -> Iterator[Finding]:
    """The first section that does not stand where it belongs, when each of the four is there once."""
    order = [(SCENE, 0), (POINTS, 1), (MISCONCEPTIONS, len(sections) - 2), (WORKSHEET, len(sections) - 1)]
    wrong = [sections[place].line for title, place in order if sections[place].title != title]
    if wrong:
        yield Finding(wrong[0], ProblemKind.SECTION_ORDER)


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


def _link_faults(line: TextLine, around: Around) -> Iterator[Finding]:
    for match in _LINK.finditer(_CODE.sub("", line.text)):
        if not _is_good_target(match[1], around):
            yield Finding(line.number, ProblemKind.BROKEN_LINK, {"target": match[1]})


def _is_good_target(target: str, around: Around) -> bool:
    if target.startswith(("https://", "http://")):
        return True
    if target.startswith("#"):
        return unquote(target[1:]) in around.anchors[around.lesson_id]
    lesson = _LESSON_ADDRESS.fullmatch(target)
    if lesson is None or lesson[1] not in around.anchors:
        return False
    return lesson[2] is None or unquote(lesson[2]) in around.anchors[lesson[1]]


def _fact_faults(line: TextLine, around: Around) -> Iterator[Finding]:
    for fact in _FACT.findall(line.text):
        if fact not in around.facts:
            yield Finding(line.number, ProblemKind.UNLISTED_FACT, {"id": fact})


def _images(line: TextLine) -> Iterator[re.Match[str]]:
    return _IMAGE.finditer(_CODE.sub("", line.text))


def _picture_faults(lines: tuple[TextLine, ...], around: Around) -> Iterator[Finding]:
    texts = {line.number: line.text.strip() for line in lines}
    for line in lines:
        for alt, target in (image.groups() for image in _images(line)):
            if not _stands_alone(line.number, texts):
                yield Finding(line.number, ProblemKind.IMAGE, {"target": target})
            elif target not in around.pictures:
                yield Finding(line.number, ProblemKind.PICTURE_MISSING, {"target": target})
            elif not alt.strip():
                yield Finding(line.number, ProblemKind.TEXT_ALTERNATIVE, {"target": target})


def _stands_alone(number: int, texts: Mapping[int, str]) -> bool:
    """Whether a line is a picture in a paragraph of its own, at most with a caption below it."""
    above, below, after = texts.get(number - 1, ""), texts.get(number + 1, ""), texts.get(number + 2, "")
    has_end = not below or (_CAPTION.fullmatch(below) is not None and not after)
    return _PICTURE.fullmatch(texts[number]) is not None and not above and has_end
