"""Tables of the day of issue and of the post: runs over a cohort, parcels, what happened to them."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.certification.rules.shipping import ShipmentState
from lms.db.base import Base, enum_type


class IssueRun(Base):
    """一括発行: the certificates of a cohort in one action, worked off one by one and resumed after a crash."""

    __tablename__ = "issue_runs"
    __table_args__ = (
        Index(
            "uq_issue_runs_one_open",
            "cohort_id",
            unique=True,
            sqlite_where=text("finished_at IS NULL"),
            postgresql_where=text("finished_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohorts.id"), index=True)
    started_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class IssueRunItem(Base):
    """One participant of a run: waiting until a number or the reason of a refusal stands here."""

    __tablename__ = "issue_run_items"
    __table_args__ = (UniqueConstraint("run_id", "place"), UniqueConstraint("run_id", "participant_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("issue_runs.id"))
    place: Mapped[int]
    """1, 2, 3 … : the order in which numbers are taken."""
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"), index=True)
    certificate_number: Mapped[str] = mapped_column(String(40), default="")
    refusal: Mapped[str] = mapped_column(String(300), default="")
    """Why nothing was issued, as the office reads it."""
    done_at: Mapped[datetime | None]


class Shipment(Base):
    """発送: one paper on its way to one address, frozen when the parcel is made; the last event is its state."""

    __tablename__ = "shipments"

    id: Mapped[int] = mapped_column(primary_key=True)
    register_entry_id: Mapped[int] = mapped_column(ForeignKey("register_entries.id"), index=True)
    certificate_number: Mapped[str] = mapped_column(String(40), index=True)
    recipient: Mapped[str] = mapped_column(String(200))
    company: Mapped[str] = mapped_column(String(200), default="")
    department: Mapped[str] = mapped_column(String(200), default="")
    postal_code: Mapped[str] = mapped_column(String(10), default="")
    address: Mapped[str] = mapped_column(String(400), default="")
    prepared_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    prepared_at: Mapped[datetime]


class ShipmentEvent(Base):
    """What happened to a parcel. Append-only."""

    __tablename__ = "shipment_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipments.id"), index=True)
    state: Mapped[ShipmentState] = mapped_column(enum_type(ShipmentState, name="state"))
    happened_on: Mapped[date]
    carrier: Mapped[str] = mapped_column(String(60), default="")
    tracking_number: Mapped[str] = mapped_column(String(40), default="")
    note: Mapped[str] = mapped_column(String(300), default="")
    noted_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    noted_at: Mapped[datetime]
