"""Definitions → the values their YAML would have, the one shape that all formats are written from and read into."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from lms.exam_engine.kinds.registry import BANK_KINDS, Entry
from lms.exam_engine.yaml_tree import Path

EntryTree = Mapping[str, object]
"""A question or case as its YAML says it: texts, whole numbers, booleans, lists and mappings of such."""

MARKDOWN_FIELDS = frozenset({"stem", "prompt", "text"})
"""Texts of several lines, kept with one line end after the last line, as a YAML block has it."""

_ATTRIBUTES = {"rubric": "rubric_id"}
_FIRST = ("id", "kind", "type", "title", "domain", "domains", "level")

# NUL and other controls, direction marks that let a text look like another, characters that are none.
_REFUSED = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffd-\uffff]"
)
_LINE_ENDS = re.compile(r"\s*[\r\n]+\s*")
_DECOMPOSED = re.compile(r"[^\u0300-\u036f\u3099\u309a][\u0300-\u036f\u3099\u309a]+")


def entry_of(definition: Entry) -> EntryTree:
    """What a bank file says about this definition, without the fields that stand at their defaults."""
    source = BANK_KINDS[definition.kind].source
    tree: dict[str, object] = {}
    for name in _in_order(tuple(source.model_fields)):
        value = getattr(definition, _ATTRIBUTES.get(name, name))
        default = source.model_fields[name].default
        if not _is_default(value, default):
            tree[name] = dict(value) if _is_mapping(definition, name) else _plain(value)
    return tree


def _is_mapping(definition: Entry, name: str) -> bool:
    """Definitions keep mappings as pairs, so that nothing in them can change."""
    return definition.kind == "matching" and name == "key"


def _in_order(names: tuple[str, ...]) -> Iterator[str]:
    yield from (name for name in _FIRST if name in names)
    yield from (name for name in names if name not in _FIRST)


def _is_default(value: object, default: object) -> bool:
    """A field left out reads as its default; an empty unit is one left out."""
    if isinstance(default, list):
        return not value
    return value is None or (default is None and value == "") or (isinstance(value, bool | Decimal) and value == default)


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    return value


def texts_in(value: object, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every text in a tree with its path."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from texts_in(each, (*path, str(name)))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from texts_in(each, (*path, index))


def refused_character(text: str) -> str | None:
    """The first character that no question may hold, as `U+202E`; None when there is none."""
    found = _REFUSED.search(text)
    return f"U+{ord(found.group()):04X}" if found else None


def without_refused(text: str) -> str:
    """The text without characters that no question may hold."""
    return _REFUSED.sub("", text)


def composed(text: str) -> str:
    """The text with letters and their marks composed (か+゛ → が); nothing else changes.

    NFC as a whole would also replace variant forms of kanji (神 → 神), which are meant.
    """
    return _DECOMPOSED.sub(lambda found: unicodedata.normalize("NFC", found.group()), text)


def one_line(text: str) -> str:
    """The text on one line, for places that have no line breaks."""
    return _LINE_ENDS.sub(" ", text.strip())


def text_list(tree: EntryTree, name: str) -> list[str]:
    """A list of texts of this name, empty when there is none."""
    value = tree.get(name)
    return [str(each) for each in value] if isinstance(value, list) else []


def row_list(tree: EntryTree, name: str) -> list[Mapping[str, str]]:
    """A list of mappings (options, items) of this name, empty when there is none."""
    value = tree.get(name)
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def pairs_of(tree: EntryTree) -> Mapping[str, str]:
    """The key of a matching question."""
    key = tree.get("key")
    return {str(left): str(right) for left, right in key.items()} if isinstance(key, Mapping) else {}
