"""Which of many kept versions are worth listing: a text typed for an hour has hundreds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from lms.exams.rules.sitting import SaveOutcome


@dataclass(frozen=True, slots=True)
class VersionStamp:
    """A version without its text."""

    version: int
    received_at: datetime
    outcome: SaveOutcome


def choose_versions(stamps: Iterable[VersionStamp], *, current: int) -> tuple[int, ...]:
    """The last accepted version of each minute, the one that counts, and every one that was set aside; ascending.

    `stamps` come in the order of their versions.
    """
    last_of_minute: dict[datetime, int] = {}
    kept: set[int] = set()
    for stamp in stamps:
        if stamp.outcome is not SaveOutcome.CURRENT or stamp.version == current:
            kept.add(stamp.version)
        else:
            last_of_minute[stamp.received_at.replace(second=0, microsecond=0)] = stamp.version
    return tuple(sorted(kept.union(last_of_minute.values())))
