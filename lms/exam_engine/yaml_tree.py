"""YAML text → plain values with the line of each, refusing what content files have no need of.

Refused are aliases and anchors (their expansion can be enormous), tags, several documents, great depth
and great size. Plain scalars follow the YAML 1.2 core schema, except that a fraction becomes a Decimal.
"""

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)
from ruamel.yaml.reader import ReaderError

from lms.exam_engine.errors import Problem, ProblemCode

MAX_BYTES = 2_000_000
MAX_DEPTH = 20
KEPT_TREES = 256
"""Trees a process keeps: every file of two editions of the content, some ninety each, and what was tried beside them."""
KEPT_LENGTH = 200_000
"""Characters of the longest file whose tree is kept; the longest of the content has less than half."""

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_FRACTION = re.compile(r"[-+]?(?:\.[0-9]{1,18}|[0-9]{1,18}\.[0-9]{0,18})")

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class SourceText:
    """A content file as read by the caller; `name` is what problems call it."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Tree:
    """The values of one file and the line, from 1, on which each key or list item begins."""

    file: str
    data: object
    lines: dict[Path, int]

    def line(self, path: Path) -> int:
        """The line of the value at this path, or of the nearest value around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def format_path(path: Path) -> str:
    """A path as people write it: `questions[2].options[0].text`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def kept_tree(source: SourceText) -> tuple[Tree | None, tuple[Problem, ...]]:
    """The same as `read_tree`, kept by content: an edit costs the reading of one file. Nobody may change what it gives."""
    return _keep_tree(source) if len(source.text) <= KEPT_LENGTH else read_tree(source)


@functools.lru_cache(maxsize=KEPT_TREES)
def _keep_tree(source: SourceText) -> tuple[Tree | None, tuple[Problem, ...]]:
    return read_tree(source)


def read_tree(source: SourceText) -> tuple[Tree | None, tuple[Problem, ...]]:
    """The tree of a file and what is wrong with it as YAML; no tree when it cannot be read to its end."""
    size = len(source.text.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        return None, (_at_line(source, 1, ProblemCode.TOO_LARGE, bytes=size, limit=MAX_BYTES),)
    builder = _Builder(Tree(file=source.name, data=None, lines={}))
    try:
        data = builder.document(YAML(typ="safe", pure=True).parse(source.text))
    except _TooDeep as error:
        return None, (_at_line(source, error.line, ProblemCode.TOO_DEEP, limit=MAX_DEPTH),)
    except (YAMLError, ValueError, OverflowError) as error:
        line, reason = _syntax_place(source.text, error)
        return None, (_at_line(source, line, ProblemCode.YAML_SYNTAX, reason=reason),)
    return Tree(file=source.name, data=data, lines=builder.tree.lines), tuple(builder.problems)


def _at_line(source: SourceText, line: int, code: ProblemCode, **values: str | int) -> Problem:
    return Problem(file=source.name, line=line, path="", code=code, values=values)


def _syntax_place(text: str, error: Exception) -> tuple[int, str]:
    if isinstance(error, MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        return (mark.line + 1 if mark else 1), str(error.problem or error.context or "")
    if isinstance(error, ReaderError):
        return text.count("\n", 0, error.position) + 1, str(error.reason)
    return 1, type(error).__name__


class _TooDeep(Exception):
    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


@dataclass(slots=True)
class _Builder:
    """Turns parser events into values, noting lines and refusals on the way."""

    tree: Tree
    problems: list[Problem] = field(default_factory=list)

    def document(self, events: Iterator[Event]) -> object:
        data: object = None
        documents = 0
        for event in events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._refuse(event, (), ProblemCode.YAML_SYNTAX, reason="several documents")
            elif not isinstance(event, StreamStartEvent | StreamEndEvent | DocumentEndEvent):
                value = self._value(event, events, ())
                data = value if documents == 1 else data
        return data

    def _value(self, event: Event, events: Iterator[Event], path: Path) -> object:
        self.tree.lines.setdefault(path, event.start_mark.line + 1)
        if len(path) >= MAX_DEPTH:
            raise _TooDeep(event.start_mark.line + 1)
        self._refuse_indirection(event, path)
        if isinstance(event, ScalarEvent):
            return _resolve(event.value) if event.implicit[0] else str(event.value)
        if isinstance(event, MappingStartEvent):
            return self._mapping(events, path)
        if isinstance(event, SequenceStartEvent):
            return self._sequence(events, path)
        return None

    def _mapping(self, events: Iterator[Event], path: Path) -> dict[str, object]:
        result: dict[str, object] = {}
        for event in events:
            if isinstance(event, MappingEndEvent):
                break
            key = self._key(event, events, path)
            inner = (*path, key)
            if key in result:
                self._refuse(event, inner, ProblemCode.DUPLICATE_KEY, field=key)
                self._value(next(events), events, inner)
            else:
                self.tree.lines[inner] = event.start_mark.line + 1
                result[key] = self._value(next(events), events, inner)
        return result

    def _key(self, event: Event, events: Iterator[Event], path: Path) -> str:
        if isinstance(event, ScalarEvent):
            self._refuse_indirection(event, path)
            return str(event.value)
        self._refuse(event, path, ProblemCode.WRONG_TYPE, field="", rule="key")
        self._value(event, events, (*path, "?"))
        return "?"

    def _sequence(self, events: Iterator[Event], path: Path) -> list[object]:
        result: list[object] = []
        for event in events:
            if isinstance(event, SequenceEndEvent):
                break
            result.append(self._value(event, events, (*path, len(result))))
        return result

    def _refuse_indirection(self, event: Event, path: Path) -> None:
        if isinstance(event, NodeEvent) and event.anchor is not None:
            kind = "alias" if isinstance(event, AliasEvent) else "anchor"
            self._refuse(event, path, ProblemCode.ANCHOR, name=str(event.anchor), kind=kind)
        tag = getattr(event, "ctag", None)
        if tag is not None:
            self._refuse(event, path, ProblemCode.TAG, tag=str(tag))

    def _refuse(self, event: Event, path: Path, code: ProblemCode, **values: str | int) -> None:
        line = event.start_mark.line + 1
        self.problems.append(Problem(self.tree.file, line, format_path(path), code, values))


def _resolve(text: str) -> object:
    if text in _NULLS:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return Decimal(text) if _FRACTION.fullmatch(text) else str(text)
