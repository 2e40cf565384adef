"""The holder decides whether the verification page may show the name."""

from datetime import datetime

from lms.audit import services as audit
from lms.certification.models import NameConsent
from lms.certification.services.locking import lock_register
from lms.db.session import command, db


@command
def set_name_consent(participant_id: int, *, is_shown: bool, by: int, now: datetime) -> None:
    """Keep whether the verification page may show the holder's name."""
    lock_register()  # of two first clicks the second one finds the row of the first
    consent = db.session.get(NameConsent, participant_id)
    if consent is None:
        consent = NameConsent(participant_id=participant_id)
        db.session.add(consent)
    consent.is_shown = is_shown
    consent.changed_at = now
    audit.record(
        "certificate:consent", subject=("participant", participant_id), by=by, now=now, detail={"is_name_shown": is_shown}
    )
