"""Tables of お支払い: the state of a participant's payment."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.billing.rules import PaymentMethod
from lms.db.base import Base, enum_type


class Payment(Base):
    """A confirmed payment of one seat; no row means 入金待ち."""

    __tablename__ = "payments"

    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"), primary_key=True)
    method: Mapped[PaymentMethod] = mapped_column(enum_type(PaymentMethod, name="method"))
    amount: Mapped[int]
    """Yen, tax included."""
    paid_on: Mapped[date]
    confirmed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    confirmed_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(String(300), default="")
