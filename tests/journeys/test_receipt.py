"""A 提出控 in a real browser: the participant's own check, printing on A4, the file, and the check by a stranger."""

import io
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from lms import clock
from lms.exams.rules.sitting import SentAnswer
from lms.exams.services.handing_in import hand_in_section
from tests.journeys.exam_room import ExamRoom
from tests.proof.seeding import Examinee

HARD = '\n先頭の改行 "引用" \\ <b>太字</b> &amp; 𠮷 é が\u2028行\u0001\t終わり \n\n'
"""What HTML, JSON and line endings could change on the way to the page and back."""

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def hand_in(room: ExamRoom, examinee: Examinee) -> None:
    with room.app.app_context():
        sitting = {"device": "earlier-page", "by": examinee.user_id, "now": clock.now()}
        chosen = {"kind": "single_choice", "option": "b"}
        choices = [SentAnswer(each, chosen, base_version=0, sequence=1) for each in examinee.question_ids[:1]]
        hand_in_section(examinee.attempt_id, "choice", choices, **sitting)  # type: ignore[arg-type]
        text = {"kind": "essay", "text": HARD}
        essays = [SentAnswer(each, text, base_version=0, sequence=2) for each in examinee.essay_ids]
        hand_in_section(examinee.attempt_id, "essay", essays, **sitting)  # type: ignore[arg-type]


def compare(page: Page) -> str:
    page.click("#own-check-button")
    expect(page.locator("#own-check-result .note")).to_be_visible()
    return page.inner_text("#own-check-result")


def test_a_receipt_is_compared_printed_saved_and_checked_by_a_stranger(room: ExamRoom, browser: Browser, tmp_path: Path) -> None:
    [examinee] = room.seat(1)
    hand_in(room, examinee)
    with room.browser_of(browser, examinee) as context:
        page = context.new_page()
        page.goto(f"{room.address(examinee)}/receipt")
        assert "一致しました。" in compare(page)
        printed = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
        first, *more = [sheet.extract_text() for sheet in printed.pages]
        assert more
        assert "問40" in first
        assert "太字" not in first
        assert "太字" in more[0]
        with page.expect_download() as download:
            page.get_by_text("ファイルで保存する").click()
        file = tmp_path / download.value.suggested_filename
        download.value.save_as(file)
        page.locator("[data-text-of]").first.evaluate("(shown) => { shown.textContent = shown.textContent.replace('が', 'か'); }")
        told = compare(page)
        assert "一致しません。" in told
        assert "論述問題 問1" in told
    stranger = browser.new_page(locale="ja-JP")
    stranger.goto(f"{room.site.url}/receipt/check")
    stranger.set_input_files("#file", file)
    stranger.click("main button[type=submit]")
    expect(stranger.locator(".note-done")).to_contain_text("協会の署名です。")
    expect(stranger.locator(".note-done")).to_contain_text("1文字も違いません")
    stranger.close()
