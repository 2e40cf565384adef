"""Copies of the whole database that are known to be whole: made beside running exams, opened again before they count."""

import hashlib
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import URL, Engine

DIGEST_SUFFIX = ".sha256"
CHUNK_BYTES = 1 << 20


class BackupFailed(Exception):
    """No copy was kept; the message says why."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy that was opened again and found whole."""

    path: Path
    sha256: str
    size: int


def make_backup(engine: Engine, folder: Path, *, now: datetime) -> Backup:
    """Copy the database into the folder while everybody works on, check the copy, and write its digest beside it.

    Raises BackupFailed; then nothing new stands in the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    is_sqlite = engine.dialect.name == "sqlite"
    path = folder / f"nintei-{now:%Y%m%d-%H%M%S}.{'sqlite' if is_sqlite else 'dump'}"
    draft = path.with_suffix(".part")
    draft.unlink(missing_ok=True)
    try:
        (_copy_sqlite if is_sqlite else _dump_postgres)(engine.url, draft)
        if fault := _find_fault(draft, is_sqlite=is_sqlite):
            raise BackupFailed(fault)
        draft.chmod(0o600)  # everybody's names and answers are in it
        _flush(draft)
        draft.rename(path)
    except (OSError, sqlite3.Error, subprocess.SubprocessError) as problem:
        raise BackupFailed(str(problem)) from problem
    finally:
        draft.unlink(missing_ok=True)
    backup = Backup(path, digest_of(path), path.stat().st_size)
    digest = path.with_name(path.name + DIGEST_SUFFIX)
    digest.write_text(f"{backup.sha256}  {path.name}\n", encoding="ascii")
    return backup


def check_backup(path: Path) -> str:
    """What is wrong with a copy: it is not the file that was made, or it can no longer be opened whole; empty when nothing."""
    digest = path.with_name(path.name + DIGEST_SUFFIX)
    try:
        if digest.read_text(encoding="ascii").split()[0] != digest_of(path):
            return "the file is not the one that was made: its digest differs"
        return _find_fault(path, is_sqlite=path.suffix == ".sqlite")
    except (OSError, IndexError, sqlite3.Error, subprocess.SubprocessError) as problem:
        return str(problem)


def list_backups(folder: Path) -> list[Path]:
    """The copies in a folder, the newest first."""
    return sorted((*folder.glob("nintei-*.sqlite"), *folder.glob("nintei-*.dump")), reverse=True)


def digest_of(path: Path) -> str:
    """The SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def _copy_sqlite(url: URL, target: Path) -> None:
    # VACUUM INTO reads one consistent moment, WAL included; copying the file itself would tear it apart.
    source = Path(url.database or "").resolve().as_uri() + "?mode=ro"
    with closing(sqlite3.connect(source, uri=True, timeout=30)) as connection:
        connection.execute("VACUUM INTO ?", (str(target),))


def _dump_postgres(url: URL, target: Path) -> None:
    program = _program("pg_dump")
    asked = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    command = [program, "--format=custom", f"--file={target}", asked]
    # The password travels in the environment: a command line can be read by everybody on the machine.
    secret = {"PGPASSWORD": str(url.password)} if url.password else {}
    _run(command, {**os.environ, **secret})


def _find_fault(path: Path, *, is_sqlite: bool) -> str:
    return _find_sqlite_fault(path) if is_sqlite else _find_dump_fault(path)


def _find_sqlite_fault(path: Path) -> str:
    with closing(sqlite3.connect(path.resolve().as_uri() + "?mode=ro&immutable=1", uri=True)) as connection:
        told = connection.execute("PRAGMA integrity_check").fetchone()[0]
        if told != "ok":
            return f"integrity check: {told}"
        if lost := connection.execute("PRAGMA foreign_key_check").fetchone():
            return f"a row of {lost[0]} refers to nothing"
        version = connection.execute("SELECT count(*) FROM alembic_version").fetchone()[0]
    return "" if version else "the tables are of no known version"


def _find_dump_fault(path: Path) -> str:
    # Writing the whole dump out as SQL unpacks and reads every table in it.
    _run([_program("pg_restore"), f"--file={os.devnull}", str(path)], dict(os.environ))
    return ""


def _program(name: str) -> str:
    newest = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    found = str(newest[0]) if newest else shutil.which(name)
    if found is None:
        raise BackupFailed(f"{name} is not on this machine (Debian package: postgresql-client)")
    return found


def _run(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - ours alone
    if done.returncode:
        raise BackupFailed(f"{Path(command[0]).name}: {done.stderr.strip()[-500:]}")


def _flush(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
