"""Fresh databases for tests: a copied SQLite file or a truncated PostgreSQL, both made by the real migrations."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import text

from lms.app import create_app
from lms.config import MailSettings, PasswordCost, Settings
from lms.db.base import Base
from lms.db.session import db

ROOT = Path(__file__).resolve().parent.parent


class MissingService(RuntimeError):
    """A service the tests need is not on this machine."""


def test_settings(folder: Path, url: str) -> Settings:
    """Settings of an application under test: cheap hashing, its own folder, the real content."""
    return Settings(
        secret_key="a key for tests only, 0123456789 abcdefghijklmnop",
        database_url=url,
        instance=folder,
        public_base_url="http://localhost",
        is_testing=True,
        mail=MailSettings(port=1),
        password_cost=PasswordCost(memory_kib=64, passes=1, lanes=1),
    )


class PostgresServer:
    """A PostgreSQL cluster of our own on a free loopback port, gone when the tests end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.bin = find_postgres_bin()
        self._run("initdb", "-D", str(folder / "data"), "-U", "nintei", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        options = f"-p {self.port} -k {folder} -c listen_addresses=127.0.0.1 -c max_connections=150"
        self._run("pg_ctl", "-D", str(folder / "data"), "-w", "-l", str(folder / "log"), "-o", options, "start")

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://nintei@127.0.0.1:{self.port}/{name}"

    def create(self, name: str) -> str:
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "nintei", name)
        return self.url(name)

    @property
    def pid(self) -> int:
        """The process all others of the cluster come from."""
        return int((self.folder / "data" / "postmaster.pid").read_text().split()[0])

    def stop(self, mode: str = "immediate") -> None:
        with contextlib.suppress(subprocess.CalledProcessError):
            self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", mode, "stop")

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.bin / program), *arguments]
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            shutil.chown(self.folder, "postgres")
            command = ["runuser", "-u", "postgres", "--", *command]
        subprocess.run(command, check=True, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def find_postgres_bin() -> Path:
    """The folder of initdb and pg_ctl."""
    candidates = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in candidates:
        if (folder / "initdb").exists():
            return folder
    if found := shutil.which("initdb"):
        return Path(found).parent
    raise MissingService("PostgreSQL is not installed (Debian package: postgresql)")


def free_port() -> int:
    """A loopback port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Databases:
    """Applications per database kind, made once and given out empty for each test."""

    def __init__(self, base: Path) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="nintei-tests-", dir=base))
        self.folder.chmod(0o755)
        self._apps: dict[str, Flask] = {}
        self._turn = 0
        self._server: PostgresServer | None = None

    def __enter__(self) -> "Databases":
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        for app in self._apps.values():
            with app.app_context():
                db.engine.dispose()
        if self._server:
            self._server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def server(self) -> PostgresServer:
        """The PostgreSQL cluster, started when first needed."""
        if self._server is None:
            folder = self.folder / "pg"
            folder.mkdir()
            self._server = PostgresServer(folder)
        return self._server

    def fresh_app(self, kind: str) -> Flask:
        """The application on an empty database of the kind."""
        if kind not in self._apps:
            self._apps[kind] = self._build(kind)
        app = self._apps[kind]
        with app.app_context():
            self._empty_sqlite() if kind == "sqlite" else _empty_postgresql()
        return app

    def _build(self, kind: str) -> Flask:
        folder = self.folder / kind
        folder.mkdir()
        url = f"sqlite:///{folder / 'now/lms.sqlite'}" if kind == "sqlite" else self.server.create("rooms")
        if kind == "sqlite":
            self._turn_over(folder)
        app = create_app(test_settings(folder, url))
        with app.app_context():
            upgrade(directory=str(ROOT / "lms/db/migrations"))
            if kind == "sqlite":
                db.engine.dispose()
                shutil.copy(folder / "now/lms.sqlite", folder / "empty.sqlite")
        return app

    def _empty_sqlite(self) -> None:
        db.session.remove()
        self._turn_over(self.folder / "sqlite")
        db.engine.dispose()  # after the turn: a connection made meanwhile by a thread left behind goes too

    def _turn_over(self, folder: Path) -> None:
        """A folder of its own for each database: a thread an earlier test left behind would, on closing, delete the
        write-ahead log of whatever then lies at its path. The path changes hands in one step, with the file complete."""
        self._turn += 1
        fresh, link, new_link = folder / f"turn-{self._turn}", folder / "now", folder / "next"
        fresh.mkdir()
        if (folder / "empty.sqlite").exists():
            shutil.copy(folder / "empty.sqlite", fresh / "lms.sqlite")
        new_link.symlink_to(fresh.name, target_is_directory=True)
        new_link.replace(link)
        shutil.rmtree(folder / f"turn-{self._turn - 1}", ignore_errors=True)


def _empty_postgresql() -> None:
    """Rows out and counters back; emptying only what is not empty is several times quicker than TRUNCATE of every table."""
    db.session.remove()
    names = [table.name for table in Base.metadata.sorted_tables]
    filled = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")" for name in names)
    with db.engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))  # no triggers, no foreign keys
        for name in connection.scalars(text(filled)).all():
            connection.execute(text(f'DELETE FROM "{name}"'))
        connection.execute(text("SELECT setval(seqrelid::regclass, 1, false) FROM pg_sequence"))
