"""Pure decisions of お支払い: the ways to pay, and why a confirmation is refused."""

from datetime import date
from enum import StrEnum


class PaymentMethod(StrEnum):
    """How a seat is paid; an invoice only for people sent by a company."""

    CARD = "card"
    CONVENIENCE = "convenience"
    BANK = "bank"
    INVOICE = "invoice"


class PaymentProblem(StrEnum):
    """Why a payment cannot be confirmed."""

    ALREADY_CONFIRMED = "already_confirmed"
    WITHDRAWN = "withdrawn"
    INVOICE_WITHOUT_COMPANY = "invoice_without_company"
    PAID_IN_FUTURE = "paid_in_future"
    AMOUNT_NOT_POSITIVE = "amount_not_positive"
    NOT_PAID = "not_paid"


class PaymentRefused(ValueError):
    """A payment that must not be confirmed."""

    def __init__(self, reason: PaymentProblem) -> None:
        super().__init__(reason.value)
        self.reason = reason


def judge_payment(method: PaymentMethod, amount: int, *, paid_on: date, today: date, company: str) -> PaymentProblem | None:
    """Why this payment is refused: an invoice goes to companies only, nobody pays tomorrow, nothing is no payment."""
    if method is PaymentMethod.INVOICE and not company.strip():
        return PaymentProblem.INVOICE_WITHOUT_COMPANY
    if paid_on > today:
        return PaymentProblem.PAID_IN_FUTURE
    return None if amount > 0 else PaymentProblem.AMOUNT_NOT_POSITIVE
