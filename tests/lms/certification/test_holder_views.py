"""The holder's own doors: the PDF, the picture, the consent, the page with what happened, orders of a new paper."""

from datetime import UTC, date, datetime
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from lms import clock
from lms.certification.models import ReissueOutcome
from lms.certification.queries.ordering import Order, list_orders_of
from lms.certification.queries.posting import list_waiting
from lms.certification.rules.entries import EntryKind
from lms.certification.services.shipping import Consignment, prepare_parcels, ship_parcel
from lms.db.session import db
from tests.conftest import FrozenClock
from tests.lms.certification.builders import Builder
from tests.lms.certification.issued import Issued, count_selects, happen, print_again
from tests.lms.certification.test_shipping import move
from tests.page import PageClient

pytestmark = pytest.mark.database("sqlite")


@pytest.fixture
def issued(build: Builder) -> Issued:
    return Issued(build)


@pytest.fixture
def holder(issued: Issued) -> PageClient:
    return issued.build.make.login(issued.seat.user_id)


def test_the_holder_downloads_the_pdf_as_issued(issued: Issued) -> None:
    holder = issued.build.make.login(issued.seat.user_id)
    response = holder.get("/certificate/pdf")
    assert response.mimetype == "application/pdf"
    assert response.data.startswith(b"%PDF-")
    assert f"filename*=UTF-8''{quote(f'認定証_{issued.number}.pdf')}" in response.headers["Content-Disposition"]


def test_the_holder_alone_decides_about_the_name(issued: Issued) -> None:
    holder = issued.build.make.login(issued.seat.user_id)
    for answer, is_shown in (("yes", True), ("no", False)):
        form = {"csrf_token": holder.csrf("/verify"), "is_shown": answer}
        response = FlaskClient.open(holder, "/certificate/name-consent", method="POST", data=form)
        assert response.headers["Location"] == "/certificate"
        assert ("髙﨑" in issued.stranger.get(f"/verify/{issued.token}").text) is is_shown
    token = issued.stranger.csrf("/verify")
    refused = issued.stranger.post("/certificate/name-consent", data={"csrf_token": token, "is_shown": "yes"})
    assert refused.status_code == 401


def test_without_a_certificate_there_is_no_pdf(build: Builder) -> None:
    seat = build.make.seat(build.cohort_id)
    build.consent_to_terms(seat)
    assert build.make.login(seat.user_id).get("/certificate/pdf").status_code == 404


def test_the_picture_may_be_kept_under_the_address_of_its_version(issued: Issued, holder: PageClient) -> None:
    page = holder.get("/certificate").text
    address = f"/certificate/picture?version={issued.sha256[:16]}"
    assert f'src="{address}"' in page
    assert f'alt="認定証の画像。認定番号 {issued.number}、氏名 髙﨑 𠮷邉"' in page
    shown = holder.get(address)
    assert (shown.mimetype, shown.data[:4]) == ("image/png", b"\x89PNG")
    assert len(shown.data) < 400_000
    assert shown.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert shown.headers["ETag"] == f'"{issued.sha256}"'
    again = holder.get(address, headers={"If-None-Match": f'"{issued.sha256}"'})
    assert (again.status_code, again.data) == (304, b"")
    assert holder.get("/certificate/picture?version=0").headers["Cache-Control"] == "no-store"
    assert PageClient(issued.build.app).get(address).status_code == 302


@pytest.mark.parametrize(
    ("kind", "words", "is_over"),
    [
        (EntryKind.SUSPEND, "いまは効力が停止されています", False),
        (EntryKind.REVOKE, "この認定証は失効しています", True),
        (EntryKind.VOID, "この認定証は無効です", True),
    ],
)
def test_the_holder_reads_how_it_stands_and_what_to_do(
    issued: Issued, holder: PageClient, kind: EntryKind, words: str, is_over: bool
) -> None:
    happen(issued, kind, "own_request")
    page = holder.get("/certificate").text
    assert words in page
    assert ("照会ページでの氏名の表示" in page) is not is_over
    assert 'href="/certificate/reissue"' not in page
    assert "内輪" not in page
    assert holder.get("/certificate/reissue").headers["Location"] == "/certificate"
    assert holder.get("/certificate/pdf").status_code == 200


def test_the_end_of_the_validity_is_told_before_and_after(issued: Issued, holder: PageClient, frozen_clock: FrozenClock) -> None:
    print_again(issued, EntryKind.RENEW, expires_on=date(2027, 1, 31))
    page = holder.get("/certificate").text
    assert "有効期限が近づいています" not in page
    assert "2027年1月31日(日)まで" in page
    for day, words in (
        (datetime(2026, 12, 5, tzinfo=UTC), "あと57日"),
        (datetime(2027, 2, 1, tzinfo=UTC), "有効期限が切れています"),
    ):
        frozen_clock.travel(day)
        assert words in issued.build.make.login(issued.seat.user_id).get("/certificate").text


def test_the_holders_page_costs_the_same_however_much_happened(issued: Issued, holder: PageClient) -> None:
    holder.get("/certificate")
    few = count_selects(issued.build, lambda: holder.get("/certificate"))
    for kind in (EntryKind.SUSPEND, EntryKind.RESUME) * 3:
        happen(issued, kind, "own_request")
    print_again(issued)
    assert count_selects(issued.build, lambda: holder.get("/certificate")) == few
    assert len(holder.get("/certificate").data) < 100_000


def test_a_new_name_is_seen_on_paper_before_the_order_is_sent(issued: Issued, holder: PageClient) -> None:
    holder.submit(
        "/certificate/reissue", {"reason": "name_change", "new_name": " 渡邉 𠮷子 ", "explanation": "婚姻", "act": "check"}
    )
    assert "まだ送信していません" in holder.text
    assert holder.page is not None
    (preview,) = holder.page.find("img")
    assert preview["src"].startswith("data:image/png;base64,")
    assert len(holder.page.html) < 100_000
    assert orders_of(issued) == []
    holder.send({"act": "send"})
    assert "再発行のお申込みを受け付けました" in holder.text
    assert [(order.new_name, order.explanation, order.reason.value) for order in orders_of(issued)] == [
        ("渡邉 𠮷子", "婚姻", "name_change")
    ]
    assert "渡邉 𠮷子" in holder.text
    assert holder.get("/certificate/reissue").status_code == 302
    holder.submit("/certificate", action="/withdraw")
    assert "取り下げました" in holder.text
    assert orders_of(issued)[0].is_withdrawn
    assert "再発行を申し込む" in holder.text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"reason": "name_change", "new_name": ""}, "新しい氏名を入力してください"),
        ({"reason": "name_change", "new_name": "髙﨑 𠮷邉"}, "いま印刷されている氏名と同じです"),
        ({"reason": "name_change", "new_name": "外字\ue000子"}, "氏名に使えない文字"),
        ({"reason": "name_change", "new_name": "𓀀 太郎"}, "印刷できない文字: 𓀀(U+13000)"),
        ({"reason": "printing_fault"}, "再発行の理由"),
        ({}, "再発行の理由"),
    ],
)
def test_what_cannot_be_printed_or_ordered_is_said_at_the_form(
    issued: Issued, holder: PageClient, typed: dict[str, str], words: str
) -> None:
    response = holder.submit("/certificate/reissue", {"act": "check", **typed})
    assert response.status_code == 422
    assert words in holder.text
    holder.post("/certificate/reissue", data={"csrf_token": holder.csrf("/certificate/reissue"), "act": "send", **typed})
    assert orders_of(issued) == []


def test_the_office_answer_to_an_order_is_shown(issued: Issued, holder: PageClient) -> None:
    holder.submit("/certificate/reissue", {"reason": "loss", "act": "send"})
    with issued.build.app.app_context():
        (order,) = list_orders_of(issued.seat.participant_id)
        db.session.add(
            ReissueOutcome(
                order_id=order.id, answer="書類が足りません。", settled_by_id=issued.build.proposer, settled_at=clock.now()
            )
        )
        db.session.commit()
    assert "書類が足りません。" in holder.get("/certificate").text


def test_the_way_of_the_paper_is_told(issued: Issued, holder: PageClient) -> None:
    assert "まだお送りしていません" in holder.get("/certificate").text
    with issued.build.app.app_context():
        move(issued.seat, "東京都見本区見本1-2-3")
        (paper,) = list_waiting()
        (parcel,) = prepare_parcels([paper.entry_id], by=issued.build.proposer, now=clock.now())
        assert "まもなくお送りします" in holder.get("/certificate").text
        sent = Consignment(clock.today_jst(), "レターパックプラス", "1234-5678-9012")
        ship_parcel(parcel, sent, by=issued.build.proposer, now=clock.now())
    page = holder.get("/certificate").text
    for shown in ("発送済み", "123456789012", "東京都見本区見本1-2-3", "https://trackings.post.japanpost.jp"):
        assert shown in page, shown


def orders_of(issued: Issued) -> list[Order]:
    with issued.build.app.app_context():
        return list_orders_of(issued.seat.participant_id)
