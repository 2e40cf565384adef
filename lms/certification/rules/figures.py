"""年次の件数: what happened to certificates in each calendar year, and how many were good at its end."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from lms.certification.rules.entries import PRINTED_KINDS, CertificateStatus, EntryKind, certificate_status
from lms.certification.rules.since import DatedHappening

COUNTED = (
    EntryKind.ISSUE,
    EntryKind.REISSUE,
    EntryKind.RENEW,
    EntryKind.SUSPEND,
    EntryKind.REVOKE,
    EntryKind.VOID,
    EntryKind.EXPIRE,
)
"""What is counted, in the order of the columns."""


@dataclass(frozen=True, slots=True)
class YearFigures:
    """One calendar year in Japan; `valid` at its last day, in the running year today."""

    year: int
    counts: Mapping[EntryKind, int]
    valid: int


def yearly_figures(histories: Mapping[str, Sequence[DatedHappening]], *, today: date) -> list[YearFigures]:
    """Number → what happened, oldest first; gives every year from the first entry to this one, the newest first."""
    counts = Counter((each.on.year, each.happening.kind) for history in histories.values() for each in history)
    first = min((year for year, _ in counts), default=today.year)
    return [
        YearFigures(
            year,
            {kind: counts[year, kind] for kind in COUNTED},
            sum(_is_valid(history, min(date(year, 12, 31), today)) for history in histories.values()),
        )
        for year in range(today.year, first - 1, -1)
    ]


def _is_valid(history: Sequence[DatedHappening], day: date) -> bool:
    """Whether the certificate was good at the end of a day, by what had happened until then."""
    until = [each.happening for each in history if each.on <= day]
    newest = max((each.version for each in until if each.kind in PRINTED_KINDS), default=0)
    return newest > 0 and certificate_status(until, version=newest, today=day) is CertificateStatus.VALID
