"""Putting a paper into the world: codes, record, PDF, commitment and entry of one version, all in the caller's transaction."""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime

from certificates.codes import digest, new_code, new_token
from certificates.record import CertificateRecord, record_to_json
from lms.audit import services as audit
from lms.certification.models import IssuedDocument, PrintedRecord, RegisterEntry, VerificationSecret
from lms.certification.queries.printing import press
from lms.certification.rules.chain import commit_to
from lms.certification.rules.entries import EntryKind
from lms.certification.services.attesting import attest, seal_paper
from lms.certification.services.entering import NewEntry, enter
from lms.db.session import db

SALT_BYTES = 32


@dataclass(frozen=True, slots=True)
class Paper:
    """A version as it was put out: its entry, what is printed on it, the PDF as stored."""

    entry: RegisterEntry
    record: CertificateRecord
    pdf: bytes


def put_out(
    kind: EntryKind,
    participant_id: int,
    draft: CertificateRecord,
    *,
    reason: str = "",
    beside: str = "",
    by: int,
    now: datetime,
) -> Paper:
    """Draw and store one version of a certificate and enter it: ISSUE, REISSUE or RENEW. Needs the register's lock.

    `draft` has everything that is printed except the codes: number, version, days, name. It must have been found
    printable before (`find_refusal`). `reason` is a word of the list of reasons.
    `beside` is what the entry commits to behind the record: the conditions of a renewal.
    """
    code, token = new_code(secrets.token_bytes), new_token(secrets.token_bytes)
    record = replace(draft, verify_code=code, verify_url=attest(draft, token))
    # Drawing and sealing take some 40 ms and hold the lock meanwhile: the entry has the hash of the paper with its number.
    pdf = seal_paper(press(record), now=now)
    text, salt = record_to_json(record), secrets.token_hex(SALT_BYTES)
    entry = enter(
        NewEntry(
            certificate_number=record.number,
            version=record.version,
            kind=kind,
            participant_id=participant_id,
            issued_on=record.issued_on,
            expires_on=record.expires_on,
            commitment=commit_to(text + beside, salt),
            pdf_sha256=hashlib.sha256(pdf).hexdigest(),
            reason=reason,
        ),
        by=by,
        now=now,
    )
    _store(entry, text, salt, pdf, code=code, token=token)
    audit.record(
        f"certificate:{kind.value}",
        subject=("certificate", record.number),
        by=by,
        now=now,
        detail={"participant_id": participant_id, "position": entry.position, "entry_hash": entry.entry_hash},
    )
    return Paper(entry, record, pdf)


def _store(entry: RegisterEntry, text: str, salt: str, pdf: bytes, *, code: str, token: str) -> None:
    """What hangs on the entry.

    The record and the PDF hold code and token in plain, because the holder must be able to read them again. Both tables
    count as personal; what strangers type is compared with the hashes only.
    """
    number = entry.certificate_number
    db.session.add_all(
        [
            PrintedRecord(register_entry_id=entry.id, certificate_number=number, record=text, salt=salt),
            IssuedDocument(register_entry_id=entry.id, pdf=pdf, sha256=entry.pdf_sha256),
            VerificationSecret(
                register_entry_id=entry.id, certificate_number=number, code_hash=digest(code), token_hash=digest(token)
            ),
        ]
    )
