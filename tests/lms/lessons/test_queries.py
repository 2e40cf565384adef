"""Answers about lessons, with budgets that do not grow with the cohort."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import event

from lms import clock
from lms.db.session import db, release
from lms.editions.queries import content_folder, forget_published
from lms.lessons.queries import (
    course_page,
    find_desk,
    find_lesson_page,
    find_reading_seat,
    lessons_done,
    list_problems_in,
    list_published_lesson_ids,
    progress_of_cohort,
)
from lms.lessons.rules.progress import LessonsDone, ReadingState
from tests.factories import Factory
from tests.lms.lessons.builders import LATER, finish, reading_seat


@contextmanager
def counted() -> Iterator[list[str]]:
    """The SELECTs sent within the block."""
    statements: list[str] = []

    def note(*arguments: object) -> None:
        if str(arguments[2]).lstrip().upper().startswith(("SELECT", "WITH")):
            statements.append(str(arguments[2]))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_the_seat_is_the_latest_one_that_was_not_withdrawn(make: Factory, context: Flask) -> None:
    seat, stranger = make.seat(make.cohort(3)), make.user()
    found = find_reading_seat(seat.user_id)
    assert found is not None
    assert (found.participant_id, found.cohort_label, sorted(found.days)) == (seat.participant_id, "第3期", [1, 2])
    assert found.paid_at is not None
    assert find_reading_seat(stranger) is None


def test_progress_of_a_cohort_counts_everybody_in_one_select(make: Factory, context: Flask) -> None:
    cohort_id = make.cohort()
    seats = [make.seat(cohort_id) for _ in range(4)]
    stranger = make.seat()
    finish(make, seats[0])
    finish(make, seats[1], ("L01", "L02"))
    finish(make, stranger)
    with counted() as statements:
        found = progress_of_cohort(cohort_id)
    published = len(list_published_lesson_ids())
    assert len(statements) == 2  # and one for which content is published
    assert found == {
        seats[0].participant_id: LessonsDone(published, published, published),
        seats[1].participant_id: LessonsDone(2, 2, published),
        seats[2].participant_id: LessonsDone(0, 0, published),
        seats[3].participant_id: LessonsDone(0, 0, published),
    }
    assert lessons_done(seats[1].participant_id) == LessonsDone(2, 2, published)


def test_the_list_names_the_first_open_lesson_that_is_not_done(make: Factory, context: Flask) -> None:
    seat = make.seat(make.cohort(**LATER))
    finish(make, seat, ("L01",))
    page = course_page(reading_seat(seat), now=clock.now())
    assert page.next_line is not None
    assert page.next_line.entry.id == "L02"
    lines = [line for part in page.parts for line in part.lines]
    assert len(lines) == 21
    assert [line.state for line in lines[:2]] == [ReadingState.COMPLETED, ReadingState.NOT_STARTED]
    assert all(line.state is ReadingState.LOCKED for line in lines[5:])


def test_a_lesson_page_costs_the_same_for_the_first_and_the_twentieth_reader(make: Factory, context: Flask) -> None:
    cohort_id = make.cohort()

    def cost() -> int:
        seat = make.seat(cohort_id)
        finish(make, seat, ("L01", "L02"))
        forget_published()
        with counted() as statements:
            desk = find_desk(seat.user_id, "L01")
            assert desk is not None
            assert find_lesson_page(desk, now=clock.now()) is not None
        release()  # builders write in sessions of their own
        return len([each for each in statements if "edition_releases" not in each])

    first = cost()
    for _ in range(18):
        make.seat(cohort_id)
    assert cost() == first == 1  # besides the one that asks which content is published


def test_the_content_of_the_course_has_no_problem_today(context: Flask) -> None:
    assert list_problems_in(content_folder(), today=clock.today_jst()) == []
