"""People whose pages save without a pause, send again what was not acknowledged, and note every acknowledgement."""

import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from flask import Flask
from sqlalchemy import select

from lms.db.session import db
from lms.exam_engine.canonical import canonical_json, sha256_hex
from lms.exams.models import AnswerVersion
from lms.exams.queries.answers import list_answers
from tests.proof.seeding import Examinee

Acknowledged = tuple[int, str, int, str]
"""Attempt, question, version and hash, as the server said 「保存済み」."""


@dataclass
class Typist(threading.Thread):
    """One person; `batch` answers go into each request, and each is acknowledged by itself."""

    examinee: Examinee
    port: int
    stop: threading.Event
    batch: int = 1
    device: str = ""
    versions: dict[str, int] = field(default_factory=dict)
    acknowledged: list[Acknowledged] = field(default_factory=list)
    retries: int = 0
    """Sends without any answer: the connection was refused or broke."""
    statuses: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    longest_wait: float = 0.0
    """The longest time from a first send to its acknowledgement, in seconds."""

    def __post_init__(self) -> None:
        super().__init__(daemon=True)
        self.device = self.device or f"typist-{self.examinee.attempt_id}"

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        sequence = 0
        while not self.stop.is_set():
            items = []
            for _ in range(self.batch):
                sequence += 1
                items.append(self._item(sequence))
            began = time.monotonic()
            answer = self._send_until_answered(items)
            if answer is not None:
                self._note(items, answer)
                self.longest_wait = max(self.longest_wait, time.monotonic() - began)

    def _item(self, sequence: int) -> dict[str, object]:
        questions = self.examinee.question_ids
        question = questions[sequence % len(questions)]
        body = {"kind": "single_choice", "option": "abcd"[(sequence + sequence // len(questions)) % 4]}
        return {
            "question": question,
            "sequence": sequence,
            "base_version": self.versions.get(question, 0),
            "body": body,
            "sha256": sha256_hex(canonical_json(body)),
        }

    def _send_until_answered(self, items: list[dict[str, object]]) -> dict[str, list[dict[str, object]]] | None:
        payload = json.dumps({"device": self.device, "items": items})
        while not self.stop.is_set():
            try:
                status, headers, body = self._send(payload)
                self.statuses[status] += 1
                if status == 200:
                    return json.loads(body)  # type: ignore[no-any-return]
                self._look_at_refusal(status, headers, body)
            except (OSError, http.client.HTTPException):
                self.retries += 1
            time.sleep(0.1)
        return None

    def _send(self, payload: str) -> tuple[int, http.client.HTTPMessage, bytes]:
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Cookie": self.examinee.cookie,
            "X-CSRFToken": self.examinee.csrf_token,
        }
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("POST", f"/exam/{self.examinee.public_id}/answers", payload, headers)
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def _look_at_refusal(self, status: int, headers: http.client.HTTPMessage, body: bytes) -> None:
        """While something is broken, only 503 or 507 with a time to try again and Japanese words is an honest answer."""
        is_told = status in {503, 507} and headers.get("Retry-After", "").isdigit()
        try:
            is_told = is_told and not json.loads(body)["text"].isascii()
        except (ValueError, KeyError):
            is_told = False
        if not is_told:
            self.faults.append(f"{status} {dict(headers)} {body[:300]!r}")

    def _note(self, items: list[dict[str, object]], answer: dict[str, list[dict[str, object]]]) -> None:
        for item, stored in zip(items, answer["items"], strict=True):
            if stored["outcome"] != "current" or stored["sha256"] != item["sha256"]:
                self.faults.append(str(stored))
                continue
            question, version = str(item["question"]), int(str(stored["version"]))
            self.versions[question] = version
            self.acknowledged.append((self.examinee.attempt_id, question, version, str(stored["sha256"])))


def rested(
    app: Flask, examinees: Iterable[Examinee], port: int, stop: threading.Event, *, batch: int, round_: int
) -> list[Typist]:
    """Typists with freshly loaded pages: they know the versions that are stored now and have a device id of their own."""
    typists = []
    with app.app_context():
        for examinee in examinees:
            versions = {question: answer.version for question, answer in list_answers(examinee.attempt_id).items()}
            device = f"round-{round_}-{examinee.attempt_id}"
            typists.append(Typist(examinee, port, stop, batch=batch, device=device, versions=versions))
        db.session.remove()
        db.engine.dispose()  # nobody but the server may have the database open when it dies
    return typists


@contextmanager
def typing(typists: list[Typist]) -> Iterator[None]:
    """While this lasts, they type."""
    for typist in typists:
        typist.start()
    try:
        yield
    finally:
        for typist in typists:
            typist.stop.set()
        for typist in typists:
            typist.join(60)


def count(typists: Iterable[Typist]) -> int:
    """How many answers have been acknowledged to all of them."""
    return sum(len(typist.acknowledged) for typist in typists)


def wait_for(typists: list[Typist], number: int, *, seconds: float = 90) -> None:
    """Wait until so many further answers were acknowledged, to whomever."""
    before = count(typists)
    until = time.monotonic() + seconds
    while count(typists) < before + number:
        assert time.monotonic() < until, [(typist.faults[:3], typist.statuses, typist.retries) for typist in typists]
        time.sleep(0.002)


@dataclass(frozen=True)
class Stored:
    """Every version in the database, against which acknowledgements are held."""

    versions: frozenset[Acknowledged]
    doubled: int
    """Sends that are stored more than once."""

    def lost(self, acknowledged: Iterable[Acknowledged]) -> list[Acknowledged]:
        """What was acknowledged and is not there."""
        return [each for each in acknowledged if each not in self.versions]


def read_stored(app: Flask) -> Stored:
    """Look into the database."""
    columns = (
        AnswerVersion.attempt_id,
        AnswerVersion.question_id,
        AnswerVersion.version,
        AnswerVersion.sha256,
        AnswerVersion.device,
        AnswerVersion.client_sequence,
    )
    with app.app_context():
        rows = db.session.execute(select(*columns)).all()
        db.session.remove()
    sends = [(row.attempt_id, row.question_id, row.device, row.client_sequence) for row in rows]
    versions = frozenset((row.attempt_id, row.question_id, row.version, row.sha256) for row in rows)
    return Stored(versions, len(sends) - len(set(sends)))


def acknowledged_to(typists: Iterable[Typist]) -> list[Acknowledged]:
    """Everything that was acknowledged to them."""
    return [each for typist in typists for each in typist.acknowledged]
