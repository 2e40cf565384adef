"""The register desk: one certificate, the acts of two people, orders, renewals, figures, exports."""

import csv
import io
from datetime import date, datetime, time
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event, select

from lms import clock
from lms.audit.models import AuditEvent
from lms.certification.models import PrintedRecord, RegisterEntry, RegisterProposal, ReissueOrder
from lms.certification.queries.checking import list_register_problems
from lms.certification.rules.entries import EntryKind
from lms.certification.rules.reasons import Reason
from lms.certification.rules.validity import ValidityRule
from lms.certification.services import expiring
from lms.certification.services.expiring import look_after, look_after_validity
from lms.certification.services.ordering import order_reissue
from lms.certification.services.recording import erase_words
from lms.db.session import db
from lms.mail.models import OutgoingMail
from tests.lms.certification.builders import Builder
from tests.page import PageClient

pytestmark = pytest.mark.database("sqlite")

TWO_YEARS = ValidityRule(2, (60, 30), ("更新研修の受講", "確認テストの合格"), "3,300円")
WORDS = {"explanation": "届いた資料を確かめている。", "words": "確認のため、しばらく停止します。"}


@pytest.fixture
def two_years(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule of two years, as the association may one day decide."""

    def rule(_content: Path) -> ValidityRule:
        return TWO_YEARS

    monkeypatch.setattr("lms.certification.queries.issuing.validity_rule", rule)
    monkeypatch.setattr("lms.certification.queries.expiries.validity_rule", rule)


def kinds(app: Flask) -> list[EntryKind]:
    with app.app_context():
        return list(db.session.scalars(select(RegisterEntry.kind).order_by(RegisterEntry.position)))


def test_two_people_suspend_a_certificate_on_the_screens(build: Builder) -> None:
    _, number = build.issued_seat("架空 一子")
    first, second = build.make.login(build.proposer), build.make.login(build.approver)
    page = f"/office/register/{number}"
    first.get(page)
    assert "効力を停止する" in first.text
    assert "効力の停止を解除する" not in first.text
    assert first.submit(f"{page}/suspend", {"explanation": "x", "words": "y"}).status_code == 422
    assert first.submit(f"{page}/suspend", {"reason": "under_inquiry", "explanation": " "}).status_code == 409
    first.submit(f"{page}/suspend", {"reason": "under_inquiry", **WORDS})
    assert "提案しました" in first.text
    assert "提案した人は、決定できません" in first.text
    with build.app.app_context():
        act = db.session.scalars(select(RegisterProposal.id)).one()
    second.get("/office/register")
    assert "決定を待っている提案" in second.text
    token = second.csrf(f"/office/register/acts/{act}")
    declined = second.post(f"/office/register/acts/{act}/decline", data={"csrf_token": token})
    assert (declined.status_code, "理由を入力してください" in declined.get_data(as_text=True)) == (409, True)
    second.submit(f"/office/register/acts/{act}", action="approve")
    assert "効力停止中" in second.text
    assert "届いた資料を確かめている。" in second.text
    second.get("/office/register?status=suspended")
    assert number in second.text
    assert kinds(build.app) == [EntryKind.ISSUE, EntryKind.SUSPEND]


def test_the_page_of_a_certificate_shows_everything_in_a_fixed_number_of_queries(build: Builder) -> None:
    seat, number = build.issued_seat("架空 一子")
    _, other = build.issued_seat("別人 二子")
    for kind in (EntryKind.SUSPEND, EntryKind.RESUME, EntryKind.SUSPEND, EntryKind.RESUME):
        build.enact(number, kind)
    assert build.reissue(seat, Reason.NAME_CHANGE, "新姓 一子") == 2
    office = build.make.login(build.proposer)
    short = asked_for(build, office, f"/office/register/{other}")
    assert asked_for(build, office, f"/office/register/{number}") == short
    assert "新姓 一子" in office.text
    assert "架空 一子" in office.text
    assert "氏名の変更" in office.text
    assert office.get(f"/office/register/{number}/pdf?version=1").data != office.get(f"/office/register/{number}/pdf").data
    assert office.get("/office/register/JHRMA-CH-2026-9999-0").status_code == 404


def test_an_order_is_shown_as_it_would_be_printed_and_settled_by_another(build: Builder) -> None:
    _, number = build.issued_seat("架空 一子")
    first, second = build.make.login(build.proposer), build.make.login(build.approver)
    first.submit(f"/office/register/{number}/reissue", {"reason": "name_change", "new_name": "架空 \U0001f600子"})
    assert "印刷できない文字" in first.text
    first.submit(f"/office/register/{number}/reissue", {"reason": "name_change", "new_name": "髙﨑 一子"})
    assert "ほかの事務局の方が処理します" in first.text
    with build.app.app_context():
        order = db.session.scalars(select(ReissueOrder.id)).one()
    second.get("/office/register/reissues")
    assert "髙﨑 一子" in second.text
    shown = second.get(f"/office/register/reissues/{order}")
    assert "data:image/png" in shown.get_data(as_text=True)
    token = second.csrf(f"/office/register/reissues/{order}")
    declined = second.post(f"/office/register/reissues/{order}/decline", data={"csrf_token": token})
    assert declined.status_code == 409
    second.submit(f"/office/register/reissues/{order}", {"answer": "お待たせしました。"}, action="accept")
    assert "第2版" in second.text
    assert "再発行済" in second.text
    assert kinds(build.app) == [EntryKind.ISSUE, EntryKind.REISSUE]


def test_an_order_shows_the_printed_name_of_its_own_number(build: Builder) -> None:
    """A search for the shortest number would also find the longer ones, the newest first."""
    seat, number = build.issued_seat("架空 一子")
    with build.app.app_context():
        order = order_reissue(seat.participant_id, Reason.LOSS, "", "", by=seat.user_id, now=clock.now())
        paper = db.session.scalars(select(PrintedRecord)).one()
        entry = db.session.get_one(RegisterEntry, paper.register_entry_id)
        kept = {column.key: getattr(entry, column.key) for column in RegisterEntry.__table__.columns if column.key != "id"}
        other = kept | {"position": 2, "certificate_number": f"{number}0", "entry_hash": "0" * 64}
        db.session.add(longer := RegisterEntry(**other))
        db.session.flush()
        record = paper.record.replace("架空 一子", "別人 二子")
        db.session.add(
            PrintedRecord(register_entry_id=longer.id, certificate_number=f"{number}0", record=record, salt=paper.salt)
        )
        db.session.commit()
    office = build.make.login(build.approver)
    office.get(f"/office/register/reissues/{order}")
    assert "架空 一子" in office.text
    assert "別人 二子" not in office.text


def test_a_declined_order_stands_in_the_dossier(build: Builder) -> None:
    seat, number = build.issued_seat()
    with build.app.app_context():
        order = order_reissue(seat.participant_id, Reason.LOSS, "", "", by=seat.user_id, now=clock.now())
    office = build.make.login(build.approver)
    office.csrf(f"/office/register/reissues/{order}")
    token = office.csrf(f"/office/register/reissues/{order}")
    address = f"/office/register/reissues/{order}/decline"
    office.post(address, data={"csrf_token": token, "answer": "先に一度お探しください。"}, follow_redirects=True)
    office.get(f"/office/register/{number}")
    assert "お断り" in office.text
    assert "先に一度お探しください。" in office.text


@pytest.mark.usefixtures("two_years")
def test_a_validity_is_announced_entered_and_renewed(build: Builder) -> None:
    seat, _ = build.issued_seat("架空 一子")
    with build.app.app_context():
        issued = db.session.scalars(select(RegisterEntry)).one()
        assert issued.expires_on == date(2028, 11, 30)
        before, after = moment(2028, 10, 2), moment(2028, 12, 1)
        assert look_after_validity(now=moment(2028, 9, 1)) == 0
        assert [look_after_validity(now=before), look_after_validity(now=before)] == [1, 0]
        assert [look_after_validity(now=after), look_after_validity(now=after)] == [1, 0]
        told = db.session.scalars(select(OutgoingMail).where(OutgoingMail.template == "certificate_expiring")).all()
        assert [mail.to_address for mail in told] == [seat.email]
        assert "更新研修の受講" in told[0].body
    assert kinds(build.app) == [EntryKind.ISSUE, EntryKind.EXPIRE]


@pytest.mark.usefixtures("two_years")
@pytest.mark.database("sqlite")
def test_one_paper_that_fails_holds_up_no_other_and_a_suspended_one_is_left_alone(
    build: Builder, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, failing = build.issued_seat("架空 一子")
    _, suspended = build.issued_seat("架空 二子")
    _, fine = build.issued_seat("架空 三子")
    build.enact(suspended, EntryKind.SUSPEND)
    looked: list[str] = []

    def look(number: str, *, now: datetime) -> bool:
        looked.append(number)
        if number == failing:
            raise ValueError("a mail that cannot be written")
        return look_after(number, now=now)

    monkeypatch.setattr(expiring, "look_after", look)
    with build.app.app_context():
        assert look_after_validity(now=moment(2028, 10, 2)) == 1
    assert looked == [failing, fine]


@pytest.mark.usefixtures("two_years")
def test_a_renewal_needs_every_condition_and_gives_a_new_last_day(build: Builder, monkeypatch: pytest.MonkeyPatch) -> None:
    _, number = build.issued_seat("架空 一子")
    office = build.make.login(build.proposer)
    office.get(f"/office/register/{number}")
    assert "更新する" not in office.text
    assert "2028年11月30日" in office.text
    monkeypatch.setattr(clock, "now", lambda: moment(2028, 10, 15))
    office = build.make.login(build.proposer)
    page = f"/office/register/{number}/renew"
    half = office.submit(page, {"met-0": "y", "evidence-0": "受講記録で確認"})
    assert (half.status_code, "受講記録で確認" in half.get_data(as_text=True)) == (422, True)
    given = {"met-0": "y", "evidence-0": "受講記録で確認", "met-1": "y", "evidence-1": "92点"}
    office.submit(page, given)
    assert "2030年11月30日" in office.text
    assert "92点" in office.text
    assert "更新済" in office.text
    assert "再発行済" not in office.text
    with build.app.app_context():
        assert list_register_problems() == []
    assert kinds(build.app) == [EntryKind.ISSUE, EntryKind.RENEW]


def test_without_a_validity_nothing_speaks_of_a_renewal(build: Builder) -> None:
    _, number = build.issued_seat()
    office = build.make.login(build.proposer)
    office.get(f"/office/register/{number}")
    assert "更新する" not in office.text
    office.get(f"/office/register/{number}/renew", follow_redirects=True)
    assert "有効期限がないため" in office.text
    with build.app.app_context():
        assert look_after_validity(now=moment(2099, 1, 1)) == 0


def test_exports_are_noted_and_the_figures_count(build: Builder) -> None:
    _, number = build.issued_seat()
    _, gone = build.issued_seat()
    build.enact(gone, EntryKind.REVOKE)
    build.enact(number, EntryKind.SUSPEND)
    build.enact(number, EntryKind.RESUME)
    office = build.make.login(build.proposer)
    office.submit("/office/register?status=valid", action="status=valid&year=")
    with build.app.app_context():
        noted = db.session.scalars(select(AuditEvent).where(AuditEvent.tag == "register:export")).one()
        assert (noted.detail["rows"], noted.detail["format"]) == (1, "xlsx")
    office.get("/office/register/figures")
    assert "2026年" in office.text
    rows = list(csv.reader(io.StringIO(office.get("/office/register/figures.csv").data.decode("utf-8-sig"))))
    assert rows[1] == ["2026", "2", "0", "0", "1", "1", "0", "0", "1"]


def test_words_that_were_erased_are_told_from_lost_ones(build: Builder) -> None:
    _, number = build.issued_seat()
    build.enact(number, EntryKind.SUSPEND)
    with build.app.app_context():
        erase_words(number, 2, "ご本人のお申し出", by=build.proposer, now=clock.now())
        assert list_register_problems() == []
    office = build.make.login(build.proposer)
    office.get(f"/office/register/{number}")
    assert "説明は消去されました" in office.text
    assert "架空の経緯です。" not in office.text.split("承認されませんでした")[0].split("台帳の記録")[1]


def test_a_proposal_is_held_and_let_go_on_the_screens(build: Builder) -> None:
    seat = build.complete_seat("架空 一子")
    first, second = build.make.login(build.proposer), build.make.login(build.approver)
    desk = f"/office/cohorts/{build.cohort_id}/certification"
    first.submit(desk, {"participant": seat.participant_id, "note": "入金は口座で確認"}, action="/propose")
    second.get(desk)
    assert "入金は口座で確認" in second.text
    second.submit("/office/certification/1/hold", {"reason": "出席を確認中"}, action="/hold")
    assert "出席を確認中" in second.text
    assert "選んだ方の修了認定を承認する" not in second.text
    second.submit("/office/certification/1/hold", {"reason": "確認できた"}, action="/release")
    second.submit(desk, {"proposal": 1}, action="/approve")
    assert "1名の修了認定を承認しました" in second.text


def moment(year: int, month: int, day: int) -> datetime:
    return clock.jst_day_after(date(year, month, day), 0, time(10))


def asked_for(build: Builder, office: PageClient, address: str) -> int:
    """How many statements a page asks for, once everything it needs is loaded."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    office.get(address)
    with build.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    office.get(address)
    event.remove(engine, "before_cursor_execute", note)
    return len(asked)
