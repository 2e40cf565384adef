"""What can go wrong on the day, as facts, as acts of the office on running clocks, and as proposals for two people."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from lms.exam_engine.windows import SectionClock, section_deadline

LONGEST_EXTENSION = timedelta(hours=3)
LONGEST_REOPENING = timedelta(hours=3)


class ConductKind(StrEnum):
    """A fact the page noticed; never a verdict."""

    FOCUS_LOST = "focus_lost"
    """The page was out of sight or without focus; detail: seconds."""
    PASTED = "pasted"
    """Text was pasted into an answer; detail: question, characters."""
    OFFLINE = "offline"
    """The network was away; detail: seconds."""
    SECOND_DEVICE = "second_device"
    """The attempt was opened in another page or on another device."""
    NETWORK_CHANGED = "network_changed"
    """Requests began to come from another network address."""


class IncidentKind(StrEnum):
    """What the office does to running clocks."""

    TIME_ADDED = "time_added"
    PAUSED = "paused"
    RESUMED = "resumed"


class ProposalKind(StrEnum):
    """What one person of the office proposes and another decides about a submitted attempt."""

    REOPEN = "reopen"
    """Open one section again for some minutes."""
    ADMIT_LATE = "admit_late"
    """Let late text count: a further hand-in with it."""
    REFUSE_LATE = "refuse_late"
    """Leave late text aside, for good."""


class IncidentRefusal(StrEnum):
    """Why an act of the exam day is refused."""

    REASON_MISSING = "reason_missing"
    TIME_RANGE = "time_range"
    NOBODY_CONCERNED = "nobody_concerned"
    TEXT_MISSING = "text_missing"
    NOT_SUBMITTED = "not_submitted"
    UNKNOWN_SECTION = "unknown_section"
    PROPOSAL_WAITS = "proposal_waits"
    NOTHING_CHOSEN = "nothing_chosen"
    NOT_LATE = "not_late"
    """A chosen version is not late, not of this attempt, or decided already."""
    TWO_OF_ONE_QUESTION = "two_of_one_question"
    ALREADY_DECIDED = "already_decided"
    DECIDER_PROPOSED = "decider_proposed"
    OWN_ATTEMPT = "own_attempt"
    GRADES_HERE = "grades_here"
    FINALIZED = "finalized"


class IncidentRefused(Exception):
    """An act of the exam day that must not happen."""

    def __init__(self, reason: IncidentRefusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


def refuse_time(given: timedelta, longest: timedelta) -> IncidentRefusal | None:
    """Why so much time may not be given, or None; it is whole minutes, at least one."""
    whole = given % timedelta(minutes=1) == timedelta(0)
    return None if whole and timedelta(0) < given <= longest else IncidentRefusal.TIME_RANGE


def refuse_decider(*, decider_id: int, proposer_id: int, holder_id: int, is_decided: bool) -> IncidentRefusal | None:
    """Why this person may not decide about a proposal, or None: nobody decides what they proposed, or their own attempt."""
    if is_decided:
        return IncidentRefusal.ALREADY_DECIDED
    if decider_id == holder_id:
        return IncidentRefusal.OWN_ATTEMPT
    return IncidentRefusal.DECIDER_PROPOSED if decider_id == proposer_id else None


def window_gain(
    *, closes_at: datetime, time_limits: Collection[timedelta], given: timedelta, has_others: bool, now: datetime
) -> timedelta:
    """By how much a window closes later when everybody in it is given time.

    Nothing while whoever starts now still has the whole time limits, when there is nobody left to start (`has_others`),
    and once the window has closed: then nobody may start anyway.
    """
    is_cut = now < closes_at < now + sum(time_limits, timedelta(0))
    return given if has_others and is_cut else timedelta(0)


def time_to_add(clock: SectionClock, *, closes_at: datetime, gain: timedelta, given: timedelta) -> timedelta:
    """What a running section is given so that it ends exactly `given` later, the later closing of its window counted in.

    A section that the window's end would have cut gains by the window already, in whole or in part; it must not gain twice.
    """
    moved = section_deadline(clock, closes_at + gain) - section_deadline(clock, closes_at)
    return given - moved
