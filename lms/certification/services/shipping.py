"""発送: parcels are made with a frozen address, go out with a tracking number, come back, go out again, arrive."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from lms import clock
from lms.audit import services as audit
from lms.certification.models import RegisterEntry, Shipment, ShipmentEvent
from lms.certification.queries.issuing import settings
from lms.certification.queries.posting import Parcel, WaitingPaper, get_parcel, list_waiting, posting
from lms.certification.queries.tracking import match_tracking
from lms.certification.queries.versions import printed_record
from lms.certification.rules.entries import EntryKind
from lms.certification.rules.shipping import (
    ParcelFacts,
    ShipmentState,
    ShippingProblem,
    ShippingRefused,
    refuse_event,
    refuse_tracking,
    tidy_tracking,
)
from lms.certification.rules.tracking import Fault, TrackingColumn, TrackingRow
from lms.certification.services.locking import lock_register
from lms.certification.services.noting import note
from lms.cohorts.queries import get_participant
from lms.db.session import command, db
from lms.mail.services.queueing import queue_mail

LONGEST_NOTE = 300


@dataclass(frozen=True, slots=True)
class Consignment:
    """How a parcel goes out: the day in Japan, the carrier and the tracking number as people typed them."""

    shipped_on: date
    carrier: str
    tracking_number: str


class TrackingRefused(ValueError):
    """The table as a whole is refused; nothing was noted."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = tuple(faults)


@command
def prepare_parcels(entry_ids: Sequence[int], *, by: int, now: datetime) -> list[int]:
    """Make a parcel of each paper, to the address registered now, which stays as it is; returns the parcels' ids.

    All or none: raises ShippingRefused when a paper does not wait for a parcel, or its address or postal code is missing.
    """
    lock_register()
    waiting = {paper.entry_id: paper for paper in list_waiting()}
    chosen = [waiting.get(entry_id) for entry_id in dict.fromkeys(entry_ids)]
    if not chosen:
        raise ShippingRefused(ShippingProblem.NOTHING_CHOSEN)
    return [_prepare(paper, by=by, now=now) for paper in chosen]


@command
def ship_parcel(parcel_id: int, consignment: Consignment, *, by: int, now: datetime) -> None:
    """発送済み: the parcel went out; the register gets an entry, the holder a mail with the tracking number.

    A parcel that came back goes out again the same way. Raises NoSuchParcel, ShippingRefused.
    """
    lock_register()
    _ship(get_parcel(parcel_id), consignment, by=by, now=now)


@command
def import_tracking(rows: Sequence[TrackingRow], *, by: int, now: datetime) -> int:
    """Note that a table's parcels went out, all or none; returns how many.

    Raises TrackingRefused with every row that does not fit what is known by now.
    """
    lock_register()
    matched = match_tracking(rows, today=clock.to_jst(now).date())
    if matched.faults:
        raise TrackingRefused(matched.faults)
    for row, parcel in matched.parcels:
        consignment = Consignment(row.shipped_on, row.carrier, row.tracking_number)
        try:
            # Read anew, because a row before may have been about the same parcel.
            _ship(get_parcel(parcel.id), consignment, by=by, now=now)
        except ShippingRefused as refused:
            raise TrackingRefused([Fault(refused.problem, row.row, TrackingColumn.NUMBER, row.number)]) from refused
    return len(matched.parcels)


@command
def note_return(parcel_id: int, words: str, *, on: date, by: int, now: datetime) -> None:
    """不達: the parcel came back; why is needed. Raises NoSuchParcel, ShippingRefused."""
    lock_register()
    if not words.strip():
        raise ShippingRefused(ShippingProblem.NOTE_MISSING)
    _follow(get_parcel(parcel_id), ShipmentState.UNDELIVERED, on=on, words=words, by=by, now=now)


@command
def note_arrival(parcel_id: int, *, on: date, by: int, now: datetime) -> None:
    """配達済み: the parcel arrived. Raises NoSuchParcel, ShippingRefused."""
    lock_register()
    _follow(get_parcel(parcel_id), ShipmentState.DELIVERED, on=on, words="", by=by, now=now)


@command
def cancel_parcel(parcel_id: int, words: str, *, by: int, now: datetime) -> None:
    """取りやめ: a parcel that is still here, or here again, will not go out; its paper waits anew if it is in force.

    Raises NoSuchParcel, ShippingRefused.
    """
    lock_register()
    _follow(get_parcel(parcel_id), ShipmentState.CANCELED, on=clock.to_jst(now).date(), words=words, by=by, now=now)


@command
def prepare_again(parcel_id: int, *, by: int, now: datetime) -> int:
    """Give up a parcel that is here and make another of the same paper to the address registered now; returns its id.

    Raises NoSuchParcel; ShippingRefused, also when the address or postal code is missing.
    """
    lock_register()
    parcel = get_parcel(parcel_id)
    _follow(parcel, ShipmentState.CANCELED, on=clock.to_jst(now).date(), words="", by=by, now=now)
    waiting = {paper.entry_id: paper for paper in list_waiting()}
    if parcel.entry_id not in waiting:
        raise ShippingRefused(ShippingProblem.NOT_IN_FORCE)
    return _prepare(waiting[parcel.entry_id], by=by, now=now)


@command
def note_printing(what: str, entry_ids: Sequence[int], *, by: int, now: datetime) -> None:
    """Write down who printed certificates, letters or labels, and for which entries of the register."""
    detail = {"what": what, "entries": list(entry_ids)}
    audit.record("certificate:print", subject=("register", len(entry_ids)), by=by, now=now, detail=detail)


def _prepare(paper: WaitingPaper | None, *, by: int, now: datetime) -> int:
    if paper is None:
        raise ShippingRefused(ShippingProblem.ALREADY_PREPARED)
    if not paper.has_address:
        raise ShippingRefused(ShippingProblem.ADDRESS_MISSING)
    parcel = Shipment(
        register_entry_id=paper.entry_id,
        certificate_number=paper.number,
        recipient=paper.name,
        company=paper.company,
        department=paper.department,
        postal_code=paper.postal_code,
        address=paper.address,
        prepared_by_id=by,
        prepared_at=now,
    )
    db.session.add(parcel)
    db.session.flush()
    _append(parcel.id, paper.number, ShipmentState.PREPARED, clock.to_jst(now).date(), by=by, now=now)
    return parcel.id


def _ship(parcel: Parcel, consignment: Consignment, *, by: int, now: datetime) -> None:
    carrier = posting().find_carrier(consignment.carrier)
    if carrier is None:
        raise ShippingRefused(ShippingProblem.UNKNOWN_CARRIER)
    tracking_number = tidy_tracking(consignment.tracking_number)
    _refuse(refuse_tracking(tracking_number, is_tracked=carrier.has_tracking))
    _refuse_event(parcel, ShipmentState.SHIPPED, consignment.shipped_on, now=now)
    on = consignment.shipped_on
    _append(
        *(parcel.id, parcel.number, ShipmentState.SHIPPED, on),
        carrier=carrier.name,
        tracking_number=tracking_number,
        by=by,
        now=now,
    )
    detail = {
        "shipment_id": parcel.id,
        "shipped_on": on.isoformat(),
        "carrier": carrier.name,
        "tracking_number": tracking_number,
    }
    entry = note(EntryKind.SHIP, db.session.get_one(RegisterEntry, parcel.entry_id), detail=detail, by=by, now=now)
    _tell_holder(parcel, on, carrier.name, carrier.tracking_page, tracking_number, entry_id=entry.id, now=now)


def _tell_holder(
    parcel: Parcel, on: date, carrier: str, page: str | None, tracking_number: str, *, entry_id: int, now: datetime
) -> None:
    seat = get_participant(parcel.participant_id)
    printed = printed_record(parcel.entry_id)
    queue_mail(
        "certificate_shipped",
        to=seat.email,
        key=f"certificate_shipped:{entry_id}",
        values={
            "name": printed.holder_name if printed else seat.name,
            "number": parcel.number,
            "shipped_on": on,
            "carrier": carrier,
            "tracking_number": tracking_number,
            "tracking_page": page or "",
            "link": f"{settings().public_base_url}/certificate",
        },
        now=now,
        user_id=seat.user_id,
    )


def _follow(parcel: Parcel, state: ShipmentState, *, on: date, words: str, by: int, now: datetime) -> None:
    _refuse_event(parcel, state, on, now=now)
    _append(parcel.id, parcel.number, state, on, words=words.strip()[:LONGEST_NOTE], by=by, now=now)


def _refuse_event(parcel: Parcel, state: ShipmentState, on: date, *, now: datetime) -> None:
    facts = ParcelFacts(parcel.state, parcel.is_in_force, parcel.not_before)
    _refuse(refuse_event(facts, state, on=on, today=clock.to_jst(now).date()))


def _refuse(problem: ShippingProblem | None) -> None:
    if problem is not None:
        raise ShippingRefused(problem)


def _append(
    parcel_id: int,
    number: str,
    state: ShipmentState,
    on: date,
    *,
    carrier: str = "",
    tracking_number: str = "",
    words: str = "",
    by: int,
    now: datetime,
) -> None:
    db.session.add(
        ShipmentEvent(
            shipment_id=parcel_id,
            state=state,
            happened_on=on,
            carrier=carrier,
            tracking_number=tracking_number,
            note=words,
            noted_by_id=by,
            noted_at=now,
        )
    )
    db.session.flush()
    if state is not ShipmentState.SHIPPED:  # the register's own entry has the line of that
        detail = {"shipment_id": parcel_id}
        audit.record(f"shipment:{state.value}", subject=("certificate", number), by=by, now=now, detail=detail)
