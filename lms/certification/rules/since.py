"""From which day a certificate stands as it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from lms.certification.rules.entries import PRINTED_KINDS, CertificateStatus, EntryKind, Happening


@dataclass(frozen=True, slots=True)
class DatedHappening:
    """Something that happened to a certificate, with its day in Japan and the word of its reason (empty: none was needed)."""

    happening: Happening
    on: date
    reason: str = ""


_ENDS = {CertificateStatus.REVOKED: EntryKind.REVOKE, CertificateStatus.VOID: EntryKind.VOID}


def status_since(history: Sequence[DatedHappening], *, version: int, status: CertificateStatus) -> date | None:
    """The day from which a version has its status, from everything that happened to its number, oldest first.

    An expired version: the day after its last good day would be exact, but what is printed is the last good day, so that
    is given. None for a version that is valid, and where no entry tells.
    """
    match status:
        case CertificateStatus.REVOKED | CertificateStatus.VOID:
            return next((each.on for each in history if each.happening.kind is _ENDS[status]), None)
        case CertificateStatus.SUSPENDED:
            return next((each.on for each in reversed(history) if each.happening.kind is EntryKind.SUSPEND), None)
        case CertificateStatus.REISSUED | CertificateStatus.RENEWED:
            return next((each.on for each in _printed(history) if each.happening.version > version), None)
        case CertificateStatus.EXPIRED:
            return next((each.happening.expires_on for each in _printed(history) if each.happening.version == version), None)
        case CertificateStatus.VALID:
            return None


def _printed(history: Sequence[DatedHappening]) -> list[DatedHappening]:
    return [each for each in history if each.happening.kind in PRINTED_KINDS]
