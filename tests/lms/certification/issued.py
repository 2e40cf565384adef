"""One issued certificate and the stranger who checks it, for the tests of pages."""

from collections.abc import Callable

from sqlalchemy import event, select
from werkzeug.test import TestResponse

from certificates.record import CertificateRecord, record_from_json
from lms import clock
from lms.certification.models import IssuedDocument, PrintedRecord
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
        with build.app.app_context():
            record = db.session.scalars(select(PrintedRecord.record).where(PrintedRecord.certificate_number == self.number)).one()
            self.sha256 = db.session.scalars(
                select(IssuedDocument.sha256)
                .join(PrintedRecord, PrintedRecord.register_entry_id == IssuedDocument.register_entry_id)
                .where(PrintedRecord.certificate_number == self.number)
            ).one()
        self.record: CertificateRecord = record_from_json(record)
        self.token = self.record.verify_url.rpartition("/verify/")[2].partition("#")[0]
        self.stranger = PageClient(build.app)

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
