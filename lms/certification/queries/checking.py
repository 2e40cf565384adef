"""Checking the register against itself: the chain, what may follow what, papers, words, codes, serials, witnesses."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select

from certificates.numbering import parse_number
from lms.certification.models import NumberSeries, RegisterEntry
from lms.certification.queries.loose_papers import list_paper_problems
from lms.certification.queries.stored import SPOILED, Stored, stored_rows
from lms.certification.queries.witnesses import erased_records, erased_words, list_witness_problems
from lms.certification.rules.chain import ChainedEntry, Damage, RegisterProblem
from lms.certification.rules.entries import EntryKind, Happening
from lms.certification.rules.sequence import Standing, after, may_follow
from lms.certification.rules.walking import Link, Placed, place_links, walk_chain
from lms.db.session import db

_BESIDE_THE_HASH = ("id", "entry_hash")


def list_register_problems() -> list[RegisterProblem]:
    """Everything in the register that does not hold, the first altered row first; empty when all is well.

    Whatever the tables hold, damage is a finding and never an error.
    """
    rows = list(stored_rows(RegisterEntry))
    placed = place_links([_link(row) for row in rows])
    problems = [
        *walk_chain(placed),
        *_sequence_problems(placed),
        *list_paper_problems(rows),
        *list_witness_problems(rows, placed),
    ]
    # What belongs to no entry has no place and comes last; the sort keeps the order of one place.
    problems.sort(key=lambda problem: (problem.position == 0, problem.position))
    return [*problems, *_series_problems(rows)]


def count_entries() -> int:
    """How many entries the register has."""
    return db.session.scalar(select(func.count()).select_from(RegisterEntry)) or 0


def find_head() -> RegisterEntry | None:
    """The last entry, whose hash stands for the whole register; None while it is empty."""
    return db.session.scalars(select(RegisterEntry).order_by(RegisterEntry.position.desc()).limit(1)).first()


def has_hash(entry_hash: str) -> bool:
    """Whether an entry has this hash in hex, as it was kept elsewhere."""
    found = select(func.count()).select_from(RegisterEntry).where(RegisterEntry.entry_hash == entry_hash.strip().lower())
    return bool(db.session.scalar(found))


def count_erased() -> tuple[int, int]:
    """How many entries have erased words, how many an erased print."""
    return len(erased_words()), len(erased_records())


def _link(row: Stored) -> Link:
    covered = {name: value for name, value in row.items() if name not in _BESIDE_THE_HASH}
    is_readable = SPOILED not in row.values()
    return Link(
        entry=ChainedEntry(**covered) if is_readable else None,
        stored_hash=_text(row["entry_hash"]),
        position=row["position"] if isinstance(row["position"], int) else 0,
        number=_text(row["certificate_number"]),
        previous_hash=_text(row["previous_hash"]),
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _sequence_problems(placed: Sequence[Placed]) -> Iterator[RegisterProblem]:
    """Entries that may not follow what came before of the same number, and days that run backwards or come too early."""
    standings: dict[str, Standing] = {}
    ends: dict[str, date | None] = {}
    for each in placed:
        entry = each.link.entry
        if entry is None:
            continue
        number = entry.certificate_number
        standing = standings.get(number, Standing())
        happening = Happening(entry.kind, entry.version, entry.expires_on)
        if not may_follow(standing, happening) or _is_early(entry, ends.get(number)):
            yield RegisterProblem(each.place, number, Damage.SEQUENCE)
        standings[number] = after(standing, happening)
        if entry.pdf_sha256:
            ends[number] = entry.expires_on


def _is_early(entry: ChainedEntry, last_day: date | None) -> bool:
    """An end is entered after the last good day."""
    return entry.kind is EntryKind.EXPIRE and last_day is not None and entry.issued_on <= last_day


def _series_problems(rows: Sequence[Stored]) -> Iterator[RegisterProblem]:
    """Serials are 1, 2, 3 … without gaps within each series and year, and the counter stands at the last one."""
    issued = _issued_serials(rows)
    counters: dict[tuple[str, int], int] = {}
    for row in stored_rows(NumberSeries):
        if SPOILED in row.values():
            yield RegisterProblem(0, _text(row["series"]) or "number_series", Damage.UNREADABLE)
        else:
            counters[row["series"], row["year"]] = row["last_serial"]
    for series, year in sorted({*issued, *counters}):
        serials = sorted(issued.get((series, year), []))
        name = f"{series}-{year:04d}"
        if serials != list(range(1, len(serials) + 1)):
            yield RegisterProblem(0, name, Damage.SERIES_GAP)
        if counters.get((series, year)) != (serials[-1] if serials else 0):
            yield RegisterProblem(0, name, Damage.SERIES_END)


def _issued_serials(rows: Sequence[Stored]) -> dict[tuple[str, int], list[int]]:
    issued: dict[tuple[str, int], list[int]] = {}
    for row in rows:
        number = parse_number(_text(row["certificate_number"])) if row["kind"] is EntryKind.ISSUE else None
        if number is not None:
            issued.setdefault((number.series, number.year), []).append(number.serial)
    return issued
