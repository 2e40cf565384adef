"""What hangs on the entries of the register: printed records, words, PDFs, hashes of the codes."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from certificates.codes import digest
from certificates.record import CertificateRecord, RecordError, record_from_json
from lms.certification.models import EntryDetail, IssuedDocument, PrintedRecord, RenewalApplication, VerificationSecret
from lms.certification.queries.stored import SPOILED, Stored, stored_rows
from lms.certification.queries.witnesses import erased_records, erased_words
from lms.certification.rules.chain import Damage, RegisterProblem, commit_to, commit_to_codes, renewal_text
from lms.certification.rules.entries import PRINTED_KINDS, EntryKind
from lms.db.base import Base

Check = Callable[[Stored, Stored], bool]


def list_paper_problems(rows: Sequence[Stored]) -> Iterator[RegisterProblem]:
    """Whatever is missing, altered or too much beside the entries given. PDFs come a few at a time.

    What was erased in order, as 操作記録 tells, is missing rightly; then nothing at all of it may be left.
    """
    printing = {row["id"]: row for row in rows if row["kind"] in PRINTED_KINDS}
    others = {row["id"]: row for row in rows if row["kind"] not in PRINTED_KINDS}
    yield from _printed_problems(printing)
    erased = erased_words()

    def has_intact_words(entry: Stored, detail: Stored) -> bool:
        is_erased = detail["detail"] == "" == detail["salt"] and entry["position"] in erased
        return is_erased or _is_committed(entry, detail, detail["detail"])

    yield from _compare(others, EntryDetail, has_intact_words, Damage.DETAIL_MISSING, Damage.DETAIL)


def _printed_problems(printing: Mapping[Any, Stored]) -> Iterator[RegisterProblem]:
    records: dict[int, CertificateRecord] = {}
    conditions = {row["register_entry_id"]: row["conditions"] for row in stored_rows(RenewalApplication)}
    erased = erased_records()

    def has_intact_record(entry: Stored, printed: Stored) -> bool:
        if printed["record"] == "" == printed["salt"]:
            return entry["position"] in erased
        record = _read(printed)
        if record is None:
            return False
        records[entry["id"]] = record
        beside = renewal_text(conditions.get(entry["id"])) if entry["kind"] is EntryKind.RENEW else ""
        return _is_committed(entry, printed, printed["record"] + beside) and _says(record, entry)

    def has_intact_secret(entry: Stored, secret: Stored) -> bool:
        record = records.get(entry["id"])
        if record is None and entry["position"] in erased:
            return commit_to_codes(secret["code_hash"], secret["token_hash"]) == erased[entry["position"]]
        # Without a readable record nothing can be said of the code; the record's own damage is named already.
        return record is None or _is_secret(secret, record)

    yield from _compare(printing, PrintedRecord, has_intact_record, Damage.RECORD_MISSING, Damage.RECORD)
    kept = {key: row for key, row in printing.items() if row["position"] not in erased or key in records}
    yield from _compare(kept, IssuedDocument, _is_document, Damage.DOCUMENT_MISSING, Damage.DOCUMENT)
    yield from _compare(printing, VerificationSecret, has_intact_secret, Damage.SECRET_MISSING, Damage.SECRET)


def _compare(
    entries: Mapping[Any, Stored], model: type[Base], is_intact: Check, missing: Damage, altered: Damage
) -> Iterator[RegisterProblem]:
    """Every entry has exactly one row of the table, which is intact and bears the entry's number."""
    waiting = dict(entries)
    for row in stored_rows(model):
        entry = waiting.pop(row["register_entry_id"], None)
        if entry is None:
            yield RegisterProblem(0, str(row.get("certificate_number", row["register_entry_id"])), Damage.STRAY)
        elif SPOILED in row.values() or not _bears_number(entry, row) or not is_intact(entry, row):
            yield _problem(entry, altered)
    for entry in waiting.values():
        yield _problem(entry, missing)


def _problem(entry: Stored, damage: Damage) -> RegisterProblem:
    position, number = entry["position"], entry["certificate_number"]
    return RegisterProblem(
        position if isinstance(position, int) else 0, number if isinstance(number, str) else "register_entries", damage
    )


def _bears_number(entry: Stored, row: Stored) -> bool:
    return bool(row.get("certificate_number", entry["certificate_number"]) == entry["certificate_number"])


def _is_committed(entry: Stored, row: Stored, text: str) -> bool:
    """A salt must be written as it was made: bytes.fromhex would also read capitals and spaces."""
    try:
        is_plain = bytes.fromhex(row["salt"]).hex() == row["salt"]
        return is_plain and bool(commit_to(text, row["salt"]) == entry["commitment"])
    except ValueError:  # a salt that is no longer hexadecimal, or half a surrogate pair
        return False


def _says(record: CertificateRecord, entry: Stored) -> bool:
    said = (record.number, record.version, record.issued_on, record.expires_on)
    return said == (entry["certificate_number"], entry["version"], entry["issued_on"], entry["expires_on"])


def _is_document(entry: Stored, document: Stored) -> bool:
    return bool(hashlib.sha256(document["pdf"]).hexdigest() == entry["pdf_sha256"] == document["sha256"])


def _is_secret(secret: Stored, record: CertificateRecord) -> bool:
    token = record.verify_url.partition("#")[0].rpartition("/")[2]
    return bool(secret["code_hash"] == digest(record.verify_code) and secret["token_hash"] == digest(token))


def _read(printed: Stored) -> CertificateRecord | None:
    try:
        return record_from_json(printed["record"])
    except RecordError:
        return None
