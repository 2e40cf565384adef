"""リハーサル in the browser: every kind by mouse and the verdict; a browser without a store; a cut network; no scripts."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from lms.exams.queries.rehearsals import RehearsalRun, find_rehearsal, list_rehearsals, list_rehearsed
from lms.exams.rules.rehearsing import RehearsalVerdict
from tests.factories import Seat
from tests.journeys.exam_room import ExamRoom, expect_saved, judge_accessibility
from tests.proof.seeding import browser_of, seat_students

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

ESSAY = "相手の要求の中身と、言い方や長さを分けて記録し、二人以上で対応することから始めます。迷ったときは上司に引き継ぎます。"
BODIES: dict[str, dict[str, Any]] = {
    "SAMPLE-1": {"kind": "single_choice", "option": "b"},
    "SAMPLE-2": {"kind": "multiple_choice", "options": ["a", "c"]},
    "SAMPLE-3": {"kind": "ordering", "order": ["k", "t", "e", "m"]},
    "SAMPLE-4": {"kind": "matching", "pairs": [["l1", "r2"], ["l2", "r3"], ["l3", "r1"]]},
    "SAMPLE-5": {"kind": "numeric", "text": "10"},
    "SAMPLE-6": {"kind": "short_text", "text": "カスハラ"},
    "SAMPLE-7": {"kind": "single_choice", "option": "c"},
    "SAMPLE-8": {"kind": "numeric", "text": "10"},
    "SAMPLE-ESSAY": {"kind": "essay", "text": ESSAY},
}


@pytest.fixture
def seat(room: ExamRoom) -> Seat:
    [seat] = seat_students(room.make, 1, ordinal=room.next_ordinal())
    return seat


@contextmanager
def browser_with(room: ExamRoom, browser: Browser, seat: Seat, **options: Any) -> Iterator[BrowserContext]:
    """A browser in which the participant is logged in; no page of it may meet a script error."""
    context = browser.new_context(locale="ja-JP", timezone_id="Asia/Tokyo", **options)
    context.set_default_timeout(40_000)
    errors: list[str] = []
    context.on("weberror", lambda error: errors.append(str(error.error)))
    name, value = browser_of(room.app, seat.user_id)[0].split("=", 1)
    context.add_cookies([{"name": name, "value": value, "url": room.site.url}])
    yield context
    context.close()
    assert errors == []


def start(room: ExamRoom, page: Page) -> None:
    """From the front hall to the checks."""
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"{room.site.url}/exam")
    page.get_by_role("link", name="リハーサルをする").click()
    page.get_by_role("button", name="リハーサルを始める").click()
    expect(page.locator("h1")).to_have_text("端末と通信の確認")


def check(page: Page) -> None:
    """Let the page look at the browser until the verdict is there."""
    page.get_by_role("button", name="確認を始める").click()
    expect(page.get_by_role("button", name="画面の練習を始める")).to_be_visible()


def run_of(room: ExamRoom, seat: Seat) -> RehearsalRun:
    with room.app.app_context():
        [card] = list_rehearsals(seat.participant_id)
        found = find_rehearsal(card.public_id, user_id=seat.user_id)
    assert found is not None
    return found


def stored(room: ExamRoom, seat: Seat) -> dict[str, dict[str, Any]]:
    return {key: json.loads(answer.body) for key, answer in run_of(room, seat).answers.items() if answer.version}


def point(page: Page, name: str) -> Any:
    return page.locator(f"[data-check='{name}']")


def test_every_kind_by_mouse_and_the_verdict_is_go(room: ExamRoom, browser: Browser, seat: Seat) -> None:
    with browser_with(room, browser, seat) as context:
        page = context.new_page()
        start(room, page)
        judge_accessibility(page, "before the checks")
        check(page)
        expect(page.locator("main")).to_contain_text("受験できます")
        for name in ("scripts", "storage", "network", "count", "cookies", "screen", "clock"):
            expect(point(page, name)).to_have_attribute("data-state", "ok")
        judge_accessibility(page, "after the checks")
        page.get_by_role("button", name="画面の練習を始める").click()
        expect(page.locator(".rehearsal-strip")).to_contain_text("リハーサル")
        _answer_choices(page)
        expect_saved(page)
        _hand_in(page, "選択問題(練習)")
        page.locator("textarea.essay").fill(ESSAY)
        expect(page.locator("[data-now]")).to_have_text(str(len(ESSAY)))
        assert page.get_by_role("button", name="保存された版を見る").count() == 0
        expect_saved(page)
        _hand_in(page, "論述問題(練習)")
        expect(page.locator("h1")).to_have_text("リハーサルのまとめ")
        expect(page.locator("main")).to_contain_text("9問のうち9問の解答が、サーバーに保存されています")
        page.get_by_role("button", name="照らし合わせる").click()
        expect(page.locator("#own-check-result")).to_contain_text("一致しました。")
        judge_accessibility(page, "the summary")
        page.get_by_role("link", name="認定試験のページへ").click()
        expect(page.locator("main")).to_contain_text("リハーサル済み")
    assert stored(room, seat) == BODIES
    with room.app.app_context():
        assert list_rehearsed(seat.cohort_id)[seat.participant_id].verdict is RehearsalVerdict.GO


def _answer_choices(page: Page) -> None:
    for number in range(1, 9):
        page.click(f".palette a[href='#q-{number}']")
        question = page.locator(f"#q-{number}")
        _answer(page, str(question.get_attribute("data-question")))


def _answer(page: Page, question: str) -> None:
    body = BODIES[question]
    for option in body.get("options", [body["option"]] if "option" in body else []):
        page.locator(f"[name='answer-{question}'][value='{option}']").check()
    if "text" in body:
        page.locator(f"[name='answer-{question}']").fill(body["text"])
    for left, right in body.get("pairs", []):
        page.select_option(f"[name='answer-{question}-{left}']", right)
    if "order" in body:
        _order(page, body["order"])


def _order(page: Page, wanted: list[str]) -> None:
    """Press ↑ and ↓ until the items stand as wanted; one press at least, because an untouched order is no answer."""
    rows = page.locator(".order > li")
    rows.last.get_by_role("button").first.click()
    for place, item in enumerate(wanted):
        while [row.get_attribute("data-item") for row in rows.all()].index(item) > place:
            page.locator(f"[data-item='{item}']").get_by_role("button").first.click()


def _hand_in(page: Page, section: str) -> None:
    page.locator("#hand-in-button").click()
    page.wait_for_url("**/confirm")
    page.get_by_role("button", name=f"「{section}」を提出する").click()


def test_a_browser_without_a_store_is_told_how_to_go_on(room: ExamRoom, browser: Browser, seat: Seat) -> None:
    with browser_with(room, browser, seat) as context:
        context.add_init_script("delete globalThis.indexedDB; Object.defineProperty(globalThis, 'indexedDB', {value: undefined})")
        page = context.new_page()
        start(room, page)
        check(page)
        expect(page.locator("main")).to_contain_text("受験できますが、注意があります")
        expect(point(page, "storage")).to_contain_text("「一時保存する」をこまめに押してください")
        page.get_by_role("button", name="画面の練習を始める").click()
        page.locator("[name='answer-SAMPLE-6']").fill("カスハラ")
        page.get_by_role("button", name="一時保存する").click()
        expect(page.locator("main")).to_contain_text("一時保存しました")
        for section in ("選択問題(練習)", "論述問題(練習)"):
            _hand_in(page, section)
        expect(page.locator("h1")).to_have_text("リハーサルのまとめ")
        expect(page.get_by_role("button", name="印刷する")).to_be_visible()
    assert stored(room, seat)["SAMPLE-6"] == BODIES["SAMPLE-6"]
    assert run_of(room, seat).verdict is RehearsalVerdict.CAUTION


def test_a_store_that_forgets_is_found_out_by_the_reload(room: ExamRoom, browser: Browser, seat: Seat) -> None:
    """As in a window whose storage dies with the page: the write succeeds, and nothing is there afterwards."""
    with browser_with(room, browser, seat) as context:
        context.add_init_script("try { indexedDB.deleteDatabase('nintei-exam') } catch {}")
        page = context.new_page()
        start(room, page)
        check(page)
        expect(point(page, "storage")).to_contain_text("この端末に残せません")
    assert run_of(room, seat).verdict is RehearsalVerdict.CAUTION


def test_a_network_that_loses_saves_is_no_place_for_an_exam(room: ExamRoom, browser: Browser, seat: Seat) -> None:
    with browser_with(room, browser, seat) as context:
        page = context.new_page()
        start(room, page)
        page.route(re.compile(r"/answers$"), lambda route: route.abort())
        check(page)
        expect(page.locator("main")).to_contain_text("この環境では受験しないでください")
        expect(point(page, "network")).to_contain_text("5回の保存のうち5回が届きませんでした")
        page.unroute(re.compile(r"/answers$"))
        page.get_by_role("button", name="もう一度確認する").click()
        expect(point(page, "network")).to_have_attribute("data-state", "ok")
    assert run_of(room, seat).verdict is RehearsalVerdict.GO


def test_a_network_cut_on_purpose_and_brought_back(room: ExamRoom, browser: Browser, seat: Seat) -> None:
    with browser_with(room, browser, seat) as context:
        page = context.new_page()
        start(room, page)
        check(page)
        expect(point(page, "offline")).to_contain_text("まだ試していません")
        page.get_by_role("button", name="練習を始める", exact=True).click()
        context.set_offline(True)
        expect(page.locator("#check-status")).to_contain_text("通信が切れました")
        context.set_offline(False)
        expect(point(page, "offline")).to_have_attribute("data-state", "ok")
    assert stored(room, seat)["SAMPLE-6"]["text"] == "", "what was typed for the check is taken back"


def test_without_scripts_the_rehearsal_goes_by_its_forms(room: ExamRoom, browser: Browser, seat: Seat) -> None:
    with browser_with(room, browser, seat, java_script_enabled=False, viewport={"width": 390, "height": 844}) as context:
        page = context.new_page()
        start(room, page)
        page.get_by_role("button", name="JavaScriptを使わずに続ける").click()
        expect(page.locator("[data-state='unknown']")).to_have_count(9)
        expect(point(page, "scripts")).to_contain_text("「一時保存する」をこまめに押してください")
        page.get_by_role("button", name="画面の練習を始める").click()
        for question in ("SAMPLE-1", "SAMPLE-2", "SAMPLE-4", "SAMPLE-5", "SAMPLE-6", "SAMPLE-7", "SAMPLE-8"):
            _answer(page, question)
        for position, item in enumerate(BODIES["SAMPLE-3"]["order"], 1):
            page.select_option(f"[name='answer-SAMPLE-3-{item}']", str(position))
        page.get_by_role("button", name="一時保存する").click()
        expect(page.locator("main")).to_contain_text("一時保存しました")
        page.get_by_role("button", name="この大問を提出する").click()
        expect(page.locator("main")).to_contain_text("8問すべてに解答しています")
        page.get_by_role("button", name="「選択問題(練習)」を提出する").click()
        page.fill("textarea.essay", ESSAY)
        page.get_by_role("button", name="この大問を提出する").click()
        page.get_by_role("button", name="「論述問題(練習)」を提出する").click()
        expect(page.locator("main")).to_contain_text("9問のうち9問の解答が、サーバーに保存されています")
    assert stored(room, seat) == BODIES
    assert run_of(room, seat).verdict is RehearsalVerdict.CAUTION
