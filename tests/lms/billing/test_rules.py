"""Which payments make sense."""

from datetime import date

import pytest

from lms.billing.labels import METHODS, PROBLEMS
from lms.billing.rules import PaymentMethod, PaymentProblem, judge_payment

TODAY = date(2026, 12, 1)


@pytest.mark.parametrize(
    ("method", "amount", "paid_on", "company", "problem"),
    [
        pytest.param(PaymentMethod.BANK, 198_000, TODAY, "", None, id="a transfer of today"),
        pytest.param(PaymentMethod.INVOICE, 198_000, TODAY, "架空商事", None, id="an invoice to a company"),
        pytest.param(
            PaymentMethod.INVOICE, 198_000, TODAY, " ", PaymentProblem.INVOICE_WITHOUT_COMPANY, id="an invoice to nobody"
        ),
        pytest.param(PaymentMethod.CARD, 198_000, date(2026, 12, 2), "", PaymentProblem.PAID_IN_FUTURE, id="paid tomorrow"),
        pytest.param(PaymentMethod.CARD, 0, TODAY, "", PaymentProblem.AMOUNT_NOT_POSITIVE, id="nothing paid"),
    ],
)
def test_a_payment_is_judged(
    method: PaymentMethod, amount: int, paid_on: date, company: str, problem: PaymentProblem | None
) -> None:
    assert judge_payment(method, amount, paid_on=paid_on, today=TODAY, company=company) is problem


def test_every_method_and_every_refusal_has_its_words() -> None:
    assert set(METHODS) == set(PaymentMethod)
    assert set(PROBLEMS) == set(PaymentProblem)
