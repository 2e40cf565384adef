"""The grading desk in the browser: twenty essays by keys alone on a small screen, and one grader on two devices."""

import re
import statistics
from collections import defaultdict
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from lms import clock
from lms.grading.queries.desk import list_queue
from lms.grading.rules.parts import TaskState
from lms.grading.services.opening import open_grading
from tests.journeys.exam_room import ExamRoom, judge_accessibility
from tests.live import LiveSite
from tests.lms.grading.builders import calibrate, graders, sit
from tests.proof.seeding import browser_of

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

ESSAYS = 20
MOST_REQUESTS = 8
"""For one essay: the page, its lease, a draft or two on the way, the form, the confirmation and its form."""
SCREEN = {"width": 1366, "height": 768}
LINE = re.compile(r"^(?P<method>\w+) /grading/(?P<essay>[0-9a-f]{32})\S* (?P<status>\d+) (?P<micros>\d+)$", re.MULTILINE)

IN_VIEW = """() => {
  const inside = (element) => {
    const box = element.getBoundingClientRect();
    return box.top >= 0 && box.left >= 0 && box.bottom <= innerHeight && box.right <= innerWidth;
  };
  const words = document.querySelector(".essay-text li").getBoundingClientRect();
  const criterion = document.activeElement.closest("fieldset");
  return {
    essay: words.top >= 0 && words.top + 100 <= innerHeight,
    criterion: Boolean(criterion) && inside(criterion),
    total: inside(document.getElementById("total")),
    confirm: inside(document.getElementById("to-confirm")),
  };
}"""


@dataclass(frozen=True)
class Desk:
    """A window whose essays one grader marks."""

    grader_id: int
    public_ids: tuple[str, ...]


def open_desk(room: ExamRoom, people: int) -> Desk:
    """Two essays of so many people for each of two graders, a third one for what they do not agree about."""
    with room.app.app_context():
        sat = sit(room.make, people, cohort_id=room.make.cohort(ordinal=700 + people))
        first, second, third = graders(room.make)
        open_grading(sat.window_id, [first, second], [third], by=sat.office, now=clock.now())
        calibrate(sat.window_id)
        waiting = [task.public_id for task in list_queue(first) if task.state is TaskState.WAITING]
    return Desk(first, tuple(waiting))


def device(room: ExamRoom, browser: Browser, grader_id: int) -> BrowserContext:
    """A browser in which the grader is logged in."""
    name, value = browser_of(room.app, grader_id)[0].split("=", 1)
    context = browser.new_context(locale="ja-JP", timezone_id="Asia/Tokyo", viewport=SCREEN)  # type: ignore[arg-type]
    context.set_default_timeout(40_000)
    context.add_cookies([{"name": name, "value": value, "url": room.site.url}])
    return context


def open_essay(room: ExamRoom, page: Page, public_id: str) -> None:
    """The essay's page; this device has taken it."""
    with page.expect_response(re.compile("/lease$")):
        page.goto(f"{room.site.url}/grading/{public_id}")


@pytest.mark.proof
def test_twenty_essays_are_graded_by_keys_alone_with_the_rubric_in_view(room: ExamRoom, browser: Browser) -> None:
    desk = open_desk(room, ESSAYS // 2)
    context = device(room, browser, desk.grader_id)
    page = context.new_page()
    page.goto(f"{room.site.url}/grading/{desk.public_ids[0]}")
    judge_accessibility(page, "the grading desk")
    for number, public_id in enumerate(desk.public_ids[:ESSAYS]):
        page.wait_for_url(f"**/{public_id}")
        grade_by_keys(page, level="43"[number % 2])
    expect(page.locator("main")).to_contain_text("採点を確定しました")
    context.close()
    with room.app.app_context():
        done = [task for task in list_queue(desk.grader_id) if task.state is TaskState.DONE]
    assert {task.public_id for task in done} >= set(desk.public_ids[:ESSAYS])
    assert len(desk.public_ids) >= ESSAYS
    requests, per_request, per_essay = measure(room.site, desk.public_ids[:ESSAYS])
    print(f"\n{ESSAYS} essays: median {requests:g} requests, {per_request:.1f} ms a request, {per_essay:.1f} ms an essay")
    assert requests <= MOST_REQUESTS


def grade_by_keys(page: Page, *, level: str) -> None:
    """One essay: a digit for every criterion, Enter for the confirmation, Enter for the next essay."""
    expect(page.locator(".criterion input:focus")).to_have_count(1)
    for _ in page.locator(".criterion").all():
        assert page.evaluate(IN_VIEW) == {"essay": True, "criterion": True, "total": True, "confirm": True}
        page.keyboard.press(level)
    expect(page.locator("#total")).to_have_text(str(5 * int(level)))
    expect(page.locator("#to-confirm")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/confirm")
    expect(page.locator("main form.actions button")).to_be_focused()
    page.keyboard.press("Enter")


def measure(site: LiveSite, public_ids: tuple[str, ...]) -> tuple[float, float, float]:
    """From the server's own log: requests an essay, milliseconds a request, milliseconds an essay; each a median."""
    spent: defaultdict[str, list[float]] = defaultdict(list)
    for line in LINE.finditer((site.folder / "access.log").read_text(encoding="utf-8")):
        spent[line["essay"]].append(int(line["micros"]) / 1000)
    essays = [spent[public_id] for public_id in public_ids]
    return (
        statistics.median(len(each) for each in essays),
        statistics.median(one for each in essays for one in each),
        statistics.median(sum(each) for each in essays),
    )


def test_a_second_device_takes_the_essay_over_and_the_first_keeps_its_words(room: ExamRoom, browser: Browser) -> None:
    desk = open_desk(room, 1)
    office_pc, laptop = device(room, browser, desk.grader_id), device(room, browser, desk.grader_id)
    one, other = office_pc.new_page(), laptop.new_page()
    open_essay(room, one, desk.public_ids[0])
    save_words(one, "事実を整理できています。")
    expect(one.locator("#saved")).to_contain_text("下書き保存済み")
    open_essay(room, other, desk.public_ids[0])
    expect(other.locator("#feedback")).to_have_value("事実を整理できています。")
    save_words(one, "事実を整理できています。次は手順です。")
    expect(one.locator("#saved")).to_contain_text("別の端末で開かれたため")
    expect(one.locator("#feedback")).to_have_value("事実を整理できています。次は手順です。")
    save_words(other, "ノートPCで書いた講評です。")
    expect(other.locator("#saved")).to_contain_text("下書き保存済み")
    mark_passage(other)
    one.reload()
    expect(one.locator("#feedback")).to_have_value("ノートPCで書いた講評です。")
    expect(one.locator(".essay-text mark")).to_have_text("事実を時系列で整理し")
    expect(one.locator("#own-highlights")).to_contain_text("よく整理できている")
    office_pc.close()
    laptop.close()


def save_words(page: Page, words: str) -> None:
    """Type a 講評 and wait until the page has told the server."""
    with page.expect_response(re.compile("/draft$")):
        page.locator("#feedback").fill(words)


def mark_passage(page: Page) -> None:
    """Mark a quotation with a comment by keys, and wait until it is saved."""
    page.locator("#composer summary").press("Enter")
    page.locator("#quote").fill("事実を時系列で整理し")
    page.locator("#comment").fill("よく整理できている")
    with page.expect_response(re.compile("/draft$")):
        page.locator("#comment").press("Enter")
    expect(page.locator(".essay-text sup")).to_have_text("1")
