"""Orders of a new paper with what came of them, and what an order would print before it is made."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select

from certificates.record import CertificateRecord
from lms import clock
from lms.certification.models import ReissueOrder, ReissueOutcome
from lms.certification.queries.acts import get_standing
from lms.certification.queries.issuing import find_refusal
from lms.certification.queries.register import CertificateView, NoSuchCertificate, find_certificate
from lms.certification.queries.versions import draft_next_version
from lms.certification.rules.deciding import Refusal
from lms.certification.rules.ordering import refuse_order
from lms.certification.rules.reasons import Reason
from lms.cohorts.models import Participant
from lms.cohorts.rules.roster import Column, RosterProblem, read_values
from lms.db.session import db


@dataclass(frozen=True, slots=True)
class Order:
    """An order; `settled_at` is None while it waits."""

    id: int
    participant_id: int
    number: str
    reason: Reason
    new_name: str
    """Empty: the name stays."""
    explanation: str
    ordered_by_id: int
    ordered_at: datetime
    entry_id: int | None
    """The entry of the new version, when there is one."""
    answer: str
    settled_by_id: int | None
    settled_at: datetime | None
    holder_id: int
    """The account of the seat."""

    @property
    def is_withdrawn(self) -> bool:
        """Whether whoever ordered, or the holder, took the order back: neither of them may accept or decline it."""
        return self.entry_id is None and self.settled_by_id in (self.ordered_by_id, self.holder_id)


@dataclass(frozen=True, slots=True)
class OrderDraft:
    """What an order would print if it were accepted today: `refusal` says why it cannot be made, `missing` what has no glyph."""

    number: str
    record: CertificateRecord
    new_name: str
    """As it would be kept and printed; empty when the name stays."""
    refusal: Refusal | None
    missing: tuple[str, ...]


def draft_order(participant_id: int, reason: Reason, typed_name: str) -> OrderDraft:
    """What an order for this reason would print, with every reason against it.

    The name stays as typed but for spaces around it. Raises NoSuchCertificate.
    """
    certificate = find_certificate(participant_id)
    if certificate is None:
        raise NoSuchCertificate
    new_name, is_fit = _read_name(typed_name) if reason is Reason.NAME_CHANGE else ("", True)
    refusal = refuse_order(
        reason,
        new_name,
        printed_name=certificate.record.holder_name,
        status=certificate.status,
        is_waiting=find_open_order(certificate.number) is not None,
    )
    refusal = refusal or (None if is_fit else Refusal.NAME_UNFIT)
    refusal = Refusal.RECORD_ERASED if certificate.is_erased else refusal
    if refusal is not None:
        return OrderDraft(certificate.number, certificate.record, new_name, refusal, ())
    record = _draft_paper(certificate, new_name)
    return OrderDraft(certificate.number, record, new_name, *find_refusal(record))


def find_open_order(number: str) -> Order | None:
    """The order of a certificate that waits; there is one at most. One of a voided number keeps nobody from ordering."""
    waiting = _orders(ReissueOrder.certificate_number == number, ReissueOutcome.order_id.is_(None))
    return waiting[0] if waiting else None


def list_open_orders() -> list[Order]:
    """Every order that waits for the office, the oldest first."""
    return _orders(ReissueOutcome.order_id.is_(None))


def list_orders_of(participant_id: int) -> list[Order]:
    """Every order of a seat, the oldest first."""
    return _orders(ReissueOrder.participant_id == participant_id)


def find_order(order_id: int) -> Order | None:
    """One order."""
    found = _orders(ReissueOrder.id == order_id)
    return found[0] if found else None


def _read_name(typed: str) -> tuple[str, bool]:
    """The name as a roster would keep it, and whether it may stand there; an empty one is told apart from an unfit one."""
    values, problems = read_values({Column.NAME: typed})
    unfit = [each for each in problems if each.column is Column.NAME and each.kind is not RosterProblem.MISSING_VALUE]
    return values[Column.NAME], not unfit


def _draft_paper(certificate: CertificateView, new_name: str) -> CertificateRecord:
    """Today's design and signatory, as the office will print it; the last day stays that of the version before."""
    standing = get_standing(certificate.number)
    return draft_next_version(standing, issued_on=clock.today_jst(), expires_on=standing.paper.expires_on, holder_name=new_name)


def _orders(*conditions: ColumnElement[bool]) -> list[Order]:
    rows = db.session.execute(
        select(ReissueOrder, ReissueOutcome, Participant.user_id)
        .join(Participant, Participant.id == ReissueOrder.participant_id)
        .outerjoin(ReissueOutcome, ReissueOutcome.order_id == ReissueOrder.id)
        .where(*conditions)
        .order_by(ReissueOrder.id)
    ).all()
    return [_order(*row) for row in rows]


def _order(order: ReissueOrder, outcome: ReissueOutcome | None, holder_id: int) -> Order:
    return Order(
        id=order.id,
        participant_id=order.participant_id,
        number=order.certificate_number,
        reason=order.reason,
        new_name=order.new_name,
        explanation=order.explanation,
        ordered_by_id=order.ordered_by_id,
        ordered_at=order.ordered_at,
        entry_id=outcome.register_entry_id if outcome else None,
        answer=outcome.answer if outcome else "",
        settled_by_id=outcome.settled_by_id if outcome else None,
        settled_at=outcome.settled_at if outcome else None,
        holder_id=holder_id,
    )
