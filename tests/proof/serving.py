"""gunicorn as the proofs drive it: started, killed with everything below it, and asked how much of the processor it used."""

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from flask import Flask

from lms.app import create_app
from lms.config import Settings
from tests.databases import Databases, free_port
from tests.live import BIN, ROOT, link_fonts

SECRET = "a key for the proofs only 0123456789 abcdefghijkl"
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Installation:
    """A migrated database with the application in this process, and what servers on it need in their environment."""

    app: Flask
    url: str
    folder: Path
    environment: dict[str, str]


def install(databases: Databases, folder: Path, kind: str, name: str) -> Installation:
    """Migrate a fresh database of the kind, in its own folder or under its own name, and open the application on it."""
    url = f"sqlite:///{folder / 'lms.sqlite'}" if kind == "sqlite" else databases.server.create(name)
    return install_at(url, folder)


def install_at(url: str, folder: Path) -> Installation:
    """The same on a database that is there."""
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith(("NINTEI", "SMTP", "DATABASE"))},
        "INSTANCE_PATH": str(folder),
        "DATABASE_URL": url,
        "SECRET_KEY": SECRET,
        "ALLOW_HTTP": "1",
        "PUBLIC_BASE_URL": "http://127.0.0.1",
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": "1",
        "FLASK_APP": "wsgi",
    }
    link_fonts(folder)
    upgrade = [str(BIN / "flask"), "db", "upgrade"]
    subprocess.run(upgrade, cwd=ROOT, env=environment, check=True, capture_output=True)
    app = create_app(Settings(secret_key=SECRET, database_url=url, instance=folder, is_testing=True))
    return Installation(app, url, folder, environment)


@dataclass
class Server:
    """gunicorn in a process group of its own, so that kill -9 takes all of it."""

    environment: Mapping[str, str]
    workers: int = 2
    threads: int = 4
    application: str = "wsgi:app"
    options: tuple[str, ...] = ()
    knock: str = "/login"
    """A page that answers as soon as the server is up."""
    port: int = field(default_factory=free_port)
    log: Path | None = None
    pid: int = 0
    nursery: "subprocess.Popen[str] | None" = None

    @property
    def arguments(self) -> list[str]:
        """As in the manual, but on a port of its own."""
        return [
            *("--worker-class", "gthread", "--log-level", "warning"),
            *("--workers", str(self.workers), "--threads", str(self.threads), *self.options),
            *("--bind", f"127.0.0.1:{self.port}", self.application),
        ]

    def start(self, *, seconds: float = 90) -> None:
        """Start and wait until it answers. The first start imports everything; later ones are forks of that process."""
        if self.nursery is None:
            log = self.log.open("ab") if self.log else subprocess.DEVNULL
            self.nursery = subprocess.Popen(
                [sys.executable, "-m", "tests.proof.nursery"],
                cwd=ROOT,
                env=dict(self.environment),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self.nursery.stdin is not None
        assert self.nursery.stdout is not None
        self.nursery.stdin.write(" ".join(self.arguments) + "\n")
        self.nursery.stdin.flush()
        self.pid = int(self.nursery.stdout.readline())
        self.wait_until_up(seconds)

    def wait_until_up(self, seconds: float) -> None:
        """Wait for an answer to a knock."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with contextlib.suppress(OSError, http.client.HTTPException):
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", self.knock)
                connection.getresponse().read()
                return
            time.sleep(0.01)
        raise AssertionError("the server did not come up")

    def kill(self) -> None:
        """kill -9 of the whole group."""
        os.killpg(self.pid, signal.SIGKILL)
        _wait_until_gone(self.pid)

    def stop(self) -> None:
        """End it as the system would, and the process it was forked from."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
            _wait_until_gone(self.pid)
        if self.nursery is not None:
            self.nursery.kill()
            self.nursery.wait()

    def __enter__(self) -> "Server":
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def cpu_seconds(self) -> float:
        """Processor time used so far by the master and its workers, in the user's and the system's mode."""
        return cpu_seconds_of(self.pid)


def _wait_until_gone(pid: int, seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            os.killpg(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.002)
    raise AssertionError(f"process group {pid} did not end")


def cpu_seconds_of(pid: int) -> float:
    """Processor time of a process and its living children, in seconds."""
    return sum(_ticks(each) for each in (pid, *children_of(pid))) / TICKS


def children_of(pid: int) -> list[int]:
    """The processes a process has started and that still run."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _ticks(pid: int) -> int:
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])
    return 0
