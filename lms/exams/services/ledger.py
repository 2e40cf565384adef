"""The life of an attempt in the database: lock it, append its events, freeze what is submitted."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from lms.accounts.queries import list_users
from lms.audit.services import record
from lms.db.session import db
from lms.exam_engine.attempts import AttemptReopened, AttemptSubmitted, Event, SectionHandedIn, TimeAdded
from lms.exam_engine.canonical import canonical_json, sha256_hex
from lms.exams.models import ExamWindow, StoredEvent, Submission
from lms.exams.queries.answers import list_answers
from lms.exams.queries.sittings import Sitting, get_sitting, list_sittings
from lms.exams.queries.submissions import count_submissions
from lms.exams.rules.sitting import HandInKind
from lms.exams.services.receipts import sign_submission
from lms.mail.services.queueing import queue_mail


def lock_sitting(attempt_id: int, *, now: datetime) -> Sitting:
    """The attempt, held until the transaction ends, with everything time has brought about written down.

    Nobody is the actor of that, least of all who happened to look.
    """
    sitting = get_sitting(attempt_id, for_update=True)
    return append_events(sitting, sitting.due_events(now), by=None, now=now)


def lock_window(window_id: int) -> None:
    """Hold the window's row until the transaction ends: acts on everybody in it, and starts in it, follow each other."""
    db.session.execute(select(ExamWindow.id).where(ExamWindow.id == window_id).with_for_update(key_share=True))


def lock_sittings(window_id: int, *, now: datetime) -> tuple[Sitting, ...]:
    """Every attempt of a locked window, held until the transaction ends, with what time has brought about written down."""
    sittings = list_sittings(window_id, for_update=True)
    return tuple(append_events(sitting, sitting.due_events(now), by=None, now=now) for sitting in sittings)


def append_events(sitting: Sitting, events: Sequence[Event], *, by: int | None, now: datetime, reason: str = "") -> Sitting:
    """Write further events of a locked attempt; the submission freezes the answers and sends the receipt mail."""
    for sequence, event in enumerate(events, start=len(sitting.events) + 1):
        _append(sitting, event, sequence, by=by, now=now, reason=reason)
    return sitting.with_events(events) if events else sitting


def _append(sitting: Sitting, event: Event, sequence: int, *, by: int | None, now: datetime, reason: str) -> None:
    by_clock = isinstance(event, SectionHandedIn | AttemptSubmitted) and event.by_clock
    section_id: str | None = getattr(event, "section_id", None)
    seconds = event.seconds if isinstance(event, TimeAdded | AttemptReopened) else None
    db.session.add(
        StoredEvent(
            attempt_id=sitting.attempt_id,
            sequence=sequence,
            kind=event.kind,
            section_id=section_id,
            seconds=seconds,
            widened_seconds=event.widened if isinstance(event, TimeAdded) else None,
            by_clock=by_clock,
            at=event.at,
            recorded_at=now,
        )
    )
    detail: dict[str, object] = {"section": section_id, "by_clock": by_clock, "at": event.at.isoformat()}
    if seconds is not None:
        detail["seconds"] = seconds
    actor = None if by_clock else by
    subject = ("attempt", sitting.attempt_id)
    record(f"attempt:{event.kind.value}", subject=subject, by=actor, now=now, reason=reason, detail=detail)
    if isinstance(event, AttemptSubmitted):
        _freeze(sitting, event, now=now)


def _freeze(sitting: Sitting, event: AttemptSubmitted, *, now: datetime) -> None:
    answers = {
        question_id: {"version": answer.version, "sha256": answer.sha256, "body": answer.body}
        for question_id, answer in sorted(list_answers(sitting.attempt_id).items())
        if answer.version
    }
    kind = HandInKind.CLOCK if event.by_clock else HandInKind.PARTICIPANT
    append_submission(sitting, answers, kind=kind, at=event.at, now=now)


def append_submission(
    sitting: Sitting, answers: Mapping[str, Mapping[str, object]], *, kind: HandInKind, at: datetime, now: datetime
) -> int:
    """Freeze and sign a further hand-in of a locked attempt, send its 提出控, and return its number; earlier ones stay."""
    number = count_submissions(sitting.attempt_id) + 1
    submission = Submission(
        attempt_id=sitting.attempt_id,
        number=number,
        kind=kind,
        answers=answers,
        sha256=sha256_hex(canonical_json(answers)),
        submitted_at=at,
        recorded_at=now,
    )
    sign_submission(submission, sitting)
    db.session.add(submission)
    _send_receipt(sitting, number, kind=kind, at=at, now=now)
    return number


def _send_receipt(sitting: Sitting, number: int, *, kind: HandInKind, at: datetime, now: datetime) -> None:
    user = list_users([sitting.user_id])[sitting.user_id]
    values = {
        "name": user.name,
        "exam": sitting.paper.title,
        "candidate_number": sitting.candidate_number,
        "submitted_at": at,
        "by_clock": kind is HandInKind.CLOCK,
        "by_office": kind is HandInKind.OFFICE,
        "public_id": sitting.public_id,
        "number": number,
    }
    queue_mail(
        "exam_received",
        to=user.email,
        key=f"exam-received:{sitting.attempt_id}:{number}",
        values=values,
        now=now,
        user_id=user.id,
    )
