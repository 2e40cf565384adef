"""The filled demo as a database file: made once in a test run by `demo fill`, copied for every test that wants it."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import Row, text

from certificates.fonts.build import build_font, is_built
from lms.app import create_app
from lms.config import CertificateSettings
from lms.db.session import db
from tests.databases import ROOT, Databases, test_settings


def fonts(databases: Databases) -> Path:
    """The typeface of the checkout if it is built, else one that is built once in this run."""
    if is_built(ROOT / "instance" / "fonts"):
        return ROOT / "instance" / "fonts"
    folder = databases.folder / "fonts"
    if not is_built(folder):
        build_font(folder)
    return folder


def open_site(databases: Databases, folder: Path, url: str = "", **changes: Any) -> Flask:
    """The demo site on a database; by default the SQLite file of the folder."""
    if not (folder / "fonts").exists():
        (folder / "fonts").symlink_to(fonts(databases), target_is_directory=True)
    settings = test_settings(folder, url or f"sqlite:///{folder / 'lms.sqlite'}")
    sample = CertificateSettings(series="SAMPLE-CH", signatory_name="見本 太郎")
    return create_app(replace(settings, is_demo=True, certificate=sample, **changes))


def migrate(app: Flask) -> None:
    """Make the tables."""
    with app.app_context():
        upgrade(directory=str(ROOT / "lms/db/migrations"))


def close_site(app: Flask) -> None:
    """Let go of the database, so that its file is whole and may be copied."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def filled_file(databases: Databases) -> Path:
    """The SQLite file of the filled demo."""
    folder = databases.folder / "demo"
    done = folder / "filled.sqlite"
    if done.exists():
        return done
    folder.mkdir(exist_ok=True)
    app = open_site(databases, folder)
    migrate(app)
    result = app.test_cli_runner().invoke(args=["demo", "fill"])
    assert result.exit_code == 0, result.output
    close_site(app)
    shutil.copy(folder / "lms.sqlite", done)
    return done


@contextmanager
def filled_site(databases: Databases, **changes: Any) -> Iterator[Flask]:
    """The demo site on a copy of its own."""
    folder = Path(tempfile.mkdtemp(dir=databases.folder))
    shutil.copy(filled_file(databases), folder / "lms.sqlite")
    shutil.copytree(filled_file(databases).parent / "keys", folder / "keys")  # by which its receipts are signed
    app = open_site(databases, folder, **changes)
    yield app
    close_site(app)


def rows(app: Flask, statement: str, **values: object) -> list[Row[Any]]:
    """What the statement selects."""
    with app.app_context():
        return list(db.session.execute(text(statement), values))


def user_id(app: Flask, email: str) -> int:
    """The id of a demo person."""
    return int(rows(app, "SELECT id FROM users WHERE email = :email", email=email)[0].id)
