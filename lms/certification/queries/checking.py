"""Checking the register against itself: the chain, the printed records, the PDFs, the codes, the serials."""

import hashlib
from collections.abc import Iterator

from sqlalchemy import select

from certificates.codes import digest
from certificates.numbering import parse_number
from certificates.record import CertificateRecord, RecordError, record_from_json
from lms.certification.models import IssuedDocument, NumberSeries, PrintedRecord, RegisterEntry, VerificationSecret
from lms.certification.rules.chain import ChainedEntry, Damage, RegisterProblem, commit_to, walk_chain
from lms.certification.rules.entries import PRINTED_KINDS, EntryKind
from lms.db.session import db


def list_register_problems() -> list[RegisterProblem]:
    """Everything in the register that does not hold, the first altered row first; empty when all is well."""
    problems = [*walk_chain(_chain()), *_loose_papers()]
    problems.sort(key=lambda problem: problem.position)
    return [*problems, *_series_problems()]


def count_entries() -> int:
    """How many entries the register has."""
    return sum(1 for _ in db.session.scalars(select(RegisterEntry.id)))


def chained(entry: RegisterEntry) -> ChainedEntry:
    """The fields of a stored entry that its hash covers."""
    return ChainedEntry(
        position=entry.position,
        certificate_number=entry.certificate_number,
        version=entry.version,
        kind=entry.kind,
        participant_id=entry.participant_id,
        issued_on=entry.issued_on,
        expires_on=entry.expires_on,
        commitment=entry.commitment,
        pdf_sha256=entry.pdf_sha256,
        reason=entry.reason,
        entered_by_id=entry.entered_by_id,
        entered_at=entry.entered_at,
        previous_hash=entry.previous_hash,
    )


def _chain() -> Iterator[tuple[ChainedEntry, str]]:
    for entry in db.session.scalars(select(RegisterEntry).order_by(RegisterEntry.position, RegisterEntry.id)):
        yield chained(entry), entry.entry_hash


def _loose_papers() -> Iterator[RegisterProblem]:
    """What hangs on the entries that put a paper into the world. PDFs come a few at a time, so memory stays flat."""
    rows = db.session.execute(
        select(RegisterEntry, PrintedRecord, VerificationSecret, IssuedDocument.sha256, IssuedDocument.pdf)
        .outerjoin(PrintedRecord, PrintedRecord.register_entry_id == RegisterEntry.id)
        .outerjoin(VerificationSecret, VerificationSecret.register_entry_id == RegisterEntry.id)
        .outerjoin(IssuedDocument, IssuedDocument.register_entry_id == RegisterEntry.id)
        .where(RegisterEntry.kind.in_(PRINTED_KINDS))
        .order_by(RegisterEntry.position)
        .execution_options(yield_per=20)
    )
    for row in rows:
        entry = row[0]
        for damage in (_record_damage(entry, row[1]), _document_damage(entry, row[3], row[4]), _secret_damage(*row[:3])):
            if damage is not None:
                yield RegisterProblem(entry.position, entry.certificate_number, damage)


def _record_damage(entry: RegisterEntry, printed: PrintedRecord | None) -> Damage | None:
    if printed is None:
        return Damage.RECORD_MISSING
    try:
        commitment = commit_to(printed.record, printed.salt)
    except ValueError:  # a salt that is no longer hexadecimal
        return Damage.RECORD
    record = _read(printed)
    is_intact = (
        commitment == entry.commitment
        and printed.certificate_number == entry.certificate_number
        and record is not None
        and (record.number, record.version, record.issued_on) == (entry.certificate_number, entry.version, entry.issued_on)
    )
    return None if is_intact else Damage.RECORD


def _document_damage(entry: RegisterEntry, stored_hash: str | None, pdf: bytes | None) -> Damage | None:
    if pdf is None:
        return Damage.DOCUMENT_MISSING
    is_intact = hashlib.sha256(pdf).hexdigest() == entry.pdf_sha256 == stored_hash
    return None if is_intact else Damage.DOCUMENT


def _secret_damage(entry: RegisterEntry, printed: PrintedRecord | None, secret: VerificationSecret | None) -> Damage | None:
    if secret is None:
        return Damage.SECRET_MISSING
    record = _read(printed) if printed else None
    if record is None:
        return None  # the record's own damage is named already
    token = record.verify_url.partition("#")[0].rpartition("/")[2]
    is_intact = (
        secret.certificate_number == entry.certificate_number
        and secret.code_hash == digest(record.verify_code)
        and secret.token_hash == digest(token)
    )
    return None if is_intact else Damage.SECRET


def _read(printed: PrintedRecord) -> CertificateRecord | None:
    try:
        return record_from_json(printed.record)
    except RecordError:
        return None


def _series_problems() -> Iterator[RegisterProblem]:
    """Serials are 1, 2, 3 … without gaps within each series and year, and the counter stands at the last one."""
    issued = _issued_serials()
    counters = {
        (row.series, row.year): row.last_serial
        for row in db.session.execute(select(NumberSeries.series, NumberSeries.year, NumberSeries.last_serial))
    }
    for series, year in sorted({*issued, *counters}):
        serials = sorted(issued.get((series, year), []))
        name = f"{series}-{year:04d}"
        if serials != list(range(1, len(serials) + 1)):
            yield RegisterProblem(0, name, Damage.SERIES_GAP)
        if counters.get((series, year)) != (serials[-1] if serials else 0):
            yield RegisterProblem(0, name, Damage.SERIES_END)


def _issued_serials() -> dict[tuple[str, int], list[int]]:
    issued: dict[tuple[str, int], list[int]] = {}
    for text in db.session.scalars(select(RegisterEntry.certificate_number).where(RegisterEntry.kind == EntryKind.ISSUE)):
        number = parse_number(text)
        if number is not None:
            issued.setdefault((number.series, number.year), []).append(number.serial)
    return issued
