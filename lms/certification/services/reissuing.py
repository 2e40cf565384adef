"""再発行: an order is accepted, which prints the next version of the same number, or declined with an answer."""

from datetime import datetime

from lms import clock
from lms.audit import services as audit
from lms.certification.models import ReissueOutcome
from lms.certification.queries.ordering import Order
from lms.certification.queries.reissues import get_order, preview_order
from lms.certification.rules.deciding import CertificationRefused, Refusal
from lms.certification.rules.entries import EntryKind
from lms.certification.services.locking import lock_register
from lms.certification.services.papers import put_out
from lms.certification.services.telling import tell_about, tell_holder
from lms.cohorts.queries import get_participant
from lms.db.session import command, db

MAX_WORDS = 1000


@command
def accept_order(order_id: int, answer: str = "", *, by: int, now: datetime) -> int:
    """Print and enter the next version, tell the holder; returns the new version. `answer` goes into the mail.

    Raises CertificationRefused when the order is settled, when this person may not settle it (who ordered, the holder, who
    graded the holder or is tied to them), or when nothing can be printed: the characters without a glyph are named.
    """
    lock_register()
    order = _open_order(order_id)
    preview = preview_order(order, viewer_id=by, on=clock.to_jst(now).date())
    if preview.cannot_settle is not None:
        raise CertificationRefused(preview.cannot_settle)
    if preview.refusal is not None or preview.record is None:
        raise preview.refusal or CertificationRefused(Refusal.NOT_POSSIBLE)
    paper = put_out(EntryKind.REISSUE, order.participant_id, preview.record, reason=order.reason.value, by=by, now=now)
    _settle(order, paper.entry.id, answer, by=by, now=now)
    seat, version = preview.certificate.seat, paper.record.version
    tell_holder("certificate_reissued", seat, paper.entry, now=now, version=version, words=answer.strip())
    return version


@command
def decline_order(order_id: int, answer: str, *, by: int, now: datetime) -> None:
    """Decline an order; the answer goes to the holder as it stands.

    Raises CertificationRefused when the order is settled, the answer is empty, or this person may not settle it.
    """
    lock_register()
    order = _open_order(order_id)
    preview = preview_order(order, viewer_id=by, on=clock.to_jst(now).date())
    if preview.cannot_settle is not None:
        raise CertificationRefused(preview.cannot_settle)
    if not answer.strip():
        raise CertificationRefused(Refusal.WORDS_MISSING)
    _settle(order, None, answer, by=by, now=now)
    tell_about(
        "certificate_reissue_declined",
        get_participant(order.participant_id),
        order.number,
        key=f"certificate_reissue_declined:{order_id}",
        now=now,
        words=answer.strip(),
    )
    audit.record(
        "certificate:decline_reissue", subject=("certificate", order.number), by=by, now=now, detail={"order_id": order_id}
    )


def _open_order(order_id: int) -> Order:
    order = get_order(order_id)
    if order.settled_at is not None:
        raise CertificationRefused(Refusal.ORDER_SETTLED)
    return order


def _settle(order: Order, entry_id: int | None, answer: str, *, by: int, now: datetime) -> None:
    db.session.add(
        ReissueOutcome(
            order_id=order.id,
            register_entry_id=entry_id,
            answer=answer.strip()[:MAX_WORDS],
            settled_by_id=by,
            settled_at=now,
        )
    )
