"""The register's hash chain: what an entry commits to, how entries hold on to each other, what damage looks like."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from lms.certification.rules.entries import EntryKind

GENESIS_HASH = hashlib.sha256(b"nintei certificate register, edition 1").hexdigest()
"""What the first entry names as the hash before it."""
ERASED_WORDS = "certificate:erase_words"
"""The line in 操作記録 that tells the erased words of an entry from lost ones."""
ERASED_RECORD = "register:erase"
"""The line in 操作記録 that tells the erased print of an entry from a lost one."""


@dataclass(frozen=True, slots=True)
class ChainedEntry:
    """The fields of a register entry that its hash covers: all of them, and the hash of the entry before."""

    position: int
    certificate_number: str
    version: int
    kind: EntryKind
    participant_id: int
    issued_on: date
    expires_on: date | None
    commitment: str
    pdf_sha256: str
    reason: str
    entered_by_id: int | None
    entered_at: datetime
    previous_hash: str


class Damage(StrEnum):
    """What can be wrong with a row of the register or with what hangs on it."""

    POSITION = "position"
    ENTRY = "entry"
    CHAIN = "chain"
    UNREADABLE = "unreadable"
    SEQUENCE = "sequence"
    FOUR_EYES = "four_eyes"
    LOST = "lost"
    REWRITTEN = "rewritten"
    UNWITNESSED = "unwitnessed"
    DETAIL_MISSING = "detail_missing"
    DETAIL = "detail"
    STRAY = "stray"
    RECORD_MISSING = "record_missing"
    RECORD = "record"
    DOCUMENT_MISSING = "document_missing"
    DOCUMENT = "document"
    SECRET_MISSING = "secret_missing"  # noqa: S105 - names a kind of damage
    SECRET = "secret"  # noqa: S105 - names a kind of damage
    SERIES_GAP = "series_gap"
    SERIES_END = "series_end"


@dataclass(frozen=True, slots=True)
class RegisterProblem:
    """One thing that is wrong; `position` is 0 when it concerns a whole series, which `number` then names."""

    position: int
    number: str
    damage: Damage


def commit_to(record: str, salt: str) -> str:
    """The commitment to a printed record or a detail: SHA-256 over the salt's bytes and the canonical text, in hex.

    Whoever has neither salt nor record learns nothing from it; when both are erased the chain still stands.
    """
    return hashlib.sha256(bytes.fromhex(salt) + record.encode()).hexdigest()


def commit_to_codes(code_hash: str, token_hash: str) -> str:
    """What the line about an erased print keeps of its codes, in hex, so that nobody can give it other codes."""
    return hashlib.sha256(f"{code_hash} {token_hash}".encode()).hexdigest()


def renewal_text(conditions: object) -> str:
    """The conditions of a renewal as canonical JSON: the commitment of its entry covers them behind the printed record."""
    return json.dumps(conditions, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def hash_entry(entry: ChainedEntry) -> str:
    """The hash of an entry in hex, over canonical JSON of all its fields.

    A last day that is not there is left out, as it was before entries had one: the older part of a chain still holds.
    """
    plain = asdict(entry)
    if entry.expires_on is None:
        del plain["expires_on"]
    else:
        plain["expires_on"] = entry.expires_on.isoformat()
    plain["kind"] = entry.kind.value
    plain["issued_on"] = entry.issued_on.isoformat()
    plain["entered_at"] = entry.entered_at.astimezone(UTC).isoformat(timespec="microseconds")
    text = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
