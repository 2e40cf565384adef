"""What happened to one certificate, with the days, as rules/since and the holder's page need it."""

from sqlalchemy import select

from lms.certification.models import RegisterEntry
from lms.certification.rules.entries import Happening
from lms.certification.rules.since import DatedHappening
from lms.db.session import db


def list_happenings(number: str) -> list[DatedHappening]:
    """Everything that happened to a number, oldest first, in one SELECT."""
    rows = db.session.execute(
        select(RegisterEntry.kind, RegisterEntry.version, RegisterEntry.expires_on, RegisterEntry.issued_on, RegisterEntry.reason)
        .where(RegisterEntry.certificate_number == number)
        .order_by(RegisterEntry.position)
    )
    return [
        DatedHappening(Happening(kind, version, expires_on), issued_on, reason)
        for kind, version, expires_on, issued_on, reason in rows
    ]
