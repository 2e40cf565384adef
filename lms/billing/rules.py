"""Pure decisions of お支払い: the ways to pay."""

from enum import StrEnum


class PaymentMethod(StrEnum):
    """How a seat is paid; an invoice only for people sent by a company."""

    CARD = "card"
    CONVENIENCE = "convenience"
    BANK = "bank"
    INVOICE = "invoice"
