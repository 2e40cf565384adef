"""The database goes away under the people who type and comes back: nothing acknowledged is lost, nobody restarts the site.

PostgreSQL is stopped and killed and started again; SQLite is held by a backup, runs out of space, and its flushes fail.
Meanwhile people are told to wait (503 or 507 with a time to try again, in Japanese), and nothing else.
"""

import contextlib
import sqlite3
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from lms.db.session import db
from tests.databases import Databases
from tests.factories import Factory
from tests.proof.cluster import Cluster, lay_cluster
from tests.proof.disks import make_disk
from tests.proof.seeding import seat_examinees
from tests.proof.serving import Installation, Server, install_at
from tests.proof.typists import Typist, acknowledged_to, count, read_stored, typing, wait_for

CLIENTS = 12
RESTARTS = 5
"""Of each kind."""
SAVES = 40
"""So many further answers are acknowledged between two outages."""
LOCKED_SECONDS = 8.0
RECOVERS_IN = 5.0
"""Seconds from the database's return to the next acknowledgement."""
ROOM = 16 * 1024 * 1024
"""The size of the small disk in bytes."""

pytestmark = [pytest.mark.proof, pytest.mark.timeout(600)]


@dataclass
class Room:
    """A served site with people typing in it."""

    site: Installation
    server: Server
    typists: list[Typist]

    def wait_until_back(self) -> float:
        """How long it takes from now until somebody is acknowledged something that was sent after now."""
        began, before = time.monotonic(), [len(typist.acknowledged) for typist in self.typists]
        while sum(len(typist.acknowledged) > known for typist, known in zip(self.typists, before, strict=True)) < 2:
            assert time.monotonic() < began + 60, self.describe()
            time.sleep(0.01)
        return time.monotonic() - began

    def describe(self) -> str:
        """What people were told meanwhile."""
        statuses = sum((typist.statuses for typist in self.typists), Counter())
        faults = [fault for typist in self.typists for fault in typist.faults]
        return f"answers {dict(statuses)}, faults {faults[:3]}"


@contextmanager
def _room(site: Installation, folder: Path, **around: str) -> Iterator[Room]:
    examinees = seat_examinees(Factory(site.app), CLIENTS)
    _disconnect(site)
    stop = threading.Event()
    with Server({**site.environment, **around}, log=folder / "server.log") as server:
        typists = [Typist(examinee, server.port, stop, batch=2) for examinee in examinees]
        with typing(typists):
            wait_for(typists, SAVES)
            yield Room(site, server, typists)
            wait_for(typists, SAVES)


def _judge(room: Room, words: str) -> None:
    stored = read_stored(room.site.app)
    lost = stored.lost(acknowledged_to(room.typists))
    print(f"\n{words}; {count(room.typists)} answers acknowledged, {len(lost)} lost, {stored.doubled} doubled; {room.describe()}")
    assert lost == []
    assert stored.doubled == 0
    assert [typist.faults for typist in room.typists if typist.faults] == []
    assert sum(typist.retries for typist in room.typists) == 0, "the site itself went away"


def _disconnect(site: Installation) -> None:
    with site.app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_postgresql_restarts_under_people_who_type(databases: Databases, tmp_path: Path) -> None:
    cluster = lay_cluster(databases, "restarts")
    cluster.create()
    cluster.start()
    site = install_at(cluster.create_database("restarts"), tmp_path)
    waits: list[float] = []
    with _room(site, tmp_path) as room:
        for _ in range(RESTARTS):
            for go_down in _ways_down(cluster):
                go_down()
                time.sleep(0.3)
                cluster.start()
                waits.append(room.wait_until_back())
                wait_for(room.typists, SAVES)
    told = f"{len(waits)} restarts of postgresql (fast, immediate, kill -9), back after at most {max(waits):.1f} s"
    _judge(room, told)
    _disconnect(site)
    cluster.stop("immediate")
    assert max(waits) <= RECOVERS_IN


def _ways_down(cluster: Cluster) -> tuple[Callable[[], None], ...]:
    return (lambda: cluster.stop("fast"), lambda: cluster.stop("immediate"), cluster.kill)


def test_a_backup_holds_sqlite_for_eight_seconds(tmp_path: Path) -> None:
    site = install_at(f"sqlite:///{tmp_path / 'lms.sqlite'}", tmp_path)
    with _room(site, tmp_path) as room:
        backup = sqlite3.connect(tmp_path / "lms.sqlite", isolation_level=None, timeout=30)
        backup.execute("BEGIN IMMEDIATE")
        time.sleep(LOCKED_SECONDS)
        backup.execute("ROLLBACK")
        backup.close()
        wait = room.wait_until_back()
    longest = max(typist.longest_wait for typist in room.typists)
    _judge(room, f"sqlite locked for {LOCKED_SECONDS:.0f} s: longest wait {longest:.1f} s, back {wait:.1f} s after the lock")
    assert wait <= RECOVERS_IN


def test_flushes_that_fail_are_never_acknowledged(tmp_path: Path) -> None:
    own = tmp_path / "instance"
    own.mkdir()
    site = install_at(f"sqlite:///{own / 'lms.sqlite'}", own)
    disk = make_disk(tmp_path, own)
    with _room(site, tmp_path, **disk.failing_environment) as room:
        disk.fail("fsync 20")
        wait_for(room.typists, 10 * SAVES)
        disk.fail("")
        wait = room.wait_until_back()
    refused = sum(typist.statuses[503] for typist in room.typists)
    _judge(room, f"20 % of sqlite's flushes failed: {refused} saves refused, back after {wait:.1f} s")
    assert refused > 0, "no flush failed: nothing was tried"
    assert wait <= RECOVERS_IN
    _expect_sound(site)


def test_a_full_disk_refuses_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    with _small_disk(tmp_path) as (own, fill, make_room, around, kind):
        site = install_at(f"sqlite:///{own / 'lms.sqlite'}", own)
        with _room(site, tmp_path, **around) as room:
            fill()
            _wait_until(lambda: sum(typist.statuses[507] for typist in room.typists) >= CLIENTS)
            make_room()
            wait = room.wait_until_back()
        refused = sum(typist.statuses[507] for typist in room.typists)
        _judge(room, f"full disk ({kind}) under sqlite: {refused} saves refused with 507, back after {wait:.1f} s")
        assert wait <= RECOVERS_IN
        _expect_sound(site)
        _disconnect(site)


def _wait_until(is_so: Callable[[], bool], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.01)


def _expect_sound(site: Installation) -> None:
    with site.app.app_context():
        assert db.session.execute(text("PRAGMA integrity_check")).scalar() == "ok"
        db.session.remove()


SmallDisk = tuple[Path, Callable[[], None], Callable[[], None], dict[str, str], str]
"""The folder on it, how to fill it, how to make room again, what programs on it need around them, and what it is."""


@contextmanager
def _small_disk(folder: Path) -> Iterator[SmallDisk]:
    """A file system of a few megabytes where one may be mounted, else one that is simulated below the program."""
    own = folder / "instance"
    own.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(own)], check=False, capture_output=True)
    if mounted.returncode:
        disk = make_disk(folder, own)
        yield own, lambda: disk.fail("full"), lambda: disk.fail(""), disk.failing_environment, "simulated"
        return
    ballast = own / "ballast"
    try:
        yield own, lambda: _fill(ballast), ballast.unlink, {}, "tmpfs"
    finally:
        subprocess.run(["umount", "--lazy", str(own)], check=True)


def _fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"\0" * 4096)
