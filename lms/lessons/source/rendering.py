"""Markdown → clean HTML: Japanese lines joined, ruby, tables that scroll, nothing unsafe left over."""

import functools
import html
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import nh3
from markdown import Markdown
from markdown.extensions import Extension
from markdown.extensions.toc import TocExtension, slugify_unicode
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor
from markupsafe import Markup

from lms.lessons.rules.content import Picture
from lms.lessons.source.pictures import draw

CJK = (
    "\u2e80-\u2fff\u3000-\u30ff\u3100-\u312f\u31f0-\u31ff\u3200-\u33ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\uff01-\uff60\uff66-\uff9f\U00020000-\U0003ffff‘’“”…―—①-⑳"
)
RUBY = r"\{([^|{}《》\n]+)\|([ぁ-ゖァ-ヺー・ 　]+)\}"

KEPT_TEXTS = 4096
"""Rendered texts a process keeps: the course of 21 lessons in five parts each, in two editions, beside every question."""

_IS_CJK = re.compile(f"[{CJK}]")
_BREAK = re.compile(r"[ \t]*\n[ \t]*")
_HEADINGS = frozenset({"h2", "h3", "h4"})
_KEEPS_ITS_TEXT = frozenset({"code", "pre"})

_TEXT_TAGS = [
    "a",
    "blockquote",
    "br",
    "code",
    "del",
    "div",
    "em",
    "figcaption",
    "figure",
    "h2",
    "h3",
    "h4",
    "hr",
    "p",
    "pre",
    "rp",
    "rt",
    "ruby",
    "strong",
]
_LIST_TAGS = ["dd", "dl", "dt", "li", "ol", "ul"]
_TABLE_TAGS = ["table", "tbody", "td", "th", "thead", "tr"]
_TAGS = frozenset([*_TEXT_TAGS, *_LIST_TAGS, *_TABLE_TAGS])
_ATTRIBUTES = {"a": {"href"}, "figure": {"id"}, "h2": {"id"}, "h3": {"id"}, "h4": {"id"}, "div": {"aria-label"}, "ol": {"start"}}
_VALUES = {"div": {"tabindex": {"0"}, "role": {"region"}}, "th": {"scope": {"col"}}}
_CLASSES = {"div": {"table-wrap"}, "figure": {"picture"}}
_FIGURE = re.compile(r'<figure\b[^>]*\bid="picture-(\d+)"[^>]*>')


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading that can be jumped to."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """A rendered text and its headings of the second level."""

    html: Markup
    headings: tuple[Heading, ...]


@functools.lru_cache(maxsize=KEPT_TEXTS)
def render(text: str, *, prefix: str = "s", pictures: tuple[Picture, ...] = ()) -> Rendered:
    """The text as safe HTML; ids begin with `prefix` so that two texts fit on one page. Kept by content.

    A picture that stands alone in its paragraph is drawn where it stands; one that is not among `pictures` becomes its
    text alternative.
    """
    raw = _engine.convert(text, prefix)
    headings = tuple(Heading(each["id"], html.unescape(each["name"])) for each in raw.tokens if each["level"] == 2)
    files = {each.address: each.svg for each in pictures}
    return Rendered(Markup(_with_pictures(clean(raw.html), raw.figures, files, prefix)), headings)


def _with_pictures(cleaned: str, figures: tuple["Figure", ...], files: Mapping[str, str], prefix: str) -> str:
    """The cleaned HTML with each picture drawn into its <figure>, an element that no text of a lesson can make itself."""

    def put(match: re.Match[str]) -> str:
        figure, base = figures[int(match[1])], f"{prefix}-picture-{match[1]}"
        svg = files.get(figure.address)
        shown = Markup("<p>{}</p>").format(figure.alt) if svg is None else draw(svg, alt=figure.alt, base=base)
        return f'<figure class="picture">{shown}'

    return _FIGURE.sub(put, cleaned) if figures else cleaned


def clean(raw: str) -> str:
    """Only the elements and attributes lessons need; no script, no style, no foreign scheme."""
    return nh3.clean(
        raw,
        tags=set(_TAGS),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        tag_attribute_values=_VALUES,
        allowed_classes=_CLASSES,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
        strip_comments=True,
    )


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture as the text names it: its file and its text alternative."""

    address: str
    alt: str


@dataclass(frozen=True, slots=True)
class _Raw:
    """A converted text, not yet clean; `<figure id="picture-N">` stands for the figure N."""

    html: str
    tokens: list[dict[str, Any]]
    figures: tuple[Figure, ...]


class _Engine(threading.local):
    """One converter for each thread: making one takes several times as long as converting a question with it."""

    def __init__(self) -> None:
        self._prefix = ""
        self._figures: list[Figure] = []
        self._markdown = self._make()

    def convert(self, text: str, prefix: str) -> _Raw:
        """The text as HTML not yet cleaned, its headings, whose ids begin with `prefix`, and its figures."""
        self._prefix = prefix
        self._figures.clear()
        try:
            raw = self._markdown.reset().convert(text)
        except BaseException:
            # Broken off in the middle (nested too deep), it would leave the next texts as they are: reset() is not enough.
            self._markdown = self._make()
            raise
        return _Raw(raw, getattr(self._markdown, "toc_tokens", []), tuple(self._figures))

    def _make(self) -> Markdown:
        toc = TocExtension(slugify=self._slugify, toc_depth="2-4")
        return Markdown(extensions=["extra", "sane_lists", toc, JapaneseText(self._figures)], output_format="html")

    def _slugify(self, value: str, separator: str) -> str:
        return f"{self._prefix}-{slugify_unicode(value, separator)}"


class JapaneseText(Extension):
    """Ruby, pictures, joined lines and scrolling tables; raw HTML is shown as text. `figures` is told of each picture."""

    def __init__(self, figures: list[Figure]) -> None:
        super().__init__()
        self._figures = figures

    def extendMarkdown(self, md: Markdown) -> None:
        """Register after `extra`, whose handling of raw HTML is taken out."""
        md.preprocessors.deregister("html_block")
        md.inlinePatterns.deregister("html")
        md.inlinePatterns.register(Ruby(RUBY, md), "ruby", 175)
        md.treeprocessors.register(SetFigures(md, self._figures), "set_figures", 16)
        md.treeprocessors.register(JoinLines(md), "join_lines", 15)
        md.treeprocessors.register(WrapTables(md), "wrap_tables", 14)


class Ruby(InlineProcessor):
    """{漢字|かんじ} → ruby with brackets for readers that do not show ruby."""

    def handleMatch(  # type: ignore[override]  # the library's older and newer processors share one name
        self, m: re.Match[str], data: str
    ) -> tuple[ElementTree.Element, int, int]:
        """The ruby element of one match."""
        ruby = ElementTree.Element("ruby")
        ruby.text = m.group(1)
        for tag, text in (("rp", "（"), ("rt", m.group(2)), ("rp", "）")):
            ElementTree.SubElement(ruby, tag).text = text
        return ruby, m.start(0), m.end(0)


class SetFigures(Treeprocessor):
    """Turn a paragraph of one picture, with or without a caption in italics below it, into a <figure>."""

    def __init__(self, md: Markdown, figures: list[Figure]) -> None:
        super().__init__(md)
        self._figures = figures

    def run(self, root: ElementTree.Element) -> None:
        """Set the pictures of one text."""
        for parent in list(root.iter()):
            for index, child in enumerate(list(parent)):
                if _is_picture(child):
                    parent[index] = self._figure(child)

    def _figure(self, paragraph: ElementTree.Element) -> ElementTree.Element:
        image, *captions = paragraph
        figure = ElementTree.Element("figure", {"id": f"picture-{len(self._figures)}", "class": "picture"})
        figure.tail = paragraph.tail
        for caption in captions:
            caption.tag = "figcaption"
            figure.append(caption)
        self._figures.append(Figure(image.get("src", ""), image.get("alt", "")))
        return figure


def _is_picture(element: ElementTree.Element) -> bool:
    tags = [child.tag for child in element]
    texts = [element.text, *(child.tail for child in element)]
    return element.tag == "p" and tags in (["img"], ["img", "em"]) and not any((text or "").strip() for text in texts)


@dataclass(slots=True)
class _Piece:
    """A run of text inside a block: the text or the tail of an element."""

    element: ElementTree.Element
    is_tail: bool
    may_change: bool

    @property
    def text(self) -> str:
        return (self.element.tail if self.is_tail else self.element.text) or ""

    def put(self, text: str) -> None:
        if self.is_tail:
            self.element.tail = text
        else:
            self.element.text = text


class JoinLines(Treeprocessor):
    """Take out the line break between two Japanese characters, also across 「**太字**」; browsers would show a gap."""

    def run(self, root: ElementTree.Element) -> None:
        """Join the lines of every block."""
        for block in root.iter():
            if block.tag not in _KEEPS_ITS_TEXT and _is_block(block):
                _join(list(_pieces(block)))


_INLINE = frozenset({"a", "abbr", "code", "del", "em", "rp", "rt", "ruby", "strong", "sup", "br"})


def _is_block(element: ElementTree.Element) -> bool:
    return element.tag not in _INLINE


def _pieces(block: ElementTree.Element) -> Iterator[_Piece]:
    yield _Piece(block, False, block.tag not in _KEEPS_ITS_TEXT)
    for child in block:
        if not _is_block(child):
            yield from _pieces(child)
        yield _Piece(child, True, block.tag not in _KEEPS_ITS_TEXT)


def _join(pieces: list[_Piece]) -> None:
    for index, piece in enumerate(pieces):
        if piece.may_change and "\n" in piece.text:
            before = "".join(each.text for each in pieces[:index])
            after = "".join(each.text for each in pieces[index + 1 :])
            piece.put(_joined(piece.text, before, after))


def _joined(text: str, before: str, after: str) -> str:
    """The text without breaks whose neighbours on both sides are Japanese; the neighbours may stand in other pieces."""

    def decide(match: re.Match[str]) -> str:
        left = (before + text[: match.start()]).rstrip()[-1:]
        right = (text[match.end() :] + after).lstrip()[:1]
        return "" if _IS_CJK.match(left) and _IS_CJK.match(right) else match.group(0)

    return _BREAK.sub(decide, text)


class WrapTables(Treeprocessor):
    """Put each table into a region that scrolls by itself and can be focused; name it after its heading."""

    def run(self, root: ElementTree.Element) -> None:
        """Wrap the tables of one text."""
        for parent in list(root.iter()):
            for index, child in enumerate(list(parent)):
                if child.tag == "table":
                    _mark_header_cells(child)
                    parent[index] = _wrapped(child, _heading_before(root, child))


def _heading_before(root: ElementTree.Element, table: ElementTree.Element) -> str:
    latest = ""
    for element in root.iter():
        if element is table:
            break
        if element.tag in _HEADINGS:
            latest = "".join(text for part in element.iter() if part.tag not in {"rt", "rp"} for text in _own_text(part, element))
    return latest


def _own_text(part: ElementTree.Element, heading: ElementTree.Element) -> Iterator[str]:
    yield part.text or ""
    if part is not heading:
        yield part.tail or ""


def _mark_header_cells(table: ElementTree.Element) -> None:
    for cell in table.iter("th"):
        if (cell.text or "").strip() or len(cell):
            cell.set("scope", "col")
        else:
            cell.tag = "td"  # an empty header cell names no column


def _wrapped(table: ElementTree.Element, heading: str) -> ElementTree.Element:
    label = f"表「{heading}」" if heading else "表"
    wrap = ElementTree.Element("div", {"class": "table-wrap", "tabindex": "0", "role": "region", "aria-label": label})
    wrap.append(table)
    wrap.tail, table.tail = table.tail, None
    return wrap


_engine = _Engine()
