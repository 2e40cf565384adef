"""出典: the sources of a lesson's facts, each once, with the parts of a line that can be followed."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from lms.lessons.rules.content import Fact

_ADDRESS = re.compile(r"https?://[!-~]+")


@dataclass(frozen=True, slots=True)
class CitationPart:
    """A piece of a source line: words, or an address."""

    text: str
    is_address: bool


@dataclass(frozen=True, slots=True)
class Citation:
    """One source with the facts it stands for, as seen on `as_of`."""

    parts: tuple[CitationPart, ...]
    as_of: date
    fact_ids: tuple[str, ...]


def cite(facts: Iterable[Fact]) -> tuple[Citation, ...]:
    """The sources in the order of the facts; facts of the same source and date share a line."""
    grouped: dict[tuple[str, date], list[str]] = {}
    for fact in facts:
        grouped.setdefault((fact.source, fact.as_of), []).append(fact.id)
    return tuple(Citation(_parts(source), as_of, tuple(ids)) for (source, as_of), ids in grouped.items())


def _parts(source: str) -> tuple[CitationPart, ...]:
    parts: list[CitationPart] = []
    end = 0
    for match in _ADDRESS.finditer(source):
        parts += [CitationPart(source[end : match.start()], False), CitationPart(match.group(0), True)]
        end = match.end()
    parts.append(CitationPart(source[end:], False))
    return tuple(part for part in parts if part.text)
