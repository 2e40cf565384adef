"""Links from the words of a lesson to the 用語集: the first time in each section, never inside headings, links or pictures."""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

from lms.lessons.rules.content import Term

GLOSSARY_FROM_LESSON = "../glossary"
"""The 用語集 as seen from a lesson's address."""

_TAG = re.compile(r"""<(/?)([a-zA-Z][a-zA-Z0-9]*)(?:"[^"]*"|'[^']*'|[^>"'])*>""")
_UNTOUCHED = frozenset({"a", "code", "pre", "ruby", "h1", "h2", "h3", "h4", "figure", "svg", "th"})
_LATIN, _KATAKANA = "0-9A-Za-z", "ァ-ヺー"


@dataclass(frozen=True, slots=True)
class LinkedText:
    """A text with links on its terms, and the ids of those terms in the order in which they come."""

    html: Markup
    term_ids: tuple[str, ...]


@functools.lru_cache(maxsize=256)
def link_terms(html: Markup, terms: tuple[Term, ...]) -> LinkedText:
    """Put links on the first occurrence of each term, anew after every second-level heading. Kept by content."""
    taught = tuple(term for term in terms if term.lessons)
    if not taught:
        return LinkedText(html, ())
    linker = _Linker(_pattern(taught), _names(taught))
    at = 0
    for tag in _TAG.finditer(html):
        linker.take_text(html[at : tag.start()])
        linker.take_tag(tag.group(0), tag.group(2).lower(), is_end=bool(tag.group(1)))
        at = tag.end()
    linker.take_text(html[at:])
    return LinkedText(Markup("".join(linker.pieces)), tuple(linker.used))  # cleaned HTML and own tags only


class _Linker:
    """What was met so far of one text."""

    def __init__(self, pattern: re.Pattern[str], names: Mapping[str, str]) -> None:
        self.pattern = pattern
        self.names = names
        self.pieces: list[str] = []
        self.used: dict[str, None] = {}
        self._seen: set[str] = set()
        self._depth = 0

    def take_tag(self, raw: str, name: str, *, is_end: bool) -> None:
        """Keep a tag; a new section begins at a second-level heading."""
        if name in _UNTOUCHED:
            self._depth += -1 if is_end else 1
        if name == "h2" and not is_end:
            self._seen.clear()
        self.pieces.append(raw)

    def take_text(self, text: str) -> None:
        """Keep a run of text with links where they are wanted."""
        self.pieces.append(text if self._depth or not text.strip() else self.pattern.sub(self._link, text))

    def _link(self, match: re.Match[str]) -> str:
        words = match.group(0)
        term_id = self.names[words]
        if term_id in self._seen:
            return words
        self._seen.add(term_id)
        self.used.setdefault(term_id)
        return f'<a class="term" href="{GLOSSARY_FROM_LESSON}#{term_id}" data-term="{term_id}">{words}</a>'


def _names(terms: tuple[Term, ...]) -> dict[str, str]:
    """Every way to write a term, escaped as it stands in HTML → its id; the term itself wins over another's other name."""
    others = {str(escape(name)): term.id for term in terms for name in term.also}
    return others | {str(escape(term.term)): term.id for term in terms}


@functools.lru_cache(maxsize=8)
def _pattern(terms: tuple[Term, ...]) -> re.Pattern[str]:
    """Any name, the longest first; one that begins or ends in Katakana or Latin is not cut out of a longer word."""
    names = sorted(_names(terms), key=lambda name: (-len(name), name))
    return re.compile("|".join(_whole(name) for name in names))


def _whole(name: str) -> str:
    before, after = _same_kind(name[0]), _same_kind(name[-1])
    return (f"(?<![{before}])" if before else "") + re.escape(name) + (f"(?![{after}])" if after else "")


def _same_kind(letter: str) -> str:
    return next((kind for kind in (_LATIN, _KATAKANA) if re.match(f"[{kind}]", letter)), "")
