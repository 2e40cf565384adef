"""The life of an attempt in the database: lock it, append its events, freeze what is submitted."""

from collections.abc import Sequence
from datetime import datetime

from lms.accounts.queries import list_users
from lms.audit.services import record
from lms.db.session import db
from lms.exam_engine.attempts import AttemptSubmitted, Event, SectionHandedIn
from lms.exam_engine.canonical import canonical_json, sha256_hex
from lms.exams.models import StoredEvent, Submission
from lms.exams.queries.answers import list_answers
from lms.exams.queries.sittings import Sitting, get_sitting
from lms.exams.rules import HandInKind
from lms.mail.services.queueing import queue_mail

FIRST_HAND_IN = 1


def lock_sitting(attempt_id: int, *, by: int | None, now: datetime) -> Sitting:
    """The attempt, held until the transaction ends, with everything time has brought about written down."""
    sitting = get_sitting(attempt_id, for_update=True)
    return append_events(sitting, sitting.due_events(now), by=by, now=now)


def append_events(sitting: Sitting, events: Sequence[Event], *, by: int | None, now: datetime) -> Sitting:
    """Write further events of a locked attempt; the submission freezes the answers and sends the receipt mail."""
    for sequence, event in enumerate(events, start=len(sitting.events) + 1):
        _append(sitting, event, sequence, by=by, now=now)
    return sitting.with_events(events) if events else sitting


def _append(sitting: Sitting, event: Event, sequence: int, *, by: int | None, now: datetime) -> None:
    by_clock = isinstance(event, SectionHandedIn | AttemptSubmitted) and event.by_clock
    section_id = None if isinstance(event, AttemptSubmitted) else event.section_id
    db.session.add(
        StoredEvent(
            attempt_id=sitting.attempt_id,
            sequence=sequence,
            kind=event.kind,
            section_id=section_id,
            by_clock=by_clock,
            at=event.at,
            recorded_at=now,
        )
    )
    detail = {"section": section_id, "by_clock": by_clock, "at": event.at.isoformat()}
    actor = None if by_clock else by
    record(f"attempt:{event.kind.value}", subject=("attempt", sitting.attempt_id), by=actor, now=now, detail=detail)
    if isinstance(event, AttemptSubmitted):
        _freeze(sitting, event, now=now)


def _freeze(sitting: Sitting, event: AttemptSubmitted, *, now: datetime) -> None:
    answers = {
        question_id: {"version": answer.version, "sha256": answer.sha256, "body": answer.body}
        for question_id, answer in sorted(list_answers(sitting.attempt_id).items())
        if answer.version
    }
    db.session.add(
        Submission(
            attempt_id=sitting.attempt_id,
            number=FIRST_HAND_IN,
            kind=HandInKind.CLOCK if event.by_clock else HandInKind.PARTICIPANT,
            answers=answers,
            sha256=sha256_hex(canonical_json(answers)),
            submitted_at=event.at,
            recorded_at=now,
        )
    )
    _send_receipt(sitting, event, now=now)


def _send_receipt(sitting: Sitting, event: AttemptSubmitted, *, now: datetime) -> None:
    user = list_users([sitting.user_id])[sitting.user_id]
    values = {
        "name": user.name,
        "exam": sitting.paper.title,
        "candidate_number": sitting.candidate_number,
        "submitted_at": event.at,
        "by_clock": event.by_clock,
        "public_id": sitting.public_id,
    }
    queue_mail(
        "exam_received",
        to=user.email,
        key=f"exam-received:{sitting.attempt_id}:{FIRST_HAND_IN}",
        values=values,
        now=now,
        user_id=user.id,
    )
