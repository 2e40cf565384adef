"""`flask backup`: a copy made beside running writers is whole, a damaged copy is found out, every copy is on record."""

import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from lms import clock
from lms.audit.queries import find_last_event
from lms.audit.services import beat
from lms.db.backup import BackupFailed, check_backup, digest_of, list_backups, make_backup
from lms.db.session import db
from tests.conftest import FrozenClock
from tests.factories import Factory


@pytest.fixture(autouse=True)
def _empty_folder(app: Flask) -> None:
    shutil.rmtree(app.extensions["settings"].backups, ignore_errors=True)


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["backup", *arguments])


def copies(app: Flask) -> list[Path]:
    return list_backups(app.extensions["settings"].backups)


def test_a_copy_is_made_checked_and_put_on_record(app: Flask, make: Factory) -> None:
    make.seat()
    made = run(app, "make")
    assert made.exit_code == 0, made.output
    (copy,) = copies(app)
    assert digest_of(copy) in made.output
    assert copy.with_name(f"{copy.name}.sha256").read_text().split() == [digest_of(copy), copy.name]
    checked = run(app, "check")
    assert checked.exit_code == 0, checked.output
    with app.app_context():
        for tag in ("backup:make", "backup:check"):
            event = find_last_event(tag)
            assert event is not None
            assert (event.subject_id, event.detail["sha256"]) == (copy.name, digest_of(copy))


def test_the_newest_copy_is_checked_unless_one_is_named(app: Flask, frozen_clock: FrozenClock) -> None:
    run(app, "make")
    frozen_clock.advance(hours=1)
    run(app, "make")
    newest, oldest = copies(app)
    assert newest.name in run(app, "check").output
    assert oldest.name in run(app, "check", str(oldest)).output


@pytest.mark.database("sqlite")
def test_a_copy_made_while_others_write_is_one_moment_of_the_database(app: Flask) -> None:
    stop = threading.Event()

    def write() -> None:
        with app.app_context():
            while not stop.is_set():
                for job in ("a", "b"):
                    beat(job, now=clock.now())

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(5):
            with app.app_context():
                backup = make_backup(db.engine, app.extensions["settings"].backups, now=clock.now())
            with closing(sqlite3.connect(backup.path)) as copy:
                assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert check_backup(backup.path) == ""
    finally:
        stop.set()
        writer.join()


def cut_short(copy: Path) -> None:
    copy.write_bytes(copy.read_bytes()[:-4096])


def overwrite(copy: Path) -> None:
    data = bytearray(copy.read_bytes())
    middle = slice(len(data) // 2, len(data) // 2 + 512)
    data[middle] = bytes(byte ^ 0xFF for byte in data[middle])
    copy.write_bytes(data)


@pytest.mark.parametrize(
    ("damage", "is_digest_renewed"),
    [
        pytest.param(cut_short, False, id="cut short"),
        pytest.param(cut_short, True, id="cut short, and the digest made anew"),
        # With a new digest a hole may lie in free space, where nothing is lost.
        pytest.param(overwrite, False, id="a hole in the middle"),
    ],
)
def test_a_damaged_copy_is_found_out(app: Flask, make: Factory, damage: object, is_digest_renewed: bool) -> None:
    for _ in range(30):
        make.seat()
    run(app, "make")
    (copy,) = copies(app)
    damage(copy)  # type: ignore[operator]
    if is_digest_renewed:
        copy.with_name(f"{copy.name}.sha256").write_text(f"{digest_of(copy)}  {copy.name}\n")
    result = run(app, "check")
    assert result.exit_code == 1
    with app.app_context():
        assert find_last_event("backup:check") is None


def test_without_any_copy_the_check_says_how_to_make_one(app: Flask) -> None:
    result = run(app, "check")
    assert (result.exit_code, "flask backup make" in result.output) == (1, True)


def test_a_copy_that_cannot_be_written_leaves_nothing_behind(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where the folder should be")
    with app.app_context(), pytest.raises((BackupFailed, OSError)):
        make_backup(db.engine, tmp_path / "taken", now=clock.now())
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


@pytest.mark.database("sqlite")
def test_a_copy_with_a_row_that_refers_to_nothing_is_not_kept(app: Flask, make: Factory) -> None:
    make.seat()
    with app.app_context():
        place = Path(str(db.engine.url.database))
    with closing(sqlite3.connect(place)) as connection:
        connection.execute("UPDATE participants SET user_id = 999")
        connection.commit()
    result = run(app, "make")
    assert (result.exit_code, copies(app)) == (1, [])
    assert "participants" in result.output
