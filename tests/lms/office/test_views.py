"""The office at its desk: from an empty house to a paid, attended cohort with an open exam."""

import io
from datetime import date, time
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select

from lms import clock
from lms.billing.queries import payments_of
from lms.cohorts.models import Attendance
from lms.cohorts.queries import attendance_minutes, course_days, list_cohorts, list_participants
from lms.db.session import db
from lms.mail.models import OutgoingMail
from tests.conftest import FrozenClock
from tests.factories import Factory
from tests.lms.cohorts.builders import HANAKO, TARO, csv_file, excel_file
from tests.lms.office.builders import office
from tests.page import PageClient

DAYS = {
    "day1_on": "2026-12-10",
    "day1_starts": "13:00",
    "day1_ends": "18:00",
    "day1_url": "https://zoom.example/j/1",
    "day2_on": "2026-12-11",
    "day2_starts": "13:00",
    "day2_ends": "18:00",
    "day2_url": "",
}


def upload(client: PageClient, cohort_id: int, data: bytes, name: str = "名簿.csv") -> None:
    address = f"/office/cohorts/{cohort_id}/roster"
    token = client.csrf(address)
    client.post(f"{address}/preview", data={"csrf_token": token, "file": (io.BytesIO(data), name)}, follow_redirects=True)


def test_the_empty_house_says_what_to_do_first(make: Factory) -> None:
    client = office(make)
    client.get("/office")
    assert "まだ期がありません" in client.text
    assert "期を開設する" in client.text


def test_a_cohort_is_opened_with_days_in_japanese_time(app: Flask, make: Factory) -> None:
    client = office(make)
    client.submit("/office/cohorts/new", DAYS | {"ordinal": "3", "capacity": "20"}, action="/office/cohorts/new")
    assert "第3期を開設しました" in client.text
    assert "2026年12月10日(木) 13:00" in client.text
    with app.app_context():
        card = list_cohorts()[0]
        assert (card.label, card.capacity) == ("第3期", 20)
        assert course_days(card.id)[0].starts_at == clock.jst_moment(date(2026, 12, 10), time(13, 0))


@pytest.mark.database("sqlite")
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"day2_on": "2026-12-10"}, "2日目は、1日目より後の日にしてください。"),
        ({"day1_ends": "12:00"}, "終了時刻は、開始時刻より後にしてください。"),
        ({"day1_url": "http://zoom.example"}, "https://"),
        ({"ordinal": ""}, "入力内容に誤りがあります。"),
        ({"day1_on": "2026-02-30"}, "入力内容に誤りがあります。"),
    ],
)
def test_a_cohort_that_makes_no_sense_keeps_what_was_typed(make: Factory, change: dict[str, str], words: str) -> None:
    client = office(make)
    client.submit("/office/cohorts/new", DAYS | {"ordinal": "3"} | change, action="/office/cohorts/new")
    assert words in client.text
    assert client.page is not None
    assert f'value="{(DAYS | change)["day2_on"]}"' in client.page.html


def test_days_and_capacity_are_changed(app: Flask, make: Factory) -> None:
    client, cohort_id = office(make), make.cohort(2)
    client.submit(f"/office/cohorts/{cohort_id}/settings", {"capacity": "12", "day2_on": "2026-11-28"}, action="/settings")
    assert "保存しました。" in client.text
    assert "2026年11月28日(土)" in client.text
    make.seat(cohort_id)
    make.seat(cohort_id)
    client.submit(f"/office/cohorts/{cohort_id}/settings", {"capacity": "1"}, action="/settings")
    assert "定員は、いま登録されている受講者の人数以上にしてください。" in client.text


@pytest.mark.parametrize("kind", ["csv", "cp932", "xlsx"])
def test_a_roster_is_previewed_and_then_imported_exactly_as_seen(app: Flask, make: Factory, kind: str) -> None:
    client, cohort_id = office(make), make.cohort(2)
    odd = ("髙﨑 花子", *HANAKO[1:])
    data = excel_file(odd, TARO) if kind == "xlsx" else csv_file(odd, TARO, encoding="cp932" if kind == "cp932" else "utf-8")
    upload(client, cohort_id, data)
    assert "次の2名を第2期に登録します" in client.text
    assert "新しい利用者" in client.text
    with app.app_context():
        assert list_participants(cohort_id) == []
    client.send(action="/roster/import")
    assert "2名を取り込みました" in client.text
    with app.app_context():
        assert [seat.name for seat in list_participants(cohort_id)] == ["髙﨑 花子", "見本 太郎"]


def test_the_problems_of_a_file_are_shown_with_row_and_column_and_nothing_can_be_confirmed(app: Flask, make: Factory) -> None:
    client, cohort_id = office(make), make.cohort(2)
    upload(client, cohort_id, csv_file(("", *HANAKO[1:]), (*TARO[:2], "taro", *TARO[3:])))
    assert "直すところが2件あります。まだ1名も登録していません。" in client.text
    assert "2行目 氏名" in client.text
    assert "3行目 メールアドレス" in client.text
    assert client.page is not None
    assert not [form for form in client.page.forms if str(form["attrs"].get("action", "")).endswith("/import")]
    with app.app_context():
        assert list_participants(cohort_id) == []


@pytest.mark.database("sqlite")
def test_a_roster_without_a_file_is_asked_for_again(make: Factory) -> None:
    client, cohort_id = office(make), make.cohort(2)
    address = f"/office/cohorts/{cohort_id}/roster"
    client.post(f"{address}/preview", data={"csrf_token": client.csrf(address)}, follow_redirects=True)
    assert "ファイルを選んでから" in client.text


def test_a_preview_that_was_changed_on_the_way_is_refused(app: Flask, make: Factory) -> None:
    client, cohort_id, other = office(make), make.cohort(2), make.cohort(3)
    upload(client, cohort_id, csv_file(HANAKO))
    assert client.page is not None
    sealed = next(form["fields"]["roster"] for form in client.page.forms if "roster" in form["fields"])
    token = client.csrf("/office")
    for target, roster in ((cohort_id, "x" + sealed), (other, sealed)):
        client.post(
            f"/office/cohorts/{target}/roster/import", data={"csrf_token": token, "roster": roster}, follow_redirects=True
        )
        assert "取り込みはしていません" in client.text
    with app.app_context():
        assert list_participants(cohort_id) == list_participants(other) == []


@pytest.mark.database("sqlite")
def test_a_preview_grows_old_after_two_hours(app: Flask, make: Factory, frozen_clock: FrozenClock) -> None:
    client, cohort_id = office(make), make.cohort(2)
    upload(client, cohort_id, csv_file(HANAKO))
    page = client.page
    for _ in range(5):
        frozen_clock.advance(minutes=30)
        client.get("/office")
    client.page = page
    client.send(action="/roster/import")
    assert "確認した内容を読み取れませんでした" in client.text


def test_a_person_seated_meanwhile_stops_the_whole_import(app: Flask, make: Factory) -> None:
    client, cohort_id = office(make), make.cohort(2)
    upload(client, cohort_id, csv_file(HANAKO, TARO))
    make.seat(cohort_id, email="taro@example.jp")
    client.send(action="/roster/import")
    assert "取り込みはしていません" in client.text
    with app.app_context():
        assert len(list_participants(cohort_id)) == 1


@pytest.mark.database("sqlite")
@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_the_template_can_be_imported_as_it_is(app: Flask, make: Factory, kind: str) -> None:
    client, cohort_id = office(make), make.cohort(2)
    upload(client, cohort_id, client.get(f"/office/roster-template/{kind}").data, f"x.{kind}")
    assert "次の1名を第2期に登録します" in client.text


@pytest.mark.database("sqlite")
def test_the_participants_are_exported_with_formulas_disarmed(make: Factory) -> None:
    client, cohort_id = office(make), make.cohort(2)
    make.seat(cohort_id, name='=HYPERLINK("https://x.example")')
    sheet = load_workbook(io.BytesIO(client.get(f"/office/cohorts/{cohort_id}/roster/export/xlsx").data)).worksheets[0]
    assert (sheet["A2"].data_type, sheet["I2"].value) == ("s", "確認済み")
    assert "'=HYPERLINK" in client.get(f"/office/cohorts/{cohort_id}/roster/export/csv").data.decode("utf-8-sig")
    assert client.get(f"/office/cohorts/{cohort_id}/roster/export/pdf").status_code == 404


def test_a_seat_is_taken_back_with_a_reason_and_given_again(app: Flask, make: Factory) -> None:
    client, cohort_id = office(make), make.cohort(2)
    seat = make.seat(cohort_id, name="架空 花子")
    address = f"/office/cohorts/{cohort_id}/roster"
    client.submit(address, {"reason": "ご都合"}, action=f"/participants/{seat.participant_id}/withdraw")
    assert "架空 花子さんの受講を取り消しました" in client.text
    assert "受講取消" in client.text
    client.send(action=f"/participants/{seat.participant_id}/restore")
    assert "復帰させました" in client.text
    client.submit(address, {"reason": ""}, action=f"/participants/{seat.participant_id}/withdraw")
    assert "理由を入力してください" in client.text


def test_a_payment_is_confirmed_and_the_invitation_queued(app: Flask, make: Factory) -> None:
    client, cohort_id = office(make), make.cohort(2)
    seat = make.seat(cohort_id, name="架空 花子", paid=False)
    client.get(f"/office/cohorts/{cohort_id}/payments")
    assert "入金待ち" in client.text
    client.submit(f"/office/participants/{seat.participant_id}/payment", {"method": "bank", "paid_on": "2026-11-30"})
    assert "架空 花子さんの入金を確認しました" in client.text
    assert "2026年11月30日(月)" in client.text
    assert "198,000円" in client.text
    with app.app_context():
        assert payments_of(cohort_id)[seat.participant_id].amount == 198_000
        assert db.session.scalars(select(OutgoingMail)).one().to_address == seat.email
    client.send(action=f"/participants/{seat.participant_id}/invite")
    assert "案内メールをもう一度送ります" in client.text


@pytest.mark.database("sqlite")
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"method": "invoice"}, "請求書払いは企業派遣の方に限ります。"),
        ({"paid_on": "2026-12-02"}, "入金日は今日までの日付にしてください。"),
        ({"paid_on": ""}, "入力内容に誤りがあります。"),
        ({"amount": "0"}, "入力内容に誤りがあります。"),
        ({"method": "gold"}, "入力内容に誤りがあります。"),
    ],
)
def test_a_payment_that_makes_no_sense_is_explained(app: Flask, make: Factory, change: dict[str, str], words: str) -> None:
    client, seat = office(make), make.seat(paid=False)
    client.submit(f"/office/participants/{seat.participant_id}/payment", {"method": "bank"} | change)
    assert words in client.text
    with app.app_context():
        assert payments_of(seat.cohort_id) == {}


def test_confirming_twice_is_refused_in_words(make: Factory) -> None:
    client, seat = office(make), make.seat()
    client.submit(f"/office/participants/{seat.participant_id}/payment", {"method": "bank"})
    assert "すでに確認済みです" in client.text


def attendance_page(make: Factory) -> tuple[PageClient, str, list[int]]:
    cohort_id = make.cohort(2)
    ids = [make.seat(cohort_id).participant_id for _ in range(3)]
    return office(make), f"/office/cohorts/{cohort_id}/attendance", ids


def test_attendance_of_everybody_is_entered_in_one_form(app: Flask, make: Factory) -> None:
    client, address, ids = attendance_page(make)
    typed: dict[str, Any] = {f"minutes-{each}-{day}": "300" for each in ids for day in (1, 2)}
    client.submit(address, typed | {f"minutes-{ids[0]}-2": "200", f"minutes-{ids[2]}-2": ""}, action="/attendance")
    assert "5件の出席時間を保存しました。" in client.text
    assert "240分未満" in client.text
    assert "未入力" in client.text
    client.send(action="/attendance")
    assert "変更はありませんでした。" in client.text
    with app.app_context():
        assert attendance_minutes(ids) == {ids[0]: {1: 300, 2: 200}, ids[1]: {1: 300, 2: 300}, ids[2]: {1: 300}}


def test_a_wrong_cell_keeps_the_whole_table_unsaved_and_everything_typed(app: Flask, make: Factory) -> None:
    client, address, ids = attendance_page(make)
    client.submit(
        address, {f"minutes-{ids[0]}-1": "300", f"minutes-{ids[1]}-1": "三百", f"minutes-{ids[2]}-1": "301"}, action="/attendance"
    )
    assert "保存していません。2件の入力をご確認ください。" in client.text
    assert client.page is not None
    assert 'value="三百"' in client.page.html
    with app.app_context():
        assert db.session.scalars(select(Attendance)).all() == []


def test_a_correction_needs_a_reason_and_keeps_the_first_entry(app: Flask, make: Factory) -> None:
    client, address, ids = attendance_page(make)
    key = f"{ids[0]}-1"
    client.submit(address, {f"minutes-{key}": "300"}, action="/attendance")
    client.submit(address, {f"minutes-{key}": "180"}, action="/attendance")
    assert "訂正の理由を入力してください" in client.text
    client.send({f"reason-{key}": "途中退室"}, action="/attendance")
    assert "1件の出席時間を保存しました。" in client.text
    assert "前回: 途中退室" in client.text
    with app.app_context():
        assert list(db.session.scalars(select(Attendance.minutes).order_by(Attendance.id))) == [300, 180]


@pytest.mark.database("sqlite")
def test_minutes_that_were_entered_cannot_be_emptied_silently(app: Flask, make: Factory) -> None:
    client, address, ids = attendance_page(make)
    client.submit(address, {f"minutes-{ids[0]}-1": "300"}, action="/attendance")
    client.submit(address, {f"minutes-{ids[0]}-1": ""}, action="/attendance")
    assert "保存していません。1件の入力をご確認ください。" in client.text
    with app.app_context():
        assert attendance_minutes(ids[:1]) == {ids[0]: {1: 300}}


@pytest.mark.database("sqlite")
def test_attendance_of_a_day_to_come_cannot_be_typed(make: Factory) -> None:
    client, cohort_id = office(make), make.cohort(2, day1=date(2026, 12, 1), day2=date(2026, 12, 2))
    seat = make.seat(cohort_id)
    client.get(f"/office/cohorts/{cohort_id}/attendance")
    assert client.page is not None
    names = {field.get("name") for field in client.page.find("input")}
    assert f"minutes-{seat.participant_id}-1" in names
    assert f"minutes-{seat.participant_id}-2" not in names
