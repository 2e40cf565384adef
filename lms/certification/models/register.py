"""Tables of the register: the number series, the chain, printed records, issued bytes, codes, acts that need two people."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.certification.rules.entries import EntryKind
from lms.db.base import Base, enum_type

ONCE_A_VERSION = "kind IN ('issue', 'reissue', 'renew', 'void', 'revoke', 'expire')"
"""The entries that can happen only once to a version of a certificate."""


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
        # A certificate may be suspended, resumed and shipped again and again; each of these happens to a version once.
        Index(
            "uq_register_entries_once",
            "certificate_number",
            "version",
            "kind",
            unique=True,
            sqlite_where=text(ONCE_A_VERSION),
            postgresql_where=text(ONCE_A_VERSION),
        ),
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
    """The day of issue of this version in Japan; on entries that put no paper into the world, the day of the entry."""
    expires_on: Mapped[date | None]
    """The last day on which this version is good; None: without end. Only on entries that put a paper into the world."""
    commitment: Mapped[str] = mapped_column(String(64))
    pdf_sha256: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(300), default="")
    """A word of the list of reasons, never free text: the chain holds nothing personal."""
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """Empty for what the worker enters by itself: the end of a validity."""
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


class EntryDetail(Base):
    """What an entry that prints nothing says in words, with the salt of its commitment. Erasable without breaking the chain."""

    __tablename__ = "entry_details"

    register_entry_id: Mapped[int] = mapped_column(ForeignKey("register_entries.id"), primary_key=True)
    certificate_number: Mapped[str] = mapped_column(String(40), index=True)
    detail: Mapped[str] = mapped_column(Text)
    """Canonical JSON: explanation, tracking number, conditions of a renewal …"""
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


class RegisterProposal(Base):
    """One office person proposes to void, suspend, resume or revoke a certificate; another decides."""

    __tablename__ = "register_proposals"

    id: Mapped[int] = mapped_column(primary_key=True)
    certificate_number: Mapped[str] = mapped_column(String(40), index=True)
    kind: Mapped[EntryKind] = mapped_column(enum_type(EntryKind, name="kind"))
    reason: Mapped[str] = mapped_column(String(40))
    """A word of the list of reasons."""
    explanation: Mapped[str] = mapped_column(String(1000))
    detail: Mapped[dict[str, Any]]
    """What else the entry shall say."""
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[datetime]


class RegisterDecision(Base):
    """Another person's decision on a proposed act; an approved one made the entry it names. Append-only."""

    __tablename__ = "register_decisions"

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("register_proposals.id"), unique=True)
    is_approved: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(1000), default="")
    register_entry_id: Mapped[int | None] = mapped_column(ForeignKey("register_entries.id"))
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime]
