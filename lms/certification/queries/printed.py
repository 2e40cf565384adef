"""Printed records read back from the register, and what stands in for one whose name was erased."""

from datetime import date

from certificates.record import CertificateRecord, record_from_json
from lms.certification.models import RegisterEntry
from lms.certification.queries.issuing import settings

ERASED_NAME = "氏名は消去済み"
"""Stands where the name would."""


def read_record(text: str | None, entry: RegisterEntry, *, first_issued_on: date) -> CertificateRecord:
    """What the paper of an entry says; of an erased one only what the chain itself keeps: number, version, days.

    `first_issued_on` is the day of the number's first version.
    """
    if text:
        return record_from_json(text)
    here = settings()
    return CertificateRecord(
        number=entry.certificate_number,
        holder_name=ERASED_NAME,
        course_title="",
        qualification="",
        body_lines=(),
        cohort_label="",
        issued_on=entry.issued_on,
        association=here.certificate.association,
        signatory_title="",
        signatory_name="",
        verify_url="",
        verify_code="",
        is_sample=here.is_demo,
        version=entry.version,
        expires_on=entry.expires_on,
        first_issued_on=first_issued_on if entry.version > 1 else None,
    )
