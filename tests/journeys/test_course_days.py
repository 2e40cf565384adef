"""The course days in a browser: a report with rejoins and two people of one name becomes minutes; the way into the meeting."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect
from sqlalchemy import update

from lms import clock
from lms.cohorts.models import CourseDay
from lms.cohorts.queries import attendance_minutes
from lms.db.session import db
from lms.web.access import Role
from tests.factories import Seat
from tests.journeys.exam_room import ExamRoom
from tests.lms.cohorts.reports import GOLDEN, MEETING, TWO_OF_ONE_NAME, report
from tests.lms.lessons.builders import consent
from tests.proof.seeding import browser_of

ZOOM = "https://zoom.example.com/j/1234567890?pwd=geheim"
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1366, "height": 768}
OF_THE_REPORT = "2026/11/26"

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def test_from_the_report_of_the_meeting_to_ones_own_minutes(room: ExamRoom, browser: Browser) -> None:
    yesterday = clock.today_jst() - timedelta(days=1)
    cohort_id = room.make.cohort(room.next_ordinal(), day1=yesterday, day2=yesterday + timedelta(days=7))
    people = [
        room.make.seat(cohort_id, name=name, email=email)
        for name, email in (("架空 花子", "hanako@example.jp"), ("見本 学", "m1@example.jp"), ("見本　学", "m2@example.jp"))
    ]
    with _browser(room, browser, room.make.staff(Role.OFFICE), DESK) as page:
        _import(room, page, cohort_id, yesterday, people)
    with room.app.app_context():
        found = attendance_minutes([seat.participant_id for seat in people])
    assert [found[seat.participant_id][1] for seat in people] == list(GOLDEN.values())
    second = people[2]
    consent(room.make, second.user_id)
    with _browser(room, browser, second.user_id, PHONE) as page:
        _open(room, page, "/days")
        for words in (
            "224分(300分のうち)",
            "必要な240分に達していません",
            "遅刻 — 開始の31分後に入室",
            "早退 — 終了の44分前に退室",
            "13:31:00〜17:15:45",
            "参加 59分(90分のうち)",
        ):
            expect(page.locator("main")).to_contain_text(words)


def _import(room: ExamRoom, page: Page, cohort_id: int, on: date, people: list[Seat]) -> None:
    """The office brings the report in and says whose stays are whose where two bear one name."""
    data = report(*TWO_OF_ONE_NAME, above=MEETING).replace(OF_THE_REPORT, f"{on:%Y/%m/%d}").encode("cp932")
    address = f"/office/cohorts/{cohort_id}/attendance/1"
    _open(room, page, address)
    for is_again in (False, True):
        page.locator("main input[type=file]").set_input_files(
            {"name": "participants.csv", "mimeType": "text/csv", "buffer": data}
        )
        page.get_by_role("button", name="内容を確かめる").click()
        if is_again:
            expect(page.locator("main")).to_contain_text("新しい参加記録はありません")
            break
        expect(page.locator("main")).to_contain_text("同じ氏名の受講者が複数")
        chosen = [page.locator(f"select[name='match-{place}']").input_value() for place in range(5)]
        hanako, first, second = (str(seat.participant_id) for seat in people)
        assert chosen == [hanako, hanako, "", "", ""], "people of one name are nobody's until the office says so"
        for place, person in ((2, first), (3, second), (4, "other")):
            page.locator(f"select[name='match-{place}']").select_option(person)
        _sweep(page)
        page.get_by_role("button", name="この対応で取り込む").click()
        expect(page.locator("main")).to_contain_text("6件の参加記録を取り込み、3名の出席時間を入力しました。")
        expect(page.locator("main")).to_contain_text("遅刻 31分 早退 44分")
        _sweep(page)


def test_the_way_into_the_meeting_opens_half_an_hour_before(room: ExamRoom, browser: Browser) -> None:
    today = clock.today_jst()
    cohort_id = room.make.cohort(room.next_ordinal(), day1=today, day2=today + timedelta(days=1))
    seat = room.make.seat(cohort_id)
    consent(room.make, seat.user_id)
    with _browser(room, browser, seat.user_id, PHONE) as page:
        _begin_in(room, cohort_id, minutes=35)
        for address in ("/days", "/", "/days/1/join"):
            _open(room, page, address)
            assert "zoom.example" not in page.content()
            assert page.get_by_role("link", name="Zoomに入る").count() == 0
        expect(page.locator("h1")).to_have_text("Zoomには、まだ入れません")
        _begin_in(room, cohort_id, minutes=29)
        _open(room, page, "/days")
        assert "zoom.example" not in page.content()
        led_to: list[str | None] = []

        def stop_at_the_door(route: Route) -> None:
            """Nobody goes outside: where the server leads is noted, and a page of our own is shown instead."""
            answer = route.fetch(max_redirects=0)
            led_to.append(answer.headers.get("location"))
            route.fulfill(status=200, content_type="text/html; charset=utf-8", body="<h1>会議室</h1>")

        page.route("**/days/1/join", stop_at_the_door)
        page.get_by_role("link", name="Zoomに入る").click()
        expect(page.locator("h1")).to_have_text("会議室")
        assert led_to == [ZOOM]


def _begin_in(room: ExamRoom, cohort_id: int, *, minutes: int) -> None:
    """The first day begins so many minutes from now."""
    start = clock.now() + timedelta(minutes=minutes)
    times = {"starts_at": start, "ends_at": start + timedelta(hours=5), "join_url": ZOOM}
    with room.app.app_context():
        db.session.execute(update(CourseDay).where(CourseDay.cohort_id == cohort_id, CourseDay.number == 1).values(**times))
        db.session.commit()


@contextmanager
def _browser(room: ExamRoom, browser: Browser, user_id: int, size: dict[str, int]) -> Iterator[Page]:
    """A browser that is logged in and asks nobody but our site."""
    context = browser.new_context(locale="ja-JP", timezone_id="Asia/Tokyo", viewport=size)  # type: ignore[arg-type]
    context.set_default_timeout(40_000)
    name, _, value = browser_of(room.app, user_id)[0].partition("=")
    context.add_cookies([{"name": name, "value": value, "url": room.site.url}])
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    yield page
    context.close()
    assert [address for address in asked if not address.startswith((room.site.url, "data:"))] == []


def _open(room: ExamRoom, page: Page, address: str) -> None:
    page.goto(room.site.url + address)
    _sweep(page)


def _sweep(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    assert found == [], f"{page.url}: {[each['id'] for each in found]}"
