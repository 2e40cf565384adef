"""手伝う: offers follow the rules at a fixed number of statements, tell nothing of 見本答案, and may be asked for twice."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from lms import clock
from lms.db.session import db
from lms.grading.models import Assignment, AssignmentChange, Essay, GraderConflict
from lms.grading.queries.calibration import find_gate
from lms.grading.queries.conflicts import may_grade
from lms.grading.queries.desk import list_queue
from lms.grading.queries.helping import Offer, list_helpable, list_offers, list_windows_to_help
from lms.grading.queries.reassigning import find_part_staff, list_tasks
from lms.grading.rules.parts import GraderPart, Refusal, Refused, TaskState
from lms.grading.rules.reassigning import without_third
from lms.grading.services import calibrating
from lms.grading.services.helping import take_over
from lms.grading.services.marking import confirm_mark, save_draft
from lms.grading.services.opening import open_grading
from lms.grading.services.reassigning import move_all
from tests.conftest import FrozenClock
from tests.factories import Factory
from tests.lms.grading.builders import Sat, calibrate, graders, open_assignments, opened, sheet, sit


def offers(helper: int) -> tuple[Offer, ...]:
    return list_offers(helper, list_queue(helper), now=clock.now())


def finish(sat: Sat, grader: int) -> None:
    """The grader confirms every essay of participants she has."""
    for each in [each for each in open_assignments(sat.window_id) if each.grader_id == grader]:
        confirm_mark(each.public_id, sheet(each.essay_id, 4), by=grader, now=clock.now())


def allowed_one_by_one(sat: Sat, helper: int) -> set[int]:
    """What the rules of 担当替え allow, assignment by assignment, as the office's page sees them."""
    staff = find_part_staff(sat.window_id)
    return {
        card.task.assignment_id
        for card in list_tasks(sat.window_id, now=clock.now())
        if card.task.part is not GraderPart.ADJUDICATOR
        and find_gate(sat.window_id, helper, _question(card.task.assignment_id)).is_open
        and card.task.find_fault(helper, staff) is None
        and not without_third(card.task, helper, staff)
    }


def is_free_to_mark(assignment: Assignment) -> bool:
    attempt_id = db.session.get_one(Essay, assignment.essay_id).attempt_id
    return attempt_id is not None and may_grade(assignment.grader_id, attempt_id)


def _question(assignment_id: int) -> str:
    asked = select(Essay.question_id).join(Assignment, Assignment.essay_id == Essay.id).where(Assignment.id == assignment_id)
    return db.session.scalars(asked).one()


@pytest.mark.database("sqlite")
@pytest.mark.parametrize("seed", range(3))
def test_what_is_offered_is_what_the_rules_allow_one_by_one(
    context: Flask, make: Factory, frozen_clock: FrozenClock, seed: int
) -> None:
    chance = random.Random(seed)
    sat, staff = sit(make, 5), graders(make, 5)
    open_grading(sat.window_id, staff, staff[seed:], by=sat.office, now=clock.now())
    if seed:
        calibrate(sat.window_id)
    for _ in range(4):
        grader, seat = chance.choice(staff), chance.choice(sat.seats)
        tie = (grader, seat.participant_id)
        if db.session.get(GraderConflict, tie) is None:
            db.session.add(
                GraderConflict(
                    grader_id=tie[0], participant_id=tie[1], reason="理由", declared_by_id=sat.office, declared_at=clock.now()
                )
            )
            db.session.commit()
    free = [each for each in open_assignments(sat.window_id) if is_free_to_mark(each)] if seed else []
    for each in chance.sample(free, min(len(free), 8)):
        if chance.random() < 0.5:
            confirm_mark(each.public_id, sheet(each.essay_id, 2), by=each.grader_id, now=clock.now())
        else:
            then = clock.now() - timedelta(minutes=chance.choice((1, 30)))
            save_draft(each.public_id, sheet(each.essay_id, 3), by=each.grader_id, now=then)
    for helper in staff:
        assert set(list_helpable(sat.window_id, helper, now=clock.now())) == allowed_one_by_one(sat, helper)


@contextmanager
def counted() -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


@pytest.mark.database("sqlite")
def test_offering_and_taking_cost_the_same_statements_for_few_essays_and_for_many(context: Flask, make: Factory) -> None:
    spent = []
    for people in (2, 6):
        sat, staff = sit(make, people, cohort_id=make.cohort(people)), graders(make, 5)
        opened(make, sat, staff)
        finish(sat, staff[0])
        offers(staff[0])  # parses the papers, which a process does once
        with counted() as asked:
            found = offers(staff[0])
        with counted() as taken:
            take_over(by=staff[0], now=clock.now(), offers=found)
        assert len(found) > 0
        spent.append((len(asked), len(taken)))
    assert spent[0] == spent[1]
    assert max(spent[0]) <= 48


def test_what_went_meanwhile_is_passed_over_and_a_second_essay_is_refused(context: Flask, make: Factory) -> None:
    sat, staff = sit(make, 3), graders(make, 5)
    opened(make, sat, staff)
    helper, other = staff[:2]
    finish(sat, helper)
    finish(sat, other)
    seen = offers(helper)
    gone = take_over(by=other, now=clock.now(), offers=[each for each in offers(other) if each == seen[0]] or None)
    taken = take_over(by=helper, now=clock.now(), offers=seen)
    changes = db.session.scalars(select(AssignmentChange).order_by(AssignmentChange.id)).all()
    assert gone != taken
    assert len({change.assignment_id for change in changes}) == len(changes) == 2
    assert changes[1].assignment_id in {each.assignment_id for each in seen}
    with pytest.raises(Refused) as caught:
        take_over(by=helper, now=clock.now(), offers=seen)
    assert (caught.value.reason, caught.value.number) == (Refusal.OWN_QUEUE_OPEN, 1)
    with pytest.raises(Refused) as caught:
        take_over(by=staff[2], now=clock.now(), offers=seen)
    assert caught.value.reason is Refusal.OWN_QUEUE_OPEN


@contextmanager
def busy_database() -> Iterator[None]:
    """Everything is written, and the database says at the commit that it took too long."""

    def cut(_session: object) -> None:
        db.session.flush()
        raise OperationalError("COMMIT", None, RuntimeError("canceling statement due to statement timeout"))

    event.listen(db.session, "before_commit", cut)
    try:
        yield
    finally:
        event.remove(db.session, "before_commit", cut)


def test_whoever_is_told_that_the_database_is_busy_asks_again_and_gets_one_essay(app: Flask, make: Factory) -> None:
    sat, staff = sit(make, 2), graders(make, 5)
    opened(make, sat, staff)
    with app.app_context():
        finish(sat, staff[0])
    client = make.login(staff[0])
    fields = {"csrf_token": client.csrf("/grading")}
    for status, changes in ((503, 0), (503, 0), (302, 1), (302, 1)):
        if status == 503:
            with busy_database():
                answer = client.post("/grading/help", data=fields)
            assert answer.headers["Retry-After"] == "3"
        else:
            answer = client.post("/grading/help", data=fields)
        assert answer.status_code == status
        with app.app_context():
            assert len(db.session.scalars(select(AssignmentChange)).all()) == changes
    client.get("/grading")
    assert "ご自身の答案が1件残っています" in client.text


# 見本答案 that come back blind


def mixed_in(make: Factory, monkeypatch: pytest.MonkeyPatch) -> tuple[Sat, list[int]]:
    """A window in which 見本答案 come back blind in every queue."""
    monkeypatch.setattr(calibrating, "count_blind_returns", lambda essays, given, rule: max(0, min(1, essays) - given))
    sat, staff = sit(make, people=3), graders(make, 5)
    opened(make, sat, staff)
    return sat, staff


def blind_of(grader: int) -> list[Assignment]:
    """The 見本答案 that wait blind for a grader."""
    rows = db.session.scalars(
        select(Assignment)
        .join(Essay, Essay.id == Assignment.essay_id)
        .where(Assignment.grader_id == grader, Essay.anchor_id.is_not(None), Assignment.part != GraderPart.CALIBRATION)
        .order_by(Assignment.id)
    ).all()
    db.session.expunge_all()
    return list(rows)


def waiting(grader: int) -> set[str]:
    return {task.public_id for task in list_queue(grader) if task.state is not TaskState.DONE}


@pytest.mark.database("sqlite")
def test_a_blind_return_that_is_shown_keeps_from_helping_like_any_answer(
    context: Flask, make: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    sat, staff = mixed_in(make, monkeypatch)
    helper = staff[0]
    finish(sat, helper)
    shown = blind_of(helper)
    assert waiting(helper) == {each.public_id for each in shown} != set()
    assert offers(helper) == ()
    with pytest.raises(Refused) as caught:
        take_over(by=helper, now=clock.now())
    assert (caught.value.reason, caught.value.number) == (Refusal.OWN_QUEUE_OPEN, len(shown))
    for each in shown:
        confirm_mark(each.public_id, sheet(each.essay_id, 4), by=helper, now=clock.now())
    assert offers(helper)
    assert take_over(by=helper, now=clock.now()) in waiting(helper)


@pytest.mark.database("sqlite")
def test_a_blind_return_that_waits_unseen_keeps_nobody_from_helping_and_never_comes_to_light(
    context: Flask, make: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    sat, staff = mixed_in(make, monkeypatch)
    helper = staff[0]
    opened_once = blind_of(helper)[0]
    save_draft(opened_once.public_id, sheet(opened_once.essay_id, 3), by=helper, now=clock.now() - timedelta(hours=1))
    move_all(sat.window_id, helper, "体調を崩した", by=sat.office, now=clock.now())
    assert waiting(helper) == set()
    known = {each.public_id for each in blind_of(helper)}
    assert len(known) >= 1
    assert list_windows_to_help(helper, list_queue(helper)) == (sat.window_id,)
    assert offers(helper)
    while offers(helper):
        before = waiting(helper)
        taken = take_over(by=helper, now=clock.now())
        come = waiting(helper) - before
        assert taken in come
        assert come <= {taken, opened_once.public_id}, "what she has never opened stays out of sight"
        for public_id in come:
            essay_id = db.session.scalars(select(Assignment.essay_id).where(Assignment.public_id == public_id)).one()
            confirm_mark(public_id, sheet(essay_id, 4), by=helper, now=clock.now())
