"""修了要件: the completion rule as data, applied to facts, gives a checklist with the evidence of each line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from lms.cohorts.rules.decisions import is_enough, needed_minutes


class Requirement(StrEnum):
    """What a completion rule may ask for."""

    ATTENDANCE = "attendance"
    LESSONS = "lessons"
    QUIZZES = "quizzes"
    EXAM = "exam"
    PAYMENT = "payment"
    TERMS = "terms"


@dataclass(frozen=True, slots=True)
class CompletionRule:
    """What must be there, in the order in which it is shown. `attendance_percent` is asked of each day."""

    requirements: tuple[Requirement, ...]
    attendance_percent: int


@dataclass(frozen=True, slots=True)
class DayAttended:
    """One course day: minutes attended (None when nothing was entered) of the minutes that count."""

    number: int
    minutes: int | None
    counted: int


@dataclass(frozen=True, slots=True)
class ExamOutcome:
    """A released result of the 認定試験; points of the whole exam."""

    is_passed: bool
    total: Decimal


@dataclass(frozen=True, slots=True)
class CompletionFacts:
    """What is known of one participant. `outcome` is None until a result was released."""

    days: tuple[DayAttended, ...]
    lessons_done: int
    lessons_published: int
    quizzes_passed: int
    quizzes_published: int
    outcome: ExamOutcome | None
    paid_on: date | None
    terms_revision: str | None


@dataclass(frozen=True, slots=True)
class ChecklistLine:
    """One line of the checklist: what was asked, whether it is met, and the numbers that show it."""

    requirement: Requirement
    is_met: bool
    evidence: dict[str, Any]


def check_completion(rule: CompletionRule, facts: CompletionFacts) -> tuple[ChecklistLine, ...]:
    """The checklist of a participant; attendance gives one line for each day."""
    return tuple(line for requirement in rule.requirements for line in _lines(requirement, rule, facts))


def is_complete(lines: Sequence[ChecklistLine]) -> bool:
    """Whether every line is met; a checklist without lines is not."""
    return bool(lines) and all(line.is_met for line in lines)


def checklist_to_plain(lines: Sequence[ChecklistLine]) -> list[dict[str, Any]]:
    """The checklist as JSON values, to be kept with a proposal."""
    return [{"requirement": line.requirement.value, "is_met": line.is_met, "evidence": line.evidence} for line in lines]


def checklist_from_plain(plain: Sequence[dict[str, Any]]) -> tuple[ChecklistLine, ...]:
    """The checklist as it was kept."""
    return tuple(ChecklistLine(Requirement(line["requirement"]), line["is_met"], line["evidence"]) for line in plain)


def _lines(requirement: Requirement, rule: CompletionRule, facts: CompletionFacts) -> tuple[ChecklistLine, ...]:
    match requirement:
        case Requirement.ATTENDANCE:
            return _attendance(rule, facts)
        case Requirement.LESSONS:
            return (_counted(requirement, facts.lessons_done, facts.lessons_published),)
        case Requirement.QUIZZES:
            return (_counted(requirement, facts.quizzes_passed, facts.quizzes_published),)
        case Requirement.EXAM:
            return (_exam(facts.outcome),)
        case Requirement.PAYMENT:
            paid_on = facts.paid_on.isoformat() if facts.paid_on else None
            return (ChecklistLine(requirement, paid_on is not None, {"paid_on": paid_on}),)
        case Requirement.TERMS:
            return (ChecklistLine(requirement, facts.terms_revision is not None, {"revision": facts.terms_revision}),)


def _attendance(rule: CompletionRule, facts: CompletionFacts) -> tuple[ChecklistLine, ...]:
    """One line per day. A cohort without days cannot have been attended, so that is one unmet line."""
    if not facts.days:
        return (ChecklistLine(Requirement.ATTENDANCE, False, {"day": None}),)
    return tuple(_one_day(day, rule.attendance_percent) for day in facts.days)


def _one_day(day: DayAttended, percent: int) -> ChecklistLine:
    needed = needed_minutes(day.counted, percent)
    return ChecklistLine(
        Requirement.ATTENDANCE,
        is_enough(day.minutes, day.counted, percent),
        {"day": day.number, "minutes": day.minutes, "counted": day.counted, "needed": needed},
    )


def _counted(requirement: Requirement, done: int, of: int) -> ChecklistLine:
    return ChecklistLine(requirement, of > 0 and done >= of, {"done": done, "of": of})


def _exam(outcome: ExamOutcome | None) -> ChecklistLine:
    if outcome is None:
        return ChecklistLine(Requirement.EXAM, False, {"total": None})
    return ChecklistLine(Requirement.EXAM, outcome.is_passed, {"total": str(outcome.total)})
