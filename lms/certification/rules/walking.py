"""Walking the chain: every link in its place, whatever became of some of them, and the first altered one named first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lms.certification.rules.chain import GENESIS_HASH, ChainedEntry, Damage, RegisterProblem, hash_entry


@dataclass(frozen=True, slots=True)
class Link:
    """A stored entry. `entry` is None when a value of it cannot be read; then the rest is what could be."""

    entry: ChainedEntry | None
    stored_hash: str
    position: int
    number: str
    previous_hash: str

    @property
    def is_intact(self) -> bool:
        """Whether the entry is what its own hash says."""
        return self.entry is not None and hash_entry(self.entry) == self.stored_hash


@dataclass(frozen=True, slots=True)
class Placed:
    """A link with the place it has in the chain, which is its position unless that was altered."""

    link: Link
    place: int
    is_intact: bool


def place_links(links: Sequence[Link]) -> list[Placed]:
    """The links in the order of the chain. An altered one stands behind the link it holds on to, if that can be told."""
    intact = {id(link): link.is_intact for link in links}
    behind = {link.stored_hash: link.position + 1 for link in links if intact[id(link)]} | {GENESIS_HASH: 1}
    placed = [
        Placed(link, link.position if intact[id(link)] else behind.get(link.previous_hash, link.position), intact[id(link)])
        for link in links
    ]
    return sorted(placed, key=lambda each: each.place)


def walk_chain(placed: Sequence[Placed]) -> Iterator[RegisterProblem]:
    """Every link that does not hold, in the order of the chain."""
    expected, previous = 1, GENESIS_HASH
    for each in placed:
        damage = _damage(each, expected, previous)
        if damage is not None:
            yield RegisterProblem(each.place, each.link.number, damage)
        expected, previous = each.place + 1, each.link.stored_hash


def _damage(each: Placed, expected: int, previous: str) -> Damage | None:
    if each.link.entry is None:
        return Damage.UNREADABLE
    if not each.is_intact:
        return Damage.ENTRY
    if each.place != expected:
        return Damage.POSITION
    return Damage.CHAIN if each.link.previous_hash != previous else None
