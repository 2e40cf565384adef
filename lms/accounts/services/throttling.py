"""Counting failures in the database, so that every worker and every restart knows them."""

import functools
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast

from flask import current_app
from sqlalchemy import Executable, Table, bindparam, case, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lms.accounts.models import FailureCounter
from lms.accounts.rules.throttling import Limit
from lms.config import Settings
from lms.db.session import bookkeeping, db, release

FORGOTTEN_AFTER = timedelta(days=2)
DEFAULT_WINDOW = timedelta(hours=1)


def count_failure(scope: str, key: str, *, now: datetime, window: timedelta = DEFAULT_WINDOW) -> int:
    """Count one failure and give back how many there are in the running window.

    Has a short transaction of its own, so that it holds whatever happens to the caller's and works under GET. It ends
    the caller's transaction first: call it before anything is written.
    """
    release()
    with bookkeeping() as own:
        return _count(own, scope, key, now=now, window=window)


def _count(own: Session, scope: str, key: str, *, now: datetime, window: timedelta) -> int:
    values = {"a_scope": scope, "a_key": hash_key(scope, key), "a_moment": now, "a_limit": now - window}
    found: int = own.connection().execute(_counting(db.engine.dialect.name), values).scalar_one()
    return found


@functools.cache
def _counting(dialect: str) -> Executable:
    """The one statement that counts, built once: whoever guesses makes it the busiest of the house."""
    table = cast(Table, FailureCounter.__table__)
    counter = table.c
    moment = bindparam("a_moment", type_=counter.window_started_at.type)
    is_over = counter.window_started_at <= bindparam("a_limit", type_=counter.window_started_at.type)
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return (
        insert(table)
        .values(scope=bindparam("a_scope"), key=bindparam("a_key"), window_started_at=moment, failures=1)
        .on_conflict_do_update(
            index_elements=["scope", "key"],
            set_={
                "failures": case((is_over, 1), else_=counter.failures + 1),
                "window_started_at": case((is_over, moment), else_=counter.window_started_at),
            },
        )
        .returning(counter.failures)
    )


def is_throttled(scope: str, key: str, limit: int, window: timedelta, *, now: datetime) -> bool:
    """Whether `limit` failures have been counted in the running window."""
    running = select(FailureCounter.failures).where(
        FailureCounter.scope == scope, FailureCounter.key == hash_key(scope, key), FailureCounter.window_started_at > now - window
    )
    return (db.session.scalar(running) or 0) >= limit


def take_turn(limit: Limit, key: str, *, now: datetime) -> bool:
    """Reserve one try under a limit before the try is made, so that parallel tries cannot slip through together.

    Answers False, counting nothing, when the limit is reached. A success gives the turn back with `give_back`.
    """
    if is_throttled(limit.scope, key, limit.failures, limit.window, now=now):
        return False
    return count_failure(limit.scope, key, now=now, window=limit.window) <= limit.failures


class _Reached(Exception):
    """One of several limits is reached, so none of them counts."""


def take_turns(turns: Sequence[tuple[Limit, str]], *, now: datetime) -> bool:
    """Reserve one try under each of several limits in one transaction; counts nothing when one of them is reached.

    Name the limits in the same order everywhere, so that those who wait for each other never wait in a circle.
    """
    release()
    try:
        with bookkeeping() as own:
            for limit, key in turns:
                if _count(own, limit.scope, key, now=now, window=limit.window) > limit.failures:
                    raise _Reached
    except _Reached:
        return False
    return True


def give_back(limit: Limit, key: str, *, now: datetime) -> None:
    """Uncount the turn of a try that succeeded."""
    release()
    with bookkeeping() as own:
        own.execute(
            update(FailureCounter)
            .where(
                FailureCounter.scope == limit.scope, FailureCounter.key == hash_key(limit.scope, key), FailureCounter.failures > 0
            )
            .values(failures=FailureCounter.failures - 1)
        )


def forget_old_failures(*, now: datetime) -> None:
    """Remove counters whose windows are long over (the worker calls this)."""
    with bookkeeping() as own:
        own.execute(delete(FailureCounter).where(FailureCounter.window_started_at < now - FORGOTTEN_AFTER))


def hash_key(scope: str, key: str) -> str:
    """A keyed hash: the table names neither people nor network addresses."""
    secret = cast(Settings, current_app.extensions["settings"]).secret_key.encode()
    return hmac.new(secret, f"{scope}\0{key}".encode(), hashlib.sha256).hexdigest()
