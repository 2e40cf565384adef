"""HTML of other systems → Markdown as our screens read it; what has no counterpart is named."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_TOKEN = re.compile(r"(<[^<>]*>)")
_TAG = re.compile(r"<\s*(/?)\s*([A-Za-z][A-Za-z0-9]*)[^>]*>")
_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_SPACES = re.compile(r"[ \t\r\n]+")

_SIGNS: Mapping[str, str] = {"strong": "**", "b": "**", "em": "*", "i": "*", "code": "`"}
_BREAKS: Mapping[str, str] = {"br": "\n", "p": "\n\n", "div": "\n\n", "ul": "\n\n", "ol": "\n\n", "li": "\n"}
_FILES = frozenset({"img", "audio", "video", "object", "iframe"})
_IGNORED = frozenset({"span", "font", "html", "body"})


@dataclass(slots=True)
class Markup:
    """The Markdown of an HTML text, the elements left out of it, and whether it showed a file."""

    text: str
    dropped: set[str] = field(default_factory=set)
    has_file: bool = False


def from_html(source: str) -> Markup:
    """The text with paragraphs, line breaks, lists, bold and italics as Markdown; other elements leave only their words."""
    result = Markup("")
    out: list[str] = []
    lists: list[int | None] = []
    for token in _TOKEN.split(source):
        tag = _TAG.fullmatch(token)
        if tag is None:
            out.append(_SPACES.sub(" ", html.unescape(token)) if not token.startswith("<!--") else "")
        else:
            out.append(_element(tag[2].lower(), bool(tag[1]), lists, result))
    joined = _BLANK_LINES.sub("\n\n", "".join(out))
    result.text = "\n".join(line.strip() for line in joined.split("\n")).strip()
    return result


def _element(name: str, is_end: bool, lists: list[int | None], result: Markup) -> str:
    """What an element's tag leaves in the text."""
    if name in {"ul", "ol"}:
        _turn(name, is_end, lists)
    if name == "li" and not is_end:
        return "\n" + _bullet(lists)
    if name in _FILES:
        result.has_file = True
    elif name not in _IGNORED and name not in _SIGNS and name not in _BREAKS:
        result.dropped.add(name)
    return _SIGNS.get(name) or _BREAKS.get(name, "")


def _turn(name: str, is_end: bool, lists: list[int | None]) -> None:
    """A list begins or ends; a numbered one counts."""
    if not is_end:
        lists.append(0 if name == "ol" else None)
    elif lists:
        lists.pop()


def _bullet(lists: list[int | None]) -> str:
    if not lists or lists[-1] is None:
        return "- "
    lists[-1] += 1
    return f"{lists[-1]}. "
