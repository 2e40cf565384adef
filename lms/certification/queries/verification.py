"""真正性の確認: what a stranger with the right number and code, or the right token, gets to see."""

from dataclasses import dataclass
from datetime import date, datetime
from hmac import compare_digest

from sqlalchemy import ColumnElement, select

from certificates.codes import digest, normalize_code
from certificates.names import names_agree
from certificates.numbering import parse_number
from certificates.record import record_from_json
from lms import clock
from lms.audit.queries import find_last_event
from lms.certification.models import PrintedRecord, RegisterEntry, VerificationSecret
from lms.certification.queries.history import list_happenings
from lms.certification.queries.printed import read_record
from lms.certification.queries.register import is_name_shown
from lms.certification.rules.entries import PRINTED_KINDS, CertificateStatus, certificate_status
from lms.certification.rules.limits import ALARM_SHOWN
from lms.certification.rules.since import status_since
from lms.db.session import db

_NO_CODE = digest("")


@dataclass(frozen=True, slots=True)
class VerifiedCertificate:
    """What the page shows; `holder_name` is None without the holder's consent.

    When what was printed is erased, `holder_name` says so, and course, cohort and qualification are empty.
    """

    number: str
    version: int
    entry_id: int
    status: CertificateStatus
    since: date | None
    """The day from which it has this status; None while it is valid."""
    course_title: str
    cohort_label: str
    qualification: str
    association: str
    issued_on: date
    """The day of issue of this version."""
    first_issued_on: date | None
    """認定日, where this version is a later one."""
    expires_on: date | None
    """The last good day; None without end."""
    is_sample: bool
    holder_name: str | None

    @property
    def is_over(self) -> bool:
        """失効 or 無効 as a whole: then nothing of what was printed is shown any more, and no name is compared."""
        return self.status in (CertificateStatus.REVOKED, CertificateStatus.VOID)


def find_by_code(number: str, code: str) -> VerifiedCertificate | None:
    """The certificate whose number and 確認コード were typed; None for every kind of failure alike."""
    parsed, typed = parse_number(number), normalize_code(code)
    # A wrong check digit or a mistyped code asks the database all the same, so that the time tells nothing.
    wanted = str(parsed) if parsed and typed else ""
    code_hash = digest(typed) if typed else _NO_CODE
    secrets = db.session.execute(
        select(VerificationSecret.register_entry_id, VerificationSecret.code_hash).where(
            VerificationSecret.certificate_number == wanted
        )
    )
    for entry_id, stored in secrets:
        if compare_digest(stored, code_hash):
            return _verified(RegisterEntry.id == entry_id)
    return None


def find_by_token(token: str) -> VerifiedCertificate | None:
    """The certificate whose QR code carries the token."""
    entry_id = db.session.scalar(
        select(VerificationSecret.register_entry_id).where(VerificationSecret.token_hash == digest(token))
    )
    return None if entry_id is None else _verified(RegisterEntry.id == entry_id)


def find_by_document(sha256: str) -> VerifiedCertificate | None:
    """The certificate that was issued as the PDF with this SHA-256 in hex; anything else finds nothing."""
    # The chain knows the hash also when the PDF itself was erased.
    return _verified(RegisterEntry.pdf_sha256 == sha256, RegisterEntry.kind.in_(PRINTED_KINDS))


def find_alarm(*, now: datetime) -> datetime | None:
    """When look-ups last failed in unusual number, while the office's start page shall tell of it."""
    event = find_last_event("verification:alarm")
    return event.at if event and event.at > now - ALARM_SHOWN else None


def name_agrees(certificate: VerifiedCertificate, typed: str) -> bool:
    """Whether the typed name is the one printed on this version, after folding spaces, widths and variant forms."""
    text = db.session.scalar(select(PrintedRecord.record).where(PrintedRecord.register_entry_id == certificate.entry_id))
    return names_agree(typed, record_from_json(text).holder_name) if text else False


def _verified(*conditions: ColumnElement[bool]) -> VerifiedCertificate | None:
    found = db.session.execute(
        select(RegisterEntry, PrintedRecord.record)
        .outerjoin(PrintedRecord, PrintedRecord.register_entry_id == RegisterEntry.id)
        .where(*conditions)
    ).first()
    if found is None:
        return None
    entry, text = found
    history = list_happenings(entry.certificate_number)
    record = read_record(text, entry, first_issued_on=history[0].on)
    happenings = [each.happening for each in history]
    status = certificate_status(happenings, version=entry.version, today=clock.today_jst())
    return VerifiedCertificate(
        number=entry.certificate_number,
        version=entry.version,
        entry_id=entry.id,
        status=status,
        since=status_since(history, version=entry.version, status=status),
        course_title=record.course_title,
        cohort_label=record.cohort_label,
        qualification=record.qualification,
        association=record.association,
        issued_on=entry.issued_on,
        first_issued_on=record.first_issued_on,
        expires_on=entry.expires_on,
        is_sample=record.is_sample,
        holder_name=record.holder_name if not text or is_name_shown(entry.participant_id) else None,
    )
