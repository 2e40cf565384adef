"""ご意見・苦情 as the office works through them, apart from appeals; and a participant's own with their state."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select, true
from werkzeug.exceptions import NotFound

from lms.accounts.models import User
from lms.cohorts.models import Cohort, Participant
from lms.db.session import db
from lms.grading.models import Complaint, ComplaintStep


class NoSuchComplaint(NotFound):
    """There is no complaint with this number; a page answers 404."""


@dataclass(frozen=True, slots=True)
class Step:
    """What was done about a complaint."""

    text: str
    is_closing: bool
    taken_by: str
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class ComplaintCard:
    """A complaint with its steps; `participant` is empty when the office wrote down somebody else's."""

    id: int
    subject: str
    text: str
    participant: str
    cohort_id: int | None
    cohort_label: str
    entered_by: str
    received_at: datetime
    steps: tuple[Step, ...]

    @property
    def is_closed(self) -> bool:
        """Whether the last step closed it."""
        return bool(self.steps) and self.steps[-1].is_closing

    @property
    def closed_at(self) -> datetime | None:
        """When it was closed; None while it is open."""
        return self.steps[-1].taken_at if self.is_closed else None


def list_complaints() -> tuple[ComplaintCard, ...]:
    """Every complaint: open ones first, the oldest first among them, then the closed ones, the latest first."""
    cards = _cards(true())
    waiting = [card for card in cards if not card.is_closed]
    return (*waiting, *(card for card in reversed(cards) if card.is_closed))


def list_own_complaints(user_id: int) -> tuple[ComplaintCard, ...]:
    """What a participant sent or the office wrote down of her, the latest first."""
    return tuple(reversed(_cards(Participant.user_id == user_id)))


def get_complaint(complaint_id: int) -> ComplaintCard:
    """One complaint.

    Raises NoSuchComplaint.
    """
    found = _cards(Complaint.id == complaint_id)
    if not found:
        raise NoSuchComplaint
    return found[0]


def count_open_complaints() -> int:
    """How many complaints wait for a step."""
    return sum(not card.is_closed for card in _cards(true()))


def _cards(chosen: ColumnElement[bool]) -> tuple[ComplaintCard, ...]:
    rows = db.session.execute(
        select(Complaint, Participant.certificate_name, Participant.cohort_id, Cohort.label, User.name)
        .outerjoin(Participant, Participant.id == Complaint.participant_id)
        .outerjoin(Cohort, Cohort.id == Participant.cohort_id)
        .join(User, User.id == Complaint.entered_by_id)
        .where(chosen)
        .order_by(Complaint.id)
    ).all()
    steps = _steps([row.Complaint.id for row in rows])
    return tuple(
        ComplaintCard(
            id=row.Complaint.id,
            subject=row.Complaint.subject,
            text=row.Complaint.text,
            participant=row.certificate_name or "",
            cohort_id=row.cohort_id,
            cohort_label=row.label or "",
            entered_by=row.name,
            received_at=row.Complaint.received_at,
            steps=tuple(steps.get(row.Complaint.id, ())),
        )
        for row in rows
    )


def _steps(complaint_ids: list[int]) -> dict[int, list[Step]]:
    rows = db.session.execute(
        select(ComplaintStep, User.name)
        .join(User, User.id == ComplaintStep.taken_by_id)
        .where(ComplaintStep.complaint_id.in_(complaint_ids))
        .order_by(ComplaintStep.id)
    )
    found: dict[int, list[Step]] = {}
    for step, name in rows:
        found.setdefault(step.complaint_id, []).append(Step(step.text, step.is_closing, name, step.taken_at))
    return found
