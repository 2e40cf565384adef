"""One issued certificate and the stranger who checks it, for the tests of pages."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from sqlalchemy import event, select
from werkzeug.test import TestResponse

from certificates.record import CertificateRecord, record_from_json
from lms import clock
from lms.certification.models import IssuedDocument, PrintedRecord, RegisterEntry
from lms.certification.rules.entries import PRINTED_KINDS, EntryKind
from lms.certification.services.noting import note
from lms.certification.services.papers import put_out
from lms.certification.services.using import set_name_consent
from lms.db.session import db
from tests.factories import Seat
from tests.lms.certification.builders import Builder
from tests.page import PageClient


class Issued:
    """One issued certificate, what is secret about it, and a stranger."""

    def __init__(self, build: Builder, name: str = "髙﨑 𠮷邉") -> None:
        self.build = build
        self.seat: Seat
        self.seat, self.number = build.issued_seat(name)
        self.record: CertificateRecord
        self.sha256 = self.token = ""
        with build.app.app_context():
            self.read_newest()
        self.stranger = PageClient(build.app)

    def read_newest(self) -> None:
        """Know the newest version."""
        row = db.session.execute(
            select(PrintedRecord.record, IssuedDocument.sha256)
            .join(IssuedDocument, IssuedDocument.register_entry_id == PrintedRecord.register_entry_id)
            .where(PrintedRecord.certificate_number == self.number)
            .order_by(PrintedRecord.register_entry_id.desc())
        ).first()
        assert row is not None
        self.record, self.sha256 = record_from_json(row.record), row.sha256
        self.token = self.record.verify_url.rpartition("/verify/")[2].partition("#")[0]

    def type_in(self, number: str, code: str, **more: str) -> TestResponse:
        return self.stranger.submit("/verify", {"number": number, "code": code, **more}, action="/verify")

    def drop(self, sha256: str) -> TestResponse:
        return self.stranger.submit("/verify", {"sha256": sha256}, action="/verify/document")

    def consent(self, is_shown: bool = True) -> None:
        with self.build.app.app_context():
            set_name_consent(self.seat.participant_id, is_shown=is_shown, by=self.seat.user_id, now=clock.now())


def count_selects(build: Builder, ask: Callable[[], object]) -> int:
    """How many SELECTs a request sends."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            seen.append(statement)

    with build.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        ask()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(seen)


def happen(issued: Issued, kind: EntryKind, reason: str = "") -> None:
    """Let something happen to a certificate today, straight into the register."""
    with issued.build.app.app_context():
        paper = db.session.scalars(
            select(RegisterEntry).where(RegisterEntry.certificate_number == issued.number, RegisterEntry.kind.in_(PRINTED_KINDS))
        ).all()[-1]
        note(kind, paper, detail={"words": "内輪の事情"}, reason=reason, by=issued.build.proposer, now=clock.now())
        db.session.commit()


def print_again(issued: Issued, kind: EntryKind = EntryKind.REISSUE, *, expires_on: date | None = None, name: str = "") -> None:
    """Put out the next version of a certificate today."""
    with issued.build.app.app_context():
        draft = replace(
            issued.record,
            version=issued.record.version + 1,
            holder_name=name or issued.record.holder_name,
            issued_on=clock.today_jst(),
            first_issued_on=issued.record.issued_on,
            expires_on=expires_on,
        )
        reason = "loss" if kind is EntryKind.REISSUE else "conditions_met"
        put_out(
            kind,
            issued.seat.participant_id,
            draft,
            reason=reason,
            by=issued.build.proposer,
            now=clock.now(),
        )
        db.session.commit()
        issued.read_newest()
