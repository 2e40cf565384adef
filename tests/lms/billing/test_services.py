"""入金確認: the payment, its audit line and the invitation stand or fall together."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms import clock
from lms.accounts.models import SingleUseLink
from lms.audit.models import AuditEvent
from lms.billing.models import Payment
from lms.billing.queries import find_payment, is_paid, paid_at, payments_of
from lms.billing.rules import PaymentMethod, PaymentProblem, PaymentRefused
from lms.billing.services import confirm_payment, invite_again
from lms.cohorts.models import Participant
from lms.cohorts.services.seating import withdraw_participant
from lms.db.session import db
from lms.mail.models import OutgoingMail
from tests.factories import Factory, Seat

TODAY = date(2026, 12, 1)


def pay(seat: Seat, method: PaymentMethod = PaymentMethod.BANK, *, by: int = 0) -> None:
    confirm_payment(seat.participant_id, method, 198_000, TODAY, by=by or seat.user_id, now=clock.now(), note=" 架空銀行 ")


def counts() -> tuple[int, int, int, int]:
    """Payments, audit lines, mails, links."""
    return tuple(
        db.session.scalar(select(func.count()).select_from(model)) for model in (Payment, AuditEvent, OutgoingMail, SingleUseLink)
    )


def test_confirming_a_payment_keeps_it_and_invites_with_the_cohort_and_its_days(context: Flask, make: Factory) -> None:
    seat = make.seat(make.cohort(3), name="髙橋 花子", paid=False)
    assert not is_paid(seat.participant_id)
    pay(seat)
    payment = find_payment(seat.participant_id)
    assert payment is not None
    assert (payment.amount, payment.paid_on, payment.note) == (198_000, TODAY, "架空銀行")
    assert paid_at(seat.participant_id) == clock.now()
    assert list(payments_of(seat.cohort_id)) == [seat.participant_id]
    mail = db.session.scalars(select(OutgoingMail)).one()
    assert mail.to_address == seat.email
    assert "第3期" in mail.subject
    for words in ("髙橋 花子 様", "1日目  2026年11月26日(木) 13:00", "2日目  2026年11月27日(金) 13:00", "/invitation/"):
        assert words in mail.body
    assert list(db.session.scalars(select(AuditEvent.tag).order_by(AuditEvent.id))) == ["payment:confirm", "user:invite"]


def test_who_has_a_password_already_is_welcomed_without_a_link(context: Flask, make: Factory) -> None:
    seat = make.seat(paid=False)
    user_id = make.user(email="again@example.jp", password_hash="x")
    db.session.get_one(Participant, seat.participant_id).user_id = user_id
    db.session.commit()
    pay(seat)
    mail = db.session.scalars(select(OutgoingMail)).one()
    assert (mail.template, mail.to_address) == ("participant_welcome", "again@example.jp")
    assert "/invitation/" not in mail.body


@pytest.mark.parametrize("broken", ["queue_mail", "record", "invite_user"])
def test_a_failure_at_any_step_leaves_nothing_behind(
    context: Flask, make: Factory, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    seat = make.seat(paid=False)
    place = "lms.accounts.services.links.queue_mail" if broken == "queue_mail" else f"lms.billing.services.{broken}"
    monkeypatch.setattr(place, lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        pay(seat)
    assert counts() == (0, 0, 0, 0)


def test_a_payment_is_confirmed_once(context: Flask, make: Factory) -> None:
    seat = make.seat(paid=False)
    pay(seat)
    before = counts()
    with pytest.raises(PaymentRefused) as refused:
        pay(seat)
    assert refused.value.reason is PaymentProblem.ALREADY_CONFIRMED
    assert counts() == before


def test_an_invoice_goes_to_companies_only(context: Flask, make: Factory) -> None:
    seat = make.seat(paid=False)
    with pytest.raises(PaymentRefused):
        pay(seat, PaymentMethod.INVOICE)
    db.session.get_one(Participant, seat.participant_id).company = "架空商事株式会社"
    db.session.commit()
    pay(seat, PaymentMethod.INVOICE)
    assert is_paid(seat.participant_id)


def test_a_withdrawn_seat_is_not_paid_for(context: Flask, make: Factory) -> None:
    seat = make.seat(paid=False)
    withdraw_participant(seat.participant_id, "ご都合", by=seat.user_id, now=clock.now())
    with pytest.raises(PaymentRefused) as refused:
        pay(seat)
    assert refused.value.reason is PaymentProblem.WITHDRAWN


def test_an_invitation_goes_out_again_only_after_payment(context: Flask, make: Factory) -> None:
    seat = make.seat(paid=False)
    with pytest.raises(PaymentRefused):
        invite_again(seat.participant_id, by=seat.user_id, now=clock.now())
    pay(seat)
    invite_again(seat.participant_id, by=seat.user_id, now=clock.now())
    assert db.session.scalar(select(func.count(OutgoingMail.id))) == 2
