"""Recomputing finds nothing on sound data and every planted damage, on both databases."""

import json
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select, text

from lms.db.append_only import drop_triggers
from lms.db.session import db
from lms.grading.models import ResultRow
from lms.grading.queries.recomputing import Checked, list_recompute_differences
from tests.factories import Factory
from tests.lms.grading.builders import Sat, finalize, graders, mark_all, opened, sit


@pytest.fixture
def sat(make: Factory, context: Flask) -> Sat:
    found = sit(make, people=1, right=35)
    opened(make, found, graders(make))
    mark_all(found.window_id)
    finalize(found)
    return found


def damage(table: str, statement: str, **values: object) -> None:
    """Change a stored row behind the back of its triggers, in a transaction that is never committed."""
    for each in drop_triggers(db.engine.dialect.name, [table]):
        db.session.execute(text(each))
    db.session.execute(text(statement), values)
    db.session.expire_all()


def found(window_id: int | None = None) -> list[tuple[Checked, str]]:
    differences = [(each.what, each.column) for each in list_recompute_differences(window_id)]
    db.session.rollback()
    return differences


def test_sound_rows_equal_what_their_sources_give(sat: Sat) -> None:
    assert list_recompute_differences() == []
    assert list_recompute_differences(sat.window_id) == []


DAMAGES: list[tuple[str, str, tuple[Checked, str]]] = [
    ("papers", "UPDATE papers SET body = body || ' ' WHERE id = (SELECT min(id) FROM papers)", (Checked.PAPER, "sha256")),
    (
        "submissions",
        "UPDATE submissions SET answers = '{}' WHERE id = (SELECT min(id) FROM submissions)",
        (Checked.SUBMISSION, "sha256"),
    ),
    ("choice_marks", "UPDATE choice_marks SET points = points + 250", (Checked.CHOICE_MARK, "points")),
    ("choice_marks", "UPDATE choice_marks SET detail = '{}'", (Checked.CHOICE_MARK, "detail")),
    ("essays", "UPDATE essays SET text = text || 'x' WHERE id = (SELECT min(id) FROM essays)", (Checked.ESSAY, "text")),
    ("essays", "UPDATE essays SET char_count = 100 WHERE id = (SELECT min(id) FROM essays)", (Checked.ESSAY, "char_count")),
    ("grader_marks", "UPDATE grader_marks SET points = points - 50", (Checked.GRADER_MARK, "points")),
    ("grader_marks", "UPDATE grader_marks SET levels = '{}'", (Checked.GRADER_MARK, "levels")),
    ("results", "UPDATE results SET total = total + 50", (Checked.RESULT, "total")),
    ("results", "UPDATE results SET is_passed = NOT is_passed", (Checked.RESULT, "is_passed")),
    ("results", "UPDATE results SET arithmetic = '[]'", (Checked.RESULT, "arithmetic")),
]


def test_every_planted_damage_is_named(sat: Sat) -> None:
    for table, statement, expected in DAMAGES:
        damage(table, statement)
        assert expected in found(), statement
    assert list_recompute_differences() == []


def test_a_changed_answer_is_found_even_when_the_hand_in_was_hashed_again(sat: Sat) -> None:
    body = db.session.execute(text("SELECT answers FROM submissions ORDER BY id LIMIT 1")).scalar_one()
    answers = json.loads(body) if isinstance(body, str) else body
    first = next(iter(answers))
    answers[first]["body"] = answers[first]["body"].replace(":", ": ", 1)
    damage(
        "submissions",
        "UPDATE submissions SET answers = :answers WHERE id = (SELECT min(id) FROM submissions)",
        answers=json.dumps(answers),
    )
    assert (Checked.SUBMISSION, f"answers.{first}") in found()


def test_a_result_added_by_hand_is_found(sat: Sat) -> None:
    row = db.session.scalars(select(ResultRow)).first()
    assert row is not None
    forged = ResultRow(
        attempt_id=row.attempt_id,
        submission_id=row.submission_id,
        window_id=row.window_id,
        revision=2,
        is_passed=row.is_passed,
        total=row.total + Decimal(5),
        section_points=row.section_points,
        arithmetic=row.arithmetic,
        essays=row.essays,
        finalized_by_id=row.finalized_by_id,
        finalized_at=row.finalized_at,
    )
    db.session.add(forged)
    db.session.flush()
    assert found(sat.window_id) == [(Checked.RESULT, "total")]
