"""Upgrading a used installation: what was stored before is there afterwards, byte for byte, and as well guarded."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import Boolean, Date, DateTime, MetaData, String, Table, Text, insert, inspect, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.types import JSON, TypeEngine

from lms.app import create_app
from lms.db.append_only import APPEND_ONLY_TABLES
from lms.db.session import db
from tests.databases import ROOT, Databases
from tests.databases import test_settings as settings_for_tests

MIGRATIONS = str(ROOT / "lms/db/migrations")
THEN = datetime(2026, 12, 1, 3, tzinfo=UTC)
ROWS: dict[str, dict[str, Any]] = {
    "users": {"email": "hanako@example.jp"},
    "cohorts": {},
    "participants": {},
    "exam_windows": {"closes_at": datetime(2026, 12, 9, tzinfo=UTC)},
    "papers": {"id": 7, "body": "{}"},
    "attempts": {"public_id": "a", "paper_id": 7},
    "attempt_events": {"kind": "attempt_started", "section_id": "choice"},
    "answer_versions": {"outcome": "current", "body": '{"kind":"essay","text":"髙𠮷"}'},
    "submissions": {"kind": "clock", "answers": {"T1-001": {"body": "髙𠮷"}}},
    "essays": {"text": "髙𠮷"},
    "assignments": {"part": "second", "reasons": ["total_gap"]},
    "mark_drafts": {"body": {"note": "髙𠮷"}},
    "grader_marks": {"levels": {"R1": 4}, "points": 1750, "note": "髙𠮷"},
    "grader_conflicts": {"reason": "髙𠮷"},
    "choice_marks": {"points": 9750},
    "results": {"is_passed": True, "total": 12050},
    "result_releases": {},
}
"""A row of each table that is rebuilt, and of what it stands on; everything else in a row is filled in by its type."""


@pytest.fixture
def old_app(databases: Databases, database_kind: str, tmp_path: Path) -> Flask:
    """An installation as it was before the exam room was deepened, with a finished exam in it."""
    url = (
        f"sqlite:///{tmp_path / 'lms.sqlite'}"
        if database_kind == "sqlite"
        else databases.server.create(f"upgrading_{tmp_path.name.lower()[-20:]}")
    )
    app = create_app(settings_for_tests(tmp_path, url))
    with app.app_context():
        upgrade(directory=MIGRATIONS, revision="0001")
        tables = MetaData()
        tables.reflect(db.engine)
        with db.engine.begin() as connection:
            for name, given in ROWS.items():
                connection.execute(insert(tables.tables[name]).values(_row(tables.tables[name], given)))
    return app


def _row(table: Table, given: dict[str, Any]) -> dict[str, Any]:
    needed = [column for column in table.columns if not column.nullable and column.name not in given]
    return {column.name: _filler(column.type) for column in needed} | given


def _filler(kind: TypeEngine[Any]) -> object:
    fillers: list[tuple[type | tuple[type, ...], object]] = [
        (Boolean, False),
        (JSON, {}),
        ((String, Text), "1"),
        (DateTime, THEN),
        (Date, date(2026, 12, 1)),
    ]
    return next((value for kinds, value in fillers if isinstance(kind, kinds)), 1)


def _contents() -> dict[str, list[dict[str, Any]]]:
    tables = MetaData()
    tables.reflect(db.engine, only=list(ROWS))
    with db.engine.connect() as connection:
        return {
            name: [dict(row._mapping) for row in connection.execute(select(table))]
            for name, table in tables.tables.items()
            if name in ROWS
        }


def test_an_upgrade_keeps_every_row_of_a_finished_exam(old_app: Flask) -> None:
    with old_app.app_context():
        before = _contents()
        upgrade(directory=MIGRATIONS)
        after = _contents()
        assert [len(rows) for rows in after.values()] == [1] * len(ROWS)
        for name, rows in before.items():
            for old, new in zip(rows, after[name], strict=True):
                assert {column: new[column] for column in old} == old, name
        (essay,), (draft,), (mark,) = after["essays"], after["mark_drafts"], after["grader_marks"]
        assert (essay["paper_id"], essay["round"], essay["anchor_id"]) == (7, 1, None)
        assert (draft["version"], mark["highlights"], mark["started_at"]) == (1, [], None)
        assert after["grader_conflicts"][0]["kind"] == "declared"
        db.engine.dispose()


def test_an_upgraded_installation_is_as_well_guarded_as_a_new_one(old_app: Flask) -> None:
    with old_app.app_context():
        upgrade(directory=MIGRATIONS)
        for name in sorted(set(APPEND_ONLY_TABLES) & set(ROWS)):
            with pytest.raises(DatabaseError, match="append-only"), db.engine.begin() as connection:
                connection.execute(text(f"DELETE FROM {name}"))
        if db.engine.dialect.name == "postgresql":
            with pytest.raises(DatabaseError, match="append-only"), db.engine.begin() as connection:
                connection.execute(text("TRUNCATE papers CASCADE"))
        names = "id, attempt_id, sequence, kind, by_clock, at, recorded_at"
        row = "2, attempt_id, 2, 'invented', by_clock, at, recorded_at"
        with pytest.raises(DatabaseError, match="ck_attempt_events_kind"), db.engine.begin() as connection:
            connection.execute(text(f"INSERT INTO attempt_events ({names}) SELECT {row} FROM attempt_events"))
        wider = "INSERT INTO assignments (id, public_id, essay_id, grader_id, part, position, reasons, assigned_at) VALUES "
        values = "(2, 'b', 1, {grader}, '{part}', 1, '[]', '2026-12-01')"
        with pytest.raises(DatabaseError, match="ck_assignments_part"), db.engine.begin() as connection:
            connection.execute(text(wider + values.format(grader=2, part="invented")))
        with pytest.raises(DatabaseError, match=r"(?i)unique"), db.engine.begin() as connection:
            connection.execute(text(wider + values.format(grader=1, part="calibration")))
        assert "seconds" in {column["name"] for column in inspect(db.engine).get_columns("attempt_events")}
        db.engine.dispose()
