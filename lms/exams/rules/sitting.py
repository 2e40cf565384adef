"""How a save is judged, what a hand-in comes to, what a candidate number looks like, which windows are too short."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from lms.exam_engine.windows import ExtraTime

CANDIDATE_LETTERS = "ACDEFHJKLMNPRTUVWXY"
"""Without letters that are taken for digits or for each other."""
CANDIDATE_LEAD_DIGITS = "23456789"
MOST_VERSIONS = 10_000
"""Versions kept of one attempt; somebody who types for three hours without a pause makes some five thousand."""


class SaveOutcome(StrEnum):
    """What became of a saved answer version."""

    CURRENT = "current"
    """It is now the answer."""
    STALE = "stale"
    """Typed on an older base than the stored one: kept beside it, not used."""
    LATE = "late"
    """Typed before the deadline, received after it: kept for the office's decision."""


class HandInKind(StrEnum):
    """Who closed the attempt."""

    PARTICIPANT = "participant"
    CLOCK = "clock"
    OFFICE = "office"
    """Two people of the office admitted text that had arrived late."""


class HandInOutcome(StrEnum):
    """What became of handing in a section."""

    NEXT_SECTION = "next_section"
    SUBMITTED = "submitted"
    ALREADY = "already"
    """It was handed in before, by her or by the clock; nothing changed."""
    PAUSED = "paused"
    """The office has stopped the clock; the answers are kept, handing in waits."""
    STALE = "stale"
    """The form held answers older than the stored ones: both are kept, she looks at them first."""


class RefusalReason(StrEnum):
    """Why an act of the exam room is refused."""

    CLOSES_BEFORE_OPENING = "closes_before_opening"
    WINDOW_NUMBER = "window_number"
    WINDOW_EXISTS = "window_exists"
    WINDOW_IN_USE = "window_in_use"
    NOT_PLEDGED = "not_pledged"
    NOT_ELIGIBLE = "not_eligible"
    NO_EXAM = "no_exam"
    BEFORE_RESIT_DAY = "before_resit_day"
    NOTHING_WANTED = "nothing_wanted"
    NOTHING_GRANTED = "nothing_granted"
    EXTRA_TIME = "extra_time"
    REASON_MISSING = "reason_missing"
    IN_ATTEMPT = "in_attempt"
    OTHER_REQUEST = "other_request"
    OWN_REQUEST = "own_request"
    NOT_READY = "not_ready"


class Refused(Exception):
    """An act of the exam room that its rules do not allow."""

    def __init__(self, reason: RefusalReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class NotFound(LookupError):
    """The window, attempt, paper or submission asked for does not exist."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sent a version: a page's device id and its running number there."""

    device: str
    sequence: int


class ItemOutcome(StrEnum):
    """What a page is told about one answer it sent."""

    CURRENT = "current"
    STALE = "stale"
    LATE = "late"
    REFUSED = "refused"
    """It cannot be stored: not a question of the running section, or not an answer to it."""
    FULL = "full"
    """As many versions are kept as are taken of one attempt; it stays on the device."""


@dataclass(frozen=True, slots=True)
class SentAnswer:
    """An answer as a page sends it; a form without a running number of its own leaves `sequence` empty."""

    question_id: str
    body: Mapping[str, object]
    base_version: int
    sequence: int | None = None
    typed_at: datetime | None = None
    is_flagged: bool = False


def judge_save(
    *, is_running: bool, base_version: int, current_version: int, sender: Sender, current_sender: Sender | None
) -> SaveOutcome:
    """What becomes of a text typed on `base_version` when `current_version` is stored.

    It replaces the stored one when it was typed on it, or when the stored one came earlier from the same
    page, whose acknowledgement may have been lost on the way.
    """
    if not is_running:
        return SaveOutcome.LATE
    follows_own = current_sender is not None and (
        current_sender.device == sender.device and 0 <= current_sender.sequence < sender.sequence
    )
    return SaveOutcome.CURRENT if base_version == current_version or follows_own else SaveOutcome.STALE


def has_room(*, of_question: int, of_attempt: Callable[[], int], questions: int) -> bool:
    """Whether a further version is kept, with so many of its question and of the attempt there already.

    Every one of the `questions` has its equal share, so that a flood in one never keeps another from being saved; the
    attempt is counted only beyond that.
    """
    return of_question < MOST_VERSIONS // questions or of_attempt() < MOST_VERSIONS


def draw_candidate_number(pick: Callable[[int], int], taken: Collection[str]) -> str:
    """受験番号 such as 「K3-4827」 that nobody in the window has; `pick(n)` gives a random number below n."""
    while True:
        letter = CANDIDATE_LETTERS[pick(len(CANDIDATE_LETTERS))]
        digit = CANDIDATE_LEAD_DIGITS[pick(len(CANDIDATE_LEAD_DIGITS))]
        number = f"{letter}{digit}-{pick(10_000):04d}"
        if number not in taken:
            return number


class WindowWarning(StrEnum):
    """What is wrong with a window though it may be opened."""

    TOO_SHORT = "too_short"
    """Even who starts at the opening second lacks part of the time limits."""
    TOO_SHORT_WITH_EXTRA = "too_short_with_extra"
    """The limits fit, but not with the extra time of at least one person."""
    BEFORE_RESIT_DAY = "before_resit_day"
    """A resit opens before enough days have passed since the release; until then nobody may start."""


@dataclass(frozen=True, slots=True)
class WindowFlaw:
    """A warning, and whom it is about when it is not about everybody."""

    warning: WindowWarning
    names: tuple[str, ...] = ()


def list_window_flaws(
    *,
    opens_at: datetime,
    closes_at: datetime,
    time_limits: Sequence[timedelta],
    extras: Sequence[tuple[str, ExtraTime]] = (),
    resit_opens_at: datetime | None = None,
) -> tuple[WindowFlaw, ...]:
    """Compare a window with the time limits of its exam, and a resit with the first moment it may open at (if that is known).

    `extras` names everybody with 合理的配慮. It is added to each section; the last one may run over the window's end by
    it, as the engine allows.
    """
    available = closes_at - opens_at
    is_early = resit_opens_at is not None and opens_at < resit_opens_at
    early = (WindowFlaw(WindowWarning.BEFORE_RESIT_DAY),) if is_early else ()
    if available < _needed_window(time_limits, ExtraTime()):
        return (WindowFlaw(WindowWarning.TOO_SHORT), *early)
    cut_short = tuple(name for name, extra in extras if available < _needed_window(time_limits, extra))
    return (WindowFlaw(WindowWarning.TOO_SHORT_WITH_EXTRA, cut_short), *early) if cut_short else early


def _needed_window(time_limits: Sequence[timedelta], extra: ExtraTime) -> timedelta:
    """The shortest window in which somebody who starts at once has every section's full time."""
    extras = [extra.of(limit) for limit in time_limits]
    return sum(time_limits, timedelta(0)) + sum(extras[:-1], timedelta(0))
