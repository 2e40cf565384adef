"""Every SELECT of お支払い."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, select

from lms.billing.models import Payment
from lms.billing.rules import PaymentMethod
from lms.cohorts.models import Participant
from lms.db.session import db


@dataclass(frozen=True, slots=True)
class ConfirmedPayment:
    """入金確認 of one seat; the amount in yen, tax included."""

    participant_id: int
    method: PaymentMethod
    amount: int
    paid_on: date
    confirmed_by_id: int
    confirmed_at: datetime
    note: str


def find_payment(participant_id: int) -> ConfirmedPayment | None:
    """The confirmed payment of a seat; None means 入金待ち."""
    row = db.session.get(Payment, participant_id)
    return None if row is None else _confirmed(row)


def is_paid(participant_id: int) -> bool:
    """Whether the payment of the seat was confirmed."""
    return find_payment(participant_id) is not None


def paid_at(participant_id: int) -> datetime | None:
    """When the office confirmed the payment; lessons of the first release group open then."""
    payment = find_payment(participant_id)
    return None if payment is None else payment.confirmed_at


def payments_of(cohort_id: int) -> dict[int, ConfirmedPayment]:
    """Participant id → confirmed payment, for the seats of a cohort."""
    return _payments(Participant.cohort_id == cohort_id)


def payments_by(participant_ids: Collection[int]) -> dict[int, ConfirmedPayment]:
    """Participant id → confirmed payment, for these seats."""
    return _payments(Participant.id.in_(participant_ids))


def _payments(condition: ColumnElement[bool]) -> dict[int, ConfirmedPayment]:
    seats = select(Payment).join(Participant, Participant.id == Payment.participant_id)
    return {row.participant_id: _confirmed(row) for row in db.session.scalars(seats.where(condition))}


def _confirmed(row: Payment) -> ConfirmedPayment:
    return ConfirmedPayment(
        participant_id=row.participant_id,
        method=row.method,
        amount=row.amount,
        paid_on=row.paid_on,
        confirmed_by_id=row.confirmed_by_id,
        confirmed_at=row.confirmed_at,
        note=row.note,
    )
