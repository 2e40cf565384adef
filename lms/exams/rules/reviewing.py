"""問題の査読: which wording was approved, by how many people, and who may approve."""

from collections.abc import Collection, Mapping
from dataclasses import fields
from datetime import date
from enum import StrEnum

from lms.exam_engine.canonical import canonical_json, sha256_hex
from lms.exam_engine.definitions import Case, Question, Rubric
from lms.exam_engine.kinds.registry import Entry

PEOPLE_NEEDED = 2
"""So many different people read a question before it counts as approved."""
NOT_WORDING = frozenset({"status", "reviewers", "enemies"})
"""How far a review has come, and beside which others a question may not stand, change nothing of what was read."""


class ReviewState(StrEnum):
    """How many different people approved exactly this wording."""

    UNREVIEWED = "unreviewed"
    ONE = "one"
    APPROVED = "approved"


class ReviewRefusal(StrEnum):
    """Why an approval is not taken."""

    CHANGED = "changed"
    """What was read is not what stands in the bank now."""
    TWICE = "twice"
    """This person has approved this wording before."""
    RETIRED = "retired"
    """The question is no longer drawn."""


class ReviewRefused(Exception):
    """An approval that the rules do not allow."""

    def __init__(self, reason: ReviewRefusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


def wording_sha256(question: Question, case: Case | None, rubric: Rubric | None) -> str:
    """The hash of everything a reviewer reads: text, options, reasons, key, sources, the case and the rubric with it."""
    parts = {"question": _wording(question), "case": _wording(case) if case else None, "rubric": rubric}
    return sha256_hex(canonical_json(parts))


def review_state(people: Collection[int]) -> ReviewState:
    """The state from the people who approved this wording."""
    if len(set(people)) >= PEOPLE_NEEDED:
        return ReviewState.APPROVED
    return ReviewState.ONE if people else ReviewState.UNREVIEWED


def _wording(entry: Entry) -> Mapping[str, object]:
    shown = {each.name: getattr(entry, each.name) for each in fields(entry) if each.name not in NOT_WORDING}
    days = {name: value.isoformat() for name, value in shown.items() if isinstance(value, date)}
    return {"kind": entry.kind, **shown, **days}
