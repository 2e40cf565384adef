"""What happens on an exam day besides answering: notices, pauses, lost log-ins, second tabs, and looking back."""

import time
from collections.abc import Callable
from datetime import datetime

import pytest
from playwright.sync_api import APIResponse, Browser, Page, Route, expect
from sqlalchemy import select, update

from lms import clock
from lms.accounts.models import LoginSession
from lms.db.session import db
from lms.exams.models import AttemptPresence, ConductFact
from lms.exams.services.incidents import pause_attempts, resume_attempts
from lms.exams.services.notices import publish_notice, withdraw_notice
from tests.journeys.exam_room import ExamRoom, choose, cut_off, essay, expect_saved, judge_accessibility, reconnect, saved_line
from tests.proof.seeding import Examinee, browser_of

TEXT = "要求の内容と手段を分けて考え、二人以上で対応し、発言をそのまま記録する。"

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def _office(room: ExamRoom) -> int:
    return room.make.user("架空 事務")


def _pass_time(page: Page, seconds: int) -> None:
    """Let the page's clock run; what it asks the server meanwhile is answered in real time."""
    page.clock.run_for(seconds * 1000)


def test_a_notice_reaches_the_open_page_within_15_seconds_and_goes_again(room: ExamRoom, browser: Browser) -> None:
    [examinee] = room.seat(1)
    office = _office(room)
    with room.browser_of(browser, examinee) as context:
        context.clock.install()
        page = room.enter(context, examinee)
        with room.app.app_context():
            first = publish_notice(examinee.window_id, "問3の図は次のページです。", by=office, now=clock.now())
            publish_notice(examinee.window_id, "隣室で工事があります。", by=office, now=clock.now())
        _pass_time(page, 15)
        notices = page.locator("#exam-notices .note")
        expect(notices).to_have_count(2)
        expect(page.locator("#announcer")).to_contain_text("隣室で工事があります。")
        judge_accessibility(page, "two notices")
        notices.nth(1).get_by_role("button", name="閉じる").click()
        expect(notices).to_have_count(1)
        with room.app.app_context():
            withdraw_notice(first, "訂正のため", by=office, now=clock.now())
        _pass_time(page, 15)
        expect(notices).to_have_count(0)
        page.reload()
        expect(saved_line(page)).to_be_visible()
        _pass_time(page, 15)
        expect(notices).to_have_count(0), "what was closed stays closed"


def test_a_pause_stops_clock_and_fields_and_ends_by_itself(room: ExamRoom, browser: Browser) -> None:
    [examinee] = room.seat(1, at_essays=True)
    question, office = examinee.essay_ids[0], _office(room)
    with room.browser_of(browser, examinee) as context:
        context.clock.install()
        page = room.enter(context, examinee)
        essay(page, question).fill(TEXT)
        with room.app.app_context():
            pause_attempts(examinee.window_id, "停電", form_key="p1", by=office, now=clock.now())
        _pass_time(page, 15)
        expect(page.locator("#note-paused")).to_contain_text("試験を一時停止しています。残り時間は減りません。")
        assert essay(page, question).get_attribute("readonly") is not None
        expect_saved(page)
        shown = page.locator("#time-left").inner_text()
        _pass_time(page, 30)
        assert page.locator("#time-left").inner_text() == shown
        judge_accessibility(page, "a pause")
        page.reload()
        expect(page.locator("#note-paused")).to_have_count(1)
        expect(essay(page, question)).to_have_attribute("readonly", "")
        with room.app.app_context():
            resume_attempts(examinee.window_id, "復旧", form_key="r1", by=office, now=clock.now())
        _pass_time(page, 15)
        expect(page.locator("#note-deadline")).to_contain_text("試験を再開しました。")
        expect(page.locator("#note-paused")).to_have_count(0)
        essay(page, question).fill(TEXT * 2)
        expect(saved_line(page)).to_contain_text("保存しています")
        _pass_time(page, 5)
        expect_saved(page)
    assert room.answers(examinee) == {question: TEXT * 2}


def test_a_lost_log_in_loses_nothing_that_is_typed(room: ExamRoom, browser: Browser) -> None:
    [examinee] = room.seat(1, at_essays=True)
    question = examinee.essay_ids[0]
    with room.browser_of(browser, examinee) as context:
        page = room.enter(context, examinee)
        essay(page, question).fill(TEXT)
        expect_saved(page)
        _end_sessions(room, examinee)
        essay(page, question).fill(TEXT * 2)
        expect(page.locator("#note-signed-out")).to_contain_text("ログインの有効期間が切れました")
        judge_accessibility(page, "a lost log-in")
        essay(page, question).press_sequentially("追記。")
        with context.expect_page() as opened:
            page.get_by_role("button", name="ログインし直す").click()
        expect(opened.value.locator("h1")).to_contain_text("ログイン")
        cookie, _ = browser_of(room.app, examinee.user_id)
        name, value = cookie.split("=", 1)
        context.add_cookies([{"name": name, "value": value, "url": room.site.url}])
        expect_saved(page)
        expect(page.locator("#note-signed-out")).to_have_count(0)
    assert room.answers(examinee)[question].endswith("追記。")
    assert len(room.answers(examinee)[question]) == 2 * len(TEXT) + 3


def _end_sessions(room: ExamRoom, examinee: Examinee) -> None:
    with room.app.app_context():
        ended = update(LoginSession).where(LoginSession.user_id == examinee.user_id)
        db.session.execute(ended.values(ended_at=clock.now()))
        db.session.commit()


def test_the_older_of_two_tabs_is_told_within_15_seconds(room: ExamRoom, browser: Browser) -> None:
    [examinee] = room.seat(1)
    with room.browser_of(browser, examinee) as context:
        context.clock.install()
        older = room.enter(context, examinee)
        newer = room.enter(context, examinee)
        _pass_time(older, 15)
        expect(older.locator("#note-elsewhere")).to_contain_text("別の画面で解答しています")
        expect(older.locator(f"[name='answer-{examinee.question_ids[0]}']").first).to_be_disabled()
        newer.reload()
        _pass_time(newer, 15)
        expect(newer.locator("#note-elsewhere")).to_have_count(0)
    assert [fact for fact, _ in _facts(room, examinee) if fact == "second_device"] == ["second_device"]


def test_an_old_answer_that_comes_late_does_not_take_the_page_away(room: ExamRoom, browser: Browser) -> None:
    [examinee] = room.seat(1)
    claims: list[Route] = []
    beats: list[tuple[Route, APIResponse]] = []

    def hold_the_first(route: Route) -> None:
        if route.request.method == "POST" and not claims:
            claims.append(route)
        elif route.request.method == "GET" and not beats:
            beats.append((route, route.fetch()))  # answered while the page before is still the writing one
        else:
            route.continue_()

    with room.browser_of(browser, examinee) as context:
        context.clock.install()
        page = room.enter(context, examinee)
        context.add_init_script("AbortSignal.timeout = () => new AbortController().signal")  # what is held is not given up
        context.route("**/answers*", hold_the_first)
        page.reload()
        _pass_time(page, 12)
        for _ in range(300):
            if claims and beats:
                break
            page.wait_for_timeout(100)
        with page.expect_response(lambda response: response.request.method == "POST"):
            claims[0].continue_()
        beat, answer = beats[0]
        with page.expect_response(lambda response: response.request.method == "GET"):
            beat.fulfill(response=answer)
        with page.expect_response(lambda response: response.request.method == "GET"):
            _pass_time(page, 12)
        expect(page.locator("#note-elsewhere")).to_have_count(0)


def _facts(room: ExamRoom, examinee: Examinee) -> list[tuple[str, dict[str, object]]]:
    with room.app.app_context():
        rows = db.session.scalars(
            select(ConductFact).where(ConductFact.attempt_id == examinee.attempt_id).order_by(ConductFact.id)
        )
        return [(row.kind.value, row.detail) for row in rows]


def test_what_the_page_notices_is_told_to_her_and_noted_as_facts(room: ExamRoom, browser: Browser) -> None:
    [examinee] = room.seat(1, at_essays=True)
    first, second = examinee.essay_ids
    with room.browser_of(browser, examinee) as context:
        context.clock.install()
        page = room.enter(context, examinee)
        expect(page.locator(".exam-privacy")).to_contain_text("記録だけで不正と判断することはありません")
        page.evaluate("dispatchEvent(new Event('blur')), document.hasFocus = () => false, dispatchEvent(new Event('blur'))")
        _pass_time(page, 42)
        page.evaluate("delete document.hasFocus, dispatchEvent(new Event('focus'))")
        essay(page, first).focus()
        _paste(page, first, "外から持ってきた文")
        essay(page, first).fill("自分で書いた文")
        essay(page, first).select_text()
        page.keyboard.press("Control+c")
        page.click("#turn-on")
        _paste(page, second, "自分で書いた文")
        cut_off(page)
        _pass_time(page, 30)
        expect(saved_line(page)).to_have_attribute("data-state", "offline")
        reconnect(page)
        _pass_time(page, 20)
        expect_saved(page)
        _pass_time(page, 15)
        _until(lambda: len(dict(_facts(room, examinee))) == 3, seen=lambda: _facts(room, examinee))
    kinds = dict(_facts(room, examinee))
    assert kinds["focus_lost"] == {"seconds": 42}
    assert kinds["pasted"] == {"question": first, "characters": 9}
    assert set(kinds) == {"focus_lost", "pasted", "offline"}


def _paste(page: Page, question: str, text: str) -> None:
    """A paste as the page hears of it; the clipboard itself is out of reach here."""
    page.evaluate(
        """([name, text]) => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", text);
            document.querySelector(`[name='answer-${name}']`)
                .dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
        }""",
        [question, text],
    )


def _until(is_so: Callable[[], bool], *, seconds: float = 20, seen: Callable[[], object] = lambda: "") -> None:
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, seen()
        time.sleep(0.2)


def test_the_office_hears_how_many_answers_are_unsent(room: ExamRoom, browser: Browser) -> None:
    [examinee] = room.seat(1)
    with room.browser_of(browser, examinee) as context:
        page = room.enter(context, examinee)
        _until(lambda: _presence(room, examinee) is not None)
        page.route("**/answers", lambda route: route.abort())  # saves fail, beats go through
        choose(page, examinee.question_ids[0], "a")
        expect(saved_line(page)).to_contain_text("未送信 1 件")
        page.evaluate("dispatchEvent(new Event('offline'))")
        _until(lambda: (found := _presence(room, examinee)) is not None and found[1] == 1, seconds=30)
        page.unroute("**/answers")
        expect_saved(page)


def _presence(room: ExamRoom, examinee: Examinee) -> tuple[datetime, int] | None:
    with room.app.app_context():
        row = db.session.get(AttemptPresence, examinee.attempt_id)
        return None if row is None else (row.heard_at, row.unsent)


def test_an_earlier_version_comes_back_into_the_editor(room: ExamRoom, browser: Browser) -> None:
    [examinee] = room.seat(1, at_essays=True)
    question = examinee.essay_ids[0]
    with room.browser_of(browser, examinee) as context:
        page = room.enter(context, examinee)
        essay(page, question).fill(TEXT)
        expect_saved(page)
        essay(page, question).fill("書き直した。")
        page.get_by_role("button", name="保存された版を見る").first.click()
        page.wait_for_url("**/history/*")
        expect(page.locator("h2").first).to_contain_text("6字")
        judge_accessibility(page, "kept versions")
        page.goto(f"{page.url}?version=1")
        expect(page.locator(".version-text")).to_have_text(TEXT)
        page.get_by_role("button", name="この版を解答に戻す").click()
        expect(essay(page, question)).to_have_value(TEXT)
        expect(page.locator("main")).to_contain_text("選んだ版を解答に戻しました")
        expect_saved(page)
    assert room.answers(examinee) == {question: TEXT}
    assert len(room.versions(examinee)) == 3


def test_the_manuscript_view_follows_the_text_and_undo_stays_the_browser_s(room: ExamRoom, browser: Browser) -> None:
    [examinee] = room.seat(1, at_essays=True)
    question = examinee.essay_ids[0]
    with room.browser_of(browser, examinee) as context:
        page = room.enter(context, examinee)
        area = essay(page, question)
        area.press_sequentially("一行目。")
        expect_saved(page)
        area.press_sequentially("消す")
        page.keyboard.press("Control+z")
        assert area.input_value() in {"一行目。", "一行目。消", ""}
        area.fill("一行目。\n" + "二" * 25)
        page.get_by_role("button", name="原稿用紙で見る").first.click()
        sheet = page.locator(".manuscript").first
        assert sheet.get_attribute("aria-hidden") == "true"
        rows = sheet.locator(".manuscript-row")
        assert rows.count() == 20
        assert [rows.nth(index).inner_text().replace("\n", "") for index in range(3)] == ["一行目。", "二" * 20, "二" * 5]
        area.press_sequentially("三")
        expect(rows.nth(2)).to_contain_text("三")
        judge_accessibility(page, "the manuscript view")
        page.get_by_role("button", name="原稿用紙を閉じる").click()
        expect(sheet).to_be_hidden()


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("山田さんが来店した。", "「山田さん」"),
        ("株式会社青空商事から電話があった。", "「株式会社青空商事」"),
        ("青空商事(株)の担当者に伝えた。", "「青空商事(株)」"),
        ("電話は03-1234-5678、メールはtaro@example.jpだった。", "「03-1234-5678」「taro@example.jp」"),
        ("お客様と店員さん、皆様の様子は同様で、多様な仕様がある。Cさんに話した。患者様も同じ。", ""),
    ],
)
def test_a_real_name_is_hinted_at_and_never_refused(room: ExamRoom, browser: Browser, text: str, hint: str) -> None:
    page = browser.new_page()
    page.goto(f"{room.site.url}/login")
    base = page.evaluate("document.querySelector('link[rel=stylesheet]').href").split("/css/")[0]
    found = page.evaluate(
        "async ([module, text]) => (await import(module)).findNames(text, 'B社のCさん')", [f"{base}/js/exam/names.js", text]
    )
    assert "".join(f"「{words}」" for words in found) == hint
    page.close()
