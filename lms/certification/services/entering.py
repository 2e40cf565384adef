"""Adding entries to the register: the only place that takes serials and writes to the chain."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import select

from certificates.numbering import SeriesPlace, format_number
from lms.certification.models import NumberSeries, RegisterEntry
from lms.certification.queries.issuing import settings
from lms.certification.rules.chain import GENESIS_HASH, ChainedEntry, hash_entry
from lms.certification.rules.entries import EntryKind
from lms.db.session import db


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """What the caller knows of an entry; position and hashes come from the register."""

    certificate_number: str
    version: int
    kind: EntryKind
    participant_id: int
    issued_on: date
    commitment: str
    pdf_sha256: str = ""
    expires_on: date | None = None
    reason: str = ""


def take_number(series: str, year: int) -> str:
    """The next certificate number; given back with everything else when the transaction fails. Needs the register's lock.

    Its format is the one of the settings. Numbers without a series have one counter, whatever series the settings name.
    """
    form = settings().certificate.number_format
    series = "" if form.series is SeriesPlace.NOWHERE else series
    counter = db.session.scalar(
        select(NumberSeries)
        .where(NumberSeries.series == series, NumberSeries.year == year)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if counter is None:
        counter = NumberSeries(series=series, year=year, last_serial=0)
        db.session.add(counter)
    counter.last_serial += 1
    return format_number(series, year, counter.last_serial, form)


def enter(entry: NewEntry, *, by: int | None, now: datetime) -> RegisterEntry:
    """Append an entry to the chain; `by` is None for the worker. Needs the register's lock."""
    last = db.session.execute(
        select(RegisterEntry.position, RegisterEntry.entry_hash).order_by(RegisterEntry.position.desc()).limit(1)
    ).first()
    position, previous_hash = (last.position + 1, last.entry_hash) if last else (1, GENESIS_HASH)
    chained = ChainedEntry(
        position=position,
        certificate_number=entry.certificate_number,
        version=entry.version,
        kind=entry.kind,
        participant_id=entry.participant_id,
        issued_on=entry.issued_on,
        expires_on=entry.expires_on,
        commitment=entry.commitment,
        pdf_sha256=entry.pdf_sha256,
        reason=entry.reason,
        entered_by_id=by,
        entered_at=now,
        previous_hash=previous_hash,
    )
    row = RegisterEntry(**asdict(chained), entry_hash=hash_entry(chained))
    db.session.add(row)
    db.session.flush()
    return row
