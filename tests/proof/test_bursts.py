"""300 people start within ten seconds, type, and hand in within ten seconds, on both databases, without one error."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.databases import Databases
from tests.proof.bursting import Record, Sitter, spread
from tests.proof.crowd import gather
from tests.proof.pace import slowness
from tests.proof.serving import Installation, Server, install

PEOPLE = 300
ONLOOKERS = 20
"""So many further people are in the room already and save once a second while the others start or hand in."""
SECONDS = 10.0
"""On two ordinary cores; on slower ones as much longer as they are slower, measured in the same run."""
PLEDGES = 3
ARRIVALS = 9.0
"""The first presses at once, the last one after so many seconds."""

pytestmark = [pytest.mark.proof, pytest.mark.timeout(400)]


def test_three_hundred_people_start_and_hand_in_within_ten_seconds(
    databases: Databases, tmp_path: Path, database_kind: str
) -> None:
    site = install(databases, tmp_path, database_kind, "bursts")
    floor_url = f"sqlite:///{tmp_path / 'floor.sqlite'}" if database_kind == "sqlite" else site.url
    servers = (
        Server(site.environment, log=tmp_path / "server.log"),
        Server({**site.environment, "FLOOR_DATABASE_URL": floor_url}, application="tests.bench.floor:app", knock="/"),
    )
    slow = slowness()
    for server in servers:
        server.start()
    try:
        day = Day(site, *servers)
        asyncio.run(day.run())
    finally:
        for server in servers:
            server.stop()
    slow = max(slow, slowness())
    print(f"\nbursts on {database_kind}, on cores {slow:.1f} times slower than an ordinary one: " + "; ".join(day.words))
    assert not day.record.faults, (day.record.faults, (tmp_path / "server.log").read_text()[-3000:])
    assert day.slowest <= SECONDS * slow, day.words


class Day:
    """An exam day in four short acts, with the bare floor asked beside it all the time."""

    def __init__(self, site: Installation, ours: Server, bare: Server) -> None:
        crowd = gather(site.app, PEOPLE + ONLOOKERS)
        self.window_id = crowd.window_id
        self.floor = bare.port
        self.record = Record()
        sitters = [Sitter(person, ours.port, self.record) for person in crowd.people]
        self.people, self.onlookers = sitters[:PEOPLE], sitters[PEOPLE:]
        self.slowest = 0.0
        self.words: list[str] = []

    async def run(self) -> None:
        """Everybody starts, types, hands in the first section, hands in the second."""
        await spread([lambda each=each: each.start(self.window_id, PLEDGES) for each in self.onlookers], 2)
        self.record.waits.clear()
        await self._rush("starting", [lambda each=each: each.start(self.window_id, PLEDGES) for each in self.people])
        await self._type()
        await self._rush("handing in the choice section", [lambda each=each: each.hand_in("hand-in") for each in self.people])
        await self._rush("handing in the essays", [lambda each=each: each.hand_in("submission") for each in self.people])

    async def _rush(self, name: str, acts: list[Callable[[], Awaitable[None]]]) -> None:
        around = asyncio.create_task(self._look_on())
        took = await spread(acts, ARRIVALS)
        around.cancel()
        await asyncio.gather(around, return_exceptions=True)
        self.slowest = max(self.slowest, took)
        self._tell(f"{name}: all {len(acts)} within {took:.1f} s")

    async def _type(self) -> None:
        """Everybody saves twice in ten seconds, one answer each time."""
        acts = [lambda each=each: each.save() for _ in range(2) for each in self.people]
        around = asyncio.create_task(self._look_on())
        await spread(acts, SECONDS)
        around.cancel()
        await asyncio.gather(around, return_exceptions=True)
        self._tell(f"typing: {len(acts)} saves in {SECONDS:.0f} s")

    async def _look_on(self) -> None:
        """The people who are in the room already save once a second each, and as many bare inserts go to the floor."""
        while True:
            acts: list[Callable[[], Awaitable[None]]] = []
            for each in self.onlookers:
                acts += [each.save, self._insert]
            await asyncio.shield(spread(acts, 1))

    async def _insert(self) -> None:
        body = json.dumps({"body": "a bare insert"}).encode()
        await self.record.ask(
            "floor", self.floor, "POST", "/notes", body=body, headers={"Content-Type": "application/json"}, expected=200
        )

    def _tell(self, name: str) -> None:
        waits = (
            f"{each} p95 {self.record.quantile(each, 0.95):.0f} ms p99 {self.record.quantile(each, 0.99):.0f} ms"
            for each in self.record.waits
        )
        self.words.append(f"{name} ({', '.join(waits)})")
        self.record.waits.clear()
