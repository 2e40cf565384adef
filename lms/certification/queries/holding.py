"""What the holder sees of the own certificate: how it stands, what happened to it, what is ordered, when it ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from lms.billing.queries import find_seat
from lms.certification.models import RegisterEntry
from lms.certification.queries.history import list_happenings
from lms.certification.queries.issuing import settings
from lms.certification.queries.ordering import Order, list_orders_of
from lms.certification.queries.pictures import find_pdf_hash
from lms.certification.queries.posting import Parcel, posting, shipment_of
from lms.certification.queries.register import CertificateView, find_certificate
from lms.certification.rules.entries import PRINTED_KINDS, CertificateStatus, EntryKind
from lms.certification.rules.reasons import Reason
from lms.certification.rules.since import DatedHappening, status_since
from lms.certification.rules.validity import ValidityRule
from lms.certification.source import validity_rule
from lms.cohorts.models import Cohort, Participant
from lms.db.session import db


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One thing that happened; `reason` only where it is the holder's own: why a new paper was printed."""

    kind: EntryKind
    version: int
    on: date
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class Renewal:
    """有効期限 is near: so many days are left, and what a renewal asks for."""

    days_left: int
    conditions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Delivery:
    """The paper's parcel, and the page where its tracking number is typed (empty: there is none)."""

    parcel: Parcel
    tracking_page: str


@dataclass(frozen=True, slots=True)
class OwnCertificate:
    """A certificate somebody holds, and the cohort it is of."""

    participant_id: int
    number: str
    cohort_label: str


@dataclass(frozen=True, slots=True)
class HolderPage:
    """Everything on the holder's page."""

    certificate: CertificateView
    picture_version: str
    since: date | None
    """The day from which it stands as it stands; None while it is valid."""
    expires_on: date | None
    renewal: Renewal | None
    history: tuple[HistoryLine, ...]
    orders: tuple[Order, ...]
    delivery: Delivery | None
    """The parcel of the newest version; None while there is none."""

    @property
    def is_over(self) -> bool:
        """失効 or 無効: it cannot be shown to anybody any more."""
        return self.certificate.status in (CertificateStatus.REVOKED, CertificateStatus.VOID)

    @property
    def open_order(self) -> Order | None:
        """The order that waits."""
        return next((each for each in self.orders if each.settled_at is None), None)

    @property
    def last_answer(self) -> Order | None:
        """The latest order, if the office declined it."""
        last = self.orders[-1] if self.orders else None
        is_declined = last and last.settled_at and last.entry_id is None and not last.is_withdrawn
        return last if is_declined else None

    @property
    def may_order(self) -> bool:
        """Whether a new paper can be ordered."""
        is_fit = self.certificate.status is CertificateStatus.VALID and not self.certificate.is_erased
        return is_fit and self.open_order is None


def list_own_certificates(user_id: int) -> tuple[OwnCertificate, ...]:
    """A person's certificates, one of each seat, the newest paper first; one SELECT.

    A seat that was withdrawn counts: what was certified stays certified.
    """
    rows = db.session.execute(
        select(RegisterEntry.participant_id, RegisterEntry.certificate_number, Cohort.label)
        .join(Participant, Participant.id == RegisterEntry.participant_id)
        .join(Cohort, Cohort.id == Participant.cohort_id)
        .where(Participant.user_id == user_id, RegisterEntry.kind.in_(PRINTED_KINDS))
        .order_by(RegisterEntry.position.desc())
    )
    newest: dict[int, OwnCertificate] = {}
    for participant_id, number, label in rows:
        newest.setdefault(participant_id, OwnCertificate(participant_id, number, label))
    return tuple(newest.values())


def find_own_seat(user_id: int, number: str | None) -> int | None:
    """The seat of a person whose certificate is asked for: that of the number, without one that of the newest paper.

    While there is no certificate it is the current seat. None when the number is not her own, or there is no seat.
    """
    own = list_own_certificates(user_id)
    if number is not None or own:
        return next((each.participant_id for each in own if number in (None, each.number)), None)
    seat = find_seat(user_id)
    return seat.participant_id if seat else None


def find_holder_page(participant_id: int, *, today: date) -> HolderPage | None:
    """The page of a seat; None while nothing was issued. The number of queries grows with nothing."""
    certificate = find_certificate(participant_id)
    if certificate is None:
        return None
    happened = list_happenings(certificate.number)
    expires_on = next((each.happening.expires_on for each in reversed(happened) if each.happening.kind in PRINTED_KINDS), None)
    return HolderPage(
        certificate=certificate,
        picture_version=find_pdf_hash(participant_id)[:16],
        since=status_since(happened, version=certificate.version, status=certificate.status),
        expires_on=expires_on,
        renewal=_renewal(validity_rule(settings().content), expires_on, certificate.status, today=today),
        history=_history(happened),
        orders=tuple(order for order in list_orders_of(participant_id) if order.number == certificate.number),
        delivery=_delivery(shipment_of(participant_id)),
    )


def _delivery(parcel: Parcel | None) -> Delivery | None:
    if parcel is None:
        return None
    carrier = posting().find_carrier(parcel.sent.carrier) if parcel.sent else None
    return Delivery(parcel, (carrier.tracking_page if carrier else None) or "")


def _renewal(rule: ValidityRule, expires_on: date | None, status: CertificateStatus, *, today: date) -> Renewal | None:
    """From the day of the first reminder until the last good day."""
    if expires_on is None or status is not CertificateStatus.VALID:
        return None
    first = max(rule.remind_days_before, default=0)
    is_near = today >= expires_on - timedelta(days=first)
    return Renewal((expires_on - today).days, rule.renewal_conditions) if is_near else None


def _history(happened: Sequence[DatedHappening]) -> tuple[HistoryLine, ...]:
    """The newest first. Why it was suspended or revoked stands in the office's mail, not here."""
    lines = [
        HistoryLine(
            each.happening.kind,
            each.happening.version,
            each.on,
            Reason(each.reason) if each.happening.kind is EntryKind.REISSUE and each.reason else None,
        )
        for each in happened
    ]
    return tuple(reversed(lines))
