"""A live site with its mailbox and a real Chromium, for stories."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.journeys.exam_room import ExamRoom
from tests.journeys.people import People
from tests.live import LiveSite, Mailbox


@pytest.fixture(scope="session")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ExamRoom]:
    """A site whose mail goes nowhere, shared by the stories of exam room and grading desk; each seats its own people.

    The server notes what it was asked and how long that took in access.log.
    """
    site = LiveSite(tmp_path_factory.mktemp("exam-room"))
    log = f"--access-logfile {site.folder}/access.log --access-logformat '%(m)s %(U)s %(s)s %(D)s'"
    site.environment["GUNICORN_CMD_ARGS"] = log
    site.start()
    yield ExamRoom(site)
    site.stop()


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    mailbox = Mailbox()
    mailbox.start()
    yield mailbox
    mailbox.stop()


@pytest.fixture
def site(tmp_path: Path, mailbox: Mailbox) -> Iterator[LiveSite]:
    site = LiveSite(tmp_path, smtp_port=mailbox.port)
    site.start()
    yield site
    site.stop()


@pytest.fixture
def people(site: LiveSite, mailbox: Mailbox, browser: Browser) -> Iterator[People]:
    people = People(site, mailbox, browser)
    yield people
    people.leave()
