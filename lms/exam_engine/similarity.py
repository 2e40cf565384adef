"""似た答案: which essays share their wording, told by runs of characters, with the passages they share."""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, combinations

from lms.text import grapheme_spans

MOST_PAIRS = 30
"""Pairs whose passages are sought; people read no more, and texts made to be alike must not hold up the page."""

_MOST_PLACES = 40
"""Places of one gram that are followed; a text that repeats itself without end must not hold up the page either."""


@dataclass(frozen=True, slots=True)
class Passage:
    """Wording two texts share: where it begins and ends in each, in code points of the text as it was handed in."""

    first: tuple[int, int]
    second: tuple[int, int]


@dataclass(frozen=True, slots=True)
class SimilarPair:
    """Two texts by their keys; `share` of the grams of the one with fewer also stand in the other."""

    first: str
    second: str
    share: Decimal
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """All texts compared with each other: the pairs above the threshold, most alike first; `left_out` were too many."""

    compared: int
    pairs: tuple[SimilarPair, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class _Normalized:
    """A text without width and white space, each character with its place in the original; and where its grams begin.

    `grams` count; `quoted` are the beginnings of those that stand in the question.
    """

    text: str
    places: tuple[tuple[int, int], ...]
    grams: Mapping[str, list[int]]
    quoted: Mapping[str, list[int]]


def compare_texts(
    texts: Mapping[str, str], prompts: Collection[str], *, ngram: int, threshold: Decimal, passage_chars: int
) -> Comparison:
    """Compare the answers (key → text) to one question, whose wording (`prompts`) does not count where it is quoted.

    Every text is put into NFKC and loses its white space; its `ngram`s of characters make a set. A pair is told whose
    containment (A. Broder 1997, "On the resemblance and containment of documents", Compression and Complexity of
    Sequences, 21-29), |A ∩ B| / min(|A|, |B|), reaches the threshold. Texts with fewer counted grams than a passage has
    characters are not compared. Passages are the longest shared runs of at least `passage_chars` characters, none over
    another (greedy string tiling: M. Wise 1993, University of Sydney, TR 463); words of the question inside one
    of them are shown, but neither begin nor end it nor make it long enough.
    """
    known = frozenset(gram for prompt in prompts for gram in _grams_of(_normalize(prompt)[0], ngram))
    found = {key: _read(text, known, ngram) for key, text in texts.items()}
    sizes = {key: len(each.grams) for key, each in found.items() if len(each.grams) >= passage_chars}
    marked = _as_bits({key: found[key].grams for key in sizes})
    shares = [
        (Decimal((marked[first] & marked[second]).bit_count()) / min(sizes[first], sizes[second]), first, second)
        for first, second in combinations(sizes, 2)
    ]
    alike = sorted((each for each in shares if each[0] >= threshold), key=lambda each: (-each[0], each[1], each[2]))
    pairs = tuple(
        SimilarPair(first, second, share, _passages(found[first], found[second], ngram, passage_chars))
        for share, first, second in alike[:MOST_PAIRS]
    )
    return Comparison(compared=len(sizes), pairs=pairs, left_out=len(alike) - len(pairs))


def _normalize(text: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The text to compare, and for each of its characters where the grapheme it comes from stands in the original."""
    letters: list[str] = []
    places: list[tuple[int, int]] = []
    for start, end in grapheme_spans(text):
        plain = "".join(unicodedata.normalize("NFKC", text[start:end]).split())
        letters.append(plain)
        places.extend([(start, end)] * len(plain))
    return "".join(letters), tuple(places)


def _grams_of(text: str, ngram: int) -> Iterator[str]:
    return (text[start : start + ngram] for start in range(len(text) - ngram + 1))


def _read(text: str, known: frozenset[str], ngram: int) -> _Normalized:
    plain, places = _normalize(text)
    grams: defaultdict[str, list[int]] = defaultdict(list)
    quoted: defaultdict[str, list[int]] = defaultdict(list)
    for start, gram in enumerate(_grams_of(plain, ngram)):
        (quoted if gram in known else grams)[gram].append(start)
    return _Normalized(plain, places, grams, quoted)


def _as_bits(sets: Mapping[str, Collection[str]]) -> dict[str, int]:
    """Each set of grams as one long number, a bit for every gram that stands in more than one set: quick to intersect."""
    counts = Counter(chain.from_iterable(sets.values()))
    places = {gram: place for place, gram in enumerate(gram for gram, count in counts.items() if count > 1)}
    return {key: _bits(grams, places) for key, grams in sets.items()}


def _bits(grams: Collection[str], places: Mapping[str, int]) -> int:
    marked = bytearray(len(places) // 8 + 1)
    for place in (places[gram] for gram in grams if gram in places):
        marked[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(marked, "little")


def _passages(first: _Normalized, second: _Normalized, ngram: int, shortest: int) -> tuple[Passage, ...]:
    taken_first, taken_second = bytearray(len(first.text)), bytearray(len(second.text))
    quoted = frozenset(place for places in first.quoted.values() for place in places)
    found: list[tuple[int, int, int]] = []
    for start, other, length in sorted(_runs(first, second, ngram), key=lambda run: (-run[2], run[0], run[1])):
        free = [not (taken_first[start + step] or taken_second[other + step]) for step in range(length)]
        for offset, size in _stretches(free):
            own = [place for place in range(offset, offset + size - ngram + 1) if start + place not in quoted]
            if len(own) + ngram - 1 >= shortest:
                begin, length = own[0], own[-1] + ngram - own[0]
                found.append((start + begin, other + begin, length))
                taken_first[start + begin : start + begin + length] = b"\1" * length
                taken_second[other + begin : other + begin + length] = b"\1" * length
    return tuple(Passage(_span(first, start, size), _span(second, other, size)) for start, other, size in sorted(found))


def _runs(first: _Normalized, second: _Normalized, ngram: int) -> Iterator[tuple[int, int, int]]:
    """(place in the first, place in the second, characters) of every run of shared grams, as long as it lasts."""
    shared = {
        (start, other)
        for mine, others in ((first.grams, second.grams), (first.quoted, second.quoted))
        for gram, starts in mine.items()
        if gram in others
        for start in starts[:_MOST_PLACES]
        for other in others[gram][:_MOST_PLACES]
    }
    for start, other in shared:
        if (start - 1, other - 1) not in shared:
            length = 1
            while (start + length, other + length) in shared:
                length += 1
            yield start, other, length + ngram - 1


def _stretches(free: list[bool]) -> Iterator[tuple[int, int]]:
    """(offset, size) of every stretch without a gap."""
    begin = 0
    for place, is_free in enumerate([*free, False]):
        if not is_free:
            if place > begin:
                yield begin, place - begin
            begin = place + 1


def _span(text: _Normalized, start: int, size: int) -> tuple[int, int]:
    return text.places[start][0], text.places[start + size - 1][1]
