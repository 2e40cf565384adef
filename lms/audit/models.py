"""Tables of 操作記録, and the sign of life of the worker."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.db.base import Base


class AuditEvent(Base):
    """One act: who did what to what. Holds ids, no names. Append-only."""

    __tablename__ = "audit_events"
    __table_args__ = (Index("ix_audit_events_subject", "subject_kind", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None] = mapped_column(index=True)
    """The acting user's id; empty for the worker and the command line."""
    tag: Mapped[str] = mapped_column(String(60), index=True)
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(1000), default="")
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)


class WorkerBeat(Base):
    """When a job of the worker was last done, on whatever machine; one row for each job."""

    __tablename__ = "worker_beats"

    job: Mapped[str] = mapped_column(String(60), primary_key=True)
    done_at: Mapped[datetime]
