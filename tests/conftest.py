"""Fixtures every test may use: the application on both databases, a frozen clock, builders, a judging client."""

import gc
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser

from certificates.fonts.build import build_font, is_built
from lms import clock
from lms.editions import queries as editions
from tests.databases import ROOT, Databases, MissingService
from tests.factories import Factory
from tests.live import chromium
from tests.page import PageClient

editions.MEMO_SECONDS = 3600.0  # tests count statements, however slow the machine

NOON = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)
"""The moment tests begin at: 2026年12月1日(火) 12:00 in Japan."""


class FrozenClock:
    """A clock that moves only when told."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def travel(self, moment: datetime) -> None:
        self.moment = moment

    def advance(self, **duration: float) -> datetime:
        self.moment += timedelta(**duration)
        return self.moment


@pytest.fixture
def frozen_clock() -> Iterator[FrozenClock]:
    frozen = FrozenClock(NOON)
    clock.set_source(frozen.now)
    yield frozen
    clock.set_source(None)


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    fast = Path("/dev/shm") if os.access("/dev/shm", os.W_OK) else tmp_path_factory.getbasetemp()
    with Databases(fast) as databases:
        yield databases


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Stories in the browser stand at the head: the first worker gets them all, so that only one Chromium runs."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end: the collector need not walk through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Everything that touches the database is told on both databases."""
    if "database_kind" in metafunc.fixturenames:
        only = metafunc.definition.get_closest_marker("database")
        metafunc.parametrize("database_kind", list(only.args) if only else ["sqlite", "postgresql"], scope="session")


@pytest.fixture
def app(database_kind: str, databases: Databases, frozen_clock: FrozenClock) -> Flask:
    """The application on a fresh, migrated, empty database. No context is pushed: requests bring their own."""
    try:
        return databases.fresh_app(database_kind)
    except MissingService as missing:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(missing))  # never in CI: there the line above has failed the test


@pytest.fixture(scope="session")
def font_folder(pytestconfig: pytest.Config) -> Path:
    """The press's typeface: the checkout's own if it is built, else one in a folder that outlives the test run."""
    if is_built(ROOT / "instance" / "fonts"):
        return ROOT / "instance" / "fonts"
    folder = pytestconfig.cache.mkdir("press-fonts")
    build_font(folder)
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium: one for every story and proof of a worker, since a thread cannot have two that are driven like this."""
    try:
        with chromium() as browser:
            yield browser
    except MissingService as missing:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(missing))  # never in CI: there the line above has failed the test


@pytest.fixture
def fonts(app: Flask, font_folder: Path) -> None:
    """The typeface in the instance folder of the application under test."""
    place = app.extensions["settings"].fonts
    if not place.exists():
        place.symlink_to(font_folder, target_is_directory=True)


@pytest.fixture
def context(app: Flask) -> Iterator[Flask]:
    """An application context for tests of services and queries (not together with `client`)."""
    with app.app_context():
        yield app


@pytest.fixture
def make(app: Flask, frozen_clock: FrozenClock) -> Factory:
    return Factory(app)


@pytest.fixture
def client(app: Flask) -> PageClient:
    """An anonymous visitor whose every page is judged."""
    return PageClient(app)
