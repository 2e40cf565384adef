"""The floor: a bare Flask application with one view that commits one insert and one that does one select, no more.

It uses the house's own libraries (Flask, Flask-SQLAlchemy) and its durable database settings, and nothing of the house
else: no log-in, no CSRF token, no lock, no check, no page.
"""

import os

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Text, event
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from lms.db.session import SQLITE_PRAGMAS


class Base(DeclarativeBase):
    """The one table of the floor."""


db = SQLAlchemy(model_class=Base, disable_autonaming=True)


class Note(Base):
    """A text that somebody sent."""

    __tablename__ = "floor_notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[str] = mapped_column(Text)


def make_floor(url: str) -> Flask:
    """The bare application on its own table of this database."""
    app = Flask("floor")
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            event.listen(db.engine, "connect", _make_durable)
        Base.metadata.create_all(db.engine, checkfirst=True)

    @app.post("/notes")
    def insert() -> ResponseReturnValue:
        note = Note(body=str(request.get_json()["body"]))
        db.session.add(note)
        db.session.commit()
        return jsonify(id=note.id)

    @app.get("/notes/<int:note_id>")
    def select(note_id: int) -> ResponseReturnValue:
        note = db.session.get(Note, note_id)
        return jsonify(body=note.body if note else "")

    return app


def _make_durable(dbapi_connection: object, _record: object) -> None:
    cursor = dbapi_connection.cursor()  # type: ignore[attr-defined] # whichever driver it is
    for pragma in SQLITE_PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


if os.environ.get("FLOOR_DATABASE_URL"):
    app = make_floor(os.environ["FLOOR_DATABASE_URL"])
