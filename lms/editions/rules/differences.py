"""Two texts side by side: paragraphs paired, and for each pair whether it stayed, changed, came or went."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import zip_longest

_ITEM = re.compile(r"(?:[-*+]|\d+\.) ")


class PairKind(StrEnum):
    """What became of a paragraph."""

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Pair:
    """A paragraph of the published text beside the one that takes its place; empty where there is none."""

    kind: PairKind
    old: str
    new: str


def paragraphs(text: str) -> tuple[str, ...]:
    """The blocks of a Markdown text that can be rendered one by one: a list stays whole, also over empty lines."""
    blocks: list[list[str]] = [[]]
    for line in text.replace("\r\n", "\n").split("\n"):
        if not line.strip():
            blocks.append([])
        elif not blocks[-1] and _goes_on(blocks, line):
            blocks[-2:] = [[*blocks[-2], "", line.rstrip()]]
        else:
            blocks[-1].append(line.rstrip())
        blocks = [*filter(None, blocks[:-1]), blocks[-1]]
    return tuple("\n".join(block) for block in blocks if block)


def _goes_on(blocks: list[list[str]], line: str) -> bool:
    """Whether a line after an empty one still belongs to the list before it."""
    if len(blocks) < 2 or not _ITEM.match(blocks[-2][0]):
        return False
    return line.startswith((" ", "\t")) or bool(_ITEM.match(line))


def pair_texts(old: str, new: str) -> tuple[Pair, ...]:
    """The paragraphs of two texts side by side."""
    return pair_up(paragraphs(old), paragraphs(new))


def pair_up(old: Sequence[str], new: Sequence[str]) -> tuple[Pair, ...]:
    """Two sequences side by side; of a replaced run, first stands beside first."""
    matcher = SequenceMatcher(a=list(old), b=list(new), autojunk=False)
    return tuple(pair for opcode in matcher.get_opcodes() for pair in _pairs(*opcode, old=old, new=new))


@dataclass(frozen=True, slots=True)
class Block:
    """A run of pairs with something that differs, and its neighbors; `first` is the number of its first pair, from 1."""

    first: int
    pairs: tuple[Pair, ...]


def blocks_of_changes(pairs: Sequence[Pair], *, context: int) -> tuple[Block, ...]:
    """What differs, with so many unchanged neighbors on either side; runs that touch are one block."""
    shown = sorted(
        {
            near
            for place, pair in enumerate(pairs)
            if pair.kind is not PairKind.SAME
            for near in range(max(0, place - context), min(len(pairs), place + context + 1))
        }
    )
    starts = [place for place in shown if place - 1 not in shown]
    ends = [place + 1 for place in shown if place + 1 not in shown]
    return tuple(Block(start + 1, tuple(pairs[start:end])) for start, end in zip(starts, ends, strict=True))


def _pairs(tag: str, a: int, b: int, c: int, d: int, *, old: Sequence[str], new: Sequence[str]) -> Iterator[Pair]:
    for before, after in zip_longest(old[a:b], new[c:d]):
        if tag == "equal":
            yield Pair(PairKind.SAME, before, after)
        elif before is None:
            yield Pair(PairKind.ADDED, "", after)
        else:
            yield Pair(PairKind.REMOVED if after is None else PairKind.CHANGED, before, after or "")
