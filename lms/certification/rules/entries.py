"""What can happen to a certificate, and what its entries add up to: 有効, 失効, 再発行済, 期限切れ."""

from collections.abc import Iterable
from enum import StrEnum


class EntryKind(StrEnum):
    """What happened to a certificate; nothing is ever deleted."""

    ISSUE = "issue"
    REISSUE = "reissue"
    REVOKE = "revoke"
    SUSPEND = "suspend"
    RESUME = "resume"
    EXPIRE = "expire"


class CertificateStatus(StrEnum):
    """What a printed certificate is worth today."""

    VALID = "valid"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    REISSUED = "reissued"


_AFTER = {
    EntryKind.ISSUE: CertificateStatus.VALID,
    EntryKind.REISSUE: CertificateStatus.VALID,
    EntryKind.REVOKE: CertificateStatus.REVOKED,
    EntryKind.SUSPEND: CertificateStatus.SUSPENDED,
    EntryKind.RESUME: CertificateStatus.VALID,
    EntryKind.EXPIRE: CertificateStatus.EXPIRED,
}


def certificate_status(entries: Iterable[tuple[EntryKind, int]], *, version: int) -> CertificateStatus:
    """The status of one version of a certificate from all entries (kind, version) of its number, oldest first.

    An older version is 再発行済 unless the certificate as a whole was revoked; a revoked one never becomes valid again.
    Raises ValueError when there is no entry.
    """
    status: CertificateStatus | None = None
    newest = 0
    for kind, entry_version in entries:
        newest = max(newest, entry_version)
        if status is not CertificateStatus.REVOKED:
            status = _AFTER[kind]
    if status is None:
        raise ValueError("a certificate without entries has no status")
    if version < newest and status is not CertificateStatus.REVOKED:
        return CertificateStatus.REISSUED
    return status
