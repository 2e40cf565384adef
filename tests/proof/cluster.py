"""A PostgreSQL cluster that the proofs stop, kill and start again, with the durable settings the manual asks for."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.databases import Databases, MissingService, find_postgres_bin, free_port

SETTINGS = {
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "listen_addresses": "127.0.0.1",
    "max_connections": "60",
    "checkpoint_timeout": "30min",
    "min_wal_size": "4MB",
    "max_wal_size": "256MB",
}


@dataclass
class Cluster:
    """PostgreSQL in its own folder and on its own port."""

    folder: Path
    port: int = field(default_factory=free_port)
    bin: Path = field(default_factory=find_postgres_bin)

    @property
    def data(self) -> Path:
        """Its files."""
        return self.folder / "data"

    def create(self) -> None:
        """Make it, flushed to the disk; small pieces of log keep the power cut's copies quick."""
        self.folder.mkdir(exist_ok=True)
        self.folder.chmod(0o777)
        encoding = ("-E", "UTF8", "--locale=C.UTF-8", "--wal-segsize=1", "--data-checksums")
        self._run("initdb", "-D", str(self.data), "-U", "nintei", "-A", "trust", *encoding)

    def url(self, name: str) -> str:
        """How the site reaches a database of it."""
        return f"postgresql+psycopg://nintei@127.0.0.1:{self.port}/{name}"

    def create_database(self, name: str) -> str:
        """A new empty database; its address."""
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "nintei", name)
        return self.url(name)

    def start(self, environment: Mapping[str, str] | None = None, **settings: str) -> None:
        """Start and wait until it answers; recovery after a crash is part of the wait."""
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        options = " ".join(f"-c {name}={value}" for name, value in {**SETTINGS, **settings}.items())
        options += f" -p {self.port} -k {self.folder}"
        log = str(self.folder / "log")
        self._run("pg_ctl", "-D", str(self.data), "-w", "-t", "120", "-l", log, "-o", options, "start", environment=environment)

    def stop(self, mode: str = "fast") -> None:
        """Stop it: `fast` ends the sessions and writes everything down, `immediate` does not."""
        self._run("pg_ctl", "-D", str(self.data), "-w", "-m", mode, "stop")

    def kill(self) -> None:
        """kill -9 of the first process and all it has started, and wait until the last is gone."""
        first = int((self.data / "postmaster.pid").read_text().split()[0])
        group = [first, *(int(pid) for pid in Path(f"/proc/{first}/task/{first}/children").read_text().split())]
        for pid in group:
            os.kill(pid, signal.SIGSTOP)  # so that none of them acts on the end of another
        for pid in group:
            os.kill(pid, signal.SIGKILL)
        until = time.monotonic() + 30
        while any(_is_running(pid) for pid in group):
            assert time.monotonic() < until, "PostgreSQL did not end"
            time.sleep(0.005)
        for lock in self.folder.glob(".s.PGSQL.*"):
            lock.unlink()  # its dead owner may not have been buried yet

    def _run(self, program: str, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
        command = [str(self.bin / program), *arguments]
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            shutil.chown(self.folder, "postgres")
            command = ["runuser", "-u", "postgres", "--", *command]
        everything = {**os.environ, **(environment or {})}
        done = subprocess.run(
            command, check=False, cwd=self.folder, env=everything, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        log = self.folder / "log"
        assert done.returncode == 0, (command, done.stderr.decode(), log.read_text()[-3000:] if log.exists() else "")


def lay_cluster(databases: Databases, name: str) -> Cluster:
    """A place for a cluster; skips where PostgreSQL is not installed (not in CI)."""
    place = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=databases.folder))
    place.chmod(0o755)  # PostgreSQL runs as somebody else
    try:
        return Cluster(place / "pg")
    except MissingService as missing:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(missing))


def _is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
