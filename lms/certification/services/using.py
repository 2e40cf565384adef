"""After the issue: the holder's consent to show the name, and the note that a certificate was looked up."""

from datetime import date, datetime

from sqlalchemy import select

from lms.audit import services as audit
from lms.certification.models import NameConsent, VerificationLookup
from lms.db.session import bookkeeping, command, db, release


@command
def set_name_consent(participant_id: int, *, is_shown: bool, by: int, now: datetime) -> None:
    """Keep whether the verification page may show the holder's name."""
    consent = db.session.get(NameConsent, participant_id)
    if consent is None:
        consent = NameConsent(participant_id=participant_id)
        db.session.add(consent)
    consent.is_shown = is_shown
    consent.changed_at = now
    audit.record(
        "certificate:consent", subject=("participant", participant_id), by=by, now=now, detail={"is_name_shown": is_shown}
    )


def note_lookup(number: str, *, on: date) -> None:
    """Note that somebody looked a certificate up, once a day, for the holder to see; who it was is not kept.

    Ends the request's own transaction first: on SQLite the note would else wait for it.
    """
    release()
    with bookkeeping() as own:
        seen = select(VerificationLookup.id).where(
            VerificationLookup.certificate_number == number, VerificationLookup.looked_up_on == on
        )
        if own.scalar(seen.limit(1)) is None:
            own.add(VerificationLookup(certificate_number=number, looked_up_on=on))
