"""Five lessons on a phone: read, written, searched, looked up, marked, and taken up again where the reading stopped."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.factories import Seat
from tests.journeys.exam_room import ExamRoom, judge_accessibility
from tests.lms.lessons.builders import reader
from tests.proof.seeding import browser_of

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

LESSONS = ("L01", "L02", "L03", "L04", "L05")
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def seat(room: ExamRoom) -> Seat:
    return reader(room.make, cohort_id=room.make.cohort(room.next_ordinal()))


@contextmanager
def phone(room: ExamRoom, browser: Browser, seat: Seat, *, scripts: bool = True) -> Iterator[Page]:
    """The participant's phone, logged in; no page on it may meet a script error or be wider than the phone."""
    context = browser.new_context(
        locale="ja-JP", timezone_id="Asia/Tokyo", viewport=PHONE, has_touch=True, java_script_enabled=scripts
    )
    context.set_default_timeout(40_000)
    errors: list[str] = []
    context.on("weberror", lambda error: errors.append(str(error.error)))
    name, value = browser_of(room.app, seat.user_id)[0].split("=", 1)
    context.add_cookies([{"name": name, "value": value, "url": room.site.url}])
    yield context.new_page()
    context.close()
    assert errors == []


def look(page: Page) -> None:
    """Nothing for axe to find, and nothing beyond the edge."""
    judge_accessibility(page, page.url)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url


def test_five_lessons_on_a_phone(room: ExamRoom, browser: Browser, seat: Seat) -> None:
    with phone(room, browser, seat) as page:
        for lesson_id in LESSONS:
            study(room, page, lesson_id)
        page.goto(f"{room.site.url}/lessons")
        look(page)
        expect(page.locator(".bar").first).to_contain_text("5/21")
        expect(page.locator(".map-cells .map-completed")).to_have_count(5)
        search(page)
        look_up(room, page)
        keep(room, page)
        come_back(room, page)
        choose_display(room, page)


def study(room: ExamRoom, page: Page, lesson_id: str) -> None:
    """Write into every field of the worksheet, and say that it was read."""
    page.goto(f"{room.site.url}/lessons/{lesson_id}")
    look(page)
    fields = page.locator(".worksheet textarea")
    for index in range(fields.count()):
        fields.nth(index).fill(f"{lesson_id}の{index + 1}つめの欄に書いたこと。")
    page.get_by_role("button", name="ワークを保存する").click()
    expect(page.locator("#main")).to_contain_text("自組織ワークを保存しました")
    expect(page.locator(".worksheet textarea").first).to_have_value(f"{lesson_id}の1つめの欄に書いたこと。")
    page.get_by_role("button", name="読み終えました").click()
    expect(page.locator("#main")).to_contain_text("受講済みにしました")


def search(page: Page) -> None:
    """A word of two characters leads to its very heading; what was written is found too."""
    page.get_by_role("searchbox").fill("録音")
    page.get_by_role("button", name="検索").click()
    expect(page.locator("mark").first).to_have_text("録音")
    look(page)
    page.locator("section", has=page.get_by_role("heading", name="レッスン")).locator(".hits a[href*='#']").first.click()
    heading = page.locator(f"[id='{page.evaluate('decodeURIComponent(location.hash.slice(1))')}']")
    expect(heading).to_be_in_viewport()
    page.goto(page.url.split("/lessons")[0] + "/search?q=" + "3つめの欄")
    expect(page.locator("#main")).to_contain_text("自分のワークとメモ")


def look_up(room: ExamRoom, page: Page) -> None:
    """A term by keyboard: Enter opens its meaning, Esc closes it and leads back to the word."""
    page.goto(f"{room.site.url}/lessons/L01")
    word = page.locator("a.term").first
    word.focus()
    page.keyboard.press("Enter")
    note = page.locator(".term-note:popover-open")
    expect(note).to_be_visible()
    expect(note).to_be_focused()
    look(page)
    page.keyboard.press("Escape")
    expect(note).to_have_count(0)
    expect(word).to_be_focused()
    word.tap()
    expect(note).to_be_visible()
    note.get_by_role("link", name="用語集で見る").click()
    expect(page).to_have_url(f"{room.site.url}/glossary#{page.url.rpartition('#')[2]}")
    look(page)


def keep(room: ExamRoom, page: Page) -> None:
    """A しおり at a heading, and a memo that saves itself."""
    page.goto(f"{room.site.url}/lessons/L02")
    title = page.locator(".lesson-toc li").nth(1).get_by_role("link").inner_text()
    page.get_by_role("button", name=f"「{title}」のしおり").click()
    expect(page.get_by_role("button", name=f"「{title}」のしおり")).to_have_attribute("aria-pressed", "true")
    page.locator("#memo summary").click()
    page.get_by_label("L02のメモ").fill("朝礼で話す。")
    expect(page.locator("#memo [role=status]")).to_contain_text("保存済み")
    look(page)
    page.goto(f"{room.site.url}/bookmarks")
    expect(page.locator("#main")).to_contain_text(title)
    expect(page.locator("#main")).to_contain_text("朝礼で話す。")
    look(page)


def come_back(room: ExamRoom, page: Page) -> None:
    """Reading stops in the middle; the next visit goes on from there."""
    page.goto(f"{room.site.url}/lessons/L03")
    heading = page.locator(".main-text > h2").nth(2)
    title = heading.inner_text()
    heading.evaluate("(element) => element.scrollIntoView()")
    page.wait_for_timeout(500)
    page.goto(f"{room.site.url}/bookmarks")
    page.wait_for_timeout(2000)  # the last word of the page before goes its own way
    page.goto(f"{room.site.url}/lessons/L03")
    expect(page.locator(".go-on")).to_contain_text(f"前回は「{title}」まで読みました")
    look(page)
    page.get_by_role("link", name="続きから読む").click()
    expect(page.locator(".main-text > h2").nth(2)).to_be_in_viewport()


def choose_display(room: ExamRoom, page: Page) -> None:
    """The largest letters and dark colors fit the phone too."""
    page.goto(f"{room.site.url}/lessons/L01")
    page.locator(".display summary").click()
    page.get_by_label("文字の大きさ").select_option("largest")
    page.get_by_label("配色").select_option("dark")
    page.get_by_role("button", name="この表示にする").click()
    expect(page.locator("html")).to_have_attribute("data-scheme", "dark")
    for address in ("/lessons/L01", "/lessons", "/search?q=録音", "/"):
        page.goto(room.site.url + address)
        look(page)


def status(page: Page) -> Locator:
    return page.locator(".worksheet [role=status]")


def field(page: Page, index: int) -> Locator:
    return page.locator(".worksheet textarea").nth(index)


def test_two_screens_each_save_only_what_was_typed_there(room: ExamRoom, browser: Browser, seat: Seat) -> None:
    address = f"{room.site.url}/lessons/L05"
    with phone(room, browser, seat) as old, phone(room, browser, seat) as page:
        old.goto(address)
        expect(old.get_by_role("link", name="これまでの保存")).to_have_count(0)
        page.goto(address)
        for index in range(2):
            field(page, index).fill(f"PCで書いた{index + 1}つめ。")
        expect(status(page)).to_contain_text("保存済み")
        field(old, 2).fill("電話で書いた3つめ。")
        expect(status(old)).to_contain_text("保存済み")
        expect(old.locator("[data-history]:visible")).to_have_count(1)
        page.goto(address)
        for index, text in enumerate(["PCで書いた1つめ。", "PCで書いた2つめ。", "電話で書いた3つめ。"]):
            expect(field(page, index)).to_have_value(text)
        field(old, 0).fill("電話でも書いた1つめ。")
        expect(old.locator("[data-beside]:visible")).to_contain_text("両方を残しました")
        old.locator("[data-history]:visible").first.click()
        expect(old.locator(".versions")).to_contain_text("PCで書いた1つめ。")
        look(old)


def test_what_was_typed_without_a_line_comes_back_and_goes_when_it_is_saved(room: ExamRoom, browser: Browser, seat: Seat) -> None:
    address = f"{room.site.url}/lessons/L04"
    with phone(room, browser, seat) as page:
        page.goto(address)
        page.context.set_offline(True)
        field(page, 0).fill("圏外で書いた。")
        expect(status(page)).to_contain_text("この端末に残っています")
        page.close()
        page.context.set_offline(False)
        page = page.context.new_page()
        held: list[Route] = []
        page.route("**/lessons/L04/worksheet", lambda route: held.append(route), times=1)
        with page.expect_request("**/worksheet"):
            page.goto(address)
        expect(field(page, 0)).to_have_value("圏外で書いた。")
        expect(status(page)).to_contain_text("欄に戻しました")
        held[0].continue_()
        expect(status(page)).to_contain_text("保存済み")
        page.wait_for_function("localStorage.length === 0")
        page.context.set_offline(True)
        field(page, 1).fill("保存しないまま帰る。")
        page.wait_for_function("localStorage.length === 1")
        page.context.set_offline(False)
        page.on("dialog", lambda dialog: dialog.accept())
        page.get_by_role("button", name="ログアウト").click()
        expect(page).to_have_url(f"{room.site.url}/login")
        assert page.evaluate("Object.keys(localStorage)") == []


def test_typing_during_a_slow_saving_is_saved_after_it(room: ExamRoom, browser: Browser, seat: Seat) -> None:
    waiting: list[Route] = []
    with phone(room, browser, seat) as page:
        page.clock.install()
        page.goto(f"{room.site.url}/lessons/L03")
        page.route("**/lessons/L03/worksheet", lambda route: waiting.append(route), times=1)
        with page.expect_request("**/worksheet"):
            field(page, 0).fill("はじめの文。")
            page.clock.fast_forward(3000)
        field(page, 0).fill("はじめの文。続きの文。")
        page.clock.fast_forward(9000)  # both timers ring while the first saving is on its way
        with page.expect_response("**/worksheet"):
            waiting[0].continue_()
        expect(page.locator("[name^=base-]").first).to_have_value("1")
        page.clock.fast_forward(3000)
        expect(status(page)).to_contain_text("保存済み")
        expect(page.locator("[data-beside]:visible")).to_have_count(0)
        page.goto(f"{room.site.url}/lessons/L03")
        expect(field(page, 0)).to_have_value("はじめの文。続きの文。")


def test_the_tools_work_without_scripts(room: ExamRoom, browser: Browser, seat: Seat) -> None:
    with phone(room, browser, seat, scripts=False) as page:
        page.goto(f"{room.site.url}/lessons/L01")
        page.locator("a.term").first.click()
        expect(page.locator("h1")).to_have_text("用語集")
        page.goto(f"{room.site.url}/lessons/L01")
        page.get_by_role("button", name="しおりをはさむ", exact=True).click()
        expect(page.get_by_role("button", name="しおりをはさんでいます")).to_be_visible()
        page.locator("#memo summary").click()
        page.get_by_label("L01のメモ").fill("手で保存したメモ")
        page.get_by_role("button", name="メモを保存する").click()
        expect(page.locator("#main")).to_contain_text("メモを保存しました")
        page.goto(f"{room.site.url}/bookmarks")
        page.get_by_role("button", name="しおりを外す").click()
        expect(page.locator("#main")).not_to_contain_text("レッスン全体")
        expect(page.locator("#main")).to_contain_text("手で保存したメモ")
