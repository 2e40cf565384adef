"""Office people at their desk, and cohorts with many seats."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import event

from lms import clock
from lms.db.session import db
from lms.exams.services.windows import open_window
from lms.web.access import Role
from tests.factories import Factory
from tests.lms.exams.builders import clear
from tests.page import PageClient


def office(make: Factory) -> PageClient:
    """A member of the office, logged in with both factors."""
    return make.login(make.staff(Role.OFFICE, name="事務局 一子"))


def admin(make: Factory) -> PageClient:
    return make.login(make.staff(Role.ADMIN, Role.OFFICE, name="管理 太郎"))


def full_cohort(make: Factory, people: int) -> int:
    """A cohort whose seats are paid and attended, with a window that is open now."""
    cohort_id = make.cohort()
    for _ in range(people):
        make.seat(cohort_id, minutes=300)
    with make.app.app_context():
        now = clock.now()
        by = make.staff(Role.OFFICE)
        clear(open_window(cohort_id, 1, now - timedelta(hours=1), now + timedelta(days=3), by=by, now=now))
    return cohort_id


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The statements a request sends to the database."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)
