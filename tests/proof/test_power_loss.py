"""「保存済み」 survives a power cut: only what was flushed to the disk is left, and nothing acknowledged is lost.

The control takes the flush at each commit away and must lose; else this proof would not see a loss either.
"""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from lms.db.session import db
from tests.databases import Databases
from tests.factories import Factory
from tests.proof.cluster import lay_cluster
from tests.proof.disks import Disk, make_disk
from tests.proof.seeding import Examinee, seat_examinees
from tests.proof.serving import Installation, Server, install_at
from tests.proof.typists import acknowledged_to, read_stored, rested, typing, wait_for

CLIENTS = 10
ROUNDS = 20
CONTROL_ROUNDS = 8
BATCH = 2
SAVES = 60
"""The power goes in the middle of the work, as soon as so many answers were acknowledged in a round."""

pytestmark = [pytest.mark.proof, pytest.mark.timeout(600)]


@dataclass
class House:
    """A site whose database stands on a disk that can lose power, with two ways of running it."""

    site: Installation
    disk: Disk
    run: Callable[[], Server]
    """Start everything on the disk and give back the web server."""
    die: Callable[[Server], None]
    """Kill everything that writes on the disk, at once."""
    recover: Callable[[], None]
    """Let the database come up and repair itself, as after a real power cut."""
    rest: Callable[[], None]
    """Bring the database to rest, so that all its files count as flushed."""


@dataclass
class Outcome:
    """What the rounds have brought."""

    rounds: int = 0
    acknowledged: int = 0
    lost: int = 0
    losing_rounds: int = 0
    doubled: int = 0
    corrupt: int = 0
    sectors_gone: int = 0

    def __str__(self) -> str:
        return (
            f"{self.rounds} power cuts took {self.sectors_gone} sectors that were written and not flushed; "
            f"{self.acknowledged} answers acknowledged, {self.lost} lost in {self.losing_rounds} rounds, "
            f"{self.doubled} doubled, {self.corrupt} databases damaged"
        )


def test_sqlite_keeps_every_acknowledged_answer_through_power_cuts(tmp_path: Path) -> None:
    with _sqlite(tmp_path, "wsgi:app") as house:
        outcome = _rounds(house, ROUNDS)
    print(f"\npower loss on sqlite, synchronous=FULL: {outcome}")
    _expect_everything_kept(outcome)


def test_without_the_flush_at_each_commit_sqlite_loses(tmp_path: Path) -> None:
    with _sqlite(tmp_path, "tests.proof.weakened:app") as house:
        outcome = _rounds(house, CONTROL_ROUNDS, until_lost=True)
    print(f"\npower loss on sqlite, control with synchronous=NORMAL: {outcome}")
    assert outcome.lost > 0, "this proof could not see a loss"


def test_postgresql_keeps_every_acknowledged_answer_through_power_cuts(databases: Databases, tmp_path: Path) -> None:
    with _postgresql(databases, tmp_path) as house:
        outcome = _rounds(house, ROUNDS)
    print(f"\npower loss on postgresql, synchronous_commit=on: {outcome}")
    _expect_everything_kept(outcome)


def test_without_the_flush_at_each_commit_postgresql_loses(databases: Databases, tmp_path: Path) -> None:
    with _postgresql(databases, tmp_path, synchronous_commit="off") as house:
        outcome = _rounds(house, CONTROL_ROUNDS, until_lost=True)
    print(f"\npower loss on postgresql, control with synchronous_commit=off: {outcome}")
    assert outcome.lost > 0, "this proof could not see a loss"


def _expect_everything_kept(outcome: Outcome) -> None:
    assert outcome.rounds >= ROUNDS
    assert (outcome.lost, outcome.doubled, outcome.corrupt) == (0, 0, 0)
    assert outcome.sectors_gone > 0, "no power cut ever took anything: nothing was tried"
    assert outcome.acknowledged >= ROUNDS * SAVES


def _rounds(house: House, rounds: int, *, until_lost: bool = False) -> Outcome:
    outcome, lots = Outcome(), random.Random(20261122)
    examinees = seat_examinees(Factory(house.site.app), CLIENTS)
    for number in range(rounds):
        _disconnect(house.site)
        house.rest()
        house.disk.settle()
        _one_round(house, examinees, outcome, lots, number)
        if until_lost and outcome.lost:
            break
    return outcome


def _one_round(house: House, examinees: list[Examinee], outcome: Outcome, lots: random.Random, number: int) -> None:
    server = house.run()
    typists = rested(house.site.app, examinees, server.port, threading.Event(), batch=BATCH, round_=number)
    with typing(typists):
        wait_for(typists, SAVES)
        time.sleep(lots.uniform(0, 0.05))  # at any moment, not always just after an acknowledgement
        house.die(server)
    _disconnect(house.site)
    outcome.sectors_gone += house.disk.cut_power(lots, torn=bool(number % 2))
    house.recover()
    stored = read_stored(house.site.app)
    acknowledged = acknowledged_to(typists)
    lost = len(stored.lost(acknowledged))
    outcome.rounds += 1
    outcome.acknowledged += len(acknowledged)
    outcome.lost += lost
    outcome.losing_rounds += lost > 0
    outcome.doubled += stored.doubled
    outcome.corrupt += not _is_sound(house.site)
    assert not [typist.faults for typist in typists if typist.faults]


def _is_sound(site: Installation) -> bool:
    with site.app.app_context():
        if db.engine.dialect.name == "sqlite":
            return str(db.session.execute(text("PRAGMA integrity_check")).scalar()) == "ok"
        db.session.execute(text("CREATE EXTENSION IF NOT EXISTS amcheck"))
        indexes = text(
            "SELECT count(bt_index_check(c.oid, true)) FROM pg_class c JOIN pg_am a ON a.oid = c.relam AND a.amname = 'btree'"
            " WHERE c.relkind = 'i' AND c.relpersistence = 'p'"
        )
        return int(db.session.execute(indexes).scalar_one()) > 0


def _disconnect(site: Installation) -> None:
    with site.app.app_context():
        db.session.remove()
        db.engine.dispose()


@contextmanager
def _sqlite(folder: Path, application: str) -> Iterator[House]:
    own = folder / "instance"
    own.mkdir()
    site = install_at(f"sqlite:///{own / 'lms.sqlite'}", own)
    disk = make_disk(folder, own)
    server = Server({**site.environment, **disk.environment}, application=application, log=folder / "server.log")

    def run() -> Server:
        server.start()
        return server

    # Opening it is all SQLite needs for its recovery.
    yield House(site, disk, run, lambda running: running.kill(), recover=lambda: None, rest=lambda: None)
    server.stop()


@contextmanager
def _postgresql(databases: Databases, folder: Path, **settings: str) -> Iterator[House]:
    cluster = lay_cluster(databases, "power")
    cluster.create()
    cluster.start()
    own = folder / "instance"
    own.mkdir()
    site = install_at(cluster.create_database("power"), own)
    disk = make_disk(cluster.folder.parent, cluster.data)
    # The control's setting is given to the server behind the site's back: the site's own start-up check would refuse it.
    with Server(site.environment, log=folder / "server.log") as server:

        def run() -> Server:
            cluster.start(disk.environment, **settings)
            return server

        yield House(site, disk, run, lambda _server: cluster.kill(), recover=cluster.start, rest=cluster.stop)
    cluster.stop("immediate")
