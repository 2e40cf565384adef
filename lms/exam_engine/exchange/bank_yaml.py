"""Questions and cases → the text of a bank file, in the hand of the files in content/exams."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lms.exam_engine.exchange.entries import EntryTree

_BLOCK = re.compile(r"(?!\s)(?:[^\x00-\x09\x0b-\x1f\x7f-\xa0\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]*\n)+")
_PLAIN_ID = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*|[ぁ-ゖァ-ヶー一-鿿]+")
_WORDS_OF_YAML = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_UNPRINTABLE = re.compile("[\x7f-\xa0\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_MAX_WIDTH = 120


@dataclass(frozen=True, slots=True)
class BankItem:
    """One entry of a bank file and the comment lines above it."""

    tree: EntryTree
    comments: Sequence[str] = ()


def write_bank(items: Sequence[BankItem]) -> str:
    """The text of a bank file with these entries."""
    return "questions:\n" + "\n".join("".join(f"{line}\n" for line in _entry(item)) for item in items)


def _entry(item: BankItem) -> Iterator[str]:
    for comment in item.comments:
        yield f"  # {_UNPRINTABLE.sub('', ' '.join(comment.split()))}".rstrip()
    mark = "  - "
    for name, value in item.tree.items():
        for line in _field(name, value):
            yield mark + line
            mark = "    "


def _field(name: str, value: object) -> Iterator[str]:
    if isinstance(value, str) and "\n" in value and _BLOCK.fullmatch(value) and not value.endswith("\n\n"):
        yield f"{name}: |"
        yield from (f"  {line}" if line else "" for line in value.split("\n")[:-1])
    elif isinstance(value, list) and _stands_below(value):
        yield f"{name}:"
        yield from (f"  - {_flow(each)}" for each in value)
    else:
        yield f"{name}: {_flow(value)}"


def _stands_below(value: Sequence[object]) -> bool:
    """Whether a list is written item by item: mappings, and texts too long for one line."""
    return any(isinstance(each, Mapping) for each in value) or (len(_flow(value)) > _MAX_WIDTH and not _are_ids(value))


def _are_ids(value: Sequence[object]) -> bool:
    return all(isinstance(each, str) and _PLAIN_ID.fullmatch(each) for each in value)


def _flow(value: object) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_text(str(name))}: {_flow(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(each) for each in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return _text(value) if isinstance(value, str) else str(value)


def _text(text: str) -> str:
    """A plain word where YAML reads it as that very text, else double-quoted."""
    if _PLAIN_ID.fullmatch(text) and text.lower() not in _WORDS_OF_YAML:
        return text
    # JSON strings are YAML strings; only what YAML takes for line breaks or refuses must be written as numbers.
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found.group()):04x}", json.dumps(text, ensure_ascii=False))
