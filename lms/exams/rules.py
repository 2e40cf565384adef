"""Pure decisions of 受験: how a save is judged, who may sit, what a candidate number looks like."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

JAPAN = ZoneInfo("Asia/Tokyo")

CANDIDATE_LETTERS = "ACDEFHJKLMNPRTUVWXY"
"""Without letters that are taken for digits or for each other."""
CANDIDATE_LEAD_DIGITS = "23456789"


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


class HandInOutcome(StrEnum):
    """What became of handing in a section."""

    NEXT_SECTION = "next_section"
    SUBMITTED = "submitted"
    ALREADY = "already"
    """It was handed in before, by her or by the clock; nothing changed."""
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


def list_window_warnings(
    *,
    opens_at: datetime,
    closes_at: datetime,
    time_limits: Collection[timedelta],
    longest_extra: timedelta,
    resit_opens_at: datetime | None = None,
) -> tuple[WindowWarning, ...]:
    """Compare a window with the time limits of its exam, and a resit with the first moment it may open at (if that is known).

    `longest_extra` is added to each section; the last one may run over the window's end by it, as the engine allows.
    """
    available = closes_at - opens_at
    needed = sum(time_limits, timedelta(0))
    is_early = resit_opens_at is not None and opens_at < resit_opens_at
    early = (WindowWarning.BEFORE_RESIT_DAY,) if is_early else ()
    if available < needed:
        return (WindowWarning.TOO_SHORT, *early)
    if available + longest_extra < needed + longest_extra * len(time_limits):
        return (WindowWarning.TOO_SHORT_WITH_EXTRA, *early)
    return early


def first_resit_moment(released_at: datetime, days: int) -> datetime:
    """Midnight in Japan at which a resit becomes possible: so many Japanese calendar days after the day of the release."""
    day = released_at.astimezone(JAPAN).date() + timedelta(days=days)
    return datetime.combine(day, time(), tzinfo=JAPAN).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class EligibilityRule:
    """受験資格: what must be met before the exam."""

    attendance_percent: int
    """Of each day's minutes."""
    needs_lessons: bool = True
    needs_quizzes: bool = True
    days_after_release: int = 7
    """Before a resit, in Japanese calendar days."""


class Condition(StrEnum):
    """A single condition of 受験資格."""

    PAYMENT = "payment"
    TERMS = "terms"
    ATTENDANCE = "attendance"
    LESSONS = "lessons"
    QUIZZES = "quizzes"
    FIRST_RESULT = "first_result"
    """For a resit: the earlier sitting was submitted and its released result is 不合格."""
    RESIT_DAY = "resit_day"
    """For a resit: enough days have passed since that release."""
    NOT_SAT = "not_sat"
    WINDOW = "window"


@dataclass(frozen=True, slots=True)
class DayAttendance:
    """Minutes present on a course day, of the minutes that count."""

    day_number: int
    minutes: int
    of_minutes: int

    def needed(self, percent: int) -> int:
        """The least whole minutes that are enough."""
        return -(-self.of_minutes * percent // 100)


@dataclass(frozen=True, slots=True)
class ReleasedOutcome:
    """The verdict of an attempt, and when it was released."""

    is_passed: bool
    released_at: datetime


@dataclass(frozen=True, slots=True)
class EarlierSitting:
    """The attempt before a resit; `outcome` is None until its result is released."""

    is_submitted: bool
    outcome: ReleasedOutcome | None

    @property
    def is_failed(self) -> bool:
        """Handed in, and the released result is 不合格."""
        return self.is_submitted and self.outcome is not None and not self.outcome.is_passed


@dataclass(frozen=True, slots=True)
class EligibilityFacts:
    """The evidence on which eligibility rests, all of one participant and one window."""

    paid_on: date | None
    has_consented: bool
    days: tuple[DayAttendance, ...]
    published_lessons: tuple[str, ...]
    completed_lessons: frozenset[str]
    passed_quizzes: frozenset[str]
    window_number: int
    opens_at: datetime
    closes_at: datetime
    has_sat: bool
    earlier: EarlierSitting | None

    @property
    def unread_lessons(self) -> tuple[str, ...]:
        """Published lessons not yet read, in order."""
        return tuple(each for each in self.published_lessons if each not in self.completed_lessons)

    @property
    def open_quizzes(self) -> tuple[str, ...]:
        """Published lessons whose 確認テスト is not yet passed, in order."""
        return tuple(each for each in self.published_lessons if each not in self.passed_quizzes)


@dataclass(frozen=True, slots=True)
class ConditionResult:
    """A condition and whether it is met."""

    condition: Condition
    is_met: bool


@dataclass(frozen=True, slots=True)
class Eligibility:
    """受験資格 of one participant for one window: every condition, with the evidence."""

    facts: EligibilityFacts
    rule: EligibilityRule
    results: tuple[ConditionResult, ...]

    @property
    def resit_opens_at(self) -> datetime | None:
        """When the resit becomes possible; None for a first sitting and until the earlier result is released."""
        return _resit_moment(self.facts, self.rule)

    @property
    def is_met(self) -> bool:
        """Whether she may start now."""
        return all(result.is_met for result in self.results)

    @property
    def unmet(self) -> tuple[Condition, ...]:
        """The conditions that are not met."""
        return tuple(result.condition for result in self.results if not result.is_met)


def judge_eligibility(facts: EligibilityFacts, rule: EligibilityRule, *, now: datetime) -> Eligibility:
    """Judge each condition that applies; the window counts as met while it is open (half-open)."""
    judged: list[tuple[Condition, bool]] = [
        (Condition.PAYMENT, facts.paid_on is not None),
        (Condition.TERMS, facts.has_consented),
        (Condition.ATTENDANCE, _has_attended(facts.days, rule.attendance_percent)),
    ]
    if rule.needs_lessons:
        judged.append((Condition.LESSONS, not facts.unread_lessons))
    if rule.needs_quizzes:
        judged.append((Condition.QUIZZES, not facts.open_quizzes))
    if facts.window_number > 1:
        judged.append((Condition.FIRST_RESULT, facts.earlier is not None and facts.earlier.is_failed))
    if resit_from := _resit_moment(facts, rule):
        judged.append((Condition.RESIT_DAY, resit_from <= now))
    judged.append((Condition.NOT_SAT, not facts.has_sat))
    judged.append((Condition.WINDOW, facts.opens_at <= now < facts.closes_at))
    return Eligibility(facts, rule, tuple(ConditionResult(condition, is_met) for condition, is_met in judged))


def _has_attended(days: tuple[DayAttendance, ...], percent: int) -> bool:
    return bool(days) and all(day.minutes >= day.needed(percent) for day in days)


def _resit_moment(facts: EligibilityFacts, rule: EligibilityRule) -> datetime | None:
    """None unless the released result before a resit is 不合格; then the day matters."""
    if facts.window_number == 1 or facts.earlier is None or not facts.earlier.is_failed or facts.earlier.outcome is None:
        return None
    return first_resit_moment(facts.earlier.outcome.released_at, rule.days_after_release)
