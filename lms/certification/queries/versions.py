"""The next version of a certificate: what was certified stays as it was printed, who signs today signs."""

from dataclasses import replace
from datetime import date

from sqlalchemy import select

from certificates.record import CertificateRecord, record_from_json
from lms.certification.models import PrintedRecord
from lms.certification.queries.acts import StandingCertificate
from lms.certification.queries.issuing import draft_record
from lms.certification.rules.deciding import CertificationRefused, Refusal
from lms.db.session import db


def printed_record(entry_id: int) -> CertificateRecord | None:
    """What the paper of an entry says; None when it was erased."""
    text = db.session.scalar(select(PrintedRecord.record).where(PrintedRecord.register_entry_id == entry_id))
    return record_from_json(text) if text else None


def printed_name(number: str) -> str:
    """The name on the newest paper of a certificate, by which its holder is addressed; empty when it was erased."""
    text = db.session.scalar(
        select(PrintedRecord.record)
        .where(PrintedRecord.certificate_number == number)
        .order_by(PrintedRecord.register_entry_id.desc())
        .limit(1)
    )
    return record_from_json(text).holder_name if text else ""


def draft_next_version(
    certificate: StandingCertificate, *, issued_on: date, expires_on: date | None, holder_name: str = ""
) -> CertificateRecord:
    """The record of the next version, without codes; an empty name: the printed one stays.

    Course, qualification, 主文 and cohort are those that were certified, whatever the settings say today; the name of the
    account counts for nothing. Raises CertificationRefused when what was printed is erased.
    """
    previous = printed_record(certificate.paper.id)
    if previous is None:
        raise CertificationRefused(Refusal.RECORD_ERASED)
    today = draft_record(certificate.seat, issued_on=issued_on, number=certificate.number)
    return replace(
        today,
        holder_name=holder_name or previous.holder_name,
        course_title=previous.course_title,
        qualification=previous.qualification,
        body_lines=previous.body_lines,
        cohort_label=previous.cohort_label,
        version=previous.version + 1,
        first_issued_on=previous.first_issued_on or previous.issued_on,
        expires_on=expires_on,
    )
