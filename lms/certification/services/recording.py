"""Lines about the register that are no entries: who took names out, whose words were erased in order."""

from datetime import datetime

from sqlalchemy import select

from lms.audit import services as audit
from lms.certification.models import EntryDetail, RegisterEntry
from lms.certification.queries.register import NoSuchCertificate
from lms.certification.queries.witnesses import ERASED
from lms.certification.services.locking import lock_register
from lms.db.session import command, db


@command
def note_register_export(kind: str, count: int, *, by: int, now: datetime) -> None:
    """Write down who took how many rows with names out of the site, as which kind of file."""
    audit.record("register:export", subject=("register", kind), by=by, now=now, detail={"rows": count, "format": kind})


@command
def erase_words(number: str, position: int, reason: str, *, by: int | None, now: datetime) -> None:
    """Erase what stands beside an entry in words, with the salt: nobody can tell any more what was said, the chain stands.

    The line in 操作記録 tells the erased words from lost ones. Raises NoSuchCertificate when the number has no such entry
    or the entry has no words.
    """
    lock_register()
    detail = db.session.scalar(
        select(EntryDetail)
        .join(RegisterEntry, RegisterEntry.id == EntryDetail.register_entry_id)
        .where(RegisterEntry.certificate_number == number, RegisterEntry.position == position)
    )
    if detail is None:
        raise NoSuchCertificate
    detail.detail = detail.salt = ""
    audit.record(ERASED, subject=("certificate", number), by=by, now=now, reason=reason, detail={"position": position})
