"""発送 as the office sees it: papers that wait for a parcel, parcels with what happened to them, pages to print."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, Subquery, and_, exists, func, select
from sqlalchemy.orm import aliased
from werkzeug.exceptions import NotFound

from certificates.record import record_from_json
from lms import clock
from lms.accounts.models import User
from lms.certification.models import IssuedDocument, IssueRunItem, PrintedRecord, RegisterEntry, Shipment, ShipmentEvent
from lms.certification.queries.issuing import settings
from lms.certification.queries.register import happenings_by_number
from lms.certification.rules.entries import PRINTED_KINDS, CertificateStatus, EntryKind, certificate_status
from lms.certification.rules.shipping import ShipmentState, may_follow
from lms.cohorts.models import Participant
from lms.db.session import db
from lms.documents.posting import Posting, posting_of

DOCUMENTS_AT_ONCE = 10
"""How many issued PDFs are held while many are printed."""


class NoSuchParcel(NotFound):
    """There is no parcel with this id; a page answers 404."""


@dataclass(frozen=True, slots=True)
class WaitingPaper:
    """The newest valid version of a certificate that nobody made a parcel of, and the address registered now.

    `name` is the one printed on the paper, which a reissue may have changed; the seat's own once the record is erased.
    """

    entry_id: int
    number: str
    version: int
    issued_on: date
    participant_id: int
    cohort_id: int
    name: str
    company: str
    department: str
    postal_code: str
    address: str

    @property
    def has_address(self) -> bool:
        """Whether a parcel can be addressed."""
        return bool(self.postal_code.strip() and self.address.strip())


@dataclass(frozen=True, slots=True)
class ParcelEvent:
    """One thing that happened to a parcel."""

    state: ShipmentState
    happened_on: date
    carrier: str
    tracking_number: str
    note: str
    noted_by: str
    noted_at: datetime


@dataclass(frozen=True, slots=True)
class Parcel:
    """One paper on its way to one address; `events` are oldest first and begin with the preparation."""

    id: int
    entry_id: int
    number: str
    version: int
    issued_on: date
    participant_id: int
    cohort_id: int
    recipient: str
    company: str
    department: str
    postal_code: str
    address: str
    is_in_force: bool
    """Its paper is the newest version of the certificate and valid today."""
    events: tuple[ParcelEvent, ...]

    @property
    def state(self) -> ShipmentState:
        """Where the parcel is."""
        return self.events[-1].state

    @property
    def sent(self) -> ParcelEvent | None:
        """When, by whom and under which number it went out last."""
        return next((event for event in reversed(self.events) if event.state is ShipmentState.SHIPPED), None)

    @property
    def not_before(self) -> date:
        """The day before which nothing further can have happened to it."""
        is_fresh = self.state is ShipmentState.PREPARED
        return self.issued_on if is_fresh else self.events[-1].happened_on

    def may_become(self, state: ShipmentState) -> bool:
        """Whether this may happen to it next."""
        is_fit = self.is_in_force or state is not ShipmentState.SHIPPED
        return is_fit and may_follow(self.state, state)


def list_waiting(cohort_id: int | None = None) -> list[WaitingPaper]:
    """Every paper that waits for a parcel, in the order of the register: valid, newest version, no parcel under way."""
    rows = db.session.execute(_waiting(cohort_id)).all()
    in_force = _in_force({entry.certificate_number for entry, _, _ in rows})
    return [
        WaitingPaper(
            entry_id=entry.id,
            number=entry.certificate_number,
            version=entry.version,
            issued_on=entry.issued_on,
            participant_id=seat.id,
            cohort_id=seat.cohort_id,
            name=record_from_json(record).holder_name if record else seat.certificate_name,
            company=seat.company,
            department=seat.department,
            postal_code=seat.postal_code,
            address=seat.address,
        )
        for entry, seat, record in rows
        if in_force.get(entry.certificate_number) == entry.version
    ]


def list_parcels(
    cohort_id: int | None = None,
    *,
    ids: Collection[int] | None = None,
    numbers: Collection[str] | None = None,
    states: Collection[ShipmentState] | None = None,
) -> list[Parcel]:
    """Parcels in the order of the register: of a cohort or of all, with these ids, certificate numbers or states when given."""
    last = _last_states()
    wanted = [
        *([] if states is None else [Shipment.id.in_(select(last.c.id).where(last.c.state.in_(states)))]),
        *([] if cohort_id is None else [Participant.cohort_id == cohort_id]),
        *([] if ids is None else [Shipment.id.in_(ids)]),
        *([] if numbers is None else [Shipment.certificate_number.in_(numbers)]),
    ]
    rows = db.session.execute(
        select(Shipment, RegisterEntry, Participant.cohort_id)
        .join(RegisterEntry, RegisterEntry.id == Shipment.register_entry_id)
        .join(Participant, Participant.id == RegisterEntry.participant_id)
        .where(*wanted)
        .order_by(RegisterEntry.position, Shipment.id)
    ).all()
    events = _events(wanted)
    in_force = _in_force({shipment.certificate_number for shipment, _, _ in rows})
    return [
        _parcel(shipment, entry, cohort, events[shipment.id], is_in_force=in_force.get(entry.certificate_number) == entry.version)
        for shipment, entry, cohort in rows
    ]


def get_parcel(parcel_id: int) -> Parcel:
    """A parcel with what happened to it.

    Raises NoSuchParcel.
    """
    found = list_parcels(ids=[parcel_id])
    if not found:
        raise NoSuchParcel
    return found[0]


def list_shipments(number: str) -> list[Parcel]:
    """Every parcel of a certificate, all versions, the oldest first: what the register's page of it shows."""
    return sorted(list_parcels(numbers=[number]), key=lambda parcel: parcel.id)


def shipment_of(participant_id: int) -> Parcel | None:
    """The parcel of the newest version of a participant's certificate, as the holder may see it.

    None while that version has no parcel (after a reissue, too) or the last one was given up.
    """
    newest = (
        select(RegisterEntry.id)
        .where(RegisterEntry.participant_id == participant_id, RegisterEntry.kind.in_(PRINTED_KINDS))
        .order_by(RegisterEntry.position.desc())
        .limit(1)
    )
    ids = list(db.session.scalars(select(Shipment.id).where(Shipment.register_entry_id == newest.scalar_subquery())))
    under_way = [parcel for parcel in list_parcels(ids=ids) if parcel.state is not ShipmentState.CANCELED] if ids else []
    return under_way[-1] if under_way else None


def count_to_post() -> tuple[int, int]:
    """How many papers wait for being sent (without or with a parcel), and how many parcels came back."""
    last = _last_states()
    states: dict[ShipmentState, int] = dict(db.session.execute(select(last.c.state, func.count()).group_by(last.c.state)).all())
    waiting = len(list_waiting()) + states.get(ShipmentState.PREPARED, 0)
    return waiting, states.get(ShipmentState.UNDELIVERED, 0)


def list_printable(*, run_id: int | None = None, cohort_id: int | None = None, unsent_only: bool = False) -> list[int]:
    """The entries whose PDFs are to be printed, in the order of the register: the newest valid version of each certificate."""
    later = aliased(RegisterEntry)
    wanted = [
        RegisterEntry.kind.in_(PRINTED_KINDS),
        ~exists().where(_is_later_version(later)),
        _has_document(),
        *([] if cohort_id is None else [Participant.cohort_id == cohort_id]),
        *([] if run_id is None else [RegisterEntry.certificate_number.in_(_numbers_of_run(run_id))]),
        *([~_has_left()] if unsent_only else []),
    ]
    rows = db.session.execute(
        select(RegisterEntry.id, RegisterEntry.certificate_number, RegisterEntry.version)
        .join(Participant, Participant.id == RegisterEntry.participant_id)
        .where(*wanted)
        .order_by(RegisterEntry.position)
    ).all()
    in_force = _in_force({row.certificate_number for row in rows})
    return [row.id for row in rows if in_force.get(row.certificate_number) == row.version]


def stream_documents(entry_ids: Collection[int]) -> Iterator[bytes]:
    """The PDFs as issued, in the order of the ids, a few at a time so that memory stays flat."""
    ids = list(entry_ids)
    for start in range(0, len(ids), DOCUMENTS_AT_ONCE):
        some = ids[start : start + DOCUMENTS_AT_ONCE]
        rows = db.session.execute(
            select(IssuedDocument.register_entry_id, IssuedDocument.pdf).where(IssuedDocument.register_entry_id.in_(some))
        )
        documents = dict(rows.all())
        yield from (documents[entry_id] for entry_id in some)


def posting() -> Posting:
    """The settings of content/certificates/posting.yaml."""
    return posting_of(settings().content)


def _waiting(cohort_id: int | None) -> Select[RegisterEntry, Participant, str | None]:
    later, end = aliased(RegisterEntry), aliased(RegisterEntry)
    last = _last_states()
    under_way = exists().where(last.c.register_entry_id == RegisterEntry.id, last.c.state != ShipmentState.CANCELED)
    is_ended = exists().where(
        end.certificate_number == RegisterEntry.certificate_number, end.kind.in_((EntryKind.VOID, EntryKind.REVOKE))
    )
    return (
        select(RegisterEntry, Participant, PrintedRecord.record)
        .join(Participant, Participant.id == RegisterEntry.participant_id)
        .outerjoin(PrintedRecord, PrintedRecord.register_entry_id == RegisterEntry.id)
        .where(
            RegisterEntry.kind.in_(PRINTED_KINDS),
            ~exists().where(_is_later_version(later)),
            ~is_ended,
            ~under_way,
            _has_document(),
            *([] if cohort_id is None else [Participant.cohort_id == cohort_id]),
        )
        .order_by(RegisterEntry.position)
    )


def _has_document() -> ColumnElement[bool]:
    """The PDF is still there: an erased paper is neither printed nor posted."""
    return exists().where(IssuedDocument.register_entry_id == RegisterEntry.id)


def _is_later_version(later: type[RegisterEntry]) -> ColumnElement[bool]:
    return and_(
        later.certificate_number == RegisterEntry.certificate_number,
        later.kind.in_(PRINTED_KINDS),
        later.version > RegisterEntry.version,
    )


def _last_states() -> Subquery:
    """(shipment id, entry id, state) of every parcel, its state being what happened last."""
    newest = select(func.max(ShipmentEvent.id)).group_by(ShipmentEvent.shipment_id)
    return (
        select(Shipment.id, Shipment.register_entry_id, ShipmentEvent.state)
        .join(ShipmentEvent, ShipmentEvent.shipment_id == Shipment.id)
        .where(ShipmentEvent.id.in_(newest))
        .subquery()
    )


def _has_left() -> ColumnElement[bool]:
    """A parcel with this very paper is on its way or arrived."""
    last = _last_states()
    gone = (ShipmentState.SHIPPED, ShipmentState.DELIVERED)
    return exists().where(last.c.register_entry_id == RegisterEntry.id, last.c.state.in_(gone))


def _numbers_of_run(run_id: int) -> Select[str]:
    return select(IssueRunItem.certificate_number).where(IssueRunItem.run_id == run_id)


def _in_force(numbers: Collection[str]) -> dict[str, int]:
    """Number → the version that is valid today; certificates that are worth nothing today are left out."""
    today = clock.today_jst()
    found = {}
    for number, history in happenings_by_number(RegisterEntry.certificate_number.in_(numbers)).items():
        version = max(happening.version for happening in history)
        if certificate_status(history, version=version, today=today) is CertificateStatus.VALID:
            found[number] = version
    return found


def _events(wanted: list[ColumnElement[bool]]) -> dict[int, list[ParcelEvent]]:
    rows = db.session.execute(
        select(ShipmentEvent, User.name)
        .join(Shipment, Shipment.id == ShipmentEvent.shipment_id)
        .join(RegisterEntry, RegisterEntry.id == Shipment.register_entry_id)
        .join(Participant, Participant.id == RegisterEntry.participant_id)
        .join(User, User.id == ShipmentEvent.noted_by_id)
        .where(*wanted)
        .order_by(ShipmentEvent.id)
    )
    found: dict[int, list[ParcelEvent]] = {}
    for row, name in rows:
        event = ParcelEvent(row.state, row.happened_on, row.carrier, row.tracking_number, row.note, name, row.noted_at)
        found.setdefault(row.shipment_id, []).append(event)
    return found


def _parcel(shipment: Shipment, entry: RegisterEntry, cohort_id: int, events: list[ParcelEvent], *, is_in_force: bool) -> Parcel:
    return Parcel(
        id=shipment.id,
        entry_id=entry.id,
        number=entry.certificate_number,
        version=entry.version,
        issued_on=entry.issued_on,
        participant_id=entry.participant_id,
        cohort_id=cohort_id,
        recipient=shipment.recipient,
        company=shipment.company,
        department=shipment.department,
        postal_code=shipment.postal_code,
        address=shipment.address,
        is_in_force=is_in_force,
        events=tuple(events),
    )
