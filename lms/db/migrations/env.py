"""Alembic's environment: the application's engine and metadata, batch mode for SQLite."""

import importlib
import importlib.util
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from flask import current_app
from sqlalchemy.engine import Connection

import lms
from lms.db.base import Base

for room in pkgutil.iter_modules(lms.__path__):
    if room.ispkg and importlib.util.find_spec(f"lms.{room.name}.models"):
        importlib.import_module(f"lms.{room.name}.models")

target_metadata = Base.metadata


def run_migrations() -> None:
    """Run the migrations on the application's database."""
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection, _references_unchecked(connection):
        context.configure(
            connection=connection,
            target_metadata=target_metadata,
            render_as_batch=True,
            render_item=_render_item,
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()


@contextmanager
def _references_unchecked(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by building it anew; while it is away, what refers to it must not stop that. Checked at the end."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.dbapi_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
        dangling = driver.execute("PRAGMA foreign_key_check").fetchall()
        if dangling:
            raise RuntimeError(f"after the migration rows refer to nothing: {dangling[:5]}")
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def _render_item(kind: str, item: Any, autogen_context: AutogenContext) -> str | Literal[False]:
    """House types are written as what they store, so that old migrations never import newer code."""
    if kind == "type" and type(item).__name__ == "UTCDateTime":
        return "sa.DateTime(timezone=True)"
    if kind == "type" and type(item).__name__ == "Points":
        return "sa.BigInteger()"
    return False


run_migrations()
