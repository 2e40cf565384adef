"""Mails to a holder about what happened to the certificate: the fact, what follows, and only what the office wrote."""

from datetime import datetime

from lms.certification.models import RegisterEntry
from lms.certification.queries.issuing import settings
from lms.certification.queries.versions import printed_name
from lms.cohorts.queries import Seat
from lms.mail.services.queueing import queue_mail


def tell_holder(template: str, seat: Seat, entry: RegisterEntry, *, now: datetime, **values: object) -> None:
    """Queue the mail that tells the holder of an entry, once for each entry, in the caller's transaction."""
    number = entry.certificate_number
    tell_about(template, seat, number, key=f"{template}:{entry.position}", now=now, entered_on=entry.issued_on, **values)


def tell_about(template: str, seat: Seat, number: str, *, key: str, now: datetime, **values: object) -> None:
    """Queue a mail to the holder of a certificate, once for each key, in the caller's transaction."""
    queue_mail(
        template,
        to=seat.email,
        key=key,
        values={
            "name": printed_name(number) or seat.name,
            "number": number,
            "link": f"{settings().public_base_url}/certificate",
            **values,
        },
        now=now,
        user_id=seat.user_id,
    )
