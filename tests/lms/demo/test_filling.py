"""The demo is filled once, by the verbs people use, and stands up to every check, on both databases."""

import os

import pytest
from click.testing import Result
from flask import Flask

from lms.certification.queries.register import find_certificate
from lms.config import ROOT
from lms.demo.people import read_cast
from tests.conftest import FrozenClock
from tests.databases import Databases, MissingService
from tests.lms.demo.filled import close_site, filled_site, migrate, open_site, rows


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=list(arguments))


def expect_a_whole_demo(app: Flask) -> None:
    """Three cohorts at three stages, two certificates, every figure computable again; filling again does nothing."""
    assert [row.label for row in rows(app, "SELECT label FROM cohorts ORDER BY ordinal")] == [f"デモ第{n}期" for n in (1, 2, 3)]
    assert rows(app, "SELECT count(*) AS n FROM essays WHERE anchor_id IS NULL")[0].n == 14
    expect_everybody_in_their_story(app)
    for check in (("exam", "recompute"), ("exam", "check"), ("register", "verify")):
        assert run(app, *check).exit_code == 0, check
    again = run(app, "demo", "fill")
    assert again.exit_code == 0
    assert "has been filled" not in again.output
    assert "Everybody's password" in again.output
    assert rows(app, "SELECT count(*) AS n FROM users")[0].n == 20


def expect_everybody_in_their_story(app: Flask) -> None:
    """Who is said to have passed has a certificate, who failed has not, and so on."""
    for person in read_cast(ROOT / "content").participants:
        (seat,) = rows(
            app, "SELECT p.id FROM participants p JOIN users u ON u.id = p.user_id WHERE u.email = :email", email=person.email
        )
        with app.app_context():
            assert (find_certificate(seat.id) is not None) == (person.story == "passed"), person.name
        paid = rows(app, "SELECT 1 FROM payments WHERE participant_id = :id", id=seat.id)
        assert bool(paid) == (person.story != "new"), person.name
        submitted = rows(
            app, "SELECT 1 FROM submissions s JOIN attempts a ON a.id = s.attempt_id WHERE a.participant_id = :id", id=seat.id
        )
        assert bool(submitted) == (person.story in {"submitted", "passed", "failed"}), person.name


def test_the_demo_is_filled_once_on_sqlite(databases: Databases, frozen_clock: FrozenClock) -> None:
    with filled_site(databases) as app:
        expect_a_whole_demo(app)


def test_the_demo_is_filled_once_on_postgresql(databases: Databases, frozen_clock: FrozenClock) -> None:
    folder = databases.folder / "demo-postgresql"
    folder.mkdir()
    try:
        url = databases.server.create("demo")
    except MissingService as missing:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(missing))
    app = open_site(databases, folder, url)
    migrate(app)
    first = run(app, "demo", "fill")
    assert first.exit_code == 0, first.output
    assert "has been filled" in first.output
    assert "/verify/" in first.output
    expect_a_whole_demo(app)
    close_site(app)


def test_an_interrupted_filling_says_what_to_do(databases: Databases, frozen_clock: FrozenClock) -> None:
    folder = databases.folder / "demo-interrupted"
    folder.mkdir()
    app = open_site(databases, folder)
    migrate(app)
    created = run(app, "user", "create", "--email", "jimu@example.jp", "--name", "事務 みほん", "--roles", "office")
    assert created.exit_code == 0
    refused = run(app, "demo", "fill")
    assert refused.exit_code == 1
    assert "An earlier filling was interrupted." in refused.output
    assert "Remove instance/lms.sqlite* and start again." in refused.output
    close_site(app)


@pytest.mark.parametrize("command", ["fill", "show"])
@pytest.mark.database("sqlite")
def test_outside_a_demo_nothing_fictional_is_made(app: Flask, command: str) -> None:
    refused = run(app, "demo", command)
    assert refused.exit_code == 1
    assert "This is not a demo installation" in refused.output
    assert rows(app, "SELECT count(*) AS n FROM users")[0].n == 0
