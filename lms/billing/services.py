"""Verbs of お支払い: confirming that a seat was paid, which opens the course to its participant."""

from datetime import date, datetime

from sqlalchemy.exc import IntegrityError

from lms import clock
from lms.accounts.queries import get_account
from lms.accounts.services.links import invite_user
from lms.audit.services import record
from lms.billing.models import Payment
from lms.billing.queries import is_paid
from lms.billing.rules import PaymentMethod, PaymentProblem, PaymentRefused, judge_payment
from lms.cohorts.queries import Seat, get_participant
from lms.cohorts.source import course_facts
from lms.db.session import command, db
from lms.mail.services import queue_mail


@command
def confirm_payment(
    participant_id: int, method: PaymentMethod, amount: int, paid_on: date, *, by: int, now: datetime, note: str = ""
) -> None:
    """入金確認: keep the payment (yen, tax included) and send the invitation, in one act.

    Raises NoSuchParticipant; PaymentRefused when it was confirmed before, the seat was withdrawn, an invoice names no
    company, or day or amount make no sense.
    """
    seat = get_participant(participant_id)
    if seat.withdrawn_at is not None:
        raise PaymentRefused(PaymentProblem.WITHDRAWN)
    if is_paid(participant_id):
        raise PaymentRefused(PaymentProblem.ALREADY_CONFIRMED)
    problem = judge_payment(method, amount, paid_on=paid_on, today=clock.to_jst(now).date(), company=seat.company)
    if problem:
        raise PaymentRefused(problem)
    db.session.add(
        Payment(
            participant_id=participant_id,
            method=method,
            amount=amount,
            paid_on=paid_on,
            confirmed_by_id=by,
            confirmed_at=now,
            note=note.strip(),
        )
    )
    try:
        db.session.flush()
    except IntegrityError as error:  # two people pressed the button at once; the primary key lets one through
        raise PaymentRefused(PaymentProblem.ALREADY_CONFIRMED) from error
    detail = {"method": method.value, "amount": amount, "paid_on": paid_on.isoformat()}
    record("payment:confirm", subject=("participant", participant_id), by=by, now=now, detail=detail)
    _welcome(seat, by=by, now=now)


@command
def invite_again(participant_id: int, *, by: int, now: datetime) -> None:
    """Send the invitation of a paid seat once more, with a new link; the earlier link goes on until it expires.

    Raises NoSuchParticipant; PaymentRefused when the payment was not confirmed yet.
    """
    seat = get_participant(participant_id)
    if seat.withdrawn_at is not None:
        raise PaymentRefused(PaymentProblem.WITHDRAWN)
    if not is_paid(participant_id):
        raise PaymentRefused(PaymentProblem.NOT_PAID)
    _welcome(seat, by=by, now=now)


def _welcome(seat: Seat, *, by: int, now: datetime) -> None:
    """Who has a password already keeps it; everybody else gets a link for setting one."""
    values = {"name": seat.name, "course": course_facts().title, "cohort": seat.cohort_label, "days": seat.days}
    if not get_account(seat.user_id).has_password:
        invite_user(seat.user_id, by=by, now=now, template="participant_invitation", values=values)
        return
    key = f"welcome:{seat.participant_id}:{now.isoformat()}"
    queue_mail("participant_welcome", to=seat.email, key=key, values=values, now=now, user_id=seat.user_id)
