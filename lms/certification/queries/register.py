"""認定台帳 as the office reads it, and the holder's own certificate: what was printed, what it is worth, the PDF as issued."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select
from werkzeug.exceptions import NotFound

from certificates.names import fold_name
from certificates.numbering import parse_number
from certificates.record import CertificateRecord
from lms import clock
from lms.certification.models import IssuedDocument, NameConsent, PrintedRecord, RegisterEntry, VerificationLookup
from lms.certification.queries.printed import read_record
from lms.certification.rules.entries import PRINTED_KINDS, CertificateStatus, Happening, certificate_status
from lms.db.session import db


class NoSuchCertificate(NotFound):
    """There is no certificate with this number; a page answers 404."""


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """The newest version of one certificate as printed, with its status today."""

    entry_id: int
    position: int
    number: str
    version: int
    participant_id: int
    record: CertificateRecord
    issued_on: date
    """The day of the version shown."""
    expires_on: date | None
    """Its last good day; None without end."""
    status: CertificateStatus
    is_erased: bool
    """What was printed is erased; `record` has number, version and days only."""

    @property
    def first_issued_on(self) -> date:
        """認定日: the day of the first version."""
        return self.record.first_issued_on or self.issued_on


@dataclass(frozen=True, slots=True)
class IssuedPdf:
    """The PDF exactly as issued."""

    number: str
    body: bytes


@dataclass(frozen=True, slots=True)
class CertificateView:
    """A holder's own certificate: what is printed on it, whether strangers see the name, on which days it was looked up."""

    number: str
    version: int
    record: CertificateRecord
    status: CertificateStatus
    is_erased: bool
    """What was printed is erased; `record` has number, version and days only."""
    is_name_shown: bool
    looked_up_on: tuple[date, ...]


_ENDED = (CertificateStatus.VOID, CertificateStatus.REVOKED)


def list_register(search: str = "", *, status: CertificateStatus | None = None, year: int | None = None) -> list[RegisterRow]:
    """The register, newest first; `year` is that of the first version.

    `search` is a number as people type it, a part of one, or a part of a name; variant forms of kanji are one.
    """
    rows = [row for row in _rows() if status is None or row.status is status]
    rows = [row for row in rows if year is None or row.first_issued_on.year == year]
    return [row for row in rows if _matches(row, search)]


def find_document(number: str, *, version: int | None = None) -> IssuedPdf | None:
    """The PDF of a version of a certificate, of the newest without one; None when it was erased, too."""
    wanted = [RegisterEntry.version == version] if version is not None else []
    return _document(RegisterEntry.certificate_number == number, *wanted)


def find_certificate(participant_id: int) -> CertificateView | None:
    """The certificate of a seat, or None while none was issued."""
    rows = _rows(RegisterEntry.participant_id == participant_id)
    if not rows:
        return None
    row = rows[0]
    return CertificateView(
        number=row.number,
        version=row.version,
        record=row.record,
        status=row.status,
        is_erased=row.is_erased,
        is_name_shown=is_name_shown(participant_id),
        looked_up_on=_lookup_days(row.number),
    )


def list_certificate_numbers(participant_ids: Collection[int]) -> dict[int, str]:
    """Participant id → number of the seat's certificate, the newest that is neither voided nor revoked; few SELECTs."""
    rows = reversed(_rows(RegisterEntry.participant_id.in_(participant_ids)))
    return {row.participant_id: row.number for row in rows if row.status not in _ENDED}


def certificate_pdf(participant_id: int) -> IssuedPdf:
    """The PDF of a seat's certificate, its newest version.

    Raises NoSuchCertificate, also when it was erased.
    """
    found = _document(RegisterEntry.participant_id == participant_id)
    if found is None:
        raise NoSuchCertificate
    return found


def is_name_shown(participant_id: int) -> bool:
    """Whether the holder consented that the verification page shows the name; the default is no."""
    return bool(db.session.scalar(select(NameConsent.is_shown).where(NameConsent.participant_id == participant_id)))


def happenings_by_number(*conditions: ColumnElement[bool]) -> dict[str, list[Happening]]:
    """Number → what happened to it, oldest first; of those certificates only of which an entry meets the conditions."""
    history: dict[str, list[Happening]] = {}
    rows = db.session.execute(
        select(RegisterEntry.certificate_number, RegisterEntry.kind, RegisterEntry.version, RegisterEntry.expires_on)
        .where(RegisterEntry.certificate_number.in_(select(RegisterEntry.certificate_number).where(*conditions)))
        .order_by(RegisterEntry.position)
    )
    for number, kind, version, expires_on in rows:
        history.setdefault(number, []).append(Happening(kind, version, expires_on))
    return history


def _rows(*conditions: ColumnElement[bool]) -> list[RegisterRow]:
    found = db.session.execute(
        select(RegisterEntry, PrintedRecord.record)
        .outerjoin(PrintedRecord, PrintedRecord.register_entry_id == RegisterEntry.id)
        .where(RegisterEntry.kind.in_(PRINTED_KINDS), *conditions)
        .order_by(RegisterEntry.position)
    ).all()
    newest = {entry.certificate_number: (entry, record) for entry, record in found}
    first = {entry.certificate_number: entry.issued_on for entry, _ in reversed(found)}
    history = happenings_by_number(*conditions)
    return [_row(entry, record, first[number], history[number]) for number, (entry, record) in reversed(newest.items())]


def _row(entry: RegisterEntry, record: str | None, first_issued_on: date, history: list[Happening]) -> RegisterRow:
    return RegisterRow(
        entry_id=entry.id,
        position=entry.position,
        number=entry.certificate_number,
        version=entry.version,
        participant_id=entry.participant_id,
        record=read_record(record, entry, first_issued_on=first_issued_on),
        issued_on=entry.issued_on,
        expires_on=entry.expires_on,
        status=certificate_status(history, version=entry.version, today=clock.today_jst()),
        is_erased=not record,
    )


def _matches(row: RegisterRow, search: str) -> bool:
    number = parse_number(search)
    # A number of which the beginning was left out may read as one of another format.
    folded = fold_name(str(number) if number else search)
    return folded in fold_name(row.number) or folded in fold_name(row.record.holder_name)


def _document(*conditions: ColumnElement[bool]) -> IssuedPdf | None:
    found = db.session.execute(
        select(RegisterEntry.certificate_number, IssuedDocument.pdf)
        # Outer: when the newest version is erased, an older one must not be taken for it.
        .outerjoin(IssuedDocument, IssuedDocument.register_entry_id == RegisterEntry.id)
        .where(RegisterEntry.kind.in_(PRINTED_KINDS), *conditions)
        .order_by(RegisterEntry.position.desc())
        .limit(1)
    ).first()
    return None if found is None or found.pdf is None else IssuedPdf(found.certificate_number, found.pdf)


def _lookup_days(number: str) -> tuple[date, ...]:
    days = (
        select(VerificationLookup.looked_up_on)
        .where(VerificationLookup.certificate_number == number)
        .distinct()
        .order_by(VerificationLookup.looked_up_on.desc())
    )
    return tuple(db.session.scalars(days))
