"""A table of tracking numbers held against the parcels there are: what noting it would do, and every row that does not fit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from certificates.numbering import parse_number
from lms.certification.queries.posting import Parcel, list_parcels, posting
from lms.certification.rules.shipping import ParcelFacts, ShipmentState, ShippingProblem, refuse_event, refuse_tracking
from lms.certification.rules.tracking import Fault, TrackingColumn, TrackingProblem, TrackingRow, read_tracking
from lms.cohorts.rules.roster import UnreadableRoster
from lms.cohorts.rules.roster_files import read_lines

_COLUMNS = {
    ShippingProblem.IN_FUTURE: TrackingColumn.SHIPPED_ON,
    ShippingProblem.TOO_EARLY: TrackingColumn.SHIPPED_ON,
    ShippingProblem.UNKNOWN_CARRIER: TrackingColumn.CARRIER,
    ShippingProblem.TRACKING_MISSING: TrackingColumn.TRACKING,
    ShippingProblem.NOT_A_TRACKING_NUMBER: TrackingColumn.TRACKING,
}


@dataclass(frozen=True, slots=True)
class MatchedTracking:
    """Each row with its parcel, and every row that does not fit; nothing is noted while there is any fault."""

    parcels: tuple[tuple[TrackingRow, Parcel], ...]
    faults: tuple[Fault, ...]
    passed_over: int = 0
    """Rows that are not filled in yet."""

    @property
    def rows(self) -> tuple[TrackingRow, ...]:
        """The rows to note."""
        return tuple(row for row, _ in self.parcels)


def preview_tracking(data: bytes, *, today: date) -> MatchedTracking:
    """Read a file and say what noting it would do."""
    try:
        table = read_tracking(read_lines(data))
    except UnreadableRoster as unreadable:
        problem = unreadable.problem
        return MatchedTracking((), (Fault(problem.kind, problem.row, detail=problem.detail),))
    matched = match_tracking(table.rows, today=today)
    faults = sorted((*table.faults, *matched.faults), key=lambda fault: fault.row or 0)
    return MatchedTracking(matched.parcels, tuple(faults), table.passed_over)


def match_tracking(rows: Sequence[TrackingRow], *, today: date) -> MatchedTracking:
    """Find the parcel of each row: the one of the certificate's paper that has not been given up."""
    numbers = [_tidy_number(row.number) for row in rows]
    open_parcels = {
        parcel.number: parcel
        for parcel in list_parcels(numbers=[number for number in numbers if number])
        if parcel.state is not ShipmentState.CANCELED
    }
    found: list[tuple[TrackingRow, Parcel]] = []
    faults: list[Fault] = []
    seen: dict[str, int] = {}
    for row, number in zip(rows, numbers, strict=True):
        parcel = open_parcels.get(number)
        fault = _double(row, number, seen) or _fault(row, number, parcel, today=today)
        if fault is None and parcel is not None:
            found.append((row, parcel))
        elif fault is not None:
            faults.append(fault)
    return MatchedTracking(tuple(found), tuple(faults))


def _tidy_number(typed: str) -> str:
    """The certificate number somebody typed; empty when its shape or its check digit is wrong."""
    parsed = parse_number(typed)
    return "" if parsed is None else str(parsed)


def _double(row: TrackingRow, number: str, seen: dict[str, int]) -> Fault | None:
    """A second row of one parcel, however it writes the number; several papers may go out under one tracking number."""
    first = seen.setdefault(number, row.row)
    if not number or first == row.row:
        return None
    return Fault(TrackingProblem.DOUBLED_NUMBER, row.row, TrackingColumn.NUMBER, str(first))


def _fault(row: TrackingRow, number: str, parcel: Parcel | None, *, today: date) -> Fault | None:
    if not number:
        return Fault(TrackingProblem.NOT_A_NUMBER, row.row, TrackingColumn.NUMBER, row.number)
    if parcel is None:
        return Fault(TrackingProblem.NO_PARCEL, row.row, TrackingColumn.NUMBER, number)
    problem = _problem(row, parcel, today=today)
    return Fault(problem, row.row, _COLUMNS.get(problem, TrackingColumn.NUMBER), row.carrier) if problem else None


def _problem(row: TrackingRow, parcel: Parcel, *, today: date) -> ShippingProblem | None:
    carrier = posting().find_carrier(row.carrier)
    if carrier is None:
        return ShippingProblem.UNKNOWN_CARRIER
    facts = ParcelFacts(parcel.state, parcel.is_in_force, parcel.not_before)
    return refuse_tracking(row.tracking_number, is_tracked=carrier.has_tracking) or refuse_event(
        facts, ShipmentState.SHIPPED, on=row.shipped_on, today=today
    )
