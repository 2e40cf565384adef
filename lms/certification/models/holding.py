"""Tables of the holder: consent to show the name, days of look-ups, orders of a new paper, reminders, renewals."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.certification.rules.reasons import Reason
from lms.db.base import Base, enum_type


class NameConsent(Base):
    """Whether the holder lets the verification page show the name; no row means no."""

    __tablename__ = "name_consents"

    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"), primary_key=True)
    is_shown: Mapped[bool]
    changed_at: Mapped[datetime]


class VerificationLookup(Base):
    """A successful look-up of a certificate: the day only, for the holder to see."""

    __tablename__ = "verification_lookups"

    id: Mapped[int] = mapped_column(primary_key=True)
    certificate_number: Mapped[str] = mapped_column(String(40), index=True)
    looked_up_on: Mapped[date]


class ReissueOrder(Base):
    """The holder, or the office for the holder, orders a new paper: another name, lost, damaged."""

    __tablename__ = "reissue_orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"), index=True)
    certificate_number: Mapped[str] = mapped_column(String(40), index=True)
    reason: Mapped[Reason] = mapped_column(enum_type(Reason, name="reason"))
    new_name: Mapped[str] = mapped_column(String(200), default="")
    """The name to be printed from now on; empty: the name stays."""
    explanation: Mapped[str] = mapped_column(String(1000), default="")
    ordered_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    ordered_at: Mapped[datetime]


class ReissueOutcome(Base):
    """What came of an order: the entry of the new version, or the reason why there is none. Append-only."""

    __tablename__ = "reissue_outcomes"

    order_id: Mapped[int] = mapped_column(ForeignKey("reissue_orders.id"), primary_key=True)
    register_entry_id: Mapped[int | None] = mapped_column(ForeignKey("register_entries.id"))
    answer: Mapped[str] = mapped_column(String(1000), default="")
    """Words to the holder; needed when nothing was reissued."""
    settled_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    settled_at: Mapped[datetime]


class RenewalApplication(Base):
    """更新: the conditions of a renewal with the evidence of each, as the office found them. Append-only."""

    __tablename__ = "renewal_applications"

    id: Mapped[int] = mapped_column(primary_key=True)
    certificate_number: Mapped[str] = mapped_column(String(40), index=True)
    conditions: Mapped[list[Any]]
    """Each condition as it read, with its evidence in words."""
    register_entry_id: Mapped[int] = mapped_column(ForeignKey("register_entries.id"), unique=True)
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[datetime]


class ExpiryReminder(Base):
    """A reminder that was sent before a version expires, so that it is sent once."""

    __tablename__ = "expiry_reminders"
    __table_args__ = (UniqueConstraint("register_entry_id", "days_before"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    register_entry_id: Mapped[int] = mapped_column(ForeignKey("register_entries.id"))
    days_before: Mapped[int]
    sent_at: Mapped[datetime]
