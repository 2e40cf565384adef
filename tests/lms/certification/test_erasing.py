"""Erasing printed names and words: nothing of them is left in the register's rooms, and the register still stands."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DatabaseError

from lms import clock
from lms.certification.models import (
    CompletionProposal,
    IssuedDocument,
    PrintedRecord,
    RegisterDecision,
    RegisterProposal,
    ReissueOrder,
    ReissueOutcome,
    Shipment,
    VerificationSecret,
)
from lms.certification.queries.checking import list_register_problems
from lms.certification.queries.posting import list_printable, list_waiting
from lms.certification.queries.register import NoSuchCertificate
from lms.certification.rules.chain import Damage
from lms.certification.rules.entries import EntryKind
from lms.certification.rules.reasons import Reason
from lms.certification.services.acting import decide_act, propose_act
from lms.certification.services.recording import erase_record, erase_words
from lms.certification.services.shipping import prepare_parcels
from lms.db.append_only import APPEND_ONLY_TABLES, DELETABLE, ERASABLE, drop_triggers
from lms.db.base import Base
from lms.db.session import db
from lms.mail.models import OutgoingMail
from tests.lms.certification.builders import Builder
from tests.lms.certification.issued import Issued
from tests.lms.certification.test_checking import intruder

NAME = "消野 架空"
GONE = "氏名は消去済み"


@pytest.fixture
def paper(build: Builder, fonts: None) -> Issued:
    return Issued(build, NAME)


def erase(paper: Issued, position: int = 1) -> None:
    with paper.build.app.app_context():
        erase_record(paper.number, position, "お申し出", by=paper.build.proposer, now=clock.now())


def run(app: Flask, *arguments: str, **more: Any) -> Result:
    return app.test_cli_runner().invoke(args=["register", *arguments], **more)


def test_a_printed_name_can_be_erased_and_the_register_stands(paper: Issued) -> None:
    paper.build.make.login(paper.seat.user_id)
    erase(paper)
    with paper.build.app.app_context():
        assert list_register_problems() == []
        assert db.session.scalars(select(IssuedDocument)).all() == []
        assert [(row.record, row.salt) for row in db.session.scalars(select(PrintedRecord))] == [("", "")]
        for name in ("printed_records", "completion_proposals", "shipments", "outgoing_mails"):
            assert NAME not in str(db.session.execute(text(f"SELECT * FROM {name}")).all()), name
        with pytest.raises(NoSuchCertificate):
            erase_record(paper.number, 1, "x", by=None, now=clock.now())
        with pytest.raises(NoSuchCertificate):
            erase_record(paper.number, 7, "x", by=None, now=clock.now())
    verified = run(paper.build.app, "verify")
    assert (verified.exit_code, "印刷した内容とPDF 1 件" in verified.output) == (0, True), verified.output


@pytest.mark.database("sqlite")
def test_every_page_and_file_says_that_the_name_is_erased(paper: Issued) -> None:
    erase(paper)
    office, holder = (paper.build.make.login(each) for each in (paper.build.proposer, paper.seat.user_id))
    pages = {address: office.get(address) for address in ("/office/register", f"/office/register/{paper.number}")}
    token = office.csrf("/office/register")
    pages["export"] = office.post("/office/register/export.csv", data={"csrf_token": token})
    for address, page in pages.items():
        assert (page.status_code, GONE in page.text, paper.number in page.text) == (200, True, True), address
    assert office.get(f"/office/register/{paper.number}/pdf").status_code == 404
    own = holder.get("/certificate")
    assert (own.status_code, GONE in own.text, "/certificate/picture" in own.text) == (200, True, False)
    assert [holder.get(f"/certificate/{each}").status_code for each in ("pdf", "picture")] == [404, 404]
    for found in (
        paper.type_in(paper.number, paper.record.verify_code),
        paper.drop(paper.sha256),
        paper.stranger.get(f"/verify/{paper.token}"),
        paper.type_in(paper.number, paper.record.verify_code, name=NAME),
    ):
        assert (found.status_code, GONE in found.text, "有効" in found.text) == (200, True, True)
        assert "一致します" not in found.text
    assert holder.get("/certificate/reissue").status_code in (200, 302)
    with paper.build.app.app_context():
        assert (list_waiting(), list_printable()) == ([], [])


def test_an_older_version_is_never_taken_for_the_erased_newest_one(paper: Issued) -> None:
    paper.build.reissue(paper.seat, Reason.NAME_CHANGE, "消野 新子")
    erase(paper, 2)
    client = paper.build.make.login(paper.seat.user_id)
    assert client.get("/certificate/pdf").status_code == 404
    page = client.get("/certificate")
    assert (GONE in page.text, "認定日" in page.text) == (True, True)
    with paper.build.app.app_context():
        assert [row.new_name for row in db.session.scalars(select(ReissueOrder))] == [""]
        assert list_register_problems() == []


def test_the_database_lets_a_pdf_go_only_after_its_record(paper: Issued) -> None:
    with paper.build.app.app_context():
        for statement in ("DELETE FROM issued_documents", "UPDATE issued_documents SET pdf = pdf"):
            with pytest.raises(DatabaseError, match="append-only"):
                db.session.execute(text(statement))
            db.session.rollback()


@pytest.mark.parametrize("model", [PrintedRecord, VerificationSecret])
def test_what_only_looks_erased_is_damage(paper: Issued, model: type[Base]) -> None:
    values: dict[str, str] = {"record": "", "salt": ""}
    if model is VerificationSecret:
        erase(paper)
        values = {"code_hash": "0" * 64}
    with paper.build.app.app_context():
        with intruder() as connection:
            connection.execute(update(model).values(values))
        assert list_register_problems()[0].damage in (Damage.RECORD, Damage.SECRET)


def test_an_erased_parcel_has_no_address_any_more(paper: Issued) -> None:
    build = paper.build
    with build.app.app_context():
        db.session.execute(text("UPDATE participants SET postal_code = '100-0001', address = '架空県架空市1-1'"))
        db.session.commit()
        prepare_parcels([waiting.entry_id for waiting in list_waiting()], by=build.proposer, now=clock.now())
    erase(paper)
    with build.app.app_context():
        (parcel,) = db.session.scalars(select(Shipment))
        assert (parcel.recipient, parcel.address, parcel.postal_code) == ("", "", "")
    assert build.make.login(build.proposer).get("/office/posting").status_code == 200


def test_erased_words_are_gone_from_proposal_decision_and_mail(paper: Issued) -> None:
    build, secret = paper.build, "内密の経緯"
    with build.app.app_context():
        words = {"explanation": secret, "words": secret}
        act = propose_act(paper.number, EntryKind.SUSPEND, Reason.UNDER_INQUIRY, **words, by=build.proposer, now=clock.now())
        decide_act(act, True, secret, by=build.approver, now=clock.now())
        erase_words(paper.number, 2, "お申し出", by=None, now=clock.now())
        for name in ("entry_details", "register_proposals", "register_decisions", "outgoing_mails"):
            assert secret not in str(db.session.execute(text(f"SELECT * FROM {name}")).all()), name
        mails = db.session.scalars(select(OutgoingMail).where(OutgoingMail.body == "")).all()
        assert [mail.key for mail in mails] == ["certificate_suspended:2"]
        assert list_register_problems() == []
    page = build.make.login(build.approver).get(f"/office/register/acts/{act}")
    assert (page.status_code, secret in page.text, "消去されました" in page.text) == (200, False, True)


def test_an_append_only_row_can_lose_its_words_and_nothing_else(paper: Issued) -> None:
    with paper.build.app.app_context():
        for table, erasable in ERASABLE.items():
            columns = set(Base.metadata.tables[table].columns.keys())
            assert {*erasable.words, *erasable.kept} == columns, table
        assert set(DELETABLE) == {"issued_documents"}
    paper.build.enact(paper.number, EntryKind.SUSPEND)
    with paper.build.app.app_context():
        for changed in ({"is_approved": False}, {"reason": "ほかの理由"}, {"reason": "", "decided_by_id": 1}):
            with pytest.raises(DatabaseError, match="append-only"):
                db.session.execute(update(RegisterDecision).values(**changed))
            db.session.rollback()


def _edit_the_detail(connection: Any) -> None:
    connection.execute(update(RegisterProposal).values(detail={"words": "書き換え"}))


REWRITINGS: dict[str, tuple[int, Callable[[Any], object]]] = {
    "another explanation": (2, lambda db_: db_.execute(update(RegisterProposal).values(explanation="書き換え"))),
    "other words": (2, _edit_the_detail),
    "another proposer": (2, lambda db_: db_.execute(update(RegisterProposal).values(proposed_by_id=3))),
    "a certified participant without decision": (1, lambda db_: db_.execute(text("DELETE FROM completion_decisions"))),
    "a certified participant without proposal": (1, lambda db_: db_.execute(delete(CompletionProposal))),
    "one person for both": (1, lambda db_: db_.execute(text("UPDATE completion_proposals SET proposed_by_id = 2"))),
    "a new paper without order": (4, lambda db_: db_.execute(delete(ReissueOutcome))),
    "a new paper for another reason": (4, lambda db_: db_.execute(update(ReissueOrder).values(reason=Reason.DAMAGE))),
    "a new paper with another name": (4, lambda db_: db_.execute(update(ReissueOrder).values(new_name="別の 名前"))),
    "a new paper ordered by who settled it": (4, lambda db_: db_.execute(update(ReissueOrder).values(ordered_by_id=2))),
}


def test_rewritten_evidence_of_two_people_is_found(paper: Issued) -> None:
    build = paper.build
    build.enact(paper.number, EntryKind.SUSPEND)
    build.enact(paper.number, EntryKind.RESUME)
    build.reissue(paper.seat, Reason.NAME_CHANGE, "消野 新子")
    with build.app.app_context():
        assert list_register_problems() == []
        for what, (position, rewrite) in REWRITINGS.items():
            with undone():
                rewrite(db.session)
                found = {(each.position, each.damage) for each in list_register_problems()}
                assert (position, Damage.FOUR_EYES) in found, what


@contextmanager
def undone() -> Iterator[None]:
    """Triggers and foreign keys are off; what is done here is undone at the end."""
    db.session.rollback()
    if db.engine.dialect.name == "sqlite":
        for statement in drop_triggers("sqlite", APPEND_ONLY_TABLES):
            db.session.execute(text(statement))
        db.session.execute(text("PRAGMA defer_foreign_keys=ON"))
    else:
        db.session.execute(text("SET LOCAL session_replication_role = replica"))
    yield
    db.session.rollback()


def test_a_register_without_its_lines_in_the_audit_log_is_a_finding(paper: Issued) -> None:
    with paper.build.app.app_context():
        with intruder() as connection:
            connection.execute(text("DELETE FROM audit_events WHERE tag LIKE 'certificate:%'"))
        assert [(each.position, each.damage) for each in list_register_problems()] == [(1, Damage.UNWITNESSED)]


def test_the_head_kept_elsewhere_must_still_be_in_the_chain(paper: Issued) -> None:
    app = paper.build.app
    position, number, entry_hash = run(app, "head").output.split()
    assert (position, number) == ("1", paper.number)
    paper.build.enact(paper.number, EntryKind.SUSPEND)
    assert run(app, "verify", "--head", entry_hash).exit_code == 0
    other = run(app, "verify", "--head", "0" * 64)
    assert (other.exit_code, "written anew" in other.output) == (1, True)


def test_the_command_asks_before_a_printed_name_is_erased(paper: Issued) -> None:
    app, asked = paper.build.app, ("erase-words", paper.number, "1", "--reason", "お申し出")
    assert run(app, *asked, input="n\n").exit_code == 1
    with app.app_context():
        assert json.loads(db.session.scalars(select(PrintedRecord.record)).one())["holder_name"] == NAME
    done = run(app, *asked, input="y\n")
    assert (done.exit_code, "元に戻せません" in done.output, "消去しました" in done.output) == (0, True, True)
    assert run(app, *asked, "--yes").exit_code == 1
