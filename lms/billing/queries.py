"""Every SELECT of お支払い, and which of a person's seats is the current one: the payment comes first there."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, ScalarSelect, case, func, select

from lms import clock
from lms.billing.models import Payment
from lms.billing.rules import PaymentMethod
from lms.cohorts.models import Cohort, CourseDay, Participant
from lms.cohorts.queries import Seat, find_participant
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


def current_seat(user_id: int) -> ScalarSelect[int]:
    """The id of a user's current seat, as a query for whoever asks for more of it; the only place that says which it is.

    Of the seats that were not withdrawn: a paid one before others, then that of a cohort whose last day has not passed, the
    nearer one first, then that of the latest cohort.
    """
    last_day = select(func.max(CourseDay.held_on)).where(CourseDay.cohort_id == Cohort.id).scalar_subquery()
    ahead = case((last_day >= clock.today_jst(), last_day))
    return (
        select(Participant.id)
        .join(Cohort, Cohort.id == Participant.cohort_id)
        .outerjoin(Payment, Payment.participant_id == Participant.id)
        .where(Participant.user_id == user_id, Participant.withdrawn_at.is_(None))
        .order_by(
            *(Payment.participant_id.is_(None), ahead.is_(None), ahead),
            *(Cohort.ordinal.desc(), Cohort.id.desc()),
        )
        .limit(1)
        .scalar_subquery()
    )


def find_seat(user_id: int) -> Seat | None:
    """The user's current seat; None without one that was not withdrawn."""
    return find_participant(current_seat(user_id))


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
