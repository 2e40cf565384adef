"""再発行の申込み: the holder, or the office for the holder, orders a new paper, and may take the order back."""

from datetime import datetime

from lms.audit import services as audit
from lms.certification.models import ReissueOrder, ReissueOutcome
from lms.certification.queries.issuing import settings
from lms.certification.queries.ordering import draft_order, find_open_order
from lms.certification.queries.register import find_certificate
from lms.certification.queries.versions import printed_name
from lms.certification.rules.deciding import CertificationRefused, Refusal
from lms.certification.rules.reasons import Reason
from lms.certification.services.locking import lock_register
from lms.cohorts.queries import Seat, get_participant
from lms.db.session import command, db
from lms.mail.services.queueing import queue_mail

MAX_EXPLANATION = 1000


@command
def order_reissue(participant_id: int, reason: Reason, new_name: str, explanation: str, *, by: int, now: datetime) -> int:
    """Order a new paper of a seat's certificate and return the order's id; the holder gets a mail.

    `new_name` counts for a change of name only. Raises NoSuchCertificate; CertificationRefused when the certificate is not
    valid, an order waits already, the reason does not fit, or the name cannot be printed.
    """
    lock_register()
    draft = draft_order(participant_id, reason, new_name)
    if draft.refusal is not None:
        raise CertificationRefused(draft.refusal, characters=draft.missing)
    order = ReissueOrder(
        participant_id=participant_id,
        certificate_number=draft.number,
        reason=reason,
        new_name=draft.new_name,
        explanation=explanation.strip()[:MAX_EXPLANATION],
        ordered_by_id=by,
        ordered_at=now,
    )
    db.session.add(order)
    db.session.flush()
    detail = {"order_id": order.id, "reason": reason.value}
    audit.record("certificate:order_reissue", subject=("certificate", draft.number), by=by, now=now, detail=detail)
    _tell(get_participant(participant_id), order, now=now)
    return order.id


@command
def withdraw_order(participant_id: int, *, by: int, now: datetime) -> None:
    """Take back the waiting order of a seat's present certificate.

    Raises CertificationRefused when none waits (any more).
    """
    lock_register()
    certificate = find_certificate(participant_id)
    order = find_open_order(certificate.number) if certificate else None
    if order is None:
        raise CertificationRefused(Refusal.ORDER_SETTLED)
    db.session.add(ReissueOutcome(order_id=order.id, register_entry_id=None, answer="", settled_by_id=by, settled_at=now))
    audit.record(
        "certificate:withdraw_order", subject=("certificate", order.number), by=by, now=now, detail={"order_id": order.id}
    )


def _tell(seat: Seat, order: ReissueOrder, *, now: datetime) -> None:
    queue_mail(
        "reissue_ordered",
        to=seat.email,
        key=f"reissue_ordered:{order.id}",
        values={
            "name": printed_name(order.certificate_number) or seat.name,
            "number": order.certificate_number,
            "is_name_change": bool(order.new_name),
            "ordered_at": now,
            "link": f"{settings().public_base_url}/certificate",
        },
        now=now,
        user_id=seat.user_id,
    )
