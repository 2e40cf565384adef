"""Pure: 異議申立て, from the last day to file one to who may look into it and who may close it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from lms.exams.rules.eligibility import JAPAN
from lms.grading.rules.operating import AppealRule
from lms.grading.rules.parts import AppealGround, AppealRemedy, Refusal

TEXT_LIMIT = 2000
"""Characters of an appeal, of the findings and of the answer."""


class AppealState(StrEnum):
    """How far an appeal has come."""

    RECEIVED = "received"
    WITH_HANDLER = "with_handler"
    GRANTED = "granted"
    """Decided in the participant's favor; until a second person closes it, the result stays what it is."""
    ANSWERED = "answered"


class ResultPart(StrEnum):
    """What somebody had to do with a result; whoever had anything neither handles nor closes an appeal against it."""

    GRADED = "graded"
    PROPOSED = "proposed"
    FINALIZED = "finalized"
    """Also: proposed or decided the re-scoring a revision comes from."""
    RELEASED = "released"
    HANDLED = "handled"
    """Decided or closed an appeal against it."""
    SAT = "sat"
    """The participant, or somebody who sat in the same window."""
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class AppealTerm:
    """Until when an appeal may be filed: the last Japanese day, and the first moment that is too late (aware, UTC-comparable)."""

    last_day: date
    ends_at: datetime

    def is_open(self, now: datetime) -> bool:
        """Whether an appeal filed now is in time."""
        return now < self.ends_at


@dataclass(frozen=True, slots=True)
class AppealFacts:
    """What decides about an appeal's state: the handler named last, the decision, the closure."""

    handler_id: int | None
    remedy: AppealRemedy | None
    decided_by_id: int | None
    is_closed: bool

    @property
    def state(self) -> AppealState:
        """How far it has come; a dismissed one is answered by the decision itself."""
        if self.is_closed or self.remedy is AppealRemedy.DISMISSED:
            return AppealState.ANSWERED
        if self.remedy is not None:
            return AppealState.GRANTED
        return AppealState.RECEIVED if self.handler_id is None else AppealState.WITH_HANDLER

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something."""
        return self.state is not AppealState.ANSWERED


def appeal_term(told_at: datetime, rule: AppealRule) -> AppealTerm:
    """The term: so many whole Japanese days after the day on which the participant was told."""
    last = told_at.astimezone(JAPAN).date() + timedelta(days=rule.days)
    return AppealTerm(last, datetime.combine(last + timedelta(days=1), time(), tzinfo=JAPAN))


def find_filing_fault(
    term: AppealTerm, grounds: Collection[AppealGround], ground: AppealGround, text: str, *, has_open: bool, now: datetime
) -> Refusal | None:
    """Why an appeal may not be filed now, or None."""
    found = (
        (Refusal.APPEAL_OVER, not term.is_open(now)),
        (Refusal.APPEAL_OPEN, has_open),
        (Refusal.GROUND_NOT_HEARD, ground not in grounds),
        (Refusal.TEXT_NEEDED, not text.strip()),
        (Refusal.TEXT_TOO_LONG, len(text.strip()) > TEXT_LIMIT),
    )
    return next((refusal for refusal, is_in_the_way in found if is_in_the_way), None)


def find_handler_fault(
    facts: AppealFacts, handler_id: int, *, may_handle: bool, parts: Mapping[int, ResultPart]
) -> Refusal | None:
    """Why this person may not be named, or None; `parts` are the people who had a part in the result."""
    if facts.remedy is not None:
        return Refusal.ALREADY_DECIDED
    if not may_handle:
        return Refusal.NOT_INDEPENDENT
    return Refusal.NOT_INDEPENDENT if handler_id in parts else None


def find_decision_fault(
    facts: AppealFacts, by: int, *, findings: str, answer: str, parts: Mapping[int, ResultPart]
) -> Refusal | None:
    """Why this person may not decide so, or None: only the handler does, who still is independent, in words."""
    if facts.remedy is not None:
        return Refusal.ALREADY_DECIDED
    if facts.handler_id != by:
        return Refusal.NOT_HANDLER
    if by in parts:
        return Refusal.NOT_INDEPENDENT
    texts = (findings.strip(), answer.strip())
    if not all(texts):
        return Refusal.TEXT_NEEDED
    return Refusal.TEXT_TOO_LONG if max(map(len, texts)) > TEXT_LIMIT else None


def find_closing_fault(
    facts: AppealFacts, by: int, *, outcome: str, may_handle: bool, parts: Mapping[int, ResultPart]
) -> Refusal | None:
    """Why this person may not close it now, or None: a granted appeal, a second person without a part, in words."""
    if facts.state is not AppealState.GRANTED:
        return Refusal.NOTHING_TO_CLOSE
    if facts.decided_by_id == by:
        return Refusal.OWN_DECISION
    if by in parts or not may_handle:
        return Refusal.NOT_INDEPENDENT
    if not outcome.strip():
        return Refusal.TEXT_NEEDED
    return Refusal.TEXT_TOO_LONG if len(outcome.strip()) > TEXT_LIMIT else None
