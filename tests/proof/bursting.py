"""Many browsers at once in one thread: each request on a connection of its own, each answer with its waiting time."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from lms.exam_engine.canonical import canonical_json, sha256_hex
from tests.proof.crowd import Person

PATIENCE = 60.0
ESSAY = "お客様の話を最後まで聴き、事実を確かめてから、組織として対応を決めます。" * 18


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Record:
    """How long the requests of each kind took, in seconds, and what went wrong."""

    waits: dict[str, list[float]] = field(default_factory=dict)
    faults: Counter[str] = field(default_factory=Counter)

    async def ask(
        self, name: str, port: int, method: str, path: str, *, body: bytes = b"", headers: Mapping[str, str], expected: int
    ) -> Reply | None:
        """One request, timed from the connection to the last byte; None and a fault when the answer is another one."""
        began = asyncio.get_running_loop().time()
        try:
            reply = await asyncio.wait_for(_exchange(port, method, path, body, headers), PATIENCE)
        except (OSError, TimeoutError, ValueError) as fault:
            self.faults[f"{name}: {type(fault).__name__}"] += 1
            return None
        self.waits.setdefault(name, []).append(asyncio.get_running_loop().time() - began)
        if reply.status != expected:
            self.faults[f"{name}: {reply.status}"] += 1
            return None
        return reply

    def quantile(self, name: str, share: float) -> float:
        """The waiting time within which this share of the requests was answered, in milliseconds."""
        waits = sorted(self.waits[name])
        return waits[min(len(waits) - 1, int(share * len(waits)))] * 1000


async def _exchange(port: int, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        raw = await reader.read(-1)
    finally:
        writer.close()
    head, _, content = raw.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    named = dict(line.split(": ", 1) for line in rest)
    return Reply(int(first.split()[1]), {name.lower(): value for name, value in named.items()}, content)


@dataclass
class Sitter:
    """A participant's browser: starts, looks at the page, saves, hands in."""

    person: Person
    port: int
    record: Record
    room: str = ""
    section: str = ""
    versions: dict[str, int] = field(default_factory=dict)
    sequence: int = 0

    async def start(self, window_id: int, pledges: int) -> None:
        """Press 「開始する」 and see the first page."""
        form = [("window_id", str(window_id)), *[("pledge", str(number)) for number in range(pledges)]]
        reply = await self._post("start", "/exam/start", form)
        if reply is not None:
            self.room = reply.headers["location"]
            await self.look("first page")

    async def look(self, name: str) -> None:
        """The page of the running section, or whatever stands there now."""
        reply = await self.record.ask(name, self.port, "GET", self.room, headers={"Cookie": self.person.cookie}, expected=200)
        if reply is None:
            return
        page = reply.body.decode()
        found = re.search(r'name="section" value="(\w+)"', page)
        self.section = found[1] if found else ""
        self.versions = {question: int(version) for question, version in re.findall(r'name="base-([^"]+)" value="(\d+)"', page)}

    async def save(self, name: str = "save") -> None:
        """One autosave of one answer."""
        self.sequence += 1
        question = list(self.versions)[self.sequence % len(self.versions)]
        body = self._answer(self.sequence)
        item = {
            "question": question,
            "sequence": self.sequence,
            "base_version": self.versions[question],
            "body": body,
            "sha256": sha256_hex(canonical_json(body)),
        }
        payload = json.dumps({"device": f"crowd-{self.person.user_id}", "items": [item]}).encode()
        headers = {"Content-Type": "application/json", "Accept": "application/json", "X-CSRFToken": self.person.csrf_token}
        headers["Cookie"] = self.person.cookie
        reply = await self.record.ask(
            name, self.port, "POST", f"{self.room}/answers", body=payload, headers=headers, expected=200
        )
        if reply is not None:
            (stored,) = json.loads(reply.body)["items"]
            if stored["outcome"] == "current":
                self.versions[question] = stored["version"]
            else:
                self.record.faults[f"{name}: {stored['outcome']}"] += 1

    async def hand_in(self, name: str) -> None:
        """Send the section's whole form and see the page after it."""
        form = [("section", self.section), ("device", f"crowd-{self.person.user_id}")]
        for question, version in self.versions.items():
            answer = self._answer(1)
            form += [(f"base-{question}", str(version)), (f"answer-{question}", str(answer.get("option") or answer.get("text")))]
        reply = await self._post(name, f"{self.room}/hand-in", form)
        if reply is None:
            return
        if reply.headers["location"].endswith("/receipt"):
            await self.record.ask(
                "receipt page", self.port, "GET", reply.headers["location"], headers={"Cookie": self.person.cookie}, expected=200
            )
        else:
            await self.look("next page")

    def _answer(self, number: int) -> dict[str, str]:
        if self.section == "essay":
            return {"kind": "essay", "text": f"{ESSAY}{number}"}
        return {"kind": "single_choice", "option": "abcd"[number % 4]}

    async def _post(self, name: str, path: str, form: list[tuple[str, str]]) -> Reply | None:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": self.person.cookie}
        body = urlencode([("csrf_token", self.person.csrf_token), *form]).encode()
        return await self.record.ask(name, self.port, "POST", path, body=body, headers=headers, expected=302)


async def spread(acts: list[Callable[[], Awaitable[None]]], seconds: float) -> float:
    """Begin the acts evenly over so many seconds, wait for all, and give back when the last one ended, in seconds."""
    loop = asyncio.get_running_loop()
    began = loop.time()

    async def later(place: int, act: Callable[[], Awaitable[None]]) -> None:
        await asyncio.sleep(max(0.0, began + place * seconds / len(acts) - loop.time()))
        await act()

    await asyncio.gather(*(later(place, act) for place, act in enumerate(acts)))
    return loop.time() - began
