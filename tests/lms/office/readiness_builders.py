"""An installation in which everything is ready for an exam, so that tests can spoil one thing at a time."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask, current_app

from lms import clock
from lms.audit.services import beat
from lms.db.backup import make_backup
from lms.db.session import db
from lms.exams.rules.readiness import CheckId, CheckResult
from lms.exams.services.trying_out import try_out_attempt
from lms.office.queries import readiness
from lms.office.queries.readiness import house
from lms.office.services import note_backup, note_backup_check
from lms.web.access import Role
from tests.databases import ROOT
from tests.factories import Factory, Seat
from tests.lms.accounts.builders import set_password, set_up_totp
from tests.lms.exams.builders import eligible_seat, window


@dataclass
class ReadyHouse:
    """A window that opens in two hours, with everybody and everything it needs."""

    app: Flask
    make: Factory
    patch: pytest.MonkeyPatch
    folder: Path
    seats: list[Seat]
    window_id: int
    graders: list[int]
    office: list[int]

    def inspect(self) -> dict[CheckId, CheckResult]:
        with self.app.app_context():
            trial = try_out_attempt(self.window_id, now=clock.now())
            return {each.check: each for each in readiness.inspect(self.window_id, trial, now=clock.now())}

    def change(self, **settings: object) -> None:
        """Other settings for the rest of the test."""
        self.patch.setitem(self.app.extensions, "settings", replace(self.app.extensions["settings"], **settings))

    def edit(self, file: str, change: Callable[[str], str]) -> None:
        """Another content folder in which one file says something else."""
        folder = self.folder / "content"
        if not folder.exists():
            shutil.copytree(ROOT / "content", folder)
            self.change(content=folder)
        path = folder / file
        path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")

    def run(self, do: Callable[[], object]) -> None:
        """Do something in a context of its own."""
        with self.app.app_context():
            do()
            db.session.commit()


def ready_house(app: Flask, make: Factory, patch: pytest.MonkeyPatch, folder: Path, typeface: Path) -> ReadyHouse:
    """Everything green but what nobody can do in a test: mail server, disk, outside address and database clock answer well."""
    patch.setitem(
        app.extensions, "settings", replace(app.extensions["settings"], instance=folder, public_base_url="https://a.example")
    )
    patch.setitem(app.config, "SESSION_COOKIE_SECURE", True)
    patch.setattr(house, "reach_server", lambda *_, **__: None)
    patch.setattr(house, "tls_expires_at", lambda *_, **__: datetime(2099, 1, 1, tzinfo=UTC))
    patch.setattr(house, "database_now", clock.now)
    patch.setattr(house.shutil, "disk_usage", lambda _: SimpleNamespace(total=100, used=50, free=50))
    (folder / "fonts").symlink_to(typeface, target_is_directory=True)
    first = eligible_seat(make)
    seats = [first, eligible_seat(make, first.cohort_id)]
    graders = [make.staff(Role.GRADER, name=f"架空 採点{number}子") for number in range(3)]
    office = [make.staff(Role.OFFICE, name=f"架空 事務{number}子") for number in range(2)]
    window_id = window(make, seats[0].cohort_id, opens_in=2, hours=50)
    ready = ReadyHouse(app, make, patch, folder, seats, window_id, graders, office)
    ready.run(lambda: [set_password(seat.user_id) for seat in seats])
    ready.run(lambda: [set_up_totp(person) for person in (*graders, *office)])
    ready.run(work)
    ready.run(copy_database)
    return ready


def work() -> None:
    """The worker did its jobs just now."""
    for job in house.NEEDED_JOBS:
        beat(job, now=clock.now())


def copy_database() -> None:
    """A copy was made an hour ago and opened again."""
    then = clock.now() - timedelta(hours=1)
    backup = make_backup(db.engine, current_app.extensions["settings"].backups, now=then)
    note_backup(backup.path.name, backup.sha256, backup.size, now=then)
    note_backup_check(backup.path.name, backup.sha256, now=then)
