"""Reading rows exactly as the database holds them, so that a damaged value is a finding and never an error."""

import json
from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Dialect,
    LargeBinary,
    RowMapping,
    Select,
    Table,
    Text,
    case,
    cast,
    func,
    select,
    type_coerce,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import JSON, NullType, TypeDecorator, TypeEngine

from lms.db.base import Base
from lms.db.session import db

ROWS_AT_ONCE = 20


class Spoiled:
    """What stands in place of a value that cannot be what its column is for."""


SPOILED: Final = Spoiled()
Stored = dict[str, Any]
"""Column name → its value, or SPOILED."""


def stored_rows(model: type[Base], *conditions: ColumnElement[bool]) -> Iterator[Stored]:
    """The rows of a table in the order of its key; long values come a few at a time, so memory stays flat.

    Every value must be the one text, number or moment that the application would have written for it; a value that only
    reads the same (a date in another notation, a number kept as text) is spoiled.
    """
    table = model.__table__
    assert isinstance(table, Table)
    dialect = db.engine.dialect
    statement = _statement(table, dialect).where(*conditions).order_by(*table.primary_key.columns)
    rows = db.session.execute(statement.execution_options(yield_per=ROWS_AT_ONCE)).mappings()
    for row in rows:
        yield {column.name: _value(row, column.name, column.type, column.nullable, dialect) for column in table.columns}


def _statement(table: Table, dialect: Dialect) -> Select[Any]:
    """SQLite keeps anything in any column: its texts are fetched as bytes, beside the kind each value really has."""
    columns: list[ColumnElement[Any]] = []
    for column in table.columns:
        raw: ColumnElement[Any] = cast(column, Text) if isinstance(column.type, JSON) else column
        if dialect.name == "sqlite":
            kind = func.typeof(column)
            raw = case((kind == "text", cast(column, LargeBinary)), else_=column)
            columns.append(kind.label(f"{column.name} kind"))
        columns.append(type_coerce(raw, NullType()).label(column.name))
    return select(*columns)


def _value(row: RowMapping, name: str, kind: TypeEngine[Any], nullable: bool, dialect: Dialect) -> Any:
    raw = row[name]
    if raw is None:
        return None if nullable else SPOILED
    try:
        if row.get(f"{name} kind") == "text":
            raw = bytes(raw).decode("utf-8")
        return json.loads(raw) if isinstance(kind, JSON) else _checked(raw, kind, dialect)
    except (ValueError, TypeError, LookupError, OverflowError, DBAPIError):
        return SPOILED


def _checked(raw: Any, kind: TypeEngine[Any], dialect: Dialect) -> Any:
    """The value, which must turn back into exactly what is stored."""
    if isinstance(kind, LargeBinary):
        return raw if isinstance(raw, bytes) else SPOILED
    here = kind.dialect_impl(dialect)
    read, write = here.result_processor(dialect, None), here.bind_processor(dialect)
    value = read(raw) if read else raw
    again = write(value) if write else value
    expected: type[Any] = (kind.impl_instance if isinstance(kind, TypeDecorator) else kind).python_type
    is_right = isinstance(value, expected) and isinstance(value, bool) is (expected is bool)
    return value if is_right and type(again) is type(raw) and again == raw else SPOILED
