"""Tables of 認定: proposals and decisions, the number series, the register, printed records, issued bytes, codes."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.certification.rules.entries import EntryKind
from lms.db.base import Base, enum_type


class CompletionProposal(Base):
    """One office person proposes to certify a participant, with the checklist as it stood."""

    __tablename__ = "completion_proposals"

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"), index=True)
    checklist: Mapped[list[Any]]
    """Each line of the completion rule with its evidence."""
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


class NumberSeries(Base):
    """The last number given in a series and year; locked while a number is taken."""

    __tablename__ = "number_series"
    __table_args__ = (UniqueConstraint("series", "year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    series: Mapped[str] = mapped_column(String(40))
    year: Mapped[int]
    last_serial: Mapped[int] = mapped_column(default=0)


class RegisterEntry(Base):
    """認定台帳: one entry of the hash chain. Holds no name: the commitment stands for what was printed. Append-only."""

    __tablename__ = "register_entries"
    __table_args__ = (
        UniqueConstraint("certificate_number", "version", "kind", name="uq_register_entries_once"),
        UniqueConstraint("position"),
        CheckConstraint("position >= 1", name="position_counts_from_one"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int]
    """1, 2, 3 … without gaps over the whole register."""
    certificate_number: Mapped[str] = mapped_column(String(40), index=True)
    version: Mapped[int] = mapped_column(default=1)
    kind: Mapped[EntryKind] = mapped_column(enum_type(EntryKind, name="kind"))
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"), index=True)
    issued_on: Mapped[date]
    commitment: Mapped[str] = mapped_column(String(64))
    pdf_sha256: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(300), default="")
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    entered_at: Mapped[datetime]
    previous_hash: Mapped[str] = mapped_column(String(64))
    entry_hash: Mapped[str] = mapped_column(String(64), unique=True)


class PrintedRecord(Base):
    """What a certificate says, frozen at issue, with the salt of its commitment. Erasable without breaking the chain."""

    __tablename__ = "printed_records"

    register_entry_id: Mapped[int] = mapped_column(ForeignKey("register_entries.id"), primary_key=True)
    certificate_number: Mapped[str] = mapped_column(String(40), index=True)
    record: Mapped[str] = mapped_column(Text)
    """Canonical JSON of the press's record."""
    salt: Mapped[str] = mapped_column(String(64))


class IssuedDocument(Base):
    """The PDF exactly as issued. Append-only."""

    __tablename__ = "issued_documents"

    register_entry_id: Mapped[int] = mapped_column(ForeignKey("register_entries.id"), primary_key=True)
    pdf: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64), index=True)


class VerificationSecret(Base):
    """Hashes of the typed 確認コード and of the token in the QR of one certificate version."""

    __tablename__ = "verification_secrets"

    register_entry_id: Mapped[int] = mapped_column(ForeignKey("register_entries.id"), primary_key=True)
    certificate_number: Mapped[str] = mapped_column(String(40), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)


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
