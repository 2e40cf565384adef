"""受験資格: what must be met before the exam, and when a resit becomes possible."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

JAPAN = ZoneInfo("Asia/Tokyo")


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
