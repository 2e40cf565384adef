"""Two texts beside each other: which passages stand in only one of them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, zip_longest

MOST_CELLS = 200 * 200
"""Passages of one text by passages of the other, beyond what both begin and end with: what comparing costs.

Longer ones are shown as different as a whole between what they have in common at both ends.
"""

_PASSAGE = re.compile(r"[^。、\n]*[。、\n]|[^。、\n]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text; `is_other` when the other text does not have it in this place."""

    text: str
    is_other: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both texts in pieces; put together again they are exactly the texts."""

    left: tuple[Piece, ...]
    right: tuple[Piece, ...]

    @property
    def is_same(self) -> bool:
        """Whether the texts are equal."""
        return not any(piece.is_other for piece in (*self.left, *self.right))


def compare_texts(left: str, right: str) -> Comparison:
    """Compare passage by passage, each up to a Japanese full stop, comma or line break."""
    ours, theirs = _PASSAGE.findall(left), _PASSAGE.findall(right)
    start = _count_alike(ours, theirs)
    end = _count_alike(ours[start:][::-1], theirs[start:][::-1])
    mine, other = ours[start : len(ours) - end], theirs[start : len(theirs) - end]
    shared = _longest_in_common(mine, other) if len(mine) * len(other) <= MOST_CELLS else ()
    kept, kept_there = {start + i for i, _ in shared}, {start + j for _, j in shared}
    return Comparison(_pieces(ours, start, end, kept), _pieces(theirs, start, end, kept_there))


def _count_alike(left: Sequence[str], right: Sequence[str]) -> int:
    """How many passages both begin with."""
    pairs = enumerate(zip_longest(left, right))
    return next((position for position, (ours, theirs) in pairs if ours != theirs), len(left))


def _longest_in_common(left: Sequence[str], right: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """The places of the longest run of passages that stand in both texts in the same order."""
    lengths = [[0] * (len(right) + 1) for _ in range(len(left) + 1)]
    for i in range(len(left) - 1, -1, -1):
        row, below = lengths[i], lengths[i + 1]
        for j in range(len(right) - 1, -1, -1):
            row[j] = below[j + 1] + 1 if left[i] == right[j] else max(below[j], row[j + 1])
    found, i, j = [], 0, 0
    while i < len(left) and j < len(right):
        if left[i] == right[j]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif lengths[i + 1][j] >= lengths[i][j + 1]:
            i += 1
        else:
            j += 1
    return tuple(found)


def _pieces(passages: Sequence[str], start: int, end: int, shared: Iterable[int]) -> tuple[Piece, ...]:
    """The passages put together to stretches; the first `start`, the last `end` and the `shared` stand in both texts."""
    in_both = {*range(start), *range(len(passages) - end, len(passages)), *shared}
    runs = groupby(enumerate(passages), key=lambda at: at[0] not in in_both)
    return tuple(Piece("".join(text for _, text in run), is_other) for is_other, run in runs)
