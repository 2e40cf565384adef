"""What the exam room asks of the database, and that it does not ask more when more people sit."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import event

from lms import clock
from lms.db.session import db
from lms.exam_engine.attempts import AttemptStatus
from lms.exams.queries.content import list_content_problems
from lms.exams.queries.late_answers import count_undecided_late
from lms.exams.queries.live_room import list_room
from lms.exams.queries.lobby import find_lobby
from lms.exams.queries.windows import find_window, list_windows
from lms.exams.rules.sitting import SaveOutcome
from lms.exams.services.handing_in import hand_in_section
from lms.exams.services.saving import save_answers
from tests.factories import Factory
from tests.lms.exams.builders import Started, begin, eligible_seat, sent, window
from tests.lms.exams.test_views import item


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The statements sent to the database meanwhile."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


def crowd(make: Factory, people: int) -> list[Started]:
    """People sitting in one window."""
    first = begin(make)
    return [first, *(begin(make, eligible_seat(make, first.seat.cohort_id), first.window_id) for _ in range(people - 1))]


@pytest.mark.parametrize("people", [1, 6])
def test_the_exam_page_and_the_autosave_cost_the_same_however_many_sit(make: Factory, people: int) -> None:
    started = crowd(make, people)[0]
    client = make.login(started.seat.user_id)
    client.get(f"/exam/{started.public_id}")
    with counted(make.app) as page:
        client.get(f"/exam/{started.public_id}")
    items = [item(started.paper, started.question(number=number), "a", sequence=number) for number in range(1, 21)]
    token = client.csrf(f"/exam/{started.public_id}")
    with counted(make.app) as save:
        client.post(
            f"/exam/{started.public_id}/answers", json={"device": "page-a", "items": items}, headers={"X-CSRFToken": token}
        )
    with counted(make.app) as beat:
        client.get(f"/exam/{started.public_id}/answers")
    assert len([each for each in page if not each.startswith("BEGIN")]) <= 6, page
    # On PostgreSQL the attempt is held in a statement of its own before it is read.
    assert len([each for each in save if not each.startswith("BEGIN")]) <= 13, save
    assert len([each for each in beat if not each.startswith("BEGIN")]) <= 5, beat


def test_the_office_room_costs_the_same_however_many_sit(make: Factory) -> None:
    counts = []
    for people in (1, 5):
        started = crowd(make, people)[0]
        with counted(make.app) as statements, make.app.app_context():
            rows = list_room(started.window_id, started.seat.cohort_id, now=clock.now())
        assert len(rows) == people
        counts.append(len([each for each in statements if each.startswith("SELECT")]))
    assert counts[0] == counts[1]


def test_the_office_sees_how_far_everybody_is(make: Factory, context: Flask) -> None:
    running = begin(make)
    absent = make.seat(running.seat.cohort_id)
    save_answers(
        running.attempt_id,
        [sent(running.paper, running.question(), "a")],
        device="form",
        by=running.seat.user_id,
        now=clock.now(),
    )
    rows = {row.participant_id: row for row in list_room(running.window_id, running.seat.cohort_id, now=clock.now())}
    row = rows[running.seat.participant_id]
    assert (row.status, row.answered, row.questions, row.section_title) == (AttemptStatus.IN_SECTION, 1, 42, "選択問題")
    assert row.last_saved_at == clock.now()
    assert rows[absent.participant_id].status is AttemptStatus.NOT_STARTED


def test_late_answers_are_counted_for_the_office(make: Factory, context: Flask) -> None:
    started = begin(make)
    by = started.seat.user_id
    hand_in_section(started.attempt_id, "choice", [], device="form", by=by, now=clock.now())
    saved = save_answers(
        started.attempt_id, [sent(started.paper, started.question(), "a")], device="form", by=by, now=clock.now()
    )
    assert saved.items[0].outcome == SaveOutcome.LATE
    assert count_undecided_late(started.window_id) == {started.attempt_id: 1}


def test_windows_are_found_by_cohort_and_number(make: Factory, context: Flask) -> None:
    cohort_id = make.cohort()
    first, second = window(make, cohort_id), window(make, cohort_id, number=2)
    assert [each.id for each in list_windows(cohort_id)] == [first, second]
    found = find_window(cohort_id, 2)
    assert found is not None
    assert (found.id, found.attempts) == (second, 0)
    assert find_window(cohort_id, 3) is None


def test_the_lobby_offers_the_next_window_only_when_it_may_matter(make: Factory, context: Flask) -> None:
    started = begin(make)
    window(make, started.seat.cohort_id, number=2)
    hall = find_lobby(started.seat.user_id, now=clock.now())
    assert hall is not None
    assert hall.running is not None
    assert hall.window is None


def test_the_shipped_exam_has_no_errors(context: Flask) -> None:
    assert [problem for problem in list_content_problems() if problem.is_error] == []
