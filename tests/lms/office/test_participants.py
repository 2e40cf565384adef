"""The office corrects what is registered of a participant."""

import pytest
from flask import Flask

from lms.certification.queries.register import find_certificate
from lms.cohorts.queries import get_participant
from tests.factories import Factory
from tests.lms.certification.builders import Builder
from tests.lms.office.builders import office


def test_a_name_and_an_address_are_corrected_from_the_roster(app: Flask, make: Factory) -> None:
    seat, client = make.seat(name="高崎 花子", email="old@example.jp"), office(make)
    own = make.login(seat.user_id)
    client.get(f"/office/cohorts/{seat.cohort_id}/roster")
    assert "登録内容を直す" in client.text
    address = f"/office/participants/{seat.participant_id}/edit"
    client.submit(address, {"name": "髙﨑 花子", "email": "NEW@example.jp", "reason": "転記の誤り"}, action="/edit")
    assert "髙﨑 花子さんの氏名・メールアドレスを直しました。" in client.text
    assert "案内メールを送っていたときは" in client.text
    assert "new@example.jp" in client.text
    with app.app_context():
        assert get_participant(seat.participant_id).name == "髙﨑 花子"
    assert own.get("/lessons").headers["Location"].startswith("/login")
    client.get("/office/audit")
    for words in ("受講者の登録内容の訂正", "メールアドレスの変更", "利用者の氏名の変更", "転記の誤り"):
        assert words in client.text
    client.get("/office/mail")
    assert "メールアドレス変更のお知らせ" in client.text


@pytest.mark.database("sqlite")
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"email": "taken@example.jp"}, "ほかの利用者が使っています"),
        ({"email": "x"}, "メールアドレスの形ではありません"),
        ({"name": ""}, "入力内容に誤りがあります"),
        ({"kana": "hanako"}, "ひらがなかカタカナで入力してください"),
        ({"postal_code": "12"}, "7桁の数字で入力してください"),
    ],
)
def test_what_cannot_be_registered_is_explained_and_kept_on_the_page(make: Factory, change: dict[str, str], words: str) -> None:
    make.user(email="taken@example.jp")
    seat, client = make.seat(), office(make)
    client.submit(f"/office/participants/{seat.participant_id}/edit", {"company": "新しい会社"} | change, action="/edit")
    assert words in client.text
    assert client.page is not None
    assert 'value="新しい会社"' in client.page.html


@pytest.mark.database("sqlite")
def test_nothing_changed_is_said_and_one_goes_back_where_one_came_from(make: Factory) -> None:
    seat, client = make.seat(), office(make)
    address = f"/office/participants/{seat.participant_id}/edit"
    for back, place in (("certification", "/certification"), ("issue", "/certification/issue"), ("elsewhere", "/roster")):
        response = client.submit(f"{address}?back={back}", action=f"/edit?back={back}")
        assert response.request.path == f"/office/cohorts/{seat.cohort_id}{place}"
        assert "変更はありませんでした" in client.text


@pytest.mark.usefixtures("fonts")
def test_what_an_issued_certificate_says_is_not_touched(app: Flask, make: Factory) -> None:
    with app.app_context():
        seat, number = Builder(make).issued_seat("高崎 花子")
    client = office(make)
    client.get(f"/office/participants/{seat.participant_id}/edit")
    assert "認定証は発行済みです" in client.text
    assert number in client.text
    client.send({"name": "髙﨑 花子"}, action="/edit")
    assert "髙﨑 花子さんの氏名を直しました" in client.text
    with app.app_context():
        certificate = find_certificate(seat.participant_id)
        assert certificate is not None
        assert certificate.record.holder_name == "高崎 花子"
