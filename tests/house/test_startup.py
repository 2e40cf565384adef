"""The site refuses to start where it would lose answers or could be forged, and says what to do."""

import os
import stat
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, text

from lms.app import create_app
from lms.config import ROOT, ConfigurationError, MailSettings, Settings, read_settings
from lms.db import session
from lms.db.session import db
from tests.databases import Databases, MissingService

KEY = "Zb3kQ9vTn1xW7rLm5sYc2pHd8fJg4aUe"


def environment(folder: Path, **changes: str) -> dict[str, str]:
    """An installation outside the demo in which nothing is wrong."""
    return {"INSTANCE_PATH": str(folder), "SECRET_KEY": KEY, "PUBLIC_BASE_URL": "https://nintei.example.jp"} | changes


def refusal(values: Mapping[str, str]) -> str:
    with pytest.raises(ConfigurationError) as refused:
        read_settings(values)
    return str(refused.value)


@pytest.mark.parametrize("key", ["", "short", "x" * 31, "x" * 64, "abcabcabc" * 8])
def test_a_missing_or_weak_secret_key_is_refused_with_the_way_to_make_one(tmp_path: Path, key: str) -> None:
    sentence = refusal(environment(tmp_path, SECRET_KEY=key))
    assert "SECRET_KEY is missing or weak. Set it to at least 32 random characters" in sentence
    assert "secrets.token_urlsafe(48)" in sentence
    assert not key or key not in sentence


def test_a_weak_key_is_refused_in_the_demo_too(tmp_path: Path) -> None:
    assert "SECRET_KEY" in refusal({"INSTANCE_PATH": str(tmp_path), "NINTEI_DEMO": "1", "SECRET_KEY": "demo"})


@pytest.mark.parametrize("address", ["http://nintei.example.jp", "nintei.example.jp", ""])
def test_an_address_without_tls_is_refused_outside_the_demo(tmp_path: Path, address: str) -> None:
    sentence = refusal(environment(tmp_path, PUBLIC_BASE_URL=address))
    assert sentence.startswith("PUBLIC_BASE_URL must begin with https:// outside the demo. Set it to the address visitors use")


def test_a_closed_test_installation_may_say_that_it_has_no_tls(tmp_path: Path) -> None:
    settings = read_settings(environment(tmp_path, PUBLIC_BASE_URL="http://10.0.0.5", ALLOW_HTTP="1"))
    assert not settings.is_https
    assert not settings.is_demo


def test_a_sound_installation_starts(tmp_path: Path) -> None:
    settings = read_settings(environment(tmp_path))
    assert (settings.is_https, settings.secret_key) == (True, KEY)
    assert create_app(settings).config["SESSION_COOKIE_SECURE"] is True


@pytest.mark.parametrize("url", ["mysql://localhost/x", "sqlite://", "lms.sqlite"])
def test_a_database_of_another_kind_is_refused(tmp_path: Path, url: str) -> None:
    assert refusal(environment(tmp_path, DATABASE_URL=url)) == "DATABASE_URL must begin with postgresql:// or sqlite:///."


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CERTIFICATE_NUMBER_FORMAT", "{year}-{serial:04}"),
        ("CERTIFICATE_NUMBER_FORMAT", "{serial:04}-{year}-{check}"),
        ("CERTIFICATE_SERIES", "協会"),
        ("CERTIFICATE_SERIES", "A" * 24),
    ],
)
def test_numbers_that_could_not_be_read_back_are_refused_before_the_first_is_given(tmp_path: Path, name: str, value: str) -> None:
    assert refusal(environment(tmp_path, **{name: value})).startswith(f"{name} cannot be used: a ")


@pytest.mark.parametrize("name", ["PORT", "TRUSTED_PROXIES", "SMTP_PORT"])
def test_a_setting_that_must_be_a_number_says_so(tmp_path: Path, name: str) -> None:
    values = environment(tmp_path, **{name: "many"})
    if name == "PORT":
        values |= {"NINTEI_DEMO": "1"}
        values.pop("PUBLIC_BASE_URL")
    assert refusal(values).startswith(f"{name} must be a whole number")


def test_the_process_itself_ends_with_the_sentence(tmp_path: Path) -> None:
    values = {key: value for key, value in os.environ.items() if key not in {"SECRET_KEY", "NINTEI_DEMO"}}
    done = subprocess.run(
        [sys.executable, "-c", "import wsgi"],
        cwd=ROOT,
        env=values | {"INSTANCE_PATH": str(tmp_path), "PUBLIC_BASE_URL": "https://nintei.example.jp"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "SECRET_KEY is missing or weak. Set it to" in done.stderr.splitlines()[-1]


def test_the_demos_secret_is_random_private_from_its_first_byte_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "chmod", lambda *_: pytest.fail("the file was open to others for a moment"))
    before = os.umask(0)
    try:
        first = read_settings({"NINTEI_DEMO": "1", "INSTANCE_PATH": str(tmp_path / "new")})
    finally:
        os.umask(before)
    file = tmp_path / "new" / "demo-secret"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(first.secret_key) >= 64
    assert read_settings({"NINTEI_DEMO": "1", "INSTANCE_PATH": str(tmp_path / "new")}).secret_key == first.secret_key
    assert read_settings({"NINTEI_DEMO": "1", "INSTANCE_PATH": str(tmp_path / "other")}).secret_key != first.secret_key


def production(folder: Path, url: str) -> Settings:
    return Settings(
        secret_key=KEY,
        database_url=url,
        instance=folder,
        public_base_url="https://nintei.example.jp",
        mail=MailSettings(password="geheim"),
    )


def test_settings_do_not_print_their_secrets(tmp_path: Path) -> None:
    shown = repr(production(tmp_path, "postgresql+psycopg://lms:geheim@db/lms"))
    assert KEY not in shown
    assert "geheim" not in shown


@pytest.mark.parametrize(
    ("wanted", "weak", "advice"),
    [
        ("synchronous=FULL", "synchronous=NORMAL", "PRAGMA synchronous=FULL"),
        ("synchronous=FULL", "synchronous=OFF", "PRAGMA synchronous=FULL"),
        ("journal_mode=WAL", "journal_mode=MEMORY", "PRAGMA journal_mode=WAL"),
        ("foreign_keys=ON", "foreign_keys=OFF", "PRAGMA foreign_keys=ON"),
    ],
)
def test_sqlite_that_would_lose_answers_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wanted: str, weak: str, advice: str
) -> None:
    assert wanted in session.SQLITE_PRAGMAS
    monkeypatch.setattr(session, "SQLITE_PRAGMAS", tuple(weak if each == wanted else each for each in session.SQLITE_PRAGMAS))
    with pytest.raises(ConfigurationError) as refused:
        create_app(production(tmp_path, f"sqlite:///{tmp_path / 'x.sqlite'}"))
    assert str(refused.value) == f"The database would lose acknowledged answers at a power cut: set {advice}."


def test_every_connection_to_sqlite_is_durable(tmp_path: Path) -> None:
    app = create_app(production(tmp_path, f"sqlite:///{tmp_path / 'x.sqlite'}"))
    with app.app_context():
        for _ in range(2):
            with db.engine.connect() as connection:
                found = [
                    str(connection.scalar(text(f"PRAGMA {name}"))) for name in ("journal_mode", "synchronous", "foreign_keys")
                ]
            db.engine.dispose()
            assert found == ["wal", "2", "1"]


@pytest.fixture
def postgres(databases: Databases) -> str:
    """A database of our own, whose settings may be spoilt."""
    try:
        return databases.server.create(f"startup_{os.urandom(4).hex()}")
    except MissingService as missing:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(missing))


def tell(url: str, *statements: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def set_server(url: str, value: str) -> None:
    """Switch flushing of the whole server and wait until new connections see it."""
    tell(url, f"ALTER SYSTEM SET fsync = {value}", f"ALTER SYSTEM SET full_page_writes = {value}", "SELECT pg_reload_conf()")
    engine = create_engine(url, poolclass=NullPool)
    for _ in range(100):
        with engine.connect() as connection:
            if connection.scalar(text("SHOW full_page_writes")) == value:
                return
        threading.Event().wait(0.05)
    raise AssertionError("the server did not take the setting")


def test_postgresql_with_asynchronous_commit_is_refused(tmp_path: Path, postgres: str) -> None:
    create_app(production(tmp_path, postgres))
    tell(postgres, f'ALTER DATABASE "{postgres.rpartition("/")[2]}" SET synchronous_commit = off')
    with pytest.raises(ConfigurationError) as refused:
        create_app(production(tmp_path, postgres))
    assert str(refused.value) == "The database would lose acknowledged answers at a power cut: set synchronous_commit=on."


def test_a_postgresql_server_that_does_not_flush_is_refused(tmp_path: Path, postgres: str) -> None:
    set_server(postgres, "off")
    try:
        with pytest.raises(ConfigurationError, match=r"set fsync=on, full_page_writes=on\.$"):
            create_app(production(tmp_path, postgres))
    finally:
        set_server(postgres, "on")
    create_app(production(tmp_path, postgres))
