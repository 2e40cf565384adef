"""Checking the register: whatever is changed behind the application's back is found, and the row is named."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Column, Connection, RowMapping, Table, delete, select, text, update
from sqlalchemy.exc import DatabaseError

from lms.certification import labels
from lms.certification.models import IssuedDocument, NumberSeries, PrintedRecord, RegisterEntry, VerificationSecret
from lms.certification.queries.checking import count_entries, list_register_problems
from lms.certification.rules.chain import Damage
from lms.certification.rules.entries import EntryKind
from lms.db.append_only import APPEND_ONLY_TABLES, drop_triggers
from lms.db.base import Base
from lms.db.session import db
from tests.lms.certification.builders import Builder

CHAINED_TABLES = [RegisterEntry, PrintedRecord, IssuedDocument, VerificationSecret, NumberSeries]


@contextmanager
def intruder() -> Iterator[Connection]:
    """A connection whose holder switched triggers and foreign keys off."""
    with db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
            for statement in drop_triggers("sqlite", APPEND_ONLY_TABLES):
                connection.execute(text(statement))
        else:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        yield connection
        connection.commit()
        if connection.dialect.name == "sqlite":
            connection.connection.cursor().execute("PRAGMA foreign_keys=ON")


def changed(value: Any) -> Any:
    """Another value of the same kind."""
    match value:
        case None:
            return date(2028, 11, 30)  # the last day is the only column that may be empty
        case StrEnum():
            return EntryKind.REISSUE
        case int():
            return value + 1000
        case datetime():
            return value + timedelta(microseconds=1)
        case date():
            return value + timedelta(days=1)
        case bytes():
            return value[:-1] + bytes([value[-1] ^ 1])
        case str():
            return "x" + value[1:]
    raise AssertionError(value)


def set_value(column: Column[Any], old_key: Any, key: Column[Any], value: Any) -> None:
    with intruder() as connection:
        connection.execute(update(column.table).where(key == old_key).values({column.name: value}))


@pytest.fixture
def three(build: Builder) -> Iterator[Flask]:
    for _ in range(3):
        build.issued_seat()
    with build.app.app_context():
        yield build.app


def test_an_untouched_register_has_no_problem(three: Flask) -> None:
    assert list_register_problems() == []
    assert count_entries() == 3


def test_a_change_in_any_column_is_found(three: Flask) -> None:
    for model in CHAINED_TABLES:
        table = model.__table__
        assert isinstance(table, Table)
        (key,) = table.primary_key.columns
        row = db.session.execute(select(table).order_by(key).limit(2)).mappings().all()[-1]
        db.session.rollback()
        for column in table.columns:
            if model is not NumberSeries or column is not key:  # nothing refers to a series by its key
                change_and_restore(column, key, row)


def change_and_restore(column: Column[Any], key: Column[Any], row: RowMapping) -> None:
    value = row[column.name]
    new = changed(value)
    set_value(column, row[key.name], key, new)
    assert list_register_problems() != [], column
    db.session.rollback()
    set_value(column, new if column is key else row[key.name], key, value)
    assert list_register_problems() == [], f"{column} was not restored"
    db.session.rollback()


def test_the_altered_row_is_the_first_that_is_named(three: Flask) -> None:
    table = RegisterEntry.__table__
    assert isinstance(table, Table)
    for name in ("reason", "participant_id", "entered_at", "commitment", "pdf_sha256"):
        value = db.session.execute(select(table.c[name]).where(table.c.position == 2)).scalar_one()
        db.session.rollback()
        set_value(table.c[name], 2, table.c.position, changed(value))
        first = list_register_problems()[0]
        db.session.rollback()
        assert (first.position, first.damage) == (2, Damage.ENTRY), name
        assert labels.problem(first).startswith("2番目の記録(JHRMA-CH-2026-0002-")
        set_value(table.c[name], 2, table.c.position, value)


@pytest.mark.parametrize(
    ("model", "damage"),
    [
        (PrintedRecord, Damage.RECORD_MISSING),
        (IssuedDocument, Damage.DOCUMENT_MISSING),
        (VerificationSecret, Damage.SECRET_MISSING),
    ],
)
def test_a_row_taken_away_beside_the_chain_is_missed(three: Flask, model: type[Base], damage: Damage) -> None:
    with intruder() as connection:
        connection.execute(delete(model).where(model.__table__.c.register_entry_id == 2))
    assert [(problem.position, problem.damage) for problem in list_register_problems()] == [(2, damage)]


@pytest.mark.parametrize("position", [1, 2, 3])
def test_an_entry_taken_out_is_missed_even_at_the_end(three: Flask, position: int) -> None:
    with intruder() as connection:
        connection.execute(delete(RegisterEntry).where(RegisterEntry.position == position))
    found = {problem.damage for problem in list_register_problems()}
    assert found & {Damage.POSITION, Damage.SERIES_END}


def test_the_database_itself_refuses_to_change_or_delete_an_entry(three: Flask) -> None:
    for model in (RegisterEntry, IssuedDocument):
        for statement in (update(model).values({next(iter(model.__table__.columns.keys())): 9}), delete(model)):
            with pytest.raises(DatabaseError, match="append-only"):
                db.session.execute(statement)
            db.session.rollback()
