"""教材の版 as a story: the office uploads a changed lesson, looks at both sides, publishes; a participant reads it with all
that was written before; the office goes back."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from lms import clock
from lms.lessons.queries import library
from lms.lessons.rules.worksheets import SheetEdit
from lms.lessons.services import save_worksheet
from lms.web.access import Role
from tests.journeys.exam_room import ExamRoom, judge_accessibility
from tests.lms.editions.archives import zipped
from tests.lms.editions.builders import BANK_FILE, LESSON_FILE, changed
from tests.lms.lessons.builders import reader, reading_seat
from tests.proof.seeding import browser_of

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

PC, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
WORDS = "自社では、まだ定義を決めていません。"
SENTENCE = "この一文は、事務局が新しい版で足しました。"


def at(room: ExamRoom, browser: Browser, user_id: int, screen: dict[str, int]) -> BrowserContext:
    """A browser in which the person is logged in."""
    name, value = browser_of(room.app, user_id)[0].split("=", 1)
    context = browser.new_context(locale="ja-JP", timezone_id="Asia/Tokyo", viewport=screen)  # type: ignore[arg-type]
    context.set_default_timeout(60_000)
    context.add_cookies([{"name": name, "value": value, "url": room.site.url}])
    return context


def judged(page: Page, state: str, *, within: int) -> None:
    """Nothing for axe to find, and nothing to be scrolled sideways."""
    judge_accessibility(page, state)
    assert page.evaluate("document.documentElement.scrollWidth") <= within, f"{state} is wider than the screen"


def test_the_office_publishes_a_changed_lesson_and_everybody_keeps_what_they_wrote(
    room: ExamRoom, browser: Browser, tmp_path: Path
) -> None:
    seat, office_id = reader(room.make), room.make.staff(Role.OFFICE, name="事務 花子")
    with room.app.app_context():
        key = library().lessons["L01"].worksheet[0].key
        save_worksheet(reading_seat(seat), "L01", {key: SheetEdit(WORDS, 0)}, by=seat.user_id, now=clock.now())
        files = changed(
            {LESSON_FILE: ("## 自組織ワーク", f"{SENTENCE}\n\n## 自組織ワーク"), BANK_FILE: ("適切なもの", "最も適切なもの")}
        )
    archive = tmp_path / "教材の変更.zip"
    archive.write_bytes(zipped({f"content/{path}": files[path] for path in (LESSON_FILE, BANK_FILE)}))

    office, phone = at(room, browser, office_id, PC), at(room, browser, seat.user_id, PHONE)
    page = office.new_page()
    page.goto(f"{room.site.url}/office/editions")
    judged(page, "the list of editions", within=1366)
    page.get_by_label("ZIPまたは教材のファイル").set_input_files(archive)
    page.locator("#note").fill("一文を足した")
    page.get_by_role("button", name="アップロードして版を作る").click()
    expect(page.locator("main")).to_contain_text("まだ公開していません")
    expect(page.locator("main")).to_contain_text("直すところはありません")
    judged(page, "an edition", within=1366)
    edition = page.url

    page.get_by_role("link", name="L01").first.click()
    both = page.locator("tr.compare-added, tr.compare-changed").filter(has_text=SENTENCE)
    expect(both).to_contain_text("追加")
    judged(page, "a lesson on both sides", within=1366)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    judged(page, "a lesson on both sides, on a phone", within=390)
    page.goto(f"{edition}/exams/practitioner")
    expect(page.locator("main")).to_contain_text("変更あり")
    judged(page, "questions on both sides, on a phone", within=390)
    page.set_viewport_size(PC)  # type: ignore[arg-type]

    participant = phone.new_page()
    participant.goto(f"{room.site.url}/lessons/L01")
    expect(participant.locator("main")).not_to_contain_text(SENTENCE)

    page.goto(edition)
    page.get_by_label("理由").fill("分かりにくいとの声があった")
    page.get_by_role("button", name="版を公開する").click()
    expect(page.locator("main")).to_contain_text("公開しました")
    participant.reload()
    expect(participant.locator("main")).to_contain_text(SENTENCE)
    expect(participant.locator(f"[name='text-{key}']")).to_have_value(WORDS)
    judged(participant, "the new lesson on a phone", within=390)

    page.goto(f"{room.site.url}/office/editions/0")
    page.get_by_label("理由").fill("元に戻す")
    page.get_by_role("button", name="設置されたファイルを公開に戻す").click()
    expect(page.locator("main")).to_contain_text("公開しました")
    judged(page, "the list with its history", within=1366)
    participant.reload()
    expect(participant.locator("main")).not_to_contain_text(SENTENCE)
    expect(participant.locator(f"[name='text-{key}']")).to_have_value(WORDS)
    office.close()
    phone.close()
