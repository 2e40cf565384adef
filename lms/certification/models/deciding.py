"""Tables of the decision: who proposes to certify whom, what is held and why, what another person decides."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.db.base import Base


class CompletionProposal(Base):
    """One office person proposes to certify a participant, with the checklist as it stood."""

    __tablename__ = "completion_proposals"

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"), index=True)
    checklist: Mapped[list[Any]]
    """Each line of the completion rule with its evidence."""
    note: Mapped[str] = mapped_column(String(1000), default="", server_default="")
    """What the proposer wants the decider to know."""
    holder_name: Mapped[str] = mapped_column(String(200), default="", server_default="")
    """The name to be printed, as it stood when it was proposed; empty on old rows and once erased."""
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[datetime]


class CompletionDecision(Base):
    """Another person's decision on a proposal. Append-only."""

    __tablename__ = "completion_decisions"

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("completion_proposals.id"), unique=True)
    is_approved: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(1000), default="")
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime]


class CompletionHold(Base):
    """保留: a proposal is held back with a reason, or let go again; the last row of a proposal counts. Append-only."""

    __tablename__ = "completion_holds"

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("completion_proposals.id"), index=True)
    is_held: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(1000))
    acted_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    acted_at: Mapped[datetime]
