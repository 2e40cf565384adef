"""受験中の記録: what a page may report, and when a trace of its presence is worth writing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from lms.exams.rules.incidents import ConductKind

HEARD_EVERY = timedelta(seconds=20)
"""A presence that says nothing new is written no more often than this."""

MOST_OF_A_KIND = 1000
"""Facts of one kind kept of one attempt: more tell the office nothing, and none of one kind crowd out another."""


@dataclass(frozen=True, slots=True)
class SentFact:
    """A fact as a page sends it, with its running number there; `at` is by the page's idea of the server's clock."""

    sequence: int
    kind: ConductKind
    detail: Mapping[str, object]
    at: datetime


@dataclass(frozen=True, slots=True)
class Presence:
    """When a page of an attempt was last heard of, from where, and how many answers it still kept."""

    heard_at: datetime
    unsent: int
    network_address: str


def is_worth_noting(before: Presence | None, *, unsent: int, address: str, now: datetime) -> bool:
    """Whether a page that was heard of now must be written down."""
    if before is None or before.unsent != unsent or before.network_address != address:
        return True
    return now - before.heard_at >= HEARD_EVERY


def is_second_device(writer: str | None, claiming: str, *, replaces: str | None) -> bool:
    """Whether a page that begins to write is one beside the other, not the same tab loaded anew."""
    return writer is not None and writer not in {claiming, replaces}
