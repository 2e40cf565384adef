"""試験当日の受験のようす: how long a page has been silent, and whom the office should look at first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from lms.exam_engine.attempts import AttemptStatus

SILENT_AFTER = timedelta(seconds=40)
"""A page speaks every 10 seconds and that is written down at most every 20: up to 30 seconds without a word mean nothing."""


class RoomOrder(StrEnum):
    """In which order the room is listed."""

    ATTENTION = "attention"
    """Damaged papers first, then silent pages, unsent answers, then those who are paused, running, done, and not there."""
    NAME = "name"
    TIME_LEFT = "time_left"


@dataclass(frozen=True, slots=True)
class RoomRow:
    """One participant in the exam room as the office sees it."""

    participant_id: int
    name: str
    kana: str = ""
    candidate_number: str = ""
    attempt_id: int | None = None
    status: AttemptStatus = AttemptStatus.NOT_STARTED
    section_title: str = ""
    answered: int = 0
    questions: int = 0
    last_saved_at: datetime | None = None
    heard_at: datetime | None = None
    """When an open page was last heard of; None when none ever was."""
    unsent: int = 0
    """What that page had not sent yet."""
    silent_for: timedelta | None = None
    """For a running attempt whose page is not heard of any more."""
    deadline: datetime | None = None
    time_left: timedelta | None = None
    is_paused: bool = False
    is_reopened: bool = False
    submitted_at: datetime | None = None
    facts: int = 0
    """受験中の記録."""
    late: int = 0
    """遅延受信 nobody has decided about."""
    is_unreadable: bool = False
    """The paper of the attempt is damaged: nothing else is known of it."""

    @property
    def is_running(self) -> bool:
        """Whether a section runs now, paused or not."""
        return self.status is AttemptStatus.IN_SECTION


@dataclass(frozen=True, slots=True)
class RoomSummary:
    """The room in numbers; the silent and the paused are among the running."""

    running: int
    silent: int
    unsent: int
    paused: int
    submitted: int
    not_started: int
    unreadable: int


def silence(heard_at: datetime | None, *, is_running: bool, now: datetime) -> timedelta | None:
    """For how long a running attempt's page has been silent; None while it is heard of, and when none ever was."""
    if heard_at is None or not is_running or now - heard_at < SILENT_AFTER:
        return None
    return now - heard_at


def summarize(rows: Sequence[RoomRow]) -> RoomSummary:
    """The room in numbers."""
    return RoomSummary(
        running=sum(row.is_running for row in rows),
        silent=sum(row.silent_for is not None for row in rows),
        unsent=sum(row.is_running and row.unsent > 0 for row in rows),
        paused=sum(row.is_paused for row in rows),
        submitted=sum(row.status is AttemptStatus.SUBMITTED for row in rows),
        not_started=sum(row.status is AttemptStatus.NOT_STARTED and not row.is_unreadable for row in rows),
        unreadable=sum(row.is_unreadable for row in rows),
    )


def order_rows(rows: Sequence[RoomRow], order: RoomOrder) -> tuple[RoomRow, ...]:
    """The rows in this order; where it leaves two alike, by the reading of their names."""
    by_name = sorted(rows, key=lambda row: (row.kana or row.name, row.name, row.participant_id))
    if order is RoomOrder.NAME:
        return tuple(by_name)
    if order is RoomOrder.TIME_LEFT:
        return tuple(sorted(by_name, key=lambda row: (row.time_left is None, row.time_left or timedelta(0))))
    return tuple(sorted(by_name, key=_attention))


def _attention(row: RoomRow) -> tuple[int, timedelta, int]:
    return _urgency(row), -(row.silent_for or timedelta(0)), -row.unsent


def _urgency(row: RoomRow) -> int:
    """Which group a row belongs to; the first ones are looked at first."""
    groups = (
        row.is_unreadable,
        row.silent_for is not None,
        row.is_running and row.unsent > 0,
        row.is_paused,
        row.is_running,
        row.late > 0,
        row.status is AttemptStatus.SUBMITTED,
        True,
    )
    return groups.index(True)
