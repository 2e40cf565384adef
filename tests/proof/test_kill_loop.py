"""「保存済み」 is kept: the server is killed again and again while twenty people type, and no acknowledged answer is lost."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from lms.db.session import db
from tests.databases import Databases
from tests.factories import Factory
from tests.proof.seeding import seat_examinees
from tests.proof.serving import Installation, Server, install
from tests.proof.typists import Typist, acknowledged_to, count, read_stored, typing, wait_for

CLIENTS = 20
KILLS = 50
BATCH = 8
"""Answers in one request, each acknowledged by itself."""
SAVES_BETWEEN_KILLS = 200
"""The server is killed in the middle of its work as soon as so many further answers were acknowledged."""

pytestmark = [pytest.mark.proof, pytest.mark.timeout(600)]


def test_no_acknowledged_answer_is_lost_when_the_server_is_killed_again_and_again(
    databases: Databases, tmp_path: Path, database_kind: str
) -> None:
    site = install(databases, tmp_path, database_kind, "kill_loop")
    examinees = seat_examinees(Factory(site.app), CLIENTS)
    stop = threading.Event()
    with Server(site.environment, log=tmp_path / "server.log") as server:
        typists = [Typist(examinee, server.port, stop, batch=BATCH) for examinee in examinees]
        with typing(typists):
            for _ in range(KILLS):
                wait_for(typists, SAVES_BETWEEN_KILLS)
                server.kill()
                server.start()
            wait_for(typists, SAVES_BETWEEN_KILLS)
    _judge(site, typists, database_kind)


def _judge(site: Installation, typists: list[Typist], kind: str) -> None:
    stored = read_stored(site.app)
    lost = stored.lost(acknowledged_to(typists))
    repeated = sum(typist.retries for typist in typists)
    print(
        f"\nkill loop on {kind}: {KILLS} kills -9, {count(typists)} answers acknowledged, {len(lost)} lost, "
        f"{stored.doubled} doubled, {repeated} sends repeated, integrity {_integrity(site, kind)}"
    )
    assert lost == []
    assert stored.doubled == 0
    assert [typist.faults for typist in typists if typist.faults] == []
    assert count(typists) >= SAVES_BETWEEN_KILLS * (KILLS + 1) >= 10_000


def _integrity(site: Installation, kind: str) -> str:
    if kind != "sqlite":
        return "left to the database"
    with site.app.app_context():
        found = str(db.session.execute(text("PRAGMA integrity_check")).scalar())
        db.session.remove()
    assert found == "ok"
    return found
