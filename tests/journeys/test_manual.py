"""What a participant writes on a phone becomes a manual to take away, and a colleague reads it until the link is taken back."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import update

from lms.cohorts.models import Participant
from lms.db.session import db
from tests.factories import Seat
from tests.journeys.exam_room import ExamRoom
from tests.lms.manuals.builders import read_docx
from tests.proof.seeding import browser_of, seat_students

COMPANY = "株式会社𠮷髙商店"
ORDINAL = 901
"""A cohort that no other story on this site opens."""
PHONE = {"width": 390, "height": 844}
WRITTEN = {
    "L09": ("inside", "当社は働く人を守ります。\n一人で応対させません。\n\n報告先は店長です。"),
    "L01": ("definition", "要求の中身と伝え方を分けて考えます。"),
    "L12": ("customer", "店に来た方と、電話・メールの方。"),
    "L15": ("first_words", "<ご不便をおかけしました> と *お伝え* します😀"),
    "L19": ("care_now", "まず座ってもらい、二人で話を聴く。"),
}
IN_ORDER = ("L09", "L01", "L12", "L15", "L19")
"""As the chapters of the manual come."""

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def test_five_worksheets_become_a_manual_that_a_colleague_may_read(room: ExamRoom, browser: Browser, tmp_path: Path) -> None:
    [seat] = seat_students(room.make, 1, ordinal=ORDINAL)
    _name_company(room, seat)
    context = _logged_in(room, browser, seat)
    page = context.new_page()
    for lesson_id, (key, text) in WRITTEN.items():
        _write(page, room.site.url, lesson_id, key, text)
    page.goto(f"{room.site.url}/manual")
    expect(page.locator("main")).to_contain_text("項目のうち5項目を記入")
    _expect_every_answer_in_the_word_file(page, tmp_path)
    link = _share(page)
    _expect_a_colleague_to_read(browser, link)
    page.goto(f"{room.site.url}/manual")
    page.get_by_role("button", name=re.compile("取り消す.*法務の担当者")).click()
    expect(page.get_by_role("status")).to_contain_text("取り消しました")
    _expect_nothing_to_read(browser, link)
    context.close()


def _name_company(room: ExamRoom, seat: Seat) -> None:
    with room.app.app_context():
        db.session.execute(update(Participant).where(Participant.id == seat.participant_id).values(company=COMPANY))
        db.session.commit()


def _logged_in(room: ExamRoom, browser: Browser, seat: Seat) -> BrowserContext:
    name, _, value = browser_of(room.app, seat.user_id)[0].partition("=")
    context = browser.new_context(locale="ja-JP", timezone_id="Asia/Tokyo", viewport=PHONE)  # type: ignore[arg-type]
    context.set_default_timeout(40_000)
    context.add_cookies([{"name": name, "value": value, "url": room.site.url}])
    return context


def _write(page: Page, site: str, lesson_id: str, key: str, text: str) -> None:
    page.goto(f"{site}/lessons/{lesson_id}")
    page.locator(f"#text-{key}").fill(text)
    page.get_by_role("button", name="ワークを保存する").click()
    expect(page.locator(".worksheet-form .saved").first).to_contain_text("保存済み")


def _expect_every_answer_in_the_word_file(page: Page, folder: Path) -> None:
    with page.expect_download() as download:
        page.get_by_role("link", name="Wordでダウンロード").click()
    assert download.value.suggested_filename.startswith("カスハラ対策マニュアル(下書き)_")
    download.value.save_as(folder / "manual.docx")
    answers = [text for _, text in read_docx((folder / "manual.docx").read_bytes()) if text]
    assert answers == [WRITTEN[lesson_id][1] for lesson_id in IN_ORDER]


def _share(page: Page) -> str:
    page.get_by_label("だれに見てもらいますか").fill("法務の担当者")
    page.get_by_role("button", name="共有リンクを作る").click()
    expect(page.get_by_label("共有リンク", exact=True)).to_be_visible()
    return page.get_by_label("共有リンク", exact=True).input_value()


def _expect_a_colleague_to_read(browser: Browser, link: str) -> None:
    context = browser.new_context(locale="ja-JP")
    page = context.new_page()
    page.goto(link)
    expect(page.locator("main")).to_contain_text(COMPANY)
    for _, text in WRITTEN.values():
        expect(page.get_by_text(text.split("\n")[0])).to_have_count(1)
    context.close()


def _expect_nothing_to_read(browser: Browser, link: str) -> None:
    context = browser.new_context(locale="ja-JP")
    page = context.new_page()
    answer = page.goto(link)
    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_role("heading", name="このリンクでは開けません")).to_be_visible()
    expect(page.locator("body")).not_to_contain_text(COMPANY)
    context.close()
