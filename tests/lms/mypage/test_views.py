"""マイページ as its people meet it: strangers, staff, participants, before and after the release."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import event, select

from lms import clock
from lms.certification.services.deciding import decide_certification, propose_certification
from lms.certification.services.issuing import issue_certificate
from lms.cohorts.models import Attendance
from lms.db.session import db
from lms.exam_engine.events import EventKind
from lms.exams.models import Attempt, ExamWindow, StoredEvent
from lms.grading.services.marking import confirm_mark
from lms.grading.services.results import release_results
from lms.web.access import Role
from tests.conftest import FrozenClock
from tests.factories import Factory, Seat
from tests.lms.grading.builders import Sat, finalize, graders, mark_all, open_assignments, opened, resit, sheet, sit
from tests.lms.lessons.builders import LATER, consent, finish, reader
from tests.page import PageClient

MAX_HOME_QUERIES = 32


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(*arguments: object) -> None:
        statements.append(str(arguments[2]))

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


def window(make: Factory, cohort_id: int, *, opens: timedelta, closes: timedelta) -> None:
    with make.app.app_context():
        now = clock.now()
        db.session.add(
            ExamWindow(cohort_id=cohort_id, exam_id="practitioner", number=1, opens_at=now + opens, closes_at=now + closes)
        )
        db.session.commit()


def buttons(client: PageClient) -> list[str]:
    assert client.page is not None
    return [values["href"] for values in client.page.find("a") if values.get("class") == "button"]


def test_a_stranger_is_told_what_this_is(client: PageClient) -> None:
    client.get("/")
    assert "受講者のための学習と認定試験のサイトです" in client.text
    assert buttons(client) == ["/login"]
    assert "認定証を照会する" in client.text


def test_staff_find_their_desks_and_nobody_elses(make: Factory) -> None:
    client = make.login(make.staff(Role.GRADER))
    client.get("/")
    assert "割り当てられた答案を採点します" in client.text
    assert office_doors(client) == set()
    client = make.login(make.staff(Role.OFFICE))
    client.get("/")
    assert "期・受講者・試験・認定証を取り扱います" in client.text


def test_an_admin_who_is_not_in_the_office_finds_only_doors_that_open(make: Factory) -> None:
    client = make.login(make.staff(Role.ADMIN))
    client.get("/")
    assert office_doors(client) == {"/office/staff", "/office/audit"}
    for door in ("/office/staff", "/office/audit"):
        assert client.get(door).status_code == 200
        assert office_doors(client) == {"/office/staff", "/office/audit"}


def office_doors(client: PageClient) -> set[str]:
    """The addresses of 事務局 that the page at hand links to."""
    assert client.page is not None
    return {link["href"].partition("?")[0] for link in client.page.find("a") if link["href"].startswith("/office")}


def test_a_person_without_a_seat_is_told_so(make: Factory) -> None:
    client = make.login(make.user("架空 花子"))
    client.get("/")
    assert "いま使える場所がありません" in client.text


def test_staff_who_owe_their_second_factor_see_nothing_yet(make: Factory) -> None:
    client = make.login(make.staff(Role.OFFICE), second_factor=False)
    response = client.get("/", follow_redirects=True)
    assert response.request.path.startswith("/second-factor")


def test_the_terms_come_first_and_hide_the_rest(make: Factory) -> None:
    client = make.login(make.seat().user_id)
    client.get("/")
    assert "規約をご確認ください" in client.text
    assert "研修の2日間" not in client.text
    assert len(buttons(client)) == 1


def test_a_new_participant_is_led_to_the_first_lesson(make: Factory) -> None:
    client = make.login(reader(make, cohort_id=make.cohort(4, **LATER)).user_id)
    client.get("/")
    assert "第4期" in client.text
    assert "レッスンを進めましょう" in client.text
    assert buttons(client) == ["/lessons/L01"]
    assert "2026年12月10日(木)" in client.text
    assert "13:00〜18:00" in client.text


def test_the_day_before_the_course_the_day_itself_is_next(make: Factory, frozen_clock: FrozenClock) -> None:
    cohort_id = make.cohort(day1=date(2026, 12, 2), day2=date(2026, 12, 3))
    client = make.login(reader(make, cohort_id=cohort_id).user_id)
    client.get("/")
    assert "レッスンを進めましょう" in client.text, "13:00 tomorrow is 25 hours away"
    frozen_clock.advance(hours=1)
    client.get("/")
    assert "まもなく研修です" in client.text
    assert "研修1日目 2026年12月2日(水) 13:00 開始" in client.text
    assert "12月2日(水) 12:30から入れます" in client.text
    assert buttons(client) == ["/days"]


def test_the_road_to_the_exam(make: Factory, frozen_clock: FrozenClock) -> None:
    cohort_id = make.cohort()
    seat = reader_with_minutes(make, cohort_id, minutes=290)
    finish(make, seat)
    client = make.login(seat.user_id)
    client.get("/")
    assert "認定試験の日程をお待ちください" in client.text
    assert "出席 290分(300分のうち)" in client.text
    window(make, cohort_id, opens=timedelta(days=1), closes=timedelta(days=8))
    client.get("/")
    assert "認定試験は開始前です" in client.text
    frozen_clock.advance(days=1)
    client = make.login(seat.user_id)  # a day has passed, the earlier log-in with it
    client.get("/")
    assert "認定試験を受けられます" in client.text
    assert "2026年12月9日(水) 12:00" in client.text
    assert buttons(client) == ["/exam"]


def test_who_lacks_a_condition_is_told_before_starting(make: Factory) -> None:
    cohort_id = make.cohort()
    seat = reader_with_minutes(make, cohort_id, minutes=100)
    finish(make, seat)
    window(make, cohort_id, opens=-timedelta(days=1), closes=timedelta(days=7))
    client = make.login(seat.user_id)
    client.get("/")
    assert "受験資格を確かめましょう" in client.text
    assert "まだ満たしていない条件が1つあります" in client.text


def reader_with_minutes(make: Factory, cohort_id: int, *, minutes: int) -> Seat:
    seat = make.seat(cohort_id, minutes=minutes)
    consent(make, seat.user_id)
    return seat


def test_the_home_page_costs_the_same_in_a_full_cohort(make: Factory, app: Flask) -> None:
    cohort_id = make.cohort()
    seat = reader_with_minutes(make, cohort_id, minutes=290)
    finish(make, seat)
    window(make, cohort_id, opens=-timedelta(days=1), closes=timedelta(days=7))
    client = make.login(seat.user_id)

    def cost() -> int:
        with counted(app) as statements:
            client.get("/")
        return len([each for each in statements if each.lstrip().upper().startswith("SELECT")])

    cost()
    first = cost()
    for _ in range(15):
        finish(make, make.seat(cohort_id, minutes=290))
    assert cost() == first <= MAX_HOME_QUERIES


def graded(make: Factory, *, right: int = 40, level: int = 4) -> Sat:
    """One participant, graded and finalized; nothing is released."""
    sat = sit(make, people=1, right=right)
    consent(make, sat.seats[0].user_id)
    opened(make, sat, graders(make))
    with make.app.app_context():
        mark_all(sat.window_id, level)
        finalize(sat)
    return sat


def release(make: Factory, sat: Sat) -> None:
    with make.app.app_context():
        release_results(sat.window_id, by=sat.releaser, now=clock.now())


SECRETS = re.compile(r"合格です|不合格|\d+点|具体的に書けています|満点")


def test_before_the_release_nothing_leaks(make: Factory) -> None:
    sat = graded(make)
    client = make.login(sat.seats[0].user_id)
    for address in ("/", "/result", "/certificate", "/exam"):
        assert client.get(address).status_code == 200
        if address != "/exam":
            assert not SECRETS.search(client.text), address
        assert "具体的に書けています" not in client.text
    client.get("/result")
    assert "まだ結果はありません" in client.text


def test_after_the_release_the_result_explains_itself(make: Factory) -> None:
    sat = graded(make, right=38)
    release(make, sat)
    client = make.login(sat.seats[0].user_id)
    client.get("/")
    assert "認定試験の結果が出ました" in client.text
    assert buttons(client) == ["/result"]
    client.get("/result")
    for words in ("合格です", "合否の計算", "選択問題", "論述問題", "満たしています", "具体的に書けています", "定義と見極め"):
        assert words in client.text
    assert "95点 / 100点" in client.text
    assert "60点以上" in client.text
    assert sat.numbers[0] in client.text
    assert "学び直すとよいレッスン" in client.text
    client.get("/certificate")
    assert "修了認定の手続き中です" in client.text


def test_who_did_not_pass_is_told_gently_and_where_to_read_again(make: Factory) -> None:
    sat = graded(make, right=10, level=1)
    release(make, sat)
    client = make.login(sat.seats[0].user_id)
    client.get("/result")
    assert "今回は合格点に届きませんでした" in client.text
    assert "届いていません" in client.text
    assert client.page is not None
    assert any(values.get("href", "").startswith("/lessons/L") for values in client.page.find("a"))
    client.get("/certificate")
    assert "認定証はまだありません" in client.text


@pytest.mark.parametrize("feedback", ["次は根拠の条文を確かめましょう。", ""], ids=["with advice", "without"])
def test_the_result_speaks_of_advice_only_when_somebody_wrote_some(make: Factory, feedback: str) -> None:
    sat = sit(make, people=1, right=10)
    consent(make, sat.seats[0].user_id)
    opened(make, sat, graders(make))
    with make.app.app_context():
        for each in open_assignments(sat.window_id):
            confirm_mark(each.public_id, sheet(each.essay_id, 1, feedback=feedback), by=each.grader_id, now=clock.now())
        finalize(sat)
    release(make, sat)
    client = make.login(sat.seats[0].user_id)
    client.get("/result")
    assert "学び直すとよいレッスンをまとめました" in client.text
    assert ("講評" in client.text) == bool(feedback)


NOT_SET, HANDED_IN, NONE_LEFT = (
    "まだ決まっていません",
    "再受験は提出済みです。結果の公開をお待ちください",
    "この期の再受験は終わりました",
)


def test_a_resit_is_promised_only_while_one_may_come(make: Factory) -> None:
    sat = graded(make, right=10, level=1)
    release(make, sat)
    client = make.login(sat.seats[0].user_id)
    client.get("/result")
    assert told_of_resits(client) == [NOT_SET]
    again = resit(make, sat, right=10)
    with make.app.app_context():
        attempt_id = db.session.scalars(select(Attempt.id).where(Attempt.window_id == again.window_id)).one()
        yesterday = clock.now() - timedelta(days=1)  # her time has run out since
        begun = {"kind": EventKind.ATTEMPT_STARTED, "section_id": "choice", "at": yesterday, "recorded_at": yesterday}
        db.session.add(StoredEvent(attempt_id=attempt_id, sequence=1, **begun))
        db.session.commit()
    client.get("/result")
    assert told_of_resits(client) == [HANDED_IN]
    opened(make, again, graders(make))
    with make.app.app_context():
        mark_all(again.window_id, 1)
        finalize(again)
    release(make, again)
    client.get("/result")
    assert told_of_resits(client) == [NONE_LEFT]


def told_of_resits(client: PageClient) -> list[str]:
    """Which of the three sentences the page says."""
    return [sentence for sentence in (NOT_SET, HANDED_IN, NONE_LEFT) if sentence in client.text]


def test_nobody_sees_another_persons_result(make: Factory) -> None:
    sat = graded(make)
    release(make, sat)
    other = reader(make, cohort_id=sat.cohort_id)
    client = make.login(other.user_id)
    client.get("/result")
    assert not SECRETS.search(client.text)


@pytest.mark.usefixtures("fonts")
def test_the_certificate_with_its_number_pdf_and_consent(make: Factory) -> None:
    sat = graded(make)
    release(make, sat)
    seat = sat.seats[0]
    certify(make, sat)
    client = make.login(seat.user_id)
    client.get("/")
    assert "認定おめでとうございます" in client.text
    assert buttons(client) == ["/certificate"]
    client.get("/certificate")
    number = re.search(r"JHRMA-CH-2026-0001-?\w*", client.text)
    assert number is not None
    assert seat.name in client.text
    assert "有効" in client.text
    assert "/verify/" in client.text
    assert "表示していません" in client.text
    assert client.get("/certificate/pdf").mimetype == "application/pdf"
    client.submit("/certificate", action="/name-consent")
    assert "表示しています" in client.text


def certify(make: Factory, sat: Sat) -> None:
    """Everything else that completes the course, then the decision of two and the issue."""
    seat = sat.seats[0]
    finish(make, seat)
    with make.app.app_context():
        enter_attendance(seat, by=sat.office)
        (proposal,) = propose_certification([seat.participant_id], by=sat.office, now=clock.now())
        decide_certification(proposal, True, "", by=sat.releaser, now=clock.now())
        issue_certificate(seat.participant_id, by=sat.office, now=clock.now())


def enter_attendance(seat: Seat, *, by: int) -> None:
    db.session.add_all(
        Attendance(participant_id=seat.participant_id, day_number=day, minutes=300, entered_by_id=by, entered_at=clock.now())
        for day in (1, 2)
    )
    db.session.commit()
