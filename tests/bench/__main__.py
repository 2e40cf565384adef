"""`make bench`: processor time of an autosave, an exam page and a certificate, as multiples of the barest program.

Product and floor stand side by side, each as one gunicorn worker on the same kind of database with the same durable
settings, and are asked in turns, so that whatever the machine does meanwhile strikes both.
"""

import argparse
import http.client
import itertools
import json
import statistics
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from lms.exam_engine.canonical import canonical_json, sha256_hex
from tests.bench.pressing import bench_press
from tests.databases import Databases, MissingService
from tests.factories import Factory
from tests.proof.seeding import Examinee, seat_examinees
from tests.proof.serving import Installation, Server, cpu_seconds_of, install

PEOPLE = 6
NEWCOMERS = 4
"""So many people see their page for the first time in each round."""
ROUNDS = 12
WARM_UP = 40
KEPT = ("--keep-alive", "60")
"""A connection that waits for its turn stays open."""
AUTOSAVE_AT_MOST = 3.0
PAGE_AT_MOST = 8.0


@dataclass
class Client:
    """One kept connection to one server."""

    port: int
    connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def ask(self, method: str, path: str, body: str = "", headers: dict[str, str] | None = None) -> bytes:
        """The body of a good answer; anything else ends the measurement."""
        self.connection.request(method, path, body or None, headers or {})
        response = self.connection.getresponse()
        answer = response.read()
        assert response.status == 200, (path, response.status, answer[:300])
        return answer


@dataclass
class Typing:
    """A participant's page that saves one answer after the other."""

    examinee: Examinee
    client: Client
    sequence: int = 0
    versions: dict[str, int] = field(default_factory=dict)

    def save(self) -> None:
        """One autosave of one changed answer, as the page's script sends it."""
        self.sequence += 1
        question = self.examinee.question_ids[self.sequence % len(self.examinee.question_ids)]
        body = {"kind": "single_choice", "option": "abcd"[self.sequence // len(self.examinee.question_ids) % 4]}
        item = {
            "question": question,
            "sequence": self.sequence,
            "base_version": self.versions.get(question, 0),
            "body": body,
            "sha256": sha256_hex(canonical_json(body)),
        }
        payload = json.dumps({"device": f"bench-{self.examinee.attempt_id}", "items": [item]})
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Cookie": self.examinee.cookie,
            "X-CSRFToken": self.examinee.csrf_token,
        }
        (stored,) = json.loads(self.client.ask("POST", f"/exam/{self.examinee.public_id}/answers", payload, headers))["items"]
        assert stored["outcome"] == "current", stored
        self.versions[question] = stored["version"]

    def look(self) -> None:
        """The page of the running section with all its questions and answers."""
        page = self.client.ask("GET", f"/exam/{self.examinee.public_id}", headers={"Cookie": self.examinee.cookie})
        assert page.count(b'<article class="question"') == len(self.examinee.question_ids)


@dataclass
class Meter:
    """The processor time of each kind of request, round by round, in milliseconds a request."""

    processors: Callable[[], float]
    rounds: dict[str, list[float]] = field(default_factory=dict)

    def take(self, name: str, act: Callable[[], object], times: int) -> None:
        """Do it so many times and note what one costs."""
        before = self.processors()
        for _ in range(times):
            act()
        self.rounds.setdefault(name, []).append((self.processors() - before) * 1000 / times)

    def mean(self, name: str) -> float:
        """Milliseconds a request over all rounds."""
        return statistics.fmean(self.rounds[name])

    def ratio(self, name: str, floor: str) -> float:
        """The multiple over all rounds together."""
        return self.mean(name) / self.mean(floor)

    def spread(self, name: str, floor: str) -> str:
        """The smallest and largest multiple of a single round."""
        each = sorted(ours / bare for ours, bare in zip(self.rounds[name], self.rounds[floor], strict=True))
        return f"{each[0]:.1f}-{each[-1]:.1f}"


def main() -> int:
    """Measure on both databases, print the multiples, and fail when one is above its bound."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=40, help="requests of each kind in each round")
    parser.add_argument("--only", choices=["sqlite", "postgresql", "press"], help="one part only")
    arguments = parser.parse_args()
    if arguments.only == "press":
        return bench_press()
    kinds = [arguments.only] if arguments.only else ["sqlite", "postgresql"]
    with tempfile.TemporaryDirectory(prefix="nintei-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL runs as somebody else
        with Databases(folder) as databases:
            outcomes = [_bench(databases, folder, kind, arguments.requests) for kind in kinds]
    return max(outcomes if arguments.only else [*outcomes, bench_press()])


def _bench(databases: Databases, folder: Path, kind: str, requests: int) -> int:
    own = folder / f"bench-{kind}"
    own.mkdir()
    try:
        site = install(databases, own, kind, "bench")
    except MissingService as missing:
        print(f"{kind}: not measured ({missing})")
        return 0
    floor_url = f"sqlite:///{own / 'floor.sqlite'}" if kind == "sqlite" else site.url
    servers = (
        Server(site.environment, workers=1, options=KEPT),
        Server(
            {**site.environment, "FLOOR_DATABASE_URL": floor_url},
            workers=1,
            application="tests.bench.floor:app",
            options=KEPT,
            knock="/",
        ),
    )
    for server in servers:
        server.start()
    try:
        meter = _measure(databases, site, *servers, kind=kind, requests=requests)
    finally:
        for server in servers:
            server.stop()
    return _report(kind, meter)


def _measure(databases: Databases, site: Installation, ours: Server, bare: Server, *, kind: str, requests: int) -> Meter:
    examinees = seat_examinees(Factory(site.app), PEOPLE + NEWCOMERS * ROUNDS)
    product = Client(ours.port)
    people = itertools.cycle([Typing(examinee, product) for examinee in examinees[:PEOPLE]])
    newcomers = (Typing(examinee, product) for examinee in examinees[PEOPLE:])
    insert, select = _floor_acts(Client(bare.port))
    acts: dict[str, Callable[[], object]] = {
        "insert": insert,
        "autosave": lambda: next(people).save(),
        "select": select,
        "page": lambda: next(people).look(),
    }
    for act in acts.values():
        for _ in range(WARM_UP):
            act()

    def processors() -> float:
        database = cpu_seconds_of(databases.server.pid) if kind == "postgresql" else 0.0
        return ours.cpu_seconds() + bare.cpu_seconds() + database

    meter = Meter(processors)
    for _ in range(ROUNDS):
        for name, act in acts.items():
            meter.take(name, act, requests)
        meter.take("first look", lambda: next(newcomers).look(), NEWCOMERS)
    return meter


def _floor_acts(floor: Client) -> tuple[Callable[[], object], Callable[[], object]]:
    body = json.dumps({"body": canonical_json({"kind": "single_choice", "option": "a"})})

    def insert() -> bytes:
        return floor.ask("POST", "/notes", body, {"Content-Type": "application/json"})

    def select() -> bytes:
        return floor.ask("GET", "/notes/1")

    return insert, select


def _report(kind: str, meter: Meter) -> int:
    autosave, page = meter.ratio("autosave", "insert"), meter.ratio("page", "select")
    print(
        f"{kind}: one autosave costs {autosave:.2f} times a bare committed insert "
        f"(at most {AUTOSAVE_AT_MOST:g}; single rounds {meter.spread('autosave', 'insert')}), "
        f"one exam page {page:.2f} times a bare select (at most {PAGE_AT_MOST:g}; single rounds {meter.spread('page', 'select')})"
    )
    print(f"  a page this process has never shown before: {meter.ratio('first look', 'select'):.2f} times a bare select")
    print("  processor ms a request: " + ", ".join(f"{name} {meter.mean(name):.2f}" for name in meter.rounds))
    return int(autosave > AUTOSAVE_AT_MOST or page > PAGE_AT_MOST)


if __name__ == "__main__":
    sys.exit(main())
