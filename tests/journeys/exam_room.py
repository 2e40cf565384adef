"""A live exam room for stories: people who sit there already, their browsers, and what the server has of them."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from sqlalchemy import select, update

from lms import clock
from lms.accounts.models import User
from lms.accounts.services.hashing import hash_password
from lms.db.session import db
from lms.exams.models import AnswerVersion, AttemptPresence, ExamWindow
from lms.exams.queries.answers import list_answers
from lms.exams.queries.sittings import find_sitting
from lms.exams.queries.submissions import SubmissionRecord, find_submission
from lms.exams.rules.sitting import SentAnswer
from lms.exams.services.handing_in import hand_in_section
from lms.exams.services.saving import save_answers
from tests.factories import Factory
from tests.live import LiveSite
from tests.lms.exams.papers import every_kind, give_paper
from tests.proof.seeding import Examinee, application_of, seat_examinees

SAVED = re.compile(r"\d\d:\d\d:\d\d 保存済み")
ANSWERS = re.compile(r"/answers(\?|$)")


class ExamRoom:
    """A running site, with the same application in this process to seat people and to read what the server has."""

    def __init__(self, site: LiveSite) -> None:
        self.site = site
        self.app = application_of(site)
        self.make = Factory(self.app)
        self._ordinal = 500  # far from the numbers the factory gives its own cohorts

    def next_ordinal(self) -> int:
        """The number of a cohort that no other story has taken."""
        self._ordinal += 1
        return self._ordinal

    def seat(self, number: int, *, at_essays: bool = False) -> list[Examinee]:
        """Participants of a cohort of their own, in the choice section or, after handing that in empty, at the essays."""
        examinees = seat_examinees(self.make, number, ordinal=self.next_ordinal())
        with self.app.app_context():
            for examinee in examinees if at_essays else []:
                hand_in_section(examinee.attempt_id, "choice", [], device="earlier-page", by=examinee.user_id, now=clock.now())
        return examinees

    def seat_at_every_kind(self) -> Examinee:
        """A participant whose first section has one question of each kind."""
        [examinee] = self.seat(1)
        with self.app.app_context():
            sitting = find_sitting(examinee.public_id, user_id=examinee.user_id)
        assert sitting is not None
        paper = every_kind(sitting.paper)
        give_paper(self.app, examinee.attempt_id, paper)
        return replace(examinee, question_ids=paper.question_ids("choice"))

    def address(self, examinee: Examinee) -> str:
        """Where the attempt is sat."""
        return f"{self.site.url}/exam/{examinee.public_id}"

    @contextmanager
    def browser_of(self, browser: Browser, examinee: Examinee) -> Iterator[BrowserContext]:
        """A browser in which the participant is logged in; no page of it may meet a script error."""
        context = browser.new_context(locale="ja-JP", timezone_id="Asia/Tokyo")
        context.set_default_timeout(40_000)
        errors: list[str] = []
        context.on("weberror", lambda error: errors.append(str(error.error)))
        self.log_in(context, examinee)
        yield context
        context.close()
        assert errors == []

    def log_in(self, context: BrowserContext, examinee: Examinee) -> None:
        """Let the browser hold the participant's session, as after a log-in."""
        name, value = examinee.cookie.split("=", 1)
        context.add_cookies([{"name": name, "value": value, "url": self.site.url}])

    def give_password(self, examinee: Examinee, password: str) -> str:
        """Let the participant log in with this password; returns the e-mail address for it."""
        with self.app.app_context():
            hashed = hash_password(password)
            db.session.execute(update(User).where(User.id == examinee.user_id).values(password_hash=hashed))
            db.session.commit()
            return db.session.scalars(select(User.email).where(User.id == examinee.user_id)).one()

    def enter(self, context: BrowserContext, examinee: Examinee) -> Page:
        """A tab with the running section; its script has spoken to the server."""
        page = context.new_page()
        page.on("dialog", lambda dialog: dialog.accept())
        with page.expect_response(lambda response: response.url.endswith("/answers")):
            page.goto(self.address(examinee))
        return page

    def answers(self, examinee: Examinee) -> dict[str, str]:
        """Question → the text or the option that counts on the server."""
        return {question: body.get("text", body.get("option")) for question, body in self.bodies(examinee).items()}

    def bodies(self, examinee: Examinee) -> dict[str, dict[str, Any]]:
        """Question → the whole answer that counts on the server."""
        with self.app.app_context():
            stored = list_answers(examinee.attempt_id)
        return {question: json.loads(answer.body) for question, answer in stored.items() if answer.version}

    def save_elsewhere(self, examinee: Examinee, question: str, text: str, *, base: int) -> None:
        """Another device of the same person saves a text that builds on the version `base`."""
        sent = SentAnswer(question_id=question, body={"kind": "essay", "text": text}, base_version=base, sequence=1)
        with self.app.app_context():
            save_answers(examinee.attempt_id, [sent], device="another-device", by=examinee.user_id, now=clock.now())

    def versions(self, examinee: Examinee) -> list[tuple[str, str]]:
        """Everything that ever arrived: (outcome, body), in order."""
        wanted = (
            select(AnswerVersion.outcome, AnswerVersion.body)
            .where(AnswerVersion.attempt_id == examinee.attempt_id)
            .order_by(AnswerVersion.id)
        )
        with self.app.app_context():
            return [(row.outcome.value, row.body) for row in db.session.execute(wanted)]

    def submission(self, examinee: Examinee) -> SubmissionRecord | None:
        """What was handed in, if it was."""
        with self.app.app_context():
            return find_submission(examinee.attempt_id)

    def fall_silent(self, examinee: Examinee, *, seconds: int) -> None:
        """As if the participant's page had last been heard of so many seconds ago."""
        heard = update(AttemptPresence).where(AttemptPresence.attempt_id == examinee.attempt_id)
        with self.app.app_context():
            db.session.execute(heard.values(heard_at=clock.now() - timedelta(seconds=seconds)))
            db.session.commit()

    def close_soon(self, examinee: Examinee, seconds: int, *, grace_seconds: int) -> None:
        """Let the window of this participant's cohort close in so many seconds."""
        changed = {"closes_at": clock.now() + timedelta(seconds=seconds), "grace_seconds": grace_seconds}
        with self.app.app_context():
            db.session.execute(update(ExamWindow).where(ExamWindow.id == examinee.window_id).values(changed))
            db.session.commit()


def saved_line(page: Page) -> Locator:
    """The line that says what is saved and what is not."""
    return page.locator("#saved-line")


def expect_saved(page: Page) -> None:
    """The page says 保存済み, which it does only after the server's answer."""
    expect(saved_line(page)).to_have_text(SAVED, timeout=40_000)


def choose(page: Page, question: str, option: str) -> None:
    """Choose an option of the question at hand."""
    page.locator(f"input[name='answer-{question}'][value='{option}']").check()


def essay(page: Page, question: str) -> Locator:
    """The text area of an essay."""
    return page.locator(f"textarea[name='answer-{question}']")


def cut_off(page: Page) -> None:
    """This tab reaches the server no more for its answers; pages still load."""
    page.route(ANSWERS, lambda route: route.abort())


def reconnect(page: Page) -> None:
    """The tab reaches the server again and notices."""
    page.unroute(ANSWERS)
    page.evaluate("dispatchEvent(new Event('online'))")


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until something of this kind has the focus."""
    for _ in range(120):
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the Tab key does not reach {selector}")


def judge_accessibility(page: Page, state: str) -> None:
    """Refuse a state of the page in which axe finds anything."""
    page.emulate_media(reduced_motion="reduce")  # a color on its way is no color to judge
    if not page.evaluate("'axe' in globalThis"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("() => axe.run({ resultTypes: ['violations'] }).then((found) => found.violations)")
    faults = [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in found]
    assert faults == [], f"{state}: {faults}"
