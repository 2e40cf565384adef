"""発行: from an approved decision to a numbered, stored, mailed certificate, in one transaction each."""

import threading
from datetime import date, datetime

from lms import clock
from lms.certification.queries.completion import checklists_of, latest_proposals, numbers_of
from lms.certification.queries.issuing import draft_record, find_obstacle, find_refusal, is_usable, settings
from lms.certification.rules.deciding import CertificationRefused, Refusal
from lms.certification.rules.entries import EntryKind
from lms.certification.services.entering import take_number
from lms.certification.services.locking import lock_register
from lms.certification.services.papers import put_out
from lms.cohorts.queries import Seat, get_participant
from lms.db.session import command, release
from lms.mail.services.queueing import queue_mail

# Threads of one process queue here without a time limit. SQLite serves those who wait for its own lock in no order, so
# under a crowd one of them could wait until it is told that the database is busy.
_ONE_AT_A_TIME = threading.Lock()


def issue_certificate(participant_id: int, *, by: int, now: datetime) -> str:
    """Issue the certificate of an approved participant and return its number; a second call returns the same number.

    Record, codes, PDF, register entry, audit line and mail stand or fall together, so no number is ever lost. It is a
    transaction of its own and ends the caller's: call it before anything is written.
    Raises CertificationRefused before a number is taken: not approved or held back, another name than the one proposed, a
    completion rule that is not met any more, or a character that cannot be printed. The approval stays as it was.
    """
    release()
    with _ONE_AT_A_TIME:
        return _issue_once(participant_id, by=by, now=now)


@command
def _issue_once(participant_id: int, *, by: int, now: datetime) -> str:
    lock_register()
    if number := numbers_of([participant_id]).get(participant_id):
        return number
    seat = get_participant(participant_id)
    _refuse(_find_refusal(seat))
    issued_on = clock.to_jst(now).date()
    refusal, missing = find_refusal(draft_record(seat, issued_on=issued_on))
    if refusal is not None:
        raise CertificationRefused(refusal, characters=missing)
    return _issue(seat, issued_on, by=by, now=now)


def _find_refusal(seat: Seat) -> Refusal | None:
    """Why nothing may be issued to the holder of a seat now, whatever was true when it was approved."""
    proposal = latest_proposals([seat.participant_id]).get(seat.participant_id)
    if proposal is None or not is_usable(proposal):
        return Refusal.HELD if proposal is not None and proposal.is_held else Refusal.NOT_APPROVED
    if seat.withdrawn_at is not None:
        return Refusal.WITHDRAWN
    return find_obstacle(seat, proposal, checklists_of([seat])[seat.participant_id])


def _refuse(reason: Refusal | None) -> None:
    if reason is not None:
        raise CertificationRefused(reason)


def _issue(seat: Seat, issued_on: date, *, by: int, now: datetime) -> str:
    number = take_number(settings().certificate.series, issued_on.year)
    put_out(EntryKind.ISSUE, seat.participant_id, draft_record(seat, issued_on=issued_on, number=number), by=by, now=now)
    queue_mail(
        "certificate_issued",
        to=seat.email,
        key=f"certificate_issued:{number}",
        values={"name": seat.name, "number": number, "issued_on": issued_on, "link": f"{settings().public_base_url}/certificate"},
        now=now,
        user_id=seat.user_id,
    )
    return number
