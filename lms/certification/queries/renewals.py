"""更新: whether a certificate may be renewed, what would be printed, what was found before."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from certificates.record import CertificateRecord
from lms.accounts.models import User
from lms.certification.models import RenewalApplication
from lms.certification.queries.acts import StandingCertificate, find_waiting_act
from lms.certification.queries.expiries import present_rule
from lms.certification.queries.versions import draft_next_version
from lms.certification.rules.deciding import CertificationRefused, Refusal
from lms.certification.rules.entries import EntryKind, Happening
from lms.certification.rules.sequence import may_follow
from lms.db.session import db


@dataclass(frozen=True, slots=True)
class Renewal:
    """A renewal that was made: the entry of the new version, each condition with its evidence, who found it."""

    entry_id: int
    conditions: tuple[tuple[str, str], ...]
    recorded_by: str
    recorded_at: datetime


def draft_renewal(certificate: StandingCertificate, *, on: date) -> CertificateRecord:
    """The record of the renewed version, without codes.

    Raises CertificationRefused: no validity (neither the paper's nor by the present rule), an act that waits, too early,
    suspended, over.
    """
    rule, last_day = present_rule(), certificate.paper.expires_on
    if last_day is None or rule.years is None:
        raise CertificationRefused(Refusal.NO_VALIDITY)
    if find_waiting_act(certificate.number) is not None:
        raise CertificationRefused(Refusal.ACT_WAITS)
    fits = may_follow(certificate.standing, Happening(EntryKind.RENEW, certificate.paper.version + 1))
    if not fits or not rule.may_be_renewed(last_day, on=on):
        raise CertificationRefused(Refusal.NOT_POSSIBLE)
    return draft_next_version(certificate, issued_on=on, expires_on=rule.renewed_until(last_day, on=on))


def list_renewals(number: str) -> list[Renewal]:
    """The renewals of a certificate, oldest first."""
    rows = db.session.execute(
        select(RenewalApplication, User.name)
        .join(User, User.id == RenewalApplication.recorded_by_id)
        .where(RenewalApplication.certificate_number == number)
        .order_by(RenewalApplication.id)
    )
    return [
        Renewal(
            row.register_entry_id,
            tuple((str(each["condition"]), str(each["evidence"])) for each in row.conditions),
            name,
            row.recorded_at,
        )
        for row, name in rows
    ]
