"""Every kind of question in the browser: by keys alone, without scripts, after a reload, on a narrow or enlarged page."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.exam_room import ExamRoom, expect_saved, judge_accessibility, tab_to
from tests.lms.exams.papers import CASE_TEXT, CASE_TITLE
from tests.lms.exams.test_room_pages import BODIES

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

BY_KEYS = BODIES | {"K-matching": {"kind": "matching", "pairs": [["l1", "r1"], ["l2", "r2"], ["l3", "r3"]]}}


def test_a_whole_section_of_every_kind_by_keys_only(room: ExamRoom, browser: Browser) -> None:
    examinee = room.seat_at_every_kind()
    with room.browser_of(browser, examinee) as context:
        page = room.enter(context, examinee)
        for answer in (_single, _multiple, _ordering, _matching, _numeric, _short):
            answer(page)
            if answer is not _short:
                tab_to(page, "#turn-on")
                page.keyboard.press("Enter")
        expect_saved(page)
        assert room.bodies(examinee) == BY_KEYS
        page.reload()
        _expect_shown_again(page)
        tab_to(page, "#hand-in-button")
        page.keyboard.press("Enter")
        page.wait_for_url("**/confirm")
        expect(page.locator("main")).to_contain_text("6問すべてに解答しています")
        tab_to(page, "main form button")
        page.keyboard.press("Enter")
        page.wait_for_url(room.address(examinee))
    assert room.bodies(examinee) == BY_KEYS, "the hand-in changed nothing"


def _single(page: Page) -> None:
    tab_to(page, "[name='answer-K-single']")
    page.keyboard.press("Space")


def _multiple(page: Page) -> None:
    for option in "ab":
        tab_to(page, f"[name='answer-K-multiple'][value='{option}']")
        page.keyboard.press("Space")


def _ordering(page: Page) -> None:
    """From c, a, d, b as shown: a up; b up twice; then c down to the middle, by its select."""
    tab_to(page, "[data-item='a'] .order-move button:first-child")
    page.keyboard.press("Enter")
    expect(page.locator("#announcer")).to_contain_text("を1番目にしました")
    tab_to(page, "[data-item='b'] .order-move button:first-child")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.closest('li').dataset.item") == "b", "the focus moves along"
    page.keyboard.press("Space")
    expect(page.locator("#announcer")).to_contain_text("を2番目にしました")
    tab_to(page, "[name='answer-K-ordering-c']")
    page.keyboard.press("3")
    assert _shown_order(page) == ["a", "b", "c", "d"]


def _shown_order(page: Page) -> list[str]:
    order: list[str] = page.evaluate("[...document.querySelectorAll('.order > li')].map((row) => row.dataset.item)")
    return order


def _matching(page: Page) -> None:
    for left, key in (("l1", "イ"), ("l2", "エ"), ("l3", "ア")):
        tab_to(page, f"[name='answer-K-matching-{left}']")
        page.keyboard.press({"イ": "ArrowDown", "エ": "End", "ア": "ArrowDown"}[key])
        if key == "イ":
            page.keyboard.press("ArrowDown")


def _numeric(page: Page) -> None:
    tab_to(page, "[name='answer-K-numeric']")
    page.keyboard.insert_text("１８０分")
    page.keyboard.press("Enter")


def _short(page: Page) -> None:
    tab_to(page, "[name='answer-K-short']")
    page.keyboard.insert_text("カスハラ")


def _expect_shown_again(page: Page) -> None:
    expect(page.locator("[name='answer-K-single'][value='a']")).to_be_checked()
    assert page.locator("[name='answer-K-multiple']:checked").count() == 2
    expect(page.locator("[name='answer-K-matching-l2']")).to_have_value("r2")
    expect(page.locator("[name='answer-K-numeric']")).to_have_value("１８０分")
    assert _shown_order(page) == ["a", "b", "c", "d"]
    expect(page.locator("#palette-count")).to_have_text("6/6 解答済み")


def test_the_same_partner_twice_is_taken_back_and_said(room: ExamRoom, browser: Browser) -> None:
    examinee = room.seat_at_every_kind()
    with room.browser_of(browser, examinee) as context:
        page = room.enter(context, examinee)
        page.click(".palette a[href='#q-4']")
        page.select_option("[name='answer-K-matching-l1']", "r1")
        page.select_option("[name='answer-K-matching-l2']", "r1")
        expect(page.locator("[name='answer-K-matching-l1']")).to_have_value("")
        expect(page.locator("#announcer")).to_contain_text("「(1)同じ電話が続く」の選択を外しました")
        expect_saved(page)
    assert room.bodies(examinee) == {"K-matching": {"kind": "matching", "pairs": [["l2", "r1"]]}}


def test_the_case_stands_beside_each_of_its_questions(room: ExamRoom, browser: Browser) -> None:
    examinee = room.seat_at_every_kind()
    with room.browser_of(browser, examinee) as context:
        page = room.enter(context, examinee)
        page.set_viewport_size({"width": 1366, "height": 768})
        case = page.locator(".case")
        expect(case).to_be_hidden()
        for number in (4, 5):
            page.click(f".palette a[href='#q-{number}']")
            expect(case).to_contain_text(CASE_TEXT)
            beside, question = case.bounding_box(), page.locator(f"#q-{number}").bounding_box()
            assert beside
            assert question
            assert beside["x"] + beside["width"] <= question["x"]
        page.get_by_text(CASE_TITLE).click()
        expect(case.get_by_text(CASE_TEXT)).to_be_hidden()


def test_every_kind_without_scripts_on_a_phone(room: ExamRoom, browser: Browser) -> None:
    examinee = room.seat_at_every_kind()
    context = browser.new_context(locale="ja-JP", java_script_enabled=False, viewport={"width": 390, "height": 844})
    context.set_default_timeout(40_000)
    room.log_in(context, examinee)
    page = context.new_page()
    page.goto(room.address(examinee))
    page.check("[name='answer-K-single'][value='a']")
    for option in "ab":
        page.check(f"[name='answer-K-multiple'][value='{option}']")
    for position, item in enumerate("abcd", 1):
        page.select_option(f"[name='answer-K-ordering-{item}']", str(position))
    for left, right in (("l1", "r1"), ("l2", "r2"), ("l3", "r3")):
        page.select_option(f"[name='answer-K-matching-{left}']", right)
    page.fill("[name='answer-K-numeric']", "１８０分")
    page.fill("[name='answer-K-short']", "カスハラ")
    page.locator("[name='answer-K-short']").press("Enter")  # saves, and does not hand in
    expect(page.locator("main")).to_contain_text("一時保存しました")
    assert room.bodies(examinee) == BY_KEYS
    assert _overflow(page) <= 0
    page.get_by_role("button", name="この大問を提出する").click()
    expect(page.locator("main")).to_contain_text("6問すべてに解答しています")
    context.close()


@pytest.mark.parametrize("width", [683, 390])
def test_nothing_runs_off_an_enlarged_or_narrow_page(room: ExamRoom, browser: Browser, width: int) -> None:
    """A 1366 pixels wide screen at 200 % is 683 pixels wide to the page."""
    examinee = room.seat_at_every_kind()
    with room.browser_of(browser, examinee) as context:
        page = room.enter(context, examinee)
        page.set_viewport_size({"width": width, "height": 384})
        for number in range(1, 7):
            page.evaluate("(number) => document.querySelector(`.palette a[href='#q-${number}']`).click()", number)
            assert _overflow(page) <= 0, f"question {number}"


def _overflow(page: Page) -> int:
    extra: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return extra


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_kind_is_accessible(room: ExamRoom, browser: Browser, scheme: Any) -> None:
    examinee = room.seat_at_every_kind()
    with room.browser_of(browser, examinee) as context:
        page = room.enter(context, examinee)
        page.emulate_media(color_scheme=scheme)
        for number in range(1, 7):
            page.click(f".palette a[href='#q-{number}']")
            judge_accessibility(page, f"question {number}")
