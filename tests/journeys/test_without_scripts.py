"""Everything needed works without JavaScript: log in, read, write, be quizzed, sit the whole exam, and mark an essay."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from ruamel.yaml import YAML
from sqlalchemy import select

from lms import clock
from lms.accounts.services import issue_invitation_link
from lms.db.session import db
from lms.demo.sitting import study_everything
from lms.exam_engine.papers import Paper
from lms.exams.models import Attempt
from lms.exams.queries.sittings import find_sitting
from lms.grading.services.opening import open_grading
from lms.web.access import Role
from tests.factories import Seat
from tests.journeys.exam_room import ExamRoom
from tests.journeys.people import PASSPHRASE
from tests.live import ROOT, LiveSite
from tests.lms.grading.builders import calibrate
from tests.proof.seeding import browser_of, open_exam, seat_newcomer

ESSAY = "要求の内容と手段を分けて考え、店長を含む二人以上で対応し、発言をそのまま記録する。" * 22
WORKSHEET = "当社では、就業環境を害する言動をカスハラと定めます。"

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ExamRoom]:
    """A site whose mail goes nowhere."""
    site = LiveSite(tmp_path_factory.mktemp("without-scripts"))
    site.start()
    yield ExamRoom(site)
    site.stop()


def test_from_the_invitation_to_a_marked_essay_without_javascript(room: ExamRoom, browser: Browser) -> None:
    seat = seat_newcomer(room.make)
    with _plain_page(browser) as page:
        _set_password_and_log_in(room, page, seat)
        _study_one_lesson(room, page)
        with room.app.app_context():
            study_everything(seat.user_id, now=clock.now(), pace=timedelta())
        window_id = open_exam(room.make, seat.cohort_id)
        _sit(room, page, seat)
    _mark(room, browser, window_id)


@contextmanager
def _plain_page(browser: Browser) -> Iterator[Page]:
    """A phone whose browser runs no scripts."""
    context = browser.new_context(locale="ja-JP", java_script_enabled=False, viewport={"width": 390, "height": 844})
    context.set_default_timeout(40_000)
    yield context.new_page()
    context.close()


def _set_password_and_log_in(room: ExamRoom, page: Page, seat: Seat) -> None:
    with room.app.app_context():
        link = issue_invitation_link(seat.user_id, now=clock.now())
    page.goto(link)
    page.fill("[name=password]", PASSPHRASE)
    page.fill("[name=repeated]", PASSPHRASE)
    page.get_by_role("button", name="設定して始める").click()
    page.get_by_role("button", name="ログアウト").first.click()
    page.goto(f"{room.site.url}/lessons/L01")
    page.fill("[name=email]", seat.email)
    page.fill("[name=password]", PASSPHRASE)
    page.get_by_role("button", name="ログイン").click()
    page.locator("main input[type=checkbox]").check()
    page.get_by_role("button", name="同意して始める").click()


def _study_one_lesson(room: ExamRoom, page: Page) -> None:
    page.goto(f"{room.site.url}/lessons/L01")
    page.locator(".worksheet textarea").first.fill(WORKSHEET)
    page.get_by_role("button", name="ワークを保存する").click()
    expect(page.locator(".worksheet textarea").first).to_have_value(WORKSHEET)
    expect(page.locator("[data-saved=yes]")).to_contain_text("保存済み")
    page.get_by_role("button", name="読み終えました").click()
    page.get_by_role("link", name="確認テストを受ける").click()
    quiz = YAML(typ="safe", pure=True).load((ROOT / "content/lessons/practitioner/L01.quiz.yaml").read_text("utf-8"))
    for question in quiz["questions"]:
        page.locator(f"[name='{question['id']}'][value='{question['key']}']").check()
    page.get_by_role("button", name="答え合わせをする").click()
    expect(page.locator("main")).to_contain_text("合格")


def _sit(room: ExamRoom, page: Page, seat: Seat) -> None:
    page.goto(f"{room.site.url}/exam")
    for box in page.locator("input[name=pledge]").all():
        box.check()
    page.get_by_role("button", name="試験を開始する").click()
    paper = _paper(room, seat)
    for question in paper.sections[0].questions:
        page.locator(f"input[name='answer-{question.id}'][value='b']").check()
    page.get_by_role("button", name="一時保存する").click()
    expect(page.locator("main")).to_contain_text("一時保存しました")
    _hand_in(page, "選択問題")
    for question in paper.sections[1].questions:
        page.fill(f"textarea[name='answer-{question.id}']", ESSAY)
    _hand_in(page, "論述問題")
    expect(page.locator("h1")).to_have_text("提出控")
    expect(page.locator("main")).to_contain_text("40/40問に解答")
    expect(page.locator("main")).to_contain_text("2/2問に解答")
    expect(page.locator("main")).to_contain_text(ESSAY)


def _hand_in(page: Page, title: str) -> None:
    page.get_by_role("button", name="この大問を提出する").click()
    expect(page.locator("main")).to_contain_text("問すべてに解答しています")
    page.get_by_role("button", name=f"「{title}」を提出する").click()


def _paper(room: ExamRoom, seat: Seat) -> Paper:
    with room.app.app_context():
        public_id = db.session.scalar(select(Attempt.public_id).where(Attempt.participant_id == seat.participant_id))
        sitting = find_sitting(str(public_id), user_id=seat.user_id)
    assert sitting is not None
    return sitting.paper


def _mark(room: ExamRoom, browser: Browser, window_id: int) -> None:
    graders = [room.make.staff(Role.GRADER) for _ in range(3)]
    with room.app.app_context():
        open_grading(window_id, graders, by=room.make.staff(Role.OFFICE), now=clock.now())
        calibrate(window_id)
    with _plain_page(browser) as page:
        name, value = browser_of(room.app, graders[0])[0].split("=", 1)
        page.context.add_cookies([{"name": name, "value": value, "url": room.site.url}])
        page.goto(f"{room.site.url}/grading")
        page.get_by_role("link", name="次の答案を採点する").click()
        for criterion in page.locator("fieldset.criterion").all():
            criterion.locator("input[value='4']").check()
        page.fill("[name=feedback]", "事実と推測を分けて書けています。")
        page.get_by_role("button", name="下書きを保存").click()
        expect(page.locator("#saved")).to_contain_text("下書き保存済み")
        page.get_by_role("button", name="採点を確定する").click()
        expect(page.locator("h1")).to_have_text("この内容で確定しますか")
        page.get_by_role("button", name="確定して次の答案へ").click()
        page.goto(f"{room.site.url}/grading")
        expect(page.locator(".stats")).to_contain_text("採点済み")
