"""What the database says of itself: its clock, its version of the tables, and whether it flushes what it acknowledges."""

from datetime import UTC, datetime

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import text

from lms.db.session import db, unsafe_settings


def database_now() -> datetime:
    """The moment on the database's own clock, aware and in UTC."""
    if db.engine.dialect.name == "sqlite":
        with db.engine.connect() as connection:
            told = str(connection.scalar(text("SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now')")))
        return datetime.fromisoformat(told).replace(tzinfo=UTC)
    with db.engine.connect() as connection:
        moment = connection.scalar(text("SELECT clock_timestamp()"))
    assert isinstance(moment, datetime)
    return moment.astimezone(UTC)


def list_unsafe_settings() -> list[str]:
    """The settings under which the database would lose what it acknowledged, as they ought to be; empty when there are none."""
    with db.engine.connect() as connection:
        return unsafe_settings(connection)


def missing_migrations() -> tuple[str, ...]:
    """The newest migrations that this database has not had yet; empty when it is up to date."""
    scripts = ScriptDirectory.from_config(current_app.extensions["migrate"].migrate.get_config())
    with db.engine.connect() as connection:
        done = set(MigrationContext.configure(connection).get_current_heads())
    return tuple(sorted(set(scripts.get_heads()) - done))
