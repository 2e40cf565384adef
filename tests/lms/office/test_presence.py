"""The office brings in a participants report: previewed, matched by hand where names are alike, entered, put right."""

import io
from datetime import date

import pytest
from flask import Flask

from lms import clock
from lms.cohorts.services.attending import enter_attendance
from lms.cohorts.services.seating import withdraw_participant
from lms.web.access import Role
from tests.factories import Factory
from tests.lms.cohorts.reports import MEETING, TWO_OF_ONE_NAME, report
from tests.page import PageClient

pytestmark = pytest.mark.database("sqlite")
REPORT = report(*TWO_OF_ONE_NAME, above=MEETING).encode("cp932")


def desk(make: Factory) -> tuple[PageClient, str, list[int]]:
    cohort_id = make.cohort(3)
    people = [
        make.seat(cohort_id, name=name, email=email).participant_id
        for name, email in (("架空 花子", "hanako@example.jp"), ("見本 学", "m1@example.jp"), ("見本　学", "m2@example.jp"))
    ]
    return make.login(make.staff(Role.OFFICE)), f"/office/cohorts/{cohort_id}/attendance/1", people


def preview(office: PageClient, address: str, data: bytes) -> str:
    office.get(address)
    office.send({"file": (io.BytesIO(data), "participants.csv")}, action=f"{address}/report")
    return office.text


def matches(hanako: int, first: int, second: int) -> dict[str, str]:
    """What the office chooses on the preview, in the order of its lines."""
    chosen = (str(hanako), str(hanako), str(first), str(second), "other")
    return {f"match-{place}": person for place, person in enumerate(chosen)}


def test_a_report_is_matched_imported_and_shown_by_block(app: Flask, make: Factory) -> None:
    office, address, people = desk(make)
    assert office.get(f"{address}/export.xlsx").status_code == 200
    text = preview(office, address, REPORT)
    assert "同じ氏名の受講者が複数" in text
    assert "待機室の1行は数えません" in text
    office.send(matches(*people), action=f"{address}/import")
    text = office.text
    assert "6件の参加記録を取り込み、3名の出席時間を入力しました。" in text
    for words in ("293分", "299分", "224分", "遅刻 31分 早退 44分"):
        assert words in text
    sheet = office.get(f"{address}/export.csv").data.decode("utf-8-sig")
    assert "見本　学,m2@example.jp,224,224,31,44,59,90,60,15" in sheet


def test_what_is_left_for_later_comes_again_and_the_rest_does_not(app: Flask, make: Factory) -> None:
    office, address, people = desk(make)
    preview(office, address, REPORT)
    office.send(matches(*people) | {"match-2": "", "match-3": ""}, action=f"{address}/import")
    assert "2件は「あとで決める」のままです" in office.text
    text = preview(office, address, REPORT)
    assert "取り込み済みの4件は変わりません" in text
    assert "hanako@example.jp</span>" not in text


def test_a_file_that_is_no_report_says_what_to_do(app: Flask, make: Factory) -> None:
    office, address, _people = desk(make)
    text = preview(office, address, "氏名,メール\r\n架空,a@example.jp\r\n".encode())
    assert "参加者の表が見つかりません" in text
    assert "まだ何も取り込んでいません" in text


def test_a_report_with_too_many_lines_is_told_its_own_limit(app: Flask, make: Factory) -> None:
    office, address, _people = desk(make)
    text = preview(office, address, report(*TWO_OF_ONE_NAME).encode() + "架空,,,\r\n".encode() * 8000)
    assert "行が多すぎます(2000行まで)。" in text
    assert "500名" not in text


def test_what_was_previewed_for_one_day_cannot_be_imported_into_the_other(app: Flask, make: Factory) -> None:
    office, address, _people = desk(make)
    preview(office, address, REPORT)
    assert office.page is not None
    (form,) = (form for form in office.page.forms if form["attrs"].get("action", "").endswith("/import"))
    office.post(f"{address[:-1]}2/import", data=form["fields"], follow_redirects=True)
    assert "取り込みはしていません" in office.text


def test_breaks_and_moved_stays_are_counted_at_once(app: Flask, make: Factory) -> None:
    office, address, people = desk(make)
    preview(office, address, REPORT)
    office.send(matches(*people), action=f"{address}/import")
    office.send({"starts": ["14:25", "", ""], "ends": ["14:45", "", ""]}, action=f"{address}/breaks")
    assert "休憩を保存し、3名の出席時間を計算し直しました。" in office.text
    office.send({"starts": ["25:00", "", ""], "ends": ["14:45", "", ""]}, action=f"{address}/breaks")
    assert "休憩は変更していません" in office.text
    office.send({"to": str(people[0])}, action=f"{address}/stays")
    assert "移す参加記録と、移す先の方を選んでください" in office.text
    office.send({"stay": ["4"], "to": str(people[0])}, action=f"{address}/stays")
    assert "1件の参加記録を移し" in office.text


def test_a_day_to_come_takes_no_report(app: Flask, make: Factory) -> None:

    cohort_id = make.cohort(4, day1=date(2026, 12, 24), day2=date(2026, 12, 25))
    office = make.login(make.staff(Role.OFFICE))
    assert "研修日はまだ先です" in office.get(f"/office/cohorts/{cohort_id}/attendance/1").text
    assert office.get(f"/office/cohorts/{cohort_id}/attendance/3").status_code == 404


def test_minutes_of_who_withdrew_are_named_when_they_stay(app: Flask, make: Factory) -> None:
    office, address, people = desk(make)
    preview(office, address, REPORT)
    office.send(matches(*people), action=f"{address}/import")
    with app.app_context():
        enter_attendance(people[0], 1, 300, "回線の障害を確認", by=1, now=clock.now())
        withdraw_participant(people[0], "ご都合", by=1, now=clock.now())
    assert "架空 花子(受講取消)" in office.get(address).text
    office.send({"starts": ["14:00", "", ""], "ends": ["14:45", "", ""]}, action=f"{address}/breaks")
    assert "そのままにしました: 架空 花子さん" in office.text


def test_hours_put_right_say_how_many_were_counted_anew_and_which_breaks_are_gone(app: Flask, make: Factory) -> None:
    office, address, people = desk(make)
    preview(office, address, REPORT)
    office.send(matches(*people), action=f"{address}/import")
    office.send({"starts": ["17:30", "", ""], "ends": ["17:40", "", ""]}, action=f"{address}/breaks")
    settings = address.replace("attendance/1", "settings")
    office.get(settings)
    office.send({"day1_ends": "16:45"}, action=settings)
    assert "保存しました。3名の出席時間を計算し直しました。" in office.text
    assert "新しい研修時間の外になった休憩を1回分、消しました。" in office.text
    assert "研修時間の225分から休憩を引いた225分" in office.get(address).text
