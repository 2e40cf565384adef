"""Practice scenarios in a real browser: two to their debriefs by keyboard alone, one without scripts, no fault for axe."""

import re
from itertools import cycle

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.factories import Seat
from tests.journeys.exam_room import ExamRoom
from tests.lms.lessons.builders import consent
from tests.proof.seeding import browser_of, seat_newcomer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

PHONE = {"width": 390, "height": 844}
AXE = "() => axe.run({ resultTypes: ['violations'] }).then((found) => found.violations.map((each) => each.id))"
FOCUSED = "() => document.activeElement.innerText.trim()"
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
SMALLEST_TARGET = 44
MOST_TABS = 80


@pytest.fixture(scope="module")
def seat(room: ExamRoom) -> Seat:
    """A participant whose course days lie behind, so that every lesson is open."""
    seat = seat_newcomer(room.make, ordinal=room.next_ordinal())
    consent(room.make, seat.user_id)
    return seat


def context_of(room: ExamRoom, browser: Browser, seat: Seat, *, scripts: bool = True) -> BrowserContext:
    """A phone in which the participant is logged in."""
    context = browser.new_context(locale="ja-JP", viewport=PHONE, java_script_enabled=scripts)  # type: ignore[arg-type]
    context.set_default_timeout(40_000)
    name, value = browser_of(room.app, seat.user_id)[0].split("=", 1)
    context.add_cookies([{"name": name, "value": value, "url": room.site.url}])
    return context


def sweep(page: Page) -> None:
    """The page at hand is sound for everybody and fits a phone."""
    page.evaluate(AXE_SCRIPT)
    assert page.evaluate(AXE) == [], page.url
    assert page.evaluate(OVERFLOW) <= 0, page.url


def tab_to(page: Page, words: str) -> None:
    """Press the Tab key until the focus is on what these words name."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if words in str(page.evaluate(FOCUSED)):
            return
    raise AssertionError(f"no way to {words!r} by keyboard on {page.url}")


def enter(page: Page) -> None:
    """Press Enter and wait for the page it leads to."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def talk_by_digits(page: Page, pattern: tuple[int, ...]) -> None:
    """From the first moment to the debrief: a digit leads to a reply, Enter gives it."""
    for number, digit in enumerate(cycle(pattern), start=1):
        if page.locator("#replies").count() == 0:
            return
        heading = page.get_by_role("heading", name=f"{number}つ目の場面")
        expect(heading).to_be_focused()
        page.keyboard.press("9")
        expect(heading).to_be_focused()
        page.keyboard.press(str(digit))
        expect(page.locator("#replies button").nth(digit - 1)).to_be_focused()
        enter(page)


def test_two_scenarios_to_their_debriefs_by_keyboard_alone(room: ExamRoom, browser: Browser, seat: Seat) -> None:
    context = context_of(room, browser, seat)
    errors: list[str] = []
    context.on("weberror", lambda error: errors.append(str(error.error)))
    page = context.new_page()
    for title, pattern in (("打ち間違いと、土下座の求め", (2, 1, 3)), ("酔った来店と、投げられたグラス", (1, 3, 2))):
        page.goto(f"{room.site.url}/scenarios")
        sweep(page)
        tab_to(page, title)
        enter(page)
        sweep(page)
        tab_to(page, "はじめる")
        enter(page)
        sweep(page)
        heights = [box["height"] for reply in page.locator("button.reply").all() if (box := reply.bounding_box())]
        assert min(heights) >= SMALLEST_TARGET
        talk_by_digits(page, pattern)
        expect(page.get_by_role("heading", name="振り返り", exact=True)).to_be_focused()
        expect(page.get_by_role("heading", name="複数対応・エスカレーション")).to_be_visible()
        sweep(page)
    tab_to(page, "別の返し方を試す")
    enter(page)
    expect(page.get_by_role("heading", name=re.compile(r"\dつ目の場面"))).to_be_focused()
    page.goto(f"{room.site.url}/scenarios/S02/sheet")
    sweep(page)
    context.close()
    assert errors == []


def test_a_double_click_and_a_page_left_open_count_nothing_twice(room: ExamRoom, browser: Browser, seat: Seat) -> None:
    context = context_of(room, browser, seat)
    page, left_open = context.new_page(), context.new_page()
    page.goto(f"{room.site.url}/scenarios/S05")
    page.get_by_role("button", name="はじめる").click()
    left_open.goto(page.url)
    page.locator("button.reply").first.evaluate("(reply) => { reply.click(); reply.click(); }")
    expect(page.get_by_role("heading", name="2つ目の場面")).to_be_visible()
    left_open.locator("button.reply").nth(1).click()
    expect(left_open.locator("main")).to_contain_text("別の返答を受け付けていました")
    expect(left_open.get_by_role("heading", name="2つ目の場面")).to_be_visible()
    page.go_back()
    expect(page.locator("main")).not_to_contain_text("3つ目の場面")
    context.close()


def test_a_scenario_is_played_and_looked_back_at_without_scripts(room: ExamRoom, browser: Browser, seat: Seat) -> None:
    context = context_of(room, browser, seat, scripts=False)
    page = context.new_page()
    page.goto(f"{room.site.url}/scenarios")
    page.get_by_role("link", name="子どもの口に入った金属片", exact=True).click()
    page.get_by_role("button", name="はじめる").click()
    expect(page.locator("#keys")).to_be_hidden()
    while page.locator("#replies").count():
        page.locator("button.reply").nth(1).click()
        page.wait_for_load_state()
    expect(page.get_by_role("heading", name="振り返り", exact=True)).to_be_visible()
    page.get_by_role("button", name="もう一度はじめから").click()
    expect(page.get_by_role("heading", name="1つ目の場面")).to_be_visible()
    context.close()
