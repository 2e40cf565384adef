"""Markdown → clean HTML: Japanese lines joined, ruby, tables that scroll, nothing unsafe left over."""

import functools
import html
import re
import threading
from collections.abc import Iterator
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

CJK = (
    "\u2e80-\u2fff\u3000-\u30ff\u3100-\u312f\u31f0-\u31ff\u3200-\u33ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\uff01-\uff60\uff66-\uff9f\U00020000-\U0003ffff‘’“”…―—①-⑳"
)
RUBY = r"\{([^|{}《》\n]+)\|([ぁ-ゖァ-ヺー・ 　]+)\}"

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
_ATTRIBUTES = {"a": {"href"}, "h2": {"id"}, "h3": {"id"}, "h4": {"id"}, "div": {"aria-label"}, "ol": {"start"}}
_VALUES = {"div": {"tabindex": {"0"}, "role": {"region"}}, "th": {"scope": {"col"}}}
_CLASSES = {"div": {"table-wrap"}}


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


@functools.lru_cache(maxsize=1024)
def render(text: str, *, prefix: str = "s") -> Rendered:
    """The text as safe HTML; ids of headings begin with `prefix` so that two texts fit on one page. Kept by content."""
    raw, tokens = _engine.convert(text, prefix)
    headings = tuple(Heading(token["id"], html.unescape(token["name"])) for token in tokens if token["level"] == 2)
    return Rendered(Markup(clean(raw)), headings)


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


class _Engine(threading.local):
    """One converter for each thread: making one takes several times as long as converting a question with it."""

    def __init__(self) -> None:
        self._prefix = ""
        toc = TocExtension(slugify=self._slugify, toc_depth="2-4")
        self._markdown = Markdown(extensions=["extra", "sane_lists", toc, JapaneseText()], output_format="html")

    def convert(self, text: str, prefix: str) -> tuple[str, list[dict[str, Any]]]:
        """The text as HTML not yet cleaned, and its headings, whose ids begin with `prefix`."""
        self._prefix = prefix
        raw = self._markdown.reset().convert(text)
        return raw, getattr(self._markdown, "toc_tokens", [])

    def _slugify(self, value: str, separator: str) -> str:
        return f"{self._prefix}-{slugify_unicode(value, separator)}"


class JapaneseText(Extension):
    """Ruby, joined lines and scrolling tables; raw HTML is shown as text."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Register after `extra`, whose handling of raw HTML is taken out."""
        md.preprocessors.deregister("html_block")
        md.inlinePatterns.deregister("html")
        md.inlinePatterns.register(Ruby(RUBY, md), "ruby", 175)
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
