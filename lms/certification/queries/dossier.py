"""One certificate as the register desk shows it: its versions, every entry with its words, what waits, what may be done."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from certificates.record import CertificateRecord
from lms.accounts.models import User
from lms.certification.models import EntryDetail, PrintedRecord, RegisterEntry
from lms.certification.queries.acts import ActProposal, list_acts
from lms.certification.queries.expiries import present_rule
from lms.certification.queries.ordering import Order, list_orders_of
from lms.certification.queries.printed import read_record
from lms.certification.queries.register import NoSuchCertificate
from lms.certification.queries.renewals import list_renewals
from lms.certification.rules.entries import PRINTED_KINDS, CertificateStatus, EntryKind, Happening, certificate_status
from lms.certification.rules.sequence import Standing, may_follow, stand
from lms.cohorts.queries import Seat, get_participant
from lms.db.session import db

ACTS = (EntryKind.SUSPEND, EntryKind.RESUME, EntryKind.REVOKE, EntryKind.VOID)


@dataclass(frozen=True, slots=True)
class Version:
    """One paper of a certificate as printed, and what it is worth today."""

    entry_id: int
    number: int
    issued_on: date
    expires_on: date | None
    record: CertificateRecord
    status: CertificateStatus
    is_erased: bool
    """What was printed is erased; `record` has number, version and days only."""


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One entry with what was said beside it; `words` are pairs of a key and a text, `by` is empty for the worker."""

    position: int
    kind: EntryKind
    version: int
    on: date
    reason: str
    words: tuple[tuple[str, str], ...]
    conditions: tuple[tuple[str, str], ...]
    is_erased: bool
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything the register knows of one number."""

    number: str
    seat: Seat
    status: CertificateStatus
    versions: tuple[Version, ...]
    entries: tuple[EntryLine, ...]
    acts: tuple[ActProposal, ...]
    orders: tuple[Order, ...]
    may: tuple[EntryKind, ...]
    """What can happen to it next, as it stands and as the rule of validity is; who may do it is another question."""

    @property
    def newest(self) -> Version:
        """The newest paper."""
        return self.versions[-1]

    @property
    def waiting_act(self) -> ActProposal | None:
        """The act that waits for a decision."""
        return next((act for act in self.acts if act.is_approved is None), None)

    @property
    def open_order(self) -> Order | None:
        """The order that waits."""
        return next((order for order in self.orders if order.settled_at is None), None)


def get_dossier(number: str, *, today: date) -> Dossier:
    """The dossier of a number; the count of SELECTs does not grow with its entries.

    Raises NoSuchCertificate.
    """
    rows: Sequence[Any] = db.session.execute(
        select(RegisterEntry, PrintedRecord.record, EntryDetail.detail, User.name)
        .outerjoin(PrintedRecord, PrintedRecord.register_entry_id == RegisterEntry.id)
        .outerjoin(EntryDetail, EntryDetail.register_entry_id == RegisterEntry.id)
        .outerjoin(User, User.id == RegisterEntry.entered_by_id)
        .where(RegisterEntry.certificate_number == number)
        .order_by(RegisterEntry.position)
    ).all()
    if not rows:
        raise NoSuchCertificate
    happenings = [Happening(entry.kind, entry.version, entry.expires_on) for entry, *_ in rows]
    versions = tuple(
        _version(entry, record, rows[0][0].issued_on, happenings, today)
        for entry, record, *_ in rows
        if entry.kind in PRINTED_KINDS
    )
    renewals = {renewal.entry_id: renewal.conditions for renewal in list_renewals(number)}
    participant_id = rows[-1][0].participant_id
    return Dossier(
        number=number,
        seat=get_participant(participant_id),
        status=versions[-1].status,
        versions=versions,
        entries=tuple(_line(entry, detail, name or "", renewals) for entry, _, detail, name in rows),
        acts=tuple(list_acts(number)),
        orders=tuple(order for order in list_orders_of(participant_id) if order.number == number),
        may=_possible(stand(happenings), versions[-1], today),
    )


def _version(
    entry: RegisterEntry, record: str | None, first_issued_on: date, happenings: list[Happening], today: date
) -> Version:
    status = certificate_status(happenings, version=entry.version, today=today)
    printed = read_record(record, entry, first_issued_on=first_issued_on)
    return Version(entry.id, entry.version, entry.issued_on, entry.expires_on, printed, status, is_erased=not record)


def _line(entry: RegisterEntry, detail: str | None, name: str, renewals: Mapping[int, tuple[tuple[str, str], ...]]) -> EntryLine:
    told: dict[str, Any] = json.loads(detail) if detail else {}
    return EntryLine(
        position=entry.position,
        kind=entry.kind,
        version=entry.version,
        on=entry.issued_on,
        reason=entry.reason,
        words=tuple((key, str(value)) for key, value in told.items()),
        conditions=renewals.get(entry.id, ()),
        is_erased=detail == "",
        by=name,
        at=entry.entered_at,
    )


def _possible(standing: Standing, newest: Version, today: date) -> tuple[EntryKind, ...]:
    """The acts that fit; a renewal only in its time, a reissue only of a paper that is good."""
    kinds = [kind for kind in ACTS if may_follow(standing, Happening(kind, standing.version))]
    next_version = standing.version + 1
    is_good = newest.expires_on is None or today <= newest.expires_on
    if is_good and may_follow(standing, Happening(EntryKind.REISSUE, next_version)):
        kinds.append(EntryKind.REISSUE)
    is_time = newest.expires_on is not None and present_rule().may_be_renewed(newest.expires_on, on=today)
    if is_time and may_follow(standing, Happening(EntryKind.RENEW, next_version)):
        kinds.append(EntryKind.RENEW)
    return tuple(kinds)
