"""The number of SELECTs does not grow with the number of participants."""

import pytest
from flask import Flask
from sqlalchemy import event

from lms.billing.queries import find_seat
from lms.cohorts.queries import attendance_minutes, list_cohorts, list_participants, preview_roster
from lms.db.session import db
from tests.factories import Factory
from tests.lms.cohorts.builders import csv_file


def count_selects(ask) -> int:
    statements = []

    def note(_connection, _cursor, statement, *_) -> None:
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        ask()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return sum(statement.lstrip().upper().startswith("SELECT") for statement in statements)


@pytest.mark.parametrize("people", [1, 12])
def test_a_roster_takes_two_selects(context: Flask, make: Factory, people: int) -> None:
    cohort_id = make.cohort()
    for _ in range(people):
        make.seat(cohort_id, minutes=300)
    assert count_selects(lambda: list_participants(cohort_id)) == 2
    ids = [seat.participant_id for seat in list_participants(cohort_id)]
    assert count_selects(lambda: attendance_minutes(ids)) == 1
    assert len(attendance_minutes(ids)) == people


def test_a_seat_takes_two_selects_and_the_list_of_cohorts_two(context: Flask, make: Factory) -> None:
    user_id = make.seat().user_id
    make.seat()
    assert count_selects(lambda: find_seat(user_id)) == 2
    assert count_selects(list_cohorts) == 2


@pytest.mark.parametrize("people", [1, 40])
def test_a_preview_takes_as_many_selects_for_one_row_as_for_forty(context: Flask, make: Factory, people: int) -> None:
    cohort_id = make.cohort()
    rows = [(f"架空 {number}子", "", f"p{number}@example.jp", "", "", "", "") for number in range(people)]
    assert count_selects(lambda: preview_roster(cohort_id, csv_file(*rows))) == 3
