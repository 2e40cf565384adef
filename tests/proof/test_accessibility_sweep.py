"""Every page of every role, in a filled demo, on a phone and on a PC, in light and dark: no violation, no complaint."""

import email
import email.policy
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser
from sqlalchemy import update

from lms import clock
from lms.accounts.queries import find_account_by_email
from lms.accounts.services import issue_invitation_link, request_reset
from lms.billing.queries import find_seat
from lms.certification.services.deciding import decide_certification, propose_certification
from lms.db.session import db
from lms.demo.grading import grade_everything
from lms.demo.people import DemoCast, read_cast
from lms.demo.sitting import sit_exam
from lms.exams.models import ExamWindow
from lms.exams.queries.windows import find_window
from lms.exams.services.starting import start_attempt
from lms.grading.queries.facts import list_attempt_facts
from lms.grading.services.results import finalize_results, release_results
from lms.grading.services.verdicts import propose_verdicts
from lms.manuals.services import share_manual
from lms.web.access import Role
from tests.factories import Factory, Seat
from tests.live import ROOT, LiveSite
from tests.proof.certificate_pages import office_certificate_addresses
from tests.proof.edition_pages import office_edition_addresses
from tests.proof.exam_day_pages import office_addresses, receipt_addresses, rehearse, sitting_addresses
from tests.proof.grading_pages import appellants, compared_address, office_grading_addresses
from tests.proof.seeding import application_of, browser_of, open_exam, seat_students
from tests.proof.sweeping import Report, Walker, is_file

OFFICE, SECOND_OFFICE = "jimu@example.jp", "jimu2@example.jp"
GRADERS = tuple(f"saiten{number}@example.jp" for number in (1, 2, 3))

pytestmark = [pytest.mark.proof, pytest.mark.timeout(1800)]


@dataclass
class Demo:
    """The filled demo, with the same application in this process."""

    site: LiveSite
    app: Flask
    make: Factory
    cast: DemoCast

    def user_id(self, email: str) -> int:
        with self.app.app_context():
            account = find_account_by_email(email)
        assert account is not None
        return account.id

    def seat_of(self, email: str) -> int:
        with self.app.app_context():
            seat = find_seat(self.user_id(email))
        assert seat is not None
        return seat.participant_id

    def cookie(self, email: str, *, second_factor: bool = True) -> str:
        return browser_of(self.app, self.user_id(email), second_factor=second_factor)[0]


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    site = LiveSite(tmp_path, demo=True)
    site.flask("demo", "fill")
    site.start()
    app = application_of(site)
    yield Demo(site, app, Factory(app), read_cast(ROOT / "content"))
    site.stop()


def test_every_page_of_every_role_is_accessible_small_and_quiet(demo: Demo, browser: Browser) -> None:
    report = Report()
    walker = Walker(browser, demo.app, demo.site.url, report)
    _walk_as_stranger(walker, demo)
    _walk_as_participants(walker, demo)
    _walk_as_graders(walker, demo)
    _walk_as_office(walker, demo)
    _walk_from_grading_to_certificates(walker, demo)
    print(f"\n{report.summary()}")
    pages = {rule.endpoint for rule in demo.app.url_map.iter_rules() if "GET" in rule.methods and not is_file(rule.rule)}
    assert not report.faults, "\n".join(report.faults)
    # The one leads on to the right home page; the other is there only once certificates have a last day.
    assert pages - report.endpoints == {"accounts.welcome", "office.renewal_form"}


def _walk_as_stranger(walker: Walker, demo: Demo) -> None:
    found = re.search(r"http\S+/verify/\S+", demo.site.flask("demo", "show"))
    assert found
    user_id = demo.make.user("招待 架空")
    with demo.app.app_context():
        invitation = issue_invitation_link(user_id, now=clock.now())
        request_reset(demo.cast.with_story("ready")[0].email, now=clock.now())
    links = (found.group(0), invitation, _reset_link(demo.site.folder), _shared_manual(demo))
    walker.walk("stranger", "stranger", "", "/", "/verify", "/receipt/check", *links)


def _shared_manual(demo: Demo) -> str:
    """The link of somebody who has written worksheets, as a colleague holds it."""
    email = demo.cast.worksheet_writer
    seat, user_id = demo.seat_of(email), demo.user_id(email)
    with demo.app.app_context():
        return f"/shared-manual/{share_manual(seat, '法務の担当者', by=user_id, now=clock.now())}"


def _reset_link(folder: Path) -> str:
    """The link in the mail that the worker writes down."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        for mail in (folder / "outbox").glob("*"):
            if found := re.search(r"http\S+/password/reset/\S+", _mail_text(mail)):
                return found.group(0)
        time.sleep(0.2)
    raise AssertionError("no mail with a reset link")


def _mail_text(mail: Path) -> str:
    message = email.message_from_bytes(mail.read_bytes(), policy=email.policy.default)
    body = message.get_body()  # type: ignore[attr-defined]
    return str(body.get_content()) if body else ""


def _walk_as_participants(walker: Walker, demo: Demo) -> None:
    sitting, rehearsing = (person.email for person in demo.cast.with_story("ready")[:2])
    submitted = demo.cast.with_story("submitted")[0].email
    starts = {sitting: _start_exam(demo, sitting), submitted: receipt_addresses(demo.app, demo.user_id(submitted))}
    for story in ("learning", "ready", "submitted", "passed", "failed"):
        email = demo.cast.with_story(story)[0].email
        walker.walk(story, "participant", demo.cookie(email), "/", *starts.get(email, ()))
    walker.walk(
        "participant before the terms", "participant", demo.cookie(demo.cast.with_story("new")[0].email), "/terms/consent"
    )
    for addresses in rehearse(demo.app, demo.seat_of(rehearsing), by=demo.user_id(rehearsing)):
        walker.walk("rehearsing", "rehearsal", demo.cookie(rehearsing), *addresses, depth=0)
    for email in appellants(demo.app):
        walker.walk("appellant", "appellant", demo.cookie(email), "/result", "/result/appeal", "/complaint", depth=0)
    for email in (sitting, rehearsing):
        walker.walk("practicing", "practice", demo.cookie(email), "/scenarios", depth=2)
    learning = demo.cookie(demo.cast.with_story("learning")[0].email)
    walker.walk("learning", "at the door", learning, "/days/1/join", depth=0)
    passed = demo.cookie(demo.cast.with_story("passed")[0].email)
    walker.walk("passed", "quizzed", passed, "/lessons/L01/quiz/result", depth=0)


def _start_exam(demo: Demo, email: str) -> tuple[str, ...]:
    user_id = demo.user_id(email)
    with demo.app.app_context():
        seat = find_seat(user_id)
        window = find_window(seat.cohort_id, 1) if seat else None
        assert seat is not None
        assert window is not None
        public_id = start_attempt(seat.participant_id, window.id, pledged=True, by=user_id, now=clock.now())
    return f"/exam/{public_id}", f"/exam/{public_id}/confirm", *sitting_addresses(demo.app, public_id)


def _walk_as_graders(walker: Walker, demo: Demo) -> None:
    cookie = demo.cookie(GRADERS[0])
    walker.walk("grader", "grader", cookie, "/grading", "/account", compared_address(demo.app, demo.user_id(GRADERS[0])))
    walker.act(
        "grader confirming",
        cookie,
        "/grading",
        "a:has-text('次の答案を採点する')",
        "fieldset.criterion input[value='3']",
        "#to-confirm",
    )


def _walk_as_office(walker: Walker, demo: Demo) -> None:
    walker.walk("office", "office", demo.cookie(OFFICE), "/office")
    addresses = (*office_addresses(demo.app, by=demo.user_id(OFFICE)), *office_grading_addresses(demo.app))
    walker.walk("office on an exam day", "exam day", demo.cookie(SECOND_OFFICE), *addresses, depth=0)
    editions = office_edition_addresses(demo.app, by=demo.user_id(OFFICE))
    walker.walk("office at an edition", "edition", demo.cookie(OFFICE), *editions, depth=0)
    walker.walk("office at the register", "register", demo.cookie(OFFICE), *office_certificate_addresses(demo.app), depth=0)
    walker.walk("instructor", "instructor", demo.cookie("koushi@example.jp"), "/account", "/scenarios", depth=1)
    walker.walk("office at the code", "door", demo.cookie(SECOND_OFFICE, second_factor=False), "/second-factor", depth=0)
    newcomer = browser_of(demo.app, demo.make.staff(Role.GRADER), second_factor=False)[0]
    walker.walk("new grader", "door", newcomer, "/second-factor/setup", depth=0)
    walker.act("new grader", newcomer, "/second-factor/setup", "main form:first-of-type button:has-text('QR')")


def _walk_from_grading_to_certificates(walker: Walker, demo: Demo) -> None:
    """The office's pages of a cohort at each step from the hand-in to the certificate."""
    seats = seat_students(demo.make, 2, ordinal=9)
    cohort_id = seats[0].cohort_id
    office, second = demo.user_id(OFFICE), demo.user_id(SECOND_OFFICE)
    cookies = demo.cookie(OFFICE), demo.cookie(SECOND_OFFICE)
    window_id = _sit(demo, seats)
    base = f"/office/cohorts/{cohort_id}"

    def look(step: str, cookie: str, *addresses: str) -> None:
        walker.walk(f"office {step}", step, cookie, *addresses, depth=0)

    look("before grading", cookies[0], f"{base}/exam", f"{base}/grading")
    with demo.app.app_context():
        grade_everything(demo.cast, window_id, [demo.user_id(email) for email in GRADERS], by=office, now=clock.now())
        window = update(ExamWindow).where(ExamWindow.id == window_id)
        db.session.execute(window.values(closes_at=clock.now() - timedelta(minutes=5)))
        db.session.commit()
    meeting = f"{base}/results/meeting"
    with demo.app.app_context():
        read = f"{meeting}/{list_attempt_facts(window_id=window_id)[0].attempt_id}"
    look("before the meeting", cookies[1], f"{base}/grading", f"{base}/results", meeting, read)
    with demo.app.app_context():
        propose_verdicts(window_id, {}, by=second, now=clock.now())
    look("before finalizing", cookies[0], meeting, f"{base}/results/finalize")
    with demo.app.app_context():
        finalize_results(window_id, by=office, now=clock.now())
    look("before releasing", cookies[1], f"{base}/results", f"{base}/results/release")
    with demo.app.app_context():
        release_results(window_id, by=second, now=clock.now())
    look("before proposing", cookies[0], f"{base}/certification", f"{base}/results")
    with demo.app.app_context():
        proposals = propose_certification([seat.participant_id for seat in seats], by=office, now=clock.now())
    look(
        "before approving",
        cookies[1],
        f"{base}/certification",
        *(f"/office/certification/{proposals[0]}/{act}" for act in ("refuse", "hold")),
    )
    with demo.app.app_context():
        for proposal in proposals:
            decide_certification(proposal, True, "", by=second, now=clock.now())
    look("before issuing", cookies[1], f"{base}/certification", f"{base}/certification/issue")
    walker.walk(
        "waiting for the certificate",
        "waiting",
        browser_of(demo.app, seats[0].user_id)[0],
        "/",
        "/result",
        "/certificate",
        depth=0,
    )


def _sit(demo: Demo, seats: list[Seat]) -> int:
    window_id = open_exam(demo.make, seats[0].cohort_id)
    with demo.app.app_context():
        for seat in seats:
            started_at = clock.now() - timedelta(hours=2)
            sit_exam(
                demo.cast, seat.user_id, seat.participant_id, window_id, quality="good", wrong_every=7, started_at=started_at
            )
    return window_id
