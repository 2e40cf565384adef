"""Searching what a participant may read: Japanese text folded for comparing, every word found, the place cut out."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

MAX_WORDS = 6
MAX_WORD_LENGTH = 40
SNIPPET_BEFORE = 24
SNIPPET_LENGTH = 110

_MARKS = "ﾞﾟ\u3099\u309a"
"""Voicing marks that belong to the character before them."""
_KATAKANA_FIRST, _KATAKANA_LAST, _TO_HIRAGANA = 0x30A1, 0x30F6, 0x60


class SearchGroup(StrEnum):
    """Where something was found."""

    LESSONS = "lessons"
    TERMS = "terms"
    OWN = "own"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class Folded:
    """A text as it is compared; `places` tells for each folded character which characters of the text it stands for."""

    text: str
    places: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """Something that can be found: a title and a text, in a lesson (or term), at a heading's anchor."""

    group: SearchGroup
    target: str
    """A lesson's or a term's id."""
    anchor: str
    title: str
    text: str
    folded: Folded
    keys: str
    """Folded words that find it besides its text: the title, a reading, other ways to write it."""


@dataclass(frozen=True, slots=True)
class SnippetPart:
    """A piece of what is shown of a hit; `is_hit` pieces are marked."""

    text: str
    is_hit: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage with the cut that shows the words in it, and its title with the words marked."""

    passage: Passage
    title: tuple[SnippetPart, ...]
    snippet: tuple[SnippetPart, ...]


def passage(group: SearchGroup, target: str, anchor: str, title: str, text: str, *keys: str) -> Passage:
    """A passage with its text folded once, so that searching only compares."""
    folded_keys = "\n".join(fold_text(key).text for key in (title, *keys))
    return Passage(group, target, anchor, title, text, fold_text(text), folded_keys)


def fold_text(text: str) -> Folded:
    """NFKC, no case, Katakana as Hiragana; a half-width kana and its voicing mark are one character."""
    letters: list[str] = []
    places: list[tuple[int, int]] = []
    for start, end in _clusters(text):
        for letter in unicodedata.normalize("NFKC", text[start:end]).casefold():
            letters.append(_as_hiragana(letter))
            places.append((start, end))
    return Folded("".join(letters), tuple(places))


def search_words(query: str) -> tuple[str, ...]:
    """The words of a query, folded, each once; all of them must be found. Nothing but punctuation is no word."""
    words = fold_text(query).text.split()
    kept = [word[:MAX_WORD_LENGTH] for word in words if any(letter.isalnum() for letter in word)]
    return tuple(dict.fromkeys(kept))[:MAX_WORDS]


def find(passages: Iterable[Passage], words: Sequence[str]) -> tuple[Hit, ...]:
    """The passages that hold every word in text or keys; those whose keys hold one come first, otherwise in order."""
    if not words:
        return ()
    found = [each for each in passages if all(word in each.folded.text or word in each.keys for word in words)]
    found.sort(key=lambda each: not any(word in each.keys for word in words))
    return tuple(Hit(each, mark(each.title, fold_text(each.title), words), snippet(each, words)) for each in found)


def snippet(found: Passage, words: Sequence[str]) -> tuple[SnippetPart, ...]:
    """The cut of the text around its first word, with every word in it marked; its beginning when no word is in it."""
    spans = _spans(found.folded, words)
    start = max(spans[0][0] - SNIPPET_BEFORE, 0) if spans else 0
    end = min(max(start + SNIPPET_LENGTH, spans[0][1] if spans else 0), len(found.text))
    inside = [(max(a, start), min(b, end)) for a, b in spans if a < end and b > start]
    parts = [
        SnippetPart("…", is_hit=False) if start else None,
        *_parts(found.text, inside, start, end),
        SnippetPart("…", is_hit=False) if end < len(found.text) else None,
    ]
    return tuple(part for part in parts if part is not None)


def mark(text: str, folded: Folded, words: Sequence[str]) -> tuple[SnippetPart, ...]:
    """The whole text with every word in it marked."""
    return tuple(_parts(text, _spans(folded, words), 0, len(text)))


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    while start < len(text):
        end = start + 1
        while end < len(text) and text[end] in _MARKS:
            end += 1
        yield start, end
        start = end


def _as_hiragana(letter: str) -> str:
    return chr(ord(letter) - _TO_HIRAGANA) if _KATAKANA_FIRST <= ord(letter) <= _KATAKANA_LAST else letter


def _spans(folded: Folded, words: Sequence[str]) -> list[tuple[int, int]]:
    """Where the words stand in the original text, overlapping ones united, in order."""
    found = sorted(
        (folded.places[at][0], folded.places[at + len(word) - 1][1]) for word in words for at in _places_of(word, folded.text)
    )
    united: list[tuple[int, int]] = []
    for start, end in found:
        if united and start <= united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        else:
            united.append((start, end))
    return united


def _places_of(word: str, text: str) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + len(word))


def _parts(text: str, spans: Sequence[tuple[int, int]], start: int, end: int) -> Iterator[SnippetPart]:
    at = start
    for first, last in spans:
        if first > at:
            yield SnippetPart(text[at:first], is_hit=False)
        yield SnippetPart(text[first:last], is_hit=True)
        at = last
    if at < end:
        yield SnippetPart(text[at:end], is_hit=False)
