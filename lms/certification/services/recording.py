"""What is done to the register without an entry: names taken out as a file, words and printed names erased in order."""

from datetime import datetime

from sqlalchemy import delete, select

from lms.audit import services as audit
from lms.certification.models import EntryDetail, IssuedDocument, PrintedRecord, RegisterEntry, VerificationSecret
from lms.certification.queries.register import NoSuchCertificate
from lms.certification.rules.chain import ERASED_RECORD, ERASED_WORDS, commit_to_codes
from lms.certification.services.erasing import erase_around_act, erase_around_paper
from lms.certification.services.locking import lock_register
from lms.db.session import command, db


@command
def note_register_export(kind: str, count: int, *, by: int, now: datetime) -> None:
    """Write down who took how many rows with names out of the site, as which kind of file."""
    audit.record("register:export", subject=("register", kind), by=by, now=now, detail={"rows": count, "format": kind})


@command
def erase_words(number: str, position: int, reason: str, *, by: int | None, now: datetime) -> None:
    """Erase what stands beside an entry in words, with the salt: nobody can tell any more what was said, the chain stands.

    The words of the proposal and of the decision behind it and the mail to the holder are emptied, too. What remains: the
    entry's own reason (a word of a list), who proposed and decided and when, that a mail went out. The line in 操作記録
    tells the erased words from lost ones. Raises NoSuchCertificate when the number has no such entry or it has no words.
    """
    lock_register()
    found = db.session.execute(
        select(EntryDetail, RegisterEntry)
        .join(RegisterEntry, RegisterEntry.id == EntryDetail.register_entry_id)
        .where(RegisterEntry.certificate_number == number, RegisterEntry.position == position)
    ).first()
    if found is None:
        raise NoSuchCertificate
    detail, entry = found
    detail.detail = detail.salt = ""
    erase_around_act(entry, now=now)
    audit.record(ERASED_WORDS, subject=("certificate", number), by=by, now=now, reason=reason, detail={"position": position})


@command
def erase_record(number: str, position: int, reason: str, *, by: int | None, now: datetime) -> None:
    """Erase what a version says in print: its record with the salt and its PDF; number, version, days and status stay.

    Orders, renewals, parcels, the proposal to certify and mails about it are emptied, too. The hashes of the codes stay,
    which are chance and name nobody: a paper in somebody's hands can still be looked up, without a name. The line in 操作記録
    tells erased from lost, and commits to these hashes. The holder's account and seat are another matter.
    Raises NoSuchCertificate when the number has no such printed entry, or it is erased already.
    """
    lock_register()
    found = db.session.execute(
        select(PrintedRecord, RegisterEntry, VerificationSecret)
        .join(RegisterEntry, RegisterEntry.id == PrintedRecord.register_entry_id)
        .join(VerificationSecret, VerificationSecret.register_entry_id == RegisterEntry.id)
        .where(RegisterEntry.certificate_number == number, RegisterEntry.position == position, PrintedRecord.record != "")
    ).first()
    if found is None:
        raise NoSuchCertificate
    printed, entry, secret = found
    printed.record = printed.salt = ""
    db.session.flush()  # only then does the database let the PDF go
    db.session.execute(delete(IssuedDocument).where(IssuedDocument.register_entry_id == entry.id))
    erase_around_paper(entry, now=now)
    detail = {"position": position, "codes": commit_to_codes(secret.code_hash, secret.token_hash)}
    audit.record(ERASED_RECORD, subject=("certificate", number), by=by, now=now, reason=reason, detail=detail)
