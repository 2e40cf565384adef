"""Sessions, commands that happen whole or not at all, and the engine settings that make 'saved' mean 'on disk'."""

import functools
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

from flask import Flask, current_app, has_request_context, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine, event, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from lms.config import ConfigurationError
from lms.db.base import Base
from lms.db.turns import Line, TurnTakingConnection

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
SQLITE_BUSY_MILLISECONDS = 15_000
SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "recursive_triggers=ON",
    f"busy_timeout={SQLITE_BUSY_MILLISECONDS}",
)
"""What every connection to SQLite is told before its first statement; without recursive_triggers, INSERT OR REPLACE would
take rows of record away unnoticed by their triggers."""

TRACE_MILLISECONDS = 150
"""How long a page waits for room to leave a trace that it can do without."""

P = ParamSpec("P")
R = TypeVar("R")

db = SQLAlchemy(model_class=Base, disable_autonaming=True)

_command_depth: ContextVar[int] = ContextVar("command_depth", default=0)
_is_bookkeeping: ContextVar[bool] = ContextVar("is_bookkeeping", default=False)
_is_reading: ContextVar[bool] = ContextVar("is_reading", default=False)


class CommandUnderSafeMethod(RuntimeError):
    """A GET may look but not touch."""


def command(function: Callable[P, R]) -> Callable[P, R]:
    """Make a service one transaction: the outermost command commits, any exception rolls everything back."""

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if has_request_context() and request.method in SAFE_METHODS:
            raise CommandUnderSafeMethod(f"{function.__qualname__} was called under {request.method}")
        depth = _command_depth.get()
        if depth == 0 and has_request_context():
            _end_reading()
        token = _command_depth.set(depth + 1)
        try:
            result = function(*args, **kwargs)
            if depth == 0:
                db.session.commit()
        except BaseException:
            if depth == 0:
                db.session.rollback()
            raise
        finally:
            _command_depth.reset(token)
        return result

    return run


@contextmanager
def bookkeeping(*, is_patient: bool = True) -> Iterator[Session]:
    """A short transaction of its own for traces of use (session last seen, look-ups); allowed under GET.

    One that is not patient raises DBAPIError rather than keep a page waiting for SQLite's one write lock.
    """
    token = _is_bookkeeping.set(True)
    try:
        with (
            db.engine.connect() as connection,
            _waiting_no_longer(connection, is_patient=is_patient),
            Session(connection, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session
    finally:
        _is_bookkeeping.reset(token)


@contextmanager
def _waiting_no_longer(connection: Connection, *, is_patient: bool) -> Iterator[None]:
    """SQLite's wait for its write lock begins before the transaction does, and is a matter of the connection."""
    if is_patient or connection.dialect.name != "sqlite":
        yield
        return
    driver = cast(TurnTakingConnection, connection.connection.driver_connection)
    _wait_at_most(driver, TRACE_MILLISECONDS)
    try:
        yield
    finally:
        _wait_at_most(driver, SQLITE_BUSY_MILLISECONDS)


def _wait_at_most(driver: TurnTakingConnection, milliseconds: int) -> None:
    driver.patience_seconds = milliseconds / 1000
    driver.execute(f"PRAGMA busy_timeout={milliseconds}")


@contextmanager
def only_reading() -> Iterator[None]:
    """Look for a while without a request (worker, command line) and hold no lock that would keep others from writing."""
    release()
    token = _is_reading.set(True)
    try:
        yield
    finally:
        release()
        _is_reading.reset(token)


def _end_reading() -> None:
    """A view looks before its command acts; on SQLite only the command itself may hold the one write lock there is."""
    if db.session().in_transaction() and db.engine.dialect.name == "sqlite":
        release()


def release() -> None:
    """End the current transaction before slow work (password hashing, PDF drawing), so that no lock is held."""
    db.session.rollback()


def init_database(app: Flask, url: str) -> None:
    """Bind the application to its database with durable settings."""
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = _engine_options(url)
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _make_sqlite_durable(db.engine)


def check_durability(app: Flask) -> None:
    """Refuse to start on a database that would acknowledge what it has not flushed.

    Raises ConfigurationError with a sentence that says what to do.
    """
    with app.app_context(), db.engine.connect() as connection:
        unsafe = unsafe_settings(connection)
    if unsafe:
        raise ConfigurationError("The database would lose acknowledged answers at a power cut: set " + ", ".join(unsafe) + ".")


def unsafe_settings(connection: Connection) -> list[str]:
    """The settings under which this database would lose what it acknowledged, as they ought to be."""
    if connection.dialect.name == "sqlite":
        found = {
            "journal_mode": str(connection.scalar(text("PRAGMA journal_mode"))),
            "synchronous": str(connection.scalar(text("PRAGMA synchronous"))),
            "foreign_keys": str(connection.scalar(text("PRAGMA foreign_keys"))),
        }
        wanted = {"journal_mode": ("wal", "WAL"), "synchronous": ("2", "FULL"), "foreign_keys": ("1", "ON")}
        return [f"PRAGMA {name}={shown}" for name, (value, shown) in wanted.items() if found[name] != value]
    return [
        f"{name}=on"
        for name in ("fsync", "full_page_writes", "synchronous_commit")
        if str(connection.scalar(text(f"SHOW {name}"))) == "off"
    ]


def _engine_options(url: str) -> dict[str, Any]:
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": SQLITE_BUSY_MILLISECONDS / 1000, "factory": TurnTakingConnection}}
    return {
        "pool_pre_ping": True,
        "pool_size": 8,
        "max_overflow": 8,
        "connect_args": {"options": "-c statement_timeout=10s -c idle_in_transaction_session_timeout=30s -c timezone=UTC"},
    }


def _make_sqlite_durable(engine: Engine) -> None:
    line = Line(Path(f"{engine.url.database}-turns"))

    @event.listens_for(engine, "connect")
    def on_connect(dbapi_connection: Any, _record: object) -> None:
        dbapi_connection.isolation_level = None
        cursor = dbapi_connection.cursor()
        for pragma in SQLITE_PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        if _only_reads():
            connection.exec_driver_sql("BEGIN DEFERRED")
        else:
            _begin_writing(connection, line)


def _begin_writing(connection: Connection, line: Line) -> None:
    try:
        cast(TurnTakingConnection, connection.connection.driver_connection).begin_writing(line)
    except sqlite3.OperationalError as busy:  # said in the words of every other failure of the database
        raise OperationalError("BEGIN IMMEDIATE", None, busy) from busy


def _only_reads() -> bool:
    """A read that turns into a write would fail with 「database is locked」, so writers say so from the start.

    In a request, and inside `only_reading`, only commands and bookkeeping write; what is read around them keeps nobody
    else from writing.
    """
    if _is_bookkeeping.get() or not (has_request_context() or _is_reading.get()):
        return False
    return _command_depth.get() == 0 or bool(current_app.config.get("READ_ONLY"))
