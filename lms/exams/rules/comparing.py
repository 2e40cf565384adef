"""Two texts beside each other: which passages stand in only one of them."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

MOST_PASSAGES = 2000
"""Beyond this, comparing would take longer than anybody reads; the texts are shown as different as a whole."""

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
    if left == right:
        return Comparison(_pieces(left, is_other=False), _pieces(right, is_other=False))
    if len(ours) + len(theirs) > MOST_PASSAGES:
        return Comparison(_pieces(left, is_other=True), _pieces(right, is_other=True))
    mine: list[Piece] = []
    other: list[Piece] = []
    for tag, start, end, their_start, their_end in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        mine += _pieces("".join(ours[start:end]), is_other=tag != "equal")
        other += _pieces("".join(theirs[their_start:their_end]), is_other=tag != "equal")
    return Comparison(tuple(mine), tuple(other))


def _pieces(text: str, *, is_other: bool) -> tuple[Piece, ...]:
    return (Piece(text, is_other),) if text else ()
