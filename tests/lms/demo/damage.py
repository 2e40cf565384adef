"""An intruder who changes stored rows behind the triggers."""

from flask import Flask
from sqlalchemy import text

from lms.db.append_only import APPEND_ONLY_TABLES, drop_triggers
from lms.db.session import db


def damage(app: Flask, statement: str) -> None:
    """Run one SQL statement with every trigger dropped and foreign keys off; it must change something."""
    with app.app_context(), db.engine.connect() as connection:
        connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
        for drop in drop_triggers("sqlite", APPEND_ONLY_TABLES):
            connection.execute(text(drop))
        assert connection.execute(text(statement)).rowcount > 0, statement
        connection.commit()
        db.engine.dispose()
