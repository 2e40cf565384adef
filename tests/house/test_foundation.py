"""The floor under every table: append-only tables, honest types, commands that happen whole or not at all."""

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from lms import clock
from lms.audit.models import AuditEvent
from lms.audit.services import record
from lms.db.append_only import APPEND_ONLY_TABLES
from lms.db.session import CommandUnderSafeMethod, command, db


@command
def write_and_fail() -> None:
    record("house:test", subject=("house", 1), by=None, now=clock.now())
    db.session.flush()
    raise RuntimeError("after the write")


@command
def write_one_line() -> None:
    record("house:test", subject=("house", 1), by=None, now=clock.now())


def test_a_command_that_fails_leaves_nothing_behind(context: Flask) -> None:
    with pytest.raises(RuntimeError):
        write_and_fail()
    assert db.session.scalars(select(AuditEvent)).all() == []


def test_a_command_refuses_to_run_while_a_page_is_only_looked_at(app: Flask) -> None:
    with app.test_request_context("/", method="GET"), pytest.raises(CommandUnderSafeMethod):
        write_one_line()


@pytest.mark.parametrize("statement", ["UPDATE audit_events SET tag = 'x'", "DELETE FROM audit_events"])
def test_the_database_itself_refuses_to_change_a_written_audit_line(context: Flask, statement: str) -> None:
    write_one_line()
    with pytest.raises(DatabaseError, match="append-only"):
        db.session.execute(text(statement))
    db.session.rollback()


def test_what_is_written_can_neither_be_replaced_nor_emptied_as_a_whole(context: Flask) -> None:
    write_one_line()
    ways = {
        "sqlite": ["INSERT OR REPLACE INTO audit_events SELECT * FROM audit_events"],
        "postgresql": ["TRUNCATE audit_events", "TRUNCATE users CASCADE"],
    }
    for statement in ways[db.engine.dialect.name]:
        with pytest.raises(DatabaseError, match="append-only"):
            db.session.execute(text(statement))
        db.session.rollback()
    assert len(db.session.scalars(select(AuditEvent)).all()) == 1


@pytest.mark.database("postgresql")
def test_every_append_only_table_has_its_trigger_against_truncation(context: Flask) -> None:
    before_truncate = "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgtype & 32 <> 0 AND tgenabled = 'O'"
    assert set(db.session.scalars(text(before_truncate))) == set(APPEND_ONLY_TABLES)


def test_every_append_only_table_has_its_triggers_on_both_databases(context: Flask) -> None:
    catalog = (
        "SELECT DISTINCT tbl_name FROM sqlite_master WHERE type = 'trigger'"
        if db.engine.dialect.name == "sqlite"
        else "SELECT DISTINCT event_object_table FROM information_schema.triggers"
    )
    assert set(db.session.scalars(text(catalog))) == set(APPEND_ONLY_TABLES)
