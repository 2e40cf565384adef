"""ご意見・苦情: taken down, worked through step by step, closed; nothing in them touches a result."""

from datetime import datetime

from sqlalchemy import select

from lms.accounts.models import User
from lms.audit.services import record
from lms.cohorts.models import Participant
from lms.db.session import command, db
from lms.grading.models import Complaint, ComplaintStep
from lms.grading.rules.appealing import TEXT_LIMIT
from lms.grading.rules.parts import Refusal, Refused
from lms.mail.services.queueing import queue_mail

SUBJECT_LIMIT = 200


@command
def enter_complaint(subject: str, text: str, *, participant_id: int | None, by: int, now: datetime) -> int:
    """Take a complaint down and return its number; a participant who wrote it herself gets a receipt by mail.

    Raises Refused without a subject or words, and for more than fit.
    """
    subject, text = subject.strip(), text.strip()
    _check_words(subject, text)
    complaint = Complaint(participant_id=participant_id, subject=subject, text=text, entered_by_id=by, received_at=now)
    db.session.add(complaint)
    db.session.flush()
    record("complaint:enter", subject=("complaint", complaint.id), by=by, now=now)
    if participant_id is not None:
        _send_receipt(complaint.id, participant_id, by=by, now=now)
    return complaint.id


@command
def take_step(complaint_id: int, text: str, *, is_closing: bool, by: int, now: datetime) -> None:
    """Write down what was done; a closing step ends it.

    Raises Refused without words, for an unknown complaint, and for one that is closed.
    """
    # Two people who close at once wait here for each other.
    known = db.session.scalar(select(Complaint.id).where(Complaint.id == complaint_id).with_for_update())
    if known is None:
        raise Refused(Refusal.NO_COMPLAINT)
    closed = select(ComplaintStep.id).where(ComplaintStep.complaint_id == complaint_id, ComplaintStep.is_closing.is_(True))
    if db.session.scalar(closed.limit(1)) is not None:
        raise Refused(Refusal.COMPLAINT_CLOSED)
    _check_words("-", text.strip())
    db.session.add(
        ComplaintStep(complaint_id=complaint_id, text=text.strip(), is_closing=is_closing, taken_by_id=by, taken_at=now)
    )
    record("complaint:step", subject=("complaint", complaint_id), by=by, now=now, detail={"closes": is_closing})


def _check_words(subject: str, text: str) -> None:
    if not subject or not text:
        raise Refused(Refusal.TEXT_NEEDED)
    if len(subject) > SUBJECT_LIMIT or len(text) > TEXT_LIMIT:
        raise Refused(Refusal.TEXT_TOO_LONG)


def _send_receipt(complaint_id: int, participant_id: int, *, by: int, now: datetime) -> None:
    writer = db.session.execute(
        select(Participant.certificate_name, User.email)
        .join(User, User.id == Participant.user_id)
        .where(Participant.id == participant_id, User.id == by)
    ).first()
    if writer is not None:
        queue_mail(
            "complaint_received",
            to=writer.email,
            key=f"complaint_received:{complaint_id}",
            values={"name": writer.certificate_name, "number": complaint_id},
            now=now,
            user_id=by,
        )
