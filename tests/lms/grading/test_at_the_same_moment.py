"""Two people at the same moment: both waive, or one moves work while the other confirms a 目合わせ; nobody sees an error."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from flask import Flask
from sqlalchemy import select

from lms import clock
from lms.db.session import db
from lms.grading.models import Assignment, CalibrationWaiver, Essay
from lms.grading.rules.parts import GraderPart, Refusal, Refused
from lms.grading.services import marking, reassigning
from lms.grading.services.calibrating import waive_calibration
from lms.grading.services.marking import confirm_mark
from lms.grading.services.opening import open_grading
from lms.grading.services.reassigning import move_all
from tests.factories import Factory
from tests.lms.grading.builders import graders, sheet, sit
from tests.lms.grading.test_calibration import exhausted

pytestmark = pytest.mark.database("postgresql")


def at_once(app: Flask, *acts: Callable[[], object]) -> list[object]:
    """What each of the acts gave back, or the refusal."""

    def run(act: Callable[[], object]) -> object:
        with app.app_context():
            try:
                return act()
            except Refused as refused:
                return refused.reason

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_of_two_waivers_one_counts_and_the_other_is_told(app: Flask, make: Factory) -> None:
    sat = sit(make, 1)
    grader, question = exhausted(make, sat)
    together = Barrier(2)

    def waive(by: int) -> None:
        together.wait()
        waive_calibration(sat.window_id, grader, question, "話し合った", by=by, now=clock.now())

    told = at_once(app, lambda: waive(sat.office), lambda: waive(sat.releaser))
    assert sorted(told, key=str) == [None, Refusal.ALREADY_CALIBRATED]
    with app.app_context():
        assert len(db.session.scalars(select(CalibrationWaiver.id)).all()) == 1


def test_moving_work_and_a_calibration_that_brings_a_further_try_do_not_wait_for_each_other(
    app: Flask, make: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    sat, staff = sit(make, 1), graders(make, 4)
    with app.app_context():
        open_grading(sat.window_id, staff, by=sat.office, now=clock.now())
        first = select(Assignment.public_id, Assignment.essay_id, Assignment.grader_id).join(Essay)
        public_id, essay_id, grader = db.session.execute(first.where(Assignment.part == GraderPart.CALIBRATION).limit(1)).one()
        far_off = sheet(essay_id, 0)
    has_window, has_assignment = Event(), Event()
    hold_all, own = reassigning._hold_all, marking.own_open_assignment  # between the two locks lies the fault

    def hold_later(window_id: int, grader_id: int) -> dict[int, Assignment]:
        has_window.set()
        has_assignment.wait(0.5)
        return hold_all(window_id, grader_id)

    def tell(public_id: str, *, by: int) -> Assignment:
        found = own(public_id, by=by)
        has_assignment.set()
        return found

    monkeypatch.setattr(reassigning, "_hold_all", hold_later)
    monkeypatch.setattr(marking, "own_open_assignment", tell)

    def confirm() -> None:
        has_window.wait(5)
        confirm_mark(public_id, far_off, by=grader, now=clock.now())

    def move() -> object:
        return move_all(sat.window_id, grader, "急用", ends_part=True, by=sat.office, now=clock.now())

    moved, confirmed = at_once(app, move, confirm)
    assert not isinstance(moved, Refusal)
    assert confirmed is None
