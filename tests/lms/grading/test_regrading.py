"""New grading after an appeal: who is asked, who does the 目合わせ first, and what the office does when nobody is free."""

import pytest
from flask import Flask
from sqlalchemy import select

from lms import clock
from lms.accounts.models import User
from lms.db.session import db
from lms.grading.models import Assignment, Essay, EssayMasking, WindowGrader
from lms.grading.queries.appeals import find_regrading, list_fresh_graders
from lms.grading.queries.calibration import find_gate
from lms.grading.queries.reassigning import get_task, list_candidates, list_tasks
from lms.grading.queries.staff import list_ended_ids
from lms.grading.rules.calibration import GateState
from lms.grading.rules.parts import AppealRemedy, GraderPart, Refusal, Refused
from lms.grading.services.appealing import call_adjudicators
from lms.grading.services.conflicts import declare_conflict
from lms.grading.services.marking import confirm_mark
from lms.grading.services.reassigning import move_all, reassign
from tests.factories import Factory
from tests.lms.grading.builders import graders, mark_all, open_assignments, sheet
from tests.lms.grading.test_appeals import Case, released

pytestmark = pytest.mark.database("sqlite")


def refusal_of(error: pytest.ExceptionInfo[Refused]) -> tuple[Refusal, int]:
    return error.value.reason, error.value.number


def without_a_third(make: Factory) -> tuple[Case, int]:
    """A new grading whose first essay has two marks that disagree, while the only one who could adjudicate has left."""
    case = released(make)
    with make.app.app_context():
        number = case.decided(AppealRemedy.REGRADE)
        first = open_assignments(case.sat.window_id)[0].essay_id
        pair = [each for each in open_assignments(case.sat.window_id) if each.essay_id == first]
        for gone in set(case.fresh) - {each.grader_id for each in pair}:
            db.session.get_one(User, gone).disabled_at = clock.now()
        db.session.commit()
        for level, each in enumerate(pair):
            confirm_mark(each.public_id, sheet(first, 1 + 3 * level), by=each.grader_id, now=clock.now())
    return case, number


def test_the_office_looks_for_an_adjudicator_again_once_somebody_was_added(make: Factory, context: Flask) -> None:
    case, number = without_a_third(make)
    regrading = find_regrading(case.attempt_id)
    assert regrading is not None
    assert (regrading.lacking, [each.lacks_third for each in regrading.essays]) == (1, [True, False])
    with pytest.raises(Refused) as nobody:
        call_adjudicators(number, by=case.handler, now=clock.now())
    assert refusal_of(nobody) == (Refusal.NO_THIRD_FREE, 1)
    (added,) = graders(make, 1)
    assert call_adjudicators(number, by=case.handler, now=clock.now()) == 1
    (third,) = db.session.scalars(select(Assignment).where(Assignment.part == GraderPart.ADJUDICATOR)).all()
    assert third.grader_id == added
    essay = db.session.get_one(Essay, third.essay_id)
    assert find_gate(case.sat.window_id, added, essay.question_id).state is GateState.WAITING
    assert db.session.get_one(WindowGrader, (case.sat.window_id, added)).is_adjudicator
    with pytest.raises(Refused) as enough:
        call_adjudicators(number, by=case.handler, now=clock.now())
    assert refusal_of(enough)[0] is Refusal.NOTHING_TO_ADJUDICATE
    with pytest.raises(Refused) as grader:
        call_adjudicators(number, by=added, now=clock.now())
    assert refusal_of(grader)[0] is Refusal.GRADED_HERE


def test_the_page_of_the_appeal_says_who_is_missing_and_has_the_button(app: Flask, make: Factory) -> None:
    case, number = without_a_third(make)
    office, address = make.login(case.closer), f"/office/appeals/{number}"
    office.get(address)
    assert "裁定者が決まっていない答案が1件あります" in office.text
    office.send(action=f"{address}/adjudicators")
    assert "引き受けられる採点者がまだいません" in office.text
    graders(make, 1)
    office.submit(address, {}, action=f"{address}/adjudicators")
    assert "答案1件の裁定者が決まりました" in office.text
    assert "裁定者をもう一度探す" not in office.text


def test_whoever_takes_a_regraded_essay_from_outside_the_staff_does_the_calibration_first(make: Factory, context: Flask) -> None:
    case = released(make, fresh=3)
    case.decided(AppealRemedy.REGRADE)
    db.session.rollback()
    outside = graders(make, 2)
    card = list_tasks(case.sat.window_id, now=clock.now())[0]
    reassign(card.task.assignment_id, outside[0], "急用", by=case.sat.office, now=clock.now())
    question = db.session.scalars(
        select(Essay.question_id).join(Assignment).where(Assignment.id == card.task.assignment_id)
    ).one()
    assert find_gate(case.sat.window_id, outside[0], question).state is GateState.WAITING
    leaver = list_tasks(case.sat.window_id, now=clock.now())[0].task.grader_id
    move_all(case.sat.window_id, leaver, "急用", ends_part=True, by=case.sat.office, now=clock.now())
    for each in list_tasks(case.sat.window_id, now=clock.now()):
        essay = db.session.scalars(
            select(Essay.question_id).join(Assignment).where(Assignment.id == each.task.assignment_id)
        ).one()
        assert find_gate(case.sat.window_id, each.task.grader_id, essay).state is GateState.WAITING
        assert db.session.get_one(WindowGrader, (case.sat.window_id, each.task.grader_id)).is_marker


def test_whose_part_was_ended_or_who_covered_passages_is_not_asked_again(make: Factory, context: Flask) -> None:
    case = released(make, people=2, fresh=4)
    ended, masker, *_ = case.fresh
    window_id = case.sat.window_id
    db.session.add(WindowGrader(window_id=window_id, grader_id=ended, is_marker=False, is_adjudicator=False))
    other = db.session.scalars(select(Essay).where(Essay.attempt_id != case.attempt_id, Essay.anchor_id.is_(None))).first()
    assert other is not None
    db.session.add(
        EssayMasking(
            essay_id=other.id, revision=1, spans=[], text=other.text, reason="", masked_by_id=masker, masked_at=clock.now()
        )
    )
    db.session.commit()
    assert list_ended_ids(window_id) == {ended}
    assert list_fresh_graders(case.attempt_id) == set(case.fresh) - {ended, masker}
    db.session.rollback()
    more = graders(make, 1)
    case.decided(AppealRemedy.REGRADE)
    assert not {each.grader_id for each in open_assignments(window_id)} & {ended, masker}
    card = get_task(open_assignments(window_id)[0].id, now=clock.now())
    assert not {each.user_id for each in list_candidates(card)} & {ended, masker}
    for level, each in enumerate(open_assignments(window_id)):
        confirm_mark(each.public_id, sheet(each.essay_id, 1 + 3 * (level % 2)), by=each.grader_id, now=clock.now())
    thirds = {each.grader_id for each in open_assignments(window_id, GraderPart.ADJUDICATOR)}
    assert thirds
    assert thirds <= {*case.fresh, *more} - {ended, masker}
    mark_all(window_id, 4)


def test_a_tie_noted_while_an_essay_is_graded_again_is_caught(make: Factory, context: Flask) -> None:
    case = released(make)
    case.decided(AppealRemedy.REGRADE)
    grader = open_assignments(case.sat.window_id)[0].grader_id
    with pytest.raises(Refused) as waits:
        declare_conflict(grader, case.sat.seats[0].participant_id, "親族", by=case.sat.office, now=clock.now())
    assert refusal_of(waits)[0] is Refusal.ALREADY_ASSIGNED
