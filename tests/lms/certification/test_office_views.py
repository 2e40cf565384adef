"""The office's certification desk and register: two people, one issue, one search."""

import csv
import io
from typing import Any

from openpyxl import load_workbook
from sqlalchemy import event

from lms.certification.queries.completion import latest_proposals, list_candidates
from lms.certification.rules.entries import EntryKind
from lms.db.session import db
from lms.web.access import Role
from tests.factories import Seat
from tests.lms.certification.builders import Builder
from tests.page import PageClient


def desk(build: Builder) -> str:
    return f"/office/cohorts/{build.cohort_id}/certification"


def propose(client: PageClient, build: Builder, *seats: Seat) -> None:
    client.submit(desk(build), {"participant": [seat.participant_id for seat in seats]}, action="/propose")


def proposal_id(build: Builder, seat: Seat) -> int:
    with build.app.app_context():
        return latest_proposals([seat.participant_id])[seat.participant_id].id


def test_two_people_lead_a_cohort_to_its_certificates(build: Builder) -> None:
    seats = [build.complete_seat(name) for name in ("髙橋 一子", "架空 二子")]
    build.make.seat(build.cohort_id, name="途中 三子", minutes=200)
    first, second = build.make.login(build.proposer), build.make.login(build.approver)

    first.get(desk(build))
    assert "途中 三子" in first.text
    assert "200分 / 300分(240分以上が必要)" in first.text
    assert "公開された結果がありません" in first.text
    propose(first, build, *seats)
    assert "2名の修了認定を提案しました" in first.text
    assert "提案した人は、決定できません" in first.text

    ids = [proposal_id(build, seat) for seat in seats]
    second.submit(desk(build), {"proposal": ids}, action="/approve")
    assert "2名の修了認定を承認しました" in second.text

    second.get(f"{desk(build)}/issue")
    assert "発行する認定証(2件)" in second.text
    second.send({"participant": [seat.participant_id for seat in seats]}, action="/issue")
    assert "2件を発行しました" in second.text
    second.get(f"{desk(build)}/issue")
    assert "発行する認定証はありません" in second.text
    second.get("/office/register?q=高橋")
    assert "髙橋 一子" in second.text
    assert "架空 二子" not in second.text


def test_the_proposer_who_approves_all_the_same_is_told_why_not(build: Builder) -> None:
    seat = build.complete_seat("架空 一子")
    first = build.make.login(build.proposer)
    propose(first, build, seat)
    token = first.csrf(desk(build))
    first.post(f"{desk(build)}/approve", data={"csrf_token": token, "proposal": proposal_id(build, seat)}, follow_redirects=True)
    assert "架空 一子さん: 提案した人は、決定できません。" in first.text


def test_a_grader_reads_why_they_may_not_decide(build: Builder) -> None:
    both = build.make.staff(Role.OFFICE, Role.GRADER)
    seat = build.make.seat(build.cohort_id, minutes=300)
    build.finish_lessons(seat)
    build.consent_to_terms(seat)
    build.assign_essay(both, build.release_result(seat, is_passed=True))
    grader = build.make.login(both)
    grader.get(desk(build))
    assert "採点した人は、提案できません" in grader.text
    propose(build.make.login(build.proposer), build, seat)
    grader.get(desk(build))
    assert "採点した人は、決定できません" in grader.text


def test_not_approving_needs_a_reason_and_shows_it(build: Builder) -> None:
    seat = build.complete_seat("架空 一子")
    propose(build.make.login(build.proposer), build, seat)
    second = build.make.login(build.approver)
    address = f"/office/certification/{proposal_id(build, seat)}/refuse"
    second.submit(address, {"reason": " "})
    assert "理由を入力してください" in second.text
    second.submit(address, {"reason": "出席の記録を確かめる"})
    assert "承認しませんでした" in second.text
    assert "出席の記録を確かめる" in second.text


def test_the_preview_puts_what_cannot_be_printed_first_and_the_rest_is_issued(build: Builder) -> None:
    build.approved_seat("架空 一子")
    build.approved_seat("架空 \U0001f600子")
    office = build.make.login(build.approver)
    office.get(f"{desk(build)}/issue")
    assert "1件は、いまは発行できません" in office.text
    assert "U+1F600" in office.text
    office.send(action="/issue")
    assert "1件を発行しました" in office.text
    office.get(f"{desk(build)}/issue")
    assert "U+1F600" in office.text, "who cannot be printed goes on waiting"


def test_nothing_chosen_is_said_in_words(build: Builder) -> None:
    build.complete_seat()
    office = build.make.login(build.proposer)
    token = office.csrf(desk(build))
    for act, words in (
        ("propose", "提案する方を選んでください"),
        ("approve", "承認する方を選んでください"),
        ("issue", "発行するものはありません"),
    ):
        office.post(f"{desk(build)}/{act}", data={"csrf_token": token}, follow_redirects=True)
        assert words in office.text


def test_the_register_is_searched_by_number_or_name(build: Builder) -> None:
    build.issued_seat("髙﨑 𠮷邉")
    build.issued_seat("山田 太郎")
    office = build.make.login(build.proposer)
    for search in ("JHRMA-CH-2026-0001-9", "jhrma ch 2026 0001 9", "0001", "高崎", "髙﨑𠮷辺", "吉邊"):
        office.get("/office/register", query_string={"q": search})
        assert "髙﨑 𠮷邉" in office.text, search
        assert "山田" not in office.text, search


def test_the_register_shows_and_filters_the_status(build: Builder) -> None:
    _, number = build.issued_seat("山田 太郎")
    build.enact(number, EntryKind.REVOKE)
    office = build.make.login(build.proposer)
    office.get("/office/register?status=revoked")
    assert "山田 太郎" in office.text
    office.get("/office/register?status=valid")
    assert "見つかりませんでした" in office.text


def test_the_register_as_csv_and_excel(build: Builder) -> None:
    build.issued_seat("髙﨑 𠮷邉")
    build.issued_seat("=cmd()")
    office = build.make.login(build.proposer)
    token = {"csrf_token": office.csrf("/office/register")}
    sheet = office.post("/office/register/export.csv", data=token)
    assert sheet.data.startswith("\ufeff".encode())
    rows = list(csv.reader(io.StringIO(sheet.data.decode("utf-8-sig"))))
    assert rows[0][0] == "認定番号"
    assert [row[2] for row in rows[1:]] == ["'=cmd()", "髙﨑 𠮷邉"]
    assert rows[2][-1] == "有効"
    book = load_workbook(io.BytesIO(office.post("/office/register/export.xlsx?q=高崎", data=token).data))
    cells: Any = list(book.worksheets[0].values)
    assert [row[2] for row in cells] == ["氏名", "髙﨑 𠮷邉"]


def test_the_office_sees_the_pdf_as_issued(build: Builder) -> None:
    _, number = build.issued_seat()
    office = build.make.login(build.proposer)
    response = office.get(f"/office/register/{number}/pdf")
    assert response.headers["Content-Disposition"].startswith("inline;")
    assert response.data.startswith(b"%PDF-")
    assert office.get("/office/register/JHRMA-CH-2026-9999-0/pdf").status_code == 404


def test_an_empty_register_and_an_empty_cohort_say_so(build: Builder) -> None:
    office = build.make.login(build.proposer)
    office.get("/office/register")
    assert "まだ認定証を発行していません" in office.text
    office.get(desk(build))
    assert "まだ受講者がいません" in office.text


def questions_asked(build: Builder) -> int:
    asked: list[str] = []

    def note(*arguments: Any) -> None:
        asked.append(arguments[2])

    with build.app.app_context():
        event.listen(db.engine, "before_cursor_execute", note)
        list_candidates(build.cohort_id, viewer_id=build.proposer)
        event.remove(db.engine, "before_cursor_execute", note)
    return len(asked)


def test_the_desk_asks_the_database_as_often_for_one_as_for_many(build: Builder) -> None:
    build.complete_seat()
    few = questions_asked(build)
    for _ in range(5):
        build.complete_seat()
    assert questions_asked(build) == few <= 22
