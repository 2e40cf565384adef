"""The exam room when things go wrong: no network, a killed browser, two tabs, time running out, and hands on keys only."""

import os
import signal
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from lms.exams.rules.sitting import HandInKind
from tests.journeys.exam_room import (
    ExamRoom,
    choose,
    cut_off,
    essay,
    expect_saved,
    judge_accessibility,
    reconnect,
    saved_line,
    tab_to,
)
from tests.journeys.people import PASSPHRASE
from tests.live import CHROMIUM_ARGUMENTS, find_chromium
from tests.proof.seeding import Examinee

TEXT = "要求の内容と手段を分けて考え、二人以上で対応し、発言をそのまま記録する。"
OTHER_TEXT = "店長が中止を判断し、危険があればただちに通報する。"

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def test_answers_given_without_network_arrive_when_it_returns(room: ExamRoom, browser: Browser) -> None:
    [examinee] = room.seat(1)
    first, second = examinee.question_ids[:2]
    with room.browser_of(browser, examinee) as context:
        page = room.enter(context, examinee)
        context.set_offline(True)
        choose(page, first, "a")
        page.click("#turn-on")
        choose(page, second, "b")
        expect(saved_line(page)).to_contain_text("未送信 2 件", timeout=40_000)
        expect(page.locator("#note-offline")).to_contain_text("解答はこの端末に残っています")
        judge_accessibility(page, "no network")
        assert room.answers(examinee) == {}
        context.set_offline(False)
        expect_saved(page)
        expect(page.locator("#note-offline")).to_have_count(0)
    assert room.answers(examinee) == {first: "a", second: "b"}


def test_unsent_text_survives_a_reload(room: ExamRoom, browser: Browser) -> None:
    [examinee] = room.seat(1, at_essays=True)
    question = examinee.essay_ids[0]
    with room.browser_of(browser, examinee) as context:
        page = room.enter(context, examinee)
        cut_off(page)
        essay(page, question).fill(TEXT)
        expect(saved_line(page)).to_contain_text("未送信 1 件", timeout=40_000)
        page.reload()
        expect(essay(page, question)).to_have_value(TEXT)
        expect(saved_line(page)).to_contain_text("未送信 1 件", timeout=40_000)
        reconnect(page)
        expect_saved(page)
    assert room.answers(examinee) == {question: TEXT}


def test_unsent_texts_survive_a_killed_browser(room: ExamRoom, browser: Browser, tmp_path: Path) -> None:
    [examinee] = room.seat(1, at_essays=True)
    first, second = examinee.essay_ids
    context = _open_profile(browser, tmp_path)
    room.log_in(context, examinee)
    page = room.enter(context, examinee)
    context.set_offline(True)
    essay(page, first).fill(TEXT)
    page.click("#turn-on")
    essay(page, second).fill(OTHER_TEXT)
    page.wait_for_timeout(1000)  # what was typed is on this device within a second
    _kill_browser(tmp_path)
    assert room.answers(examinee) == {}
    context = _open_profile(browser, tmp_path)
    context.clear_cookies()
    page = _log_in_again(room, context, examinee)
    expect(essay(page, first)).to_have_value(TEXT)
    expect(essay(page, second)).to_have_value(OTHER_TEXT)
    expect_saved(page)
    context.close()
    assert room.answers(examinee) == {first: TEXT, second: OTHER_TEXT}


def _open_profile(browser: Browser, folder: Path) -> BrowserContext:
    """A browser that keeps its data in a folder, as people's own browsers do."""
    return browser.browser_type.launch_persistent_context(
        folder, executable_path=find_chromium(), args=CHROMIUM_ARGUMENTS, locale="ja-JP"
    )


def _log_in_again(room: ExamRoom, context: BrowserContext, examinee: Examinee) -> Page:
    """Back to the exam's address, which first asks for the password."""
    email = room.give_password(examinee, PASSPHRASE)
    page = context.new_page()
    page.goto(room.address(examinee))
    page.fill("[name=email]", email)
    page.fill("[name=password]", PASSPHRASE)
    page.get_by_role("button", name="ログイン").click()
    page.wait_for_url(f"{room.address(examinee)}*")
    return page


def _kill_browser(folder: Path) -> None:
    """End every process of the browser that lives in this folder with kill -9."""
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal() and _uses(entry, folder)]
    assert pids
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    (folder / "SingletonLock").unlink(missing_ok=True)  # the next one would take the dead one for another computer's


def _uses(process: Path, folder: Path) -> bool:
    try:
        return f"--user-data-dir={folder}" in (process / "cmdline").read_text(errors="replace").split("\0")
    except OSError:
        return False


def test_an_older_tab_becomes_read_only_and_overwrites_nothing(room: ExamRoom, browser: Browser) -> None:
    [examinee] = room.seat(1, at_essays=True)
    question = examinee.essay_ids[0]
    with room.browser_of(browser, examinee) as context:
        older = room.enter(context, examinee)
        cut_off(older)
        essay(older, question).fill(TEXT)
        expect(saved_line(older)).to_contain_text("未送信 1 件", timeout=40_000)
        newer = _newer_tab(room, context, examinee)
        essay(newer, question).fill(OTHER_TEXT)
        expect_saved(newer)
        reconnect(older)
        expect(older.locator("#note-elsewhere")).to_contain_text("別の画面で解答しています", timeout=40_000)
        expect(essay(older, question)).to_have_value(TEXT)
        assert essay(older, question).get_attribute("readonly") is not None
        expect(older.locator(".two-texts")).to_contain_text(OTHER_TEXT)
        judge_accessibility(older, "two texts")
        assert room.answers(examinee) == {question: OTHER_TEXT}
        assert [outcome for outcome, _ in room.versions(examinee)] == ["current", "stale"]
        older.get_by_role("button", name="この画面の解答にする").click()
        expect_saved(older)
        assert room.answers(examinee) == {question: TEXT}


def test_typing_on_beside_a_newer_text_replaces_nothing_until_she_has_chosen(room: ExamRoom, browser: Browser) -> None:
    [examinee] = room.seat(1, at_essays=True)
    question = examinee.essay_ids[0]
    with room.browser_of(browser, examinee) as context:
        page = room.enter(context, examinee)
        essay(page, question).fill(TEXT)
        expect_saved(page)
        room.save_elsewhere(examinee, question, OTHER_TEXT, base=1)
        essay(page, question).press_sequentially("続き", delay=200)
        expect(page.locator(".two-texts")).to_contain_text(OTHER_TEXT, timeout=40_000)
        essay(page, question).press_sequentially("さらに続き", delay=400)
        expect(saved_line(page)).to_contain_text("2つの解答があります", timeout=40_000)
        assert room.answers(examinee) == {question: OTHER_TEXT}
        page.get_by_role("button", name="保存されている解答にする").click()
        expect_saved(page)
        expect(essay(page, question)).to_have_value(OTHER_TEXT)
        assert room.answers(examinee) == {question: OTHER_TEXT}
        essay(page, question).press_sequentially("。")
        expect_saved(page)
        assert room.answers(examinee) == {question: OTHER_TEXT + "。"}


def _newer_tab(room: ExamRoom, context: BrowserContext, examinee: Examinee) -> Page:
    """A further tab that knows nothing of what the older one has not sent yet, like another device."""
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    page.add_init_script(
        "indexedDB.open = ((open) => (name, ...rest) => open.call(indexedDB, `${name}-2`, ...rest))(indexedDB.open)"
    )
    with page.expect_response(lambda response: response.url.endswith("/answers")):
        page.goto(room.address(examinee))
    return page


def test_when_time_is_over_the_worker_hands_in_and_the_page_says_so(room: ExamRoom, browser: Browser) -> None:
    absent, present = room.seat(2)
    with room.browser_of(browser, absent) as context:
        page = room.enter(context, absent)
        choose(page, absent.question_ids[0], "c")
        expect_saved(page)
    with room.browser_of(browser, present) as context:
        page = room.enter(context, present)
        choose(page, present.question_ids[0], "d")
        expect_saved(page)
        room.close_soon(present, 8, grace_seconds=2)
        page.evaluate("dispatchEvent(new Event('online'))")
        expect(page.locator("#note-deadline")).to_contain_text("締切が")
        page.wait_for_url("**/receipt", timeout=40_000)
        expect(page.locator("main")).to_contain_text("時間切れによる自動提出")
    _wait_for_submission(room, absent)
    for examinee, option in ((absent, "c"), (present, "d")):
        submission = room.submission(examinee)
        assert submission is not None
        assert submission.kind is HandInKind.CLOCK
        assert {question: answer.answer.option for question, answer in submission.answers.items()} == {  # type: ignore[union-attr]
            examinee.question_ids[0]: option
        }
    with room.browser_of(browser, absent) as context:
        page = context.new_page()
        page.goto(room.address(absent))
        expect(page).to_have_url(f"{room.address(absent)}/receipt")
        expect(page.locator("main")).to_contain_text("時間切れによる自動提出")


def test_what_was_typed_in_time_but_arrives_late_is_kept_and_said(room: ExamRoom, browser: Browser) -> None:
    [examinee] = room.seat(1)
    first = examinee.question_ids[0]
    with room.browser_of(browser, examinee) as context:
        page = room.enter(context, examinee)
        room.close_soon(examinee, 6, grace_seconds=1)
        page.evaluate("dispatchEvent(new Event('online'))")
        expect(page.locator("#note-deadline")).to_contain_text("締切が")
        context.set_offline(True)
        choose(page, first, "b")
        expect(page.locator("#note-time")).to_contain_text("未送信の解答はこの端末に残っています", timeout=30_000)
        _wait_for_submission(room, examinee)
        context.set_offline(False)
        expect(page.locator("#note-late")).to_contain_text("遅延受信として保管しました", timeout=40_000)
        judge_accessibility(page, "late answers")
        page.get_by_role("button", name="今の状態を表示する").click()
        page.wait_for_url("**/receipt")
    assert [outcome for outcome, _ in room.versions(examinee)] == ["late"]
    assert room.answers(examinee) == {}


def _wait_for_submission(room: ExamRoom, examinee: Examinee) -> None:
    until = time.monotonic() + 30
    while room.submission(examinee) is None:
        assert time.monotonic() < until, "the worker did not hand in"
        time.sleep(0.2)


def test_the_whole_way_works_with_keys_only(room: ExamRoom, browser: Browser) -> None:
    [examinee] = room.seat(1)
    first, second = examinee.question_ids[:2]
    with room.browser_of(browser, examinee) as context:
        page = room.enter(context, examinee)
        tab_to(page, f"[name='answer-{first}']")
        page.keyboard.press("Space")
        page.keyboard.press("ArrowDown")
        tab_to(page, "#turn-on")
        page.keyboard.press("Enter")
        tab_to(page, f"[name='answer-{second}']")
        page.keyboard.press("Space")
        tab_to(page, f"[name='flag-{second}']")
        page.keyboard.press("Space")
        expect_saved(page)
        tab_to(page, "#hand-in-button")
        page.keyboard.press("Enter")
        page.wait_for_url("**/confirm")
        expect(page.locator("main")).to_contain_text("未解答の設問が38問あります")
        judge_accessibility(page, "the confirmation")
        tab_to(page, "main form button")
        page.keyboard.press("Enter")
        page.wait_for_url(room.address(examinee))
        expect(page.locator("h1")).to_contain_text("論述")
    answers = room.answers(examinee)
    assert set(answers) == {first, second}
    assert all(answers.values())


def test_enter_during_a_conversion_belongs_to_the_conversion(room: ExamRoom, browser: Browser) -> None:
    [examinee] = room.seat(1, at_essays=True)
    question = examinee.essay_ids[0]
    with room.browser_of(browser, examinee) as context:
        page = room.enter(context, examinee)
        requests: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        essay(page, question).focus()
        _convert(page, "きろく", "記録")
        _convert(page, "する", "する")
        expect(essay(page, question)).to_have_value("記録する")
        expect_saved(page)
        assert all(url.endswith("/answers") for url in requests)
        assert page.url == room.address(examinee)
    assert room.answers(examinee) == {question: "記録する"}


def _convert(page: Page, typed: str, converted: str) -> None:
    """What an input method does: a composition, Enter to take it, the text."""
    session = page.context.new_cdp_session(page)
    for length in range(1, len(typed) + 1):
        session.send("Input.imeSetComposition", {"text": typed[:length], "selectionStart": length, "selectionEnd": length})
    session.send("Input.imeSetComposition", {"text": converted, "selectionStart": 0, "selectionEnd": len(converted)})
    enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}
    session.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **enter})
    session.send("Input.insertText", {"text": converted})
    session.send("Input.dispatchKeyEvent", {"type": "keyUp", **enter})
    session.detach()


def test_another_person_on_the_same_computer_sees_and_sends_nothing(room: ExamRoom, browser: Browser) -> None:
    mine, other = room.seat(2, at_essays=True)
    question = mine.essay_ids[0]
    with room.browser_of(browser, mine) as context:
        page = room.enter(context, mine)
        cut_off(page)
        essay(page, question).fill(TEXT)
        expect(saved_line(page)).to_contain_text("未送信 1 件", timeout=40_000)
        room.log_in(context, other)
        theirs = room.enter(context, other)
        expect_nothing_of(theirs, TEXT)
        expect_saved(theirs)
        reconnect(page)
        expect(page.locator("#note-not-yours")).to_contain_text("別の方がログインしています", timeout=40_000)
        assert room.versions(mine) == room.versions(other) == []
        assert theirs.request.get(room.address(mine)).status == 404
        theirs.close()
        room.log_in(context, mine)
        page.evaluate("dispatchEvent(new Event('online'))")
        expect_saved(page)
    assert room.answers(mine) == {question: TEXT}
    assert room.versions(other) == []


def expect_nothing_of(page: Page, text: str) -> None:
    """Neither the page nor its fields have this text."""
    assert text not in page.content()
    assert all(area.input_value() != text for area in page.locator("textarea").all())
