"""What can happen to a certificate, and what its entries add up to: 有効, 期限切れ, 効力停止中, 失効, 再発行済, 更新済, 無効."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class EntryKind(StrEnum):
    """What happened to a certificate; nothing is ever deleted."""

    ISSUE = "issue"
    REISSUE = "reissue"
    RENEW = "renew"
    VOID = "void"
    REVOKE = "revoke"
    SUSPEND = "suspend"
    RESUME = "resume"
    EXPIRE = "expire"
    SHIP = "ship"


PRINTED_KINDS = (EntryKind.ISSUE, EntryKind.REISSUE, EntryKind.RENEW)
"""Entries that put a paper into the world; each has a printed record, a PDF and codes."""


class CertificateStatus(StrEnum):
    """What a printed certificate is worth today."""

    VALID = "valid"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    REISSUED = "reissued"
    RENEWED = "renewed"
    VOID = "void"


REPLACED = (CertificateStatus.REISSUED, CertificateStatus.RENEWED)
"""What only an older version can be: there is a newer one, whose status counts."""


@dataclass(frozen=True, slots=True)
class Happening:
    """What of an entry counts for the status; `expires_on` is the last good day of a printed version, None without end."""

    kind: EntryKind
    version: int
    expires_on: date | None = None


_ENDS = {EntryKind.REVOKE: CertificateStatus.REVOKED, EntryKind.VOID: CertificateStatus.VOID}


def certificate_status(happenings: Iterable[Happening], *, version: int, today: date) -> CertificateStatus:
    """The status of one version of a certificate, in Japan today, from everything that happened to its number, oldest first.

    Revoking and voiding end the certificate as a whole, whatever comes after. Otherwise an older version is 再発行済 or 更新済,
    by what came next, also while the certificate is suspended. A version is good through its last day, whether or not its
    end was entered. Raises ValueError when nothing happened yet.
    """
    is_suspended = False
    papers: list[Happening] = []
    for happening in happenings:
        if happening.kind in _ENDS:
            return _ENDS[happening.kind]
        if happening.kind in PRINTED_KINDS:
            papers.append(happening)
        elif happening.kind in (EntryKind.SUSPEND, EntryKind.RESUME):
            is_suspended = happening.kind is EntryKind.SUSPEND
    if not papers:
        raise ValueError("a certificate without entries has no status")
    newer = [paper for paper in papers if paper.version > version]
    if newer:
        return CertificateStatus.RENEWED if newer[0].kind is EntryKind.RENEW else CertificateStatus.REISSUED
    if is_suspended:
        return CertificateStatus.SUSPENDED
    last_day = papers[-1].expires_on
    is_over = last_day is not None and today > last_day
    return CertificateStatus.EXPIRED if is_over else CertificateStatus.VALID
