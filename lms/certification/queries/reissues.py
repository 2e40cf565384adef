"""A waiting order as whoever settles it sees it: the paper that would be printed, and what keeps it from being printed."""

from dataclasses import dataclass
from datetime import date

from werkzeug.exceptions import NotFound

from certificates.record import CertificateRecord
from lms.certification.queries.acts import StandingCertificate, find_waiting_act, get_standing
from lms.certification.queries.involvement import find_involvement
from lms.certification.queries.issuing import find_refusal
from lms.certification.queries.ordering import Order, find_order
from lms.certification.queries.versions import draft_next_version
from lms.certification.rules.deciding import CertificationRefused, Refusal, refuse_decider
from lms.certification.rules.entries import EntryKind, Happening
from lms.certification.rules.sequence import may_follow


class NoSuchOrder(NotFound):
    """There is no order with this id; a page answers 404."""


@dataclass(frozen=True, slots=True)
class OrderPreview:
    """An order that waits; it can be declined even when nothing can be printed."""

    certificate: StandingCertificate
    record: CertificateRecord | None
    refusal: CertificationRefused | None
    """Why nothing can be printed."""
    cannot_settle: Refusal | None
    """Why the viewer may neither accept nor decline it."""


def get_order(order_id: int) -> Order:
    """An order.

    Raises NoSuchOrder.
    """
    order = find_order(order_id)
    if order is None:
        raise NoSuchOrder
    return order


def preview_order(order: Order, *, viewer_id: int, on: date) -> OrderPreview:
    """What accepting the order would print, and whether the viewer may settle it."""
    certificate = get_standing(order.number)
    cannot_settle = refuse_decider(
        decider_id=viewer_id,
        proposer_id=order.ordered_by_id,
        holder_id=certificate.seat.user_id,
        involvement=find_involvement(viewer_id, certificate.seat.participant_id),
    )
    try:
        record = draft_reissue(certificate, order.new_name, on=on)
    except CertificationRefused as refused:
        return OrderPreview(certificate, None, refused, cannot_settle)
    refusal, missing = find_refusal(record)
    told = CertificationRefused(refusal, characters=missing) if refusal else None
    return OrderPreview(certificate, record, told, cannot_settle)


def draft_reissue(certificate: StandingCertificate, new_name: str, *, on: date) -> CertificateRecord:
    """The record of the next version of this day, without codes; its last day stays that of the version before.

    Raises CertificationRefused when the certificate does not stand so that it may be printed again: suspended, over, past
    its last day, or with an act that waits for a decision.
    """
    paper = certificate.paper
    if find_waiting_act(certificate.number) is not None:
        raise CertificationRefused(Refusal.ACT_WAITS)
    is_past = paper.expires_on is not None and on > paper.expires_on
    if is_past or not may_follow(certificate.standing, Happening(EntryKind.REISSUE, paper.version + 1)):
        raise CertificationRefused(Refusal.NOT_POSSIBLE)
    return draft_next_version(certificate, issued_on=on, expires_on=paper.expires_on, holder_name=new_name)
