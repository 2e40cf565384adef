"""Bad networks, steady typing and wrong clocks: nothing typed is lost, and only the server's clock counts."""

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from lms.db.session import db
from lms.exams.models import AnswerVersion
from tests.journeys.exam_room import ExamRoom, choose, cut_off, essay, expect_saved, reconnect, saved_line
from tests.proof.seeding import Examinee

JAPAN = ZoneInfo("Asia/Tokyo")
EDITS = 60
OFFLINE_SECONDS = 600
FLAPS = 20
KEPT = """async () => {
    const open = indexedDB.open("nintei-exam", 1);
    const database = await new Promise((resolve) => { open.onsuccess = () => resolve(open.result); });
    const all = database.transaction("outbox").objectStore("outbox").getAll();
    const entries = await new Promise((resolve) => { all.onsuccess = () => resolve(all.result); });
    database.close();
    return entries.map((entry) => entry.body.text ?? entry.body.option);
}"""

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.mark.proof
def test_ten_minutes_offline_with_sixty_edits_arrive_whole(room: ExamRoom, browser: Browser) -> None:
    [examinee] = room.seat(1, at_essays=True)
    first, second = examinee.essay_ids
    written = {first: "", second: ""}
    with room.browser_of(browser, examinee) as context:
        context.clock.install()
        page = room.enter(context, examinee)
        context.set_offline(True)
        for edit in range(EDITS):
            question = examinee.essay_ids[edit % 2]
            page.evaluate("(number) => document.querySelector(`.palette a[href='#q-${number}']`).click()", edit % 2 + 1)
            essay(page, question).press_sequentially(f"第{edit}の文。")
            written[question] += f"第{edit}の文。"
            page.clock.run_for(OFFLINE_SECONDS * 1000 // EDITS)
        expect(saved_line(page)).to_contain_text("未送信 2 件")
        assert room.answers(examinee) == {}
        returned = time.monotonic()
        context.set_offline(False)
        page.clock.run_for(15_000)
        expect_saved(page)
        assert time.monotonic() - returned <= 15
    assert room.answers(examinee) == written
    assert sum(text.count("。") for text in room.answers(examinee).values()) == EDITS


@pytest.mark.parametrize("script", ["room.js", "kinds/essay.js", "store.js"])
def test_what_is_typed_while_a_script_is_still_on_its_way_is_saved(room: ExamRoom, browser: Browser, script: str) -> None:
    [examinee] = room.seat(1, at_essays=True)
    question = examinee.essay_ids[0]
    with room.browser_of(browser, examinee) as context:
        page = context.new_page()
        page.route(f"**/exam/{script}", lambda route: (time.sleep(1.5), route.continue_()))
        page.goto(room.address(examinee), wait_until="commit")
        essay(page, question).fill("読み込みの前に書いた文。")
        expect_saved(page)
    assert room.answers(examinee) == {question: "読み込みの前に書いた文。"}


def test_what_is_chosen_before_the_scripts_are_there_is_saved(room: ExamRoom, browser: Browser) -> None:
    examinee = room.seat_at_every_kind()
    with room.browser_of(browser, examinee) as context:
        page = context.new_page()
        page.route("**/exam/room.js", lambda route: (time.sleep(1.5), route.continue_()))
        page.goto(room.address(examinee), wait_until="commit")
        question = page.locator("[data-kind='single_choice']").first
        question.locator("input[type=radio]").nth(1).check()
        expect_saved(page)
        chosen = question.get_attribute("data-question")
    assert set(room.bodies(examinee)) == {chosen}, "and nothing is sent that was not touched"


@pytest.mark.proof
def test_twenty_flaps_of_the_network_lose_nothing(room: ExamRoom, browser: Browser) -> None:
    [examinee] = room.seat(1)
    with room.browser_of(browser, examinee) as context:
        page = room.enter(context, examinee)
        for flap in range(FLAPS):
            context.set_offline(flap % 2 == 0)
            choose(page, examinee.question_ids[flap], "abcd"[flap % 4])
            page.wait_for_timeout(120)
            context.set_offline(flap % 2 == 1)
            page.click("#turn-on")
        context.set_offline(False)
        expect_saved(page)
    assert room.answers(examinee) == {examinee.question_ids[flap]: "abcd"[flap % 4] for flap in range(FLAPS)}
    outcomes = [outcome for outcome, _ in room.versions(examinee)]
    assert outcomes == ["current"] * FLAPS, "each send is one version, however often it was repeated"


@pytest.mark.proof
def test_steady_typing_is_on_the_server_within_5_seconds(room: ExamRoom, browser: Browser) -> None:
    [examinee] = room.seat(1, at_essays=True)
    question = examinee.essay_ids[0]
    with room.browser_of(browser, examinee) as context:
        page = room.enter(context, examinee)
        began = datetime.now(UTC)
        essay(page, question).press_sequentially("あ" * 90, delay=100)
        ended = datetime.now(UTC)
        moments = [moment for moment in _received(room, examinee) if moment < ended]
        gaps = [later - earlier for earlier, later in zip([began, *moments], [*moments, ended], strict=True)]
        assert ended - began > timedelta(seconds=8), "the typing never paused and lasted longer than any wait"
        assert max(gaps) <= timedelta(seconds=5)
        expect_saved(page)
    assert room.answers(examinee) == {question: "あ" * 90}


def test_steady_typing_is_on_this_device_within_1_second(room: ExamRoom, browser: Browser) -> None:
    [examinee] = room.seat(1, at_essays=True)
    with room.browser_of(browser, examinee) as context:
        page = room.enter(context, examinee)
        cut_off(page)
        typed: list[float] = []
        for _ in range(6):
            for _ in range(8):
                essay(page, examinee.essay_ids[0]).press_sequentially("あ", delay=60)
                typed.append(time.monotonic())
            asked = time.monotonic()
            kept = len(next(iter(page.evaluate(KEPT)), ""))
            assert all(asked - at <= 1 for at in typed[kept:])
        assert kept > 0


def _received(room: ExamRoom, examinee: Examinee) -> list[datetime]:
    wanted = select(AnswerVersion.received_at).where(AnswerVersion.attempt_id == examinee.attempt_id).order_by(AnswerVersion.id)
    with room.app.app_context():
        return list(db.session.scalars(wanted))


@pytest.mark.parametrize("days", [1, -1])
def test_a_wrong_clock_of_the_computer_changes_nothing(room: ExamRoom, browser: Browser, days: int) -> None:
    [examinee] = room.seat(1)
    question = examinee.question_ids[0]
    with room.browser_of(browser, examinee) as context:
        context.clock.install(time=datetime.now(UTC) + timedelta(days=days))
        page = room.enter(context, examinee)
        assert page.locator("#time-left").inner_text().startswith(("残り 59:", "残り 60:00"))
        choose(page, question, "a")
        page.clock.run_for(3000)
        expect_saved(page)
        wanted = select(AnswerVersion.typed_at, AnswerVersion.received_at).where(AnswerVersion.attempt_id == examinee.attempt_id)
        with room.app.app_context():
            typed_at, received_at = db.session.execute(wanted).one()
        assert abs(received_at - typed_at) < timedelta(seconds=30)
        shown = saved_line(page).inner_text()
        assert shown.startswith(f"{received_at.astimezone(JAPAN):%H:}"), "the page shows the server's time"
    assert room.answers(examinee) == {question: "a"}


def test_five_and_one_minute_are_announced_also_while_the_clock_is_hidden(room: ExamRoom, browser: Browser) -> None:
    [examinee] = room.seat(1)
    with room.browser_of(browser, examinee) as context:
        context.clock.install()
        page = room.enter(context, examinee)
        cut_off(page)  # the server's time does not run ahead with the page's
        _leave(page, 330)
        alarm = page.locator("#alarm")
        assert alarm.inner_text() == ""
        page.clock.run_for(40_000)
        expect(alarm).to_have_text("残り時間は5分です。")
        page.get_by_role("button", name="残り時間を隠す").click()
        expect(page.locator("#time-left")).to_be_hidden()
        page.evaluate("document.getElementById('alarm').textContent = ''")
        page.clock.run_for(30_000)
        assert alarm.inner_text() == "", "it rings once"
        _leave(page, 75)
        assert alarm.inner_text() == ""
        page.clock.run_for(20_000)
        expect(alarm).to_have_text("残り時間は1分です。")
        reconnect(page)
        page.get_by_role("button", name="残り時間を表示する").click()
        expect(page.locator("#time-left")).to_be_visible()


def _leave(page: Page, seconds: int) -> None:
    """Let the page's time pass until so many seconds are left."""
    words = page.evaluate("document.getElementById('time-left').textContent")
    minutes, rest = words.removeprefix("残り ").split(":")
    page.clock.fast_forward((int(minutes) * 60 + int(rest) - seconds) * 1000)
