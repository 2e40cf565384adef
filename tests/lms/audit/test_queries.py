"""Choosing lines of 操作記録, and words for every act the product records."""

import ast
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event

from lms import clock
from lms.audit.labels import SUBJECTS, TAGS, describe_subject, describe_tag
from lms.audit.queries import EventFilter, list_events
from lms.audit.services import record
from lms.config import ROOT
from lms.db.session import command, db
from lms.exam_engine.attempts import EventKind
from tests.conftest import NOON


@command
def write_lines(count: int, *, tag: str = "user:login", by: int | None = 1, subject: tuple[str, object] = ("user", 1)) -> None:
    for number in range(count):
        record(tag, subject=subject, by=by, now=clock.now() + timedelta(minutes=number))


def test_lines_come_newest_first_in_pages(context: Flask) -> None:
    write_lines(7)
    first, last = list_events(EventFilter(), per_page=3), list_events(EventFilter(), page=9, per_page=3)
    assert (first.total, first.pages, first.page, len(first.lines)) == (7, 3, 1, 3)
    assert first.lines[0].id > first.lines[2].id
    assert (last.page, len(last.lines)) == (3, 1)
    assert first.actor_ids == [1]


@pytest.mark.parametrize(
    ("chosen", "count"),
    [
        (EventFilter(), 6),
        (EventFilter(tag="user:logout"), 2),
        (EventFilter(actor_id=2), 2),
        (EventFilter(subject_kind="cohort"), 1),
        (EventFilter(subject_kind="cohort", subject_id="5"), 1),
        (EventFilter(subject_kind="cohort", subject_id="6"), 0),
        (EventFilter(since=NOON + timedelta(minutes=1)), 3),
        (EventFilter(until=NOON + timedelta(minutes=1)), 3),
        (EventFilter(since=NOON + timedelta(minutes=1), until=NOON + timedelta(minutes=2)), 2),
    ],
)
def test_lines_are_chosen_by_tag_actor_subject_and_period(context: Flask, chosen: EventFilter, count: int) -> None:
    write_lines(3)
    write_lines(2, tag="user:logout", by=2)
    write_lines(1, tag="cohort:create", by=None, subject=("cohort", 5))
    assert list_events(chosen).total == count


def test_everything_about_one_thing_is_found(context: Flask) -> None:
    write_lines(2, subject=("participant", 7))
    write_lines(1, subject=("participant", 70))
    assert [line.subject_id for line in list_events(EventFilter(subject_kind="participant", subject_id="7")).lines] == ["7", "7"]


def test_an_empty_history_is_one_empty_page(context: Flask) -> None:
    page = list_events(EventFilter())
    assert (page.lines, page.total, page.page, page.pages) == ([], 0, 1, 1)


def test_a_page_costs_two_statements_however_long_the_history_is(context: Flask) -> None:
    write_lines(60)
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    list_events(EventFilter(tag="user:login"))
    assert len([statement for statement in statements if statement.startswith("SELECT")]) == 2


def recorded() -> Iterator[tuple[str, str]]:
    """Tag and kind of subject of every call of `record` in the product's source."""
    for path in sorted((ROOT / "lms").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "record" and node.args:
                kinds = [keyword.value for keyword in node.keywords if keyword.arg == "subject"]
                kind = kinds[0].elts[0] if kinds and isinstance(kinds[0], ast.Tuple) else None
                for constant in ast.walk(node.args[0]):
                    if isinstance(constant, ast.Constant) and isinstance(constant.value, str) and ":" in constant.value:
                        yield constant.value, kind.value if isinstance(kind, ast.Constant) else ""


def test_every_act_the_product_records_has_words() -> None:
    written = set(recorded())
    assert len(written) > 20
    whole = {tag for tag, _ in written if not tag.startswith(":") and not tag.endswith(":")}
    tags = whole | {f"attempt:{kind.value}" for kind in EventKind}
    assert tags - set(TAGS) == set()
    assert {str(kind) for _, kind in written if kind} - set(SUBJECTS) == set()


def test_an_act_without_words_shows_its_tag() -> None:
    assert describe_tag("x:y") == "x:y"
    assert describe_tag("user:login") == "ログイン"
    assert describe_subject("user") == "利用者"
