"""「保存済み」 is kept: the server is killed again and again while twenty people type, and no acknowledged answer is lost."""

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from lms.app import create_app
from lms.config import Settings
from lms.db.session import db
from lms.exam_engine.canonical import canonical_json, sha256_hex
from lms.exams.models import AnswerVersion
from tests.databases import Databases, free_port
from tests.factories import Factory
from tests.live import BIN, ROOT
from tests.proof.seeding import Examinee, seat_examinees

CLIENTS = 20
KILLS = 10
SAVES_BETWEEN_KILLS = 60
"""The server is killed in the middle of its work as soon as so many further answers were acknowledged."""
SECRET = "a key for the kill loop only 0123456789 abcdefghij"

pytestmark = pytest.mark.proof


@dataclass
class Typist(threading.Thread):
    """A person whose page saves without a pause, sends again what was not acknowledged, and notes every acknowledgement."""

    examinee: Examinee
    port: int
    stop: threading.Event
    acknowledged: list[tuple[str, int, str]] = field(default_factory=list)
    retries: int = 0
    refused: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        sequence = 0
        versions: dict[str, int] = {}
        while not self.stop.is_set():
            sequence += 1
            question = self.examinee.question_ids[sequence % len(self.examinee.question_ids)]
            body = {"kind": "single_choice", "option": "abcd"[sequence % 4]}
            item = {
                "question": question,
                "sequence": sequence,
                "base_version": versions.get(question, 0),
                "body": body,
                "sha256": sha256_hex(canonical_json(body)),
            }
            stored = self._send_until_answered(item)
            if stored is not None:
                versions[question] = stored["version"]
                self.acknowledged.append((question, stored["version"], stored["sha256"]))

    def _send_until_answered(self, item: dict[str, object]) -> dict[str, object] | None:
        payload = json.dumps({"device": f"typist-{self.examinee.attempt_id}", "items": [item]})
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Cookie": self.examinee.cookie,
            "X-CSRFToken": self.examinee.csrf_token,
        }
        while not self.stop.is_set():
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
            try:
                connection.request("POST", f"/exam/{self.examinee.public_id}/answers", payload, headers)
                response = connection.getresponse()
                answer = json.loads(response.read())
            except (OSError, http.client.HTTPException, ValueError):
                self.retries += 1
                time.sleep(0.05)
                continue
            finally:
                connection.close()
            if response.status == 200:
                return self._kept(answer["items"][0], str(item["sha256"]))
            if response.status != 503:
                self.refused.append(f"{response.status} {answer}")
                return None
            time.sleep(0.1)
        return None

    def _kept(self, stored: dict[str, object], sha256: str) -> dict[str, object] | None:
        if stored["outcome"] != "current" or stored["sha256"] != sha256:
            self.refused.append(str(stored))
            return None
        return stored


class Server:
    """gunicorn in a process group of its own, so that kill -9 takes all of it."""

    def __init__(self, environment: dict[str, str], port: int) -> None:
        self.command = [
            str(BIN / "gunicorn"),
            *("--worker-class", "gthread", "--workers", "2", "--threads", "8", "--log-level", "critical"),
            *("--bind", f"127.0.0.1:{port}", "wsgi:app"),
        ]
        self.environment = environment
        self.port = port
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.command,
            cwd=ROOT,
            env=self.environment,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + 40
        while time.monotonic() < until:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", "/login")
                connection.getresponse().read()
                return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("the server did not come up")

    def kill(self) -> None:
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def test_no_acknowledged_answer_is_lost_when_the_server_is_killed_again_and_again(
    databases: Databases, tmp_path: Path, database_kind: str
) -> None:
    app, environment = _installation(databases, tmp_path, database_kind)
    examinees = seat_examinees(Factory(app), CLIENTS)
    port = free_port()
    server = Server(environment, port)
    server.start()
    stop = threading.Event()
    typists = [Typist(examinee, port, stop) for examinee in examinees]
    for typist in typists:
        typist.start()
    for _ in range(KILLS):
        _wait_for_saves(typists, SAVES_BETWEEN_KILLS)
        server.kill()
        server.start()
    _wait_for_saves(typists, SAVES_BETWEEN_KILLS)
    stop.set()
    for typist in typists:
        typist.join(30)
    server.kill()
    _judge(app, typists, database_kind)


def _wait_for_saves(typists: list[Typist], number: int) -> None:
    """Wait until so many further answers were acknowledged, to whomever."""
    before = sum(len(typist.acknowledged) for typist in typists)
    until = time.monotonic() + 60
    while sum(len(typist.acknowledged) for typist in typists) < before + number:
        assert time.monotonic() < until, [typist.refused for typist in typists]
        time.sleep(0.005)


def _installation(databases: Databases, folder: Path, kind: str) -> tuple[Flask, dict[str, str]]:
    url = f"sqlite:///{folder / 'lms.sqlite'}" if kind == "sqlite" else databases.server.create("kill_loop")
    environment = {
        **os.environ,
        "INSTANCE_PATH": str(folder),
        "DATABASE_URL": url,
        "SECRET_KEY": SECRET,
        "ALLOW_HTTP": "1",
        "FLASK_APP": "wsgi",
    }
    subprocess.run(
        [str(Path(sys.executable).parent / "flask"), "db", "upgrade"], cwd=ROOT, env=environment, check=True, capture_output=True
    )
    return create_app(Settings(secret_key=SECRET, database_url=url, instance=folder, is_testing=True)), environment


def _judge(app: Flask, typists: list[Typist], kind: str) -> None:
    with app.app_context():
        rows = db.session.execute(
            select(
                AnswerVersion.attempt_id,
                AnswerVersion.question_id,
                AnswerVersion.version,
                AnswerVersion.sha256,
                AnswerVersion.client_sequence,
            )
        ).all()
    stored = {(row.attempt_id, row.question_id, row.version, row.sha256) for row in rows}
    sends = [(row.attempt_id, row.question_id, row.client_sequence) for row in rows]
    acknowledged = [(typist.examinee.attempt_id, *each) for typist in typists for each in typist.acknowledged]
    lost = [each for each in acknowledged if each not in stored]
    refused = [words for typist in typists for words in typist.refused]
    print(
        f"\nkill loop on {kind}: {KILLS} kills -9, {len(acknowledged)} answers acknowledged, {len(lost)} lost, "
        f"{len(sends) - len(set(sends))} doubled, {sum(typist.retries for typist in typists)} sends repeated"
    )
    assert lost == []
    assert len(sends) == len(set(sends))
    assert refused == []
    assert len(acknowledged) >= SAVES_BETWEEN_KILLS * (KILLS + 1)
