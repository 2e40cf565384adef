"""The office's acts on the exam day, pressed at its own desk, and how soon an open page of a participant shows them."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from lms import clock
from lms.exams.queries.sittings import get_sitting
from lms.web.access import Role
from tests.journeys.exam_room import ExamRoom, choose, expect_saved
from tests.proof.seeding import Examinee, browser_of

WITHIN = 15_000
"""Milliseconds in which an open page must show what the office did."""

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@contextmanager
def desk_of(room: ExamRoom, browser: Browser, examinee: Examinee, *, name: str = "事務局 一子") -> Iterator[Page]:
    """The live room of the participant's window, at the desk of somebody of the office."""
    cookie, _ = browser_of(room.app, room.make.staff(Role.OFFICE, name=name))
    key, value = cookie.split("=", 1)
    with room.app.app_context():
        cohort_id = get_sitting(examinee.attempt_id).cohort_id
    context = browser.new_context(locale="ja-JP", timezone_id="Asia/Tokyo", viewport={"width": 1366, "height": 768})
    context.set_default_timeout(40_000)
    context.add_cookies([{"name": key, "value": value, "url": room.site.url}])
    page = context.new_page()
    page.goto(f"{room.site.url}/office/cohorts/{cohort_id}/exam/1/room")
    yield page
    context.close()


def act(desk: Page, link: str, reason: str) -> None:
    """Follow the link to the confirmation, give the reason, press the one button, and wait for the room."""
    room_address = desk.url
    desk.get_by_role("link", name=link, exact=True).first.click()
    desk.locator("main [name='reason']").fill(reason)
    desk.locator("main form[method='post'] button[type='submit']").click()
    expect(desk.locator(".note-done")).to_be_visible()
    desk.goto(room_address)


def soon(found: Locator, words: str) -> None:
    """The participant's page says so within fifteen seconds of real time."""
    expect(found).to_contain_text(words, timeout=WITHIN)


def time_left(room: ExamRoom, examinee: Examinee) -> float:
    with room.app.app_context():
        access = get_sitting(examinee.attempt_id).section_access(clock.now())
    assert access is not None
    return access.remaining.total_seconds()


def test_five_minutes_and_a_notice_reach_the_open_page_within_15_seconds(room: ExamRoom, browser: Browser) -> None:
    [examinee] = room.seat(1)
    with room.browser_of(browser, examinee) as context, desk_of(room, browser, examinee) as desk:
        page = room.enter(context, examinee)
        before = time_left(room, examinee)
        desk.get_by_role("link", name="全員に時間を足す").click()
        desk.locator("#minutes-wanted").fill("5")
        desk.get_by_role("button", name="この分数に変える").click()
        expect(desk.locator("main")).to_contain_text("いま解いている大問の締切が5分遅くなります")
        desk.locator("main [name='reason']").fill("会場の停電のため")
        desk.get_by_role("button", name="1名に5分を足す").click()
        soon(page.locator("#note-deadline"), "に変わりました。")
        assert 240 < time_left(room, examinee) - before <= 300
        desk.get_by_role("link", name="お知らせを出す").click()
        desk.locator("main [name='text']").fill("停電のため、全員の時間を5分延ばしました。")
        desk.get_by_role("button", name="お知らせを出す").click()
        soon(page.locator("#exam-notices"), "停電のため、全員の時間を5分延ばしました。")
        act(desk, "取り下げる", "復旧したため")
        expect(page.locator("#exam-notices .note")).to_have_count(0, timeout=WITHIN)


@pytest.mark.proof
def test_a_pause_for_all_reaches_the_open_page_and_gives_its_time_back(room: ExamRoom, browser: Browser) -> None:
    [examinee] = room.seat(1)
    with room.browser_of(browser, examinee) as context, desk_of(room, browser, examinee) as desk:
        page = room.enter(context, examinee)
        choose(page, examinee.question_ids[0], "a")
        expect_saved(page)
        act(desk, "全員を一時停止する", "避難のため")
        soon(page.locator("#note-paused"), "試験を一時停止しています")
        paused_at = time_left(room, examinee)
        time.sleep(3)
        assert time_left(room, examinee) == paused_at
        act(desk, "一時停止中の全員を再開する", "避難が終わったため")
        soon(page.locator("#note-deadline"), "試験を再開しました。")
        assert paused_at - time_left(room, examinee) < WITHIN / 1000 + 5
        choose(page, examinee.question_ids[0], "b")
        expect_saved(page)
    assert room.answers(examinee) == {examinee.question_ids[0]: "b"}


@pytest.mark.proof
def test_the_live_room_refreshes_without_losing_the_focus_and_says_who_fell_silent(room: ExamRoom, browser: Browser) -> None:
    [examinee] = room.seat(1)
    with desk_of(room, browser, examinee) as desk:
        with room.browser_of(browser, examinee) as context:
            room.enter(context, examinee)
            expect(desk.locator("#room-table")).to_contain_text("通信中", timeout=30_000)
        room.fall_silent(examinee, seconds=60)
        link = desk.locator(f"#time-{examinee.attempt_id}")
        link.focus()
        expect(desk.locator("#room-table")).to_contain_text("通信なし", timeout=30_000)
        expect(desk.locator(".room-line")).to_contain_text("通信なし 1名")
        assert desk.evaluate("document.activeElement.id") == f"time-{examinee.attempt_id}"
