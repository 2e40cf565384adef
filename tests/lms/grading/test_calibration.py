"""目合わせ: the gate's rule, what opening gives, further tries, the waiver, and that no anchor ever counts as an essay."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from lms import clock
from lms.db.session import db
from lms.exam_engine.anchors import Anchor, AnchorPurpose
from lms.exam_engine.rubrics import GraderMark
from lms.exams.models import ExamWindow
from lms.exams.queries.windows import candidate_numbers
from lms.exams.rules.sitting import CANDIDATE_LEAD_DIGITS, CANDIDATE_LETTERS
from lms.grading.models import Assignment, Essay
from lms.grading.queries.board import get_grading_board
from lms.grading.queries.calibration import find_gate, list_anchor_marks, list_gate_lines
from lms.grading.queries.desk import Task, get_frame, list_queue
from lms.grading.queries.facts import list_attempt_facts
from lms.grading.queries.staff import find_loads
from lms.grading.rules.calibration import (
    AnchorTry,
    GateState,
    count_blind_returns,
    judge_gate,
    may_try_again,
    measure,
    pick_blind,
)
from lms.grading.rules.operating import CalibrationRule
from lms.grading.rules.parts import GraderPart, Refusal, Refused
from lms.grading.rules.sheets import MarkSheet
from lms.grading.services import calibrating
from lms.grading.services.calibrating import waive_calibration
from lms.grading.services.marking import confirm_mark, save_draft
from lms.grading.services.opening import open_grading
from lms.grading.source import find_anchors
from lms.web.access import Role
from tests.factories import Factory
from tests.lms.grading.builders import Sat, calibrate, graders, mark_all, opened, sheet, sit

RULE = CalibrationRule(total_gap=Decimal(3), criterion_gap=1, tries=2, blind_every=8)
ANCHOR = Anchor(
    id="X-A",
    question_id="X",
    purpose=AnchorPurpose.CALIBRATION,
    text="本文",
    levels=(("R1", 4), ("R2", 3)),
    cap_id=None,
    cap_reason=None,
    points=Decimal(7),
    reasons=(("R1", "理由"), ("R2", "理由")),
)
ANCHORS = {"X-A": ANCHOR, "X-B": replace(ANCHOR, id="X-B")}


def mark(first: int, second: int, cap: str | None = None) -> GraderMark:
    return GraderMark(levels=(("R1", first), ("R2", second)), cap_id=cap, wants_adjudication=False)


def tried(anchor_id: str, first: int | None, second: int = 3) -> AnchorTry:
    if first is None:
        return AnchorTry(anchor_id, None, None)
    return AnchorTry(anchor_id, mark(first, second), Decimal(first + second))


@pytest.mark.parametrize(
    ("levels", "cap", "points", "is_within"),
    [
        ((4, 3), None, "7", True),
        ((5, 4), None, "9", True),
        ((3, 2), None, "5", True),
        ((5, 5), None, "10", False),  # one criterion two levels off
        ((4, 3), None, "10.5", False),  # the total more than three points off
        ((4, 3), None, "10", True),
        ((4, 3), "left_alone", "7", False),
    ],
)
def test_agreement_is_a_matter_of_the_total_every_criterion_and_the_cap(
    levels: tuple[int, int], cap: str | None, points: str, is_within: bool
) -> None:
    assert measure(mark(*levels, cap), Decimal(points), ANCHOR).is_within(RULE) is is_within


@pytest.mark.parametrize(
    ("tries", "is_waived", "state"),
    [
        ([], False, GateState.NOT_ASKED),
        ([tried("X-A", None)], False, GateState.WAITING),
        ([tried("X-A", 4), tried("X-B", None)], False, GateState.WAITING),
        ([tried("X-A", 4), tried("X-B", 5)], False, GateState.AGREED),
        ([tried("X-A", 0), tried("X-B", 4), tried("X-A", 4)], False, GateState.AGREED),
        ([tried("X-A", 4), tried("X-A", 0)], False, GateState.EXHAUSTED),
        ([tried("X-A", 0)], True, GateState.WAIVED),
        ([tried("gone", 4)], False, GateState.EXHAUSTED),
    ],
)
def test_the_latest_mark_on_each_anchor_decides_about_the_gate(tries: list[AnchorTry], is_waived: bool, state: GateState) -> None:
    gate = judge_gate(tries, ANCHORS, RULE, is_waived=is_waived)
    assert gate.state is state
    assert gate.is_open is (state in {GateState.NOT_ASKED, GateState.AGREED, GateState.WAIVED})


def test_the_first_copy_and_so_many_further_ones_are_given() -> None:
    given_so_far: list[AnchorTry] = []
    while may_try_again(given_so_far, "X-A", RULE):
        given_so_far.append(tried("X-A", 0))
    assert len(given_so_far) == 1 + RULE.tries


@given(essays=st.integers(0, 200), steps=st.lists(st.integers(0, 30), max_size=5))
def test_topping_up_step_by_step_mixes_in_as_many_as_opening_at_once(essays: int, steps: list[int]) -> None:
    so_far = mixed = 0
    for step in [*steps, essays]:
        so_far += step
        mixed += count_blind_returns(so_far, mixed, RULE)
    assert mixed == so_far // RULE.blind_every


def test_what_is_kept_for_rechecks_returns_first_and_nothing_twice() -> None:
    recheck = replace(ANCHOR, id="X-C", purpose=AnchorPurpose.RECHECK)
    assert pick_blind([*ANCHORS.values(), recheck], [], 3) == (recheck,)
    assert pick_blind([*ANCHORS.values(), recheck], ["X-C"], 3) == ()
    assert [each.id for each in pick_blind(list(ANCHORS.values()), ["X-A"], 3)] == ["X-B"]


def exhausted(make: Factory, sat: Sat) -> tuple[int, str]:
    """A grader who never came near on one question, and the question; the grading is opened for it."""
    staff = graders(make)
    with make.app.app_context():
        open_grading(sat.window_id, staff, by=sat.office, now=clock.now())
        question = min(task.question_id for task in list_queue(staff[0]))
        while waiting := [task for task in _calibrations(staff[0]) if task[1] == question]:
            confirm_mark(waiting[0][0], sheet(waiting[0][2], 0), by=staff[0], now=clock.now())
    return staff[0], question


def _calibrations(grader: int) -> list[tuple[str, str, int]]:
    rows = db.session.execute(
        select(Assignment.public_id, Essay.question_id, Essay.id)
        .join(Essay, Essay.id == Assignment.essay_id)
        .where(Assignment.grader_id == grader, Assignment.part == GraderPart.CALIBRATION)
        .order_by(Essay.id)
    ).all()
    open_ids = {task.public_id for task in list_queue(grader)}
    return [(row.public_id, row.question_id, row.id) for row in rows if row.public_id in open_ids]


def agreed(public_id: str) -> MarkSheet:
    essay = db.session.scalars(
        select(Essay).join(Assignment, Assignment.essay_id == Essay.id).where(Assignment.public_id == public_id)
    ).one()
    anchor = find_anchors("practitioner")[str(essay.anchor_id)]
    return MarkSheet(levels=dict(anchor.levels), cap_id=anchor.cap_id, cap_reason=anchor.cap_reason or "")


def test_everybody_of_the_staff_is_asked_before_any_essay_and_begins_after_agreeing(make: Factory, context: Flask) -> None:
    sat, staff = sit(make, people=3), graders(make)
    open_grading(sat.window_id, staff[:2], staff, by=sat.office, now=clock.now())
    drawn = {question for facts in list_attempt_facts(window_id=sat.window_id) for question in _questions(facts.essay_ids)}
    anchors = [each for each in find_anchors("practitioner").values() if each.purpose is AnchorPurpose.CALIBRATION]
    wanted = sum(each.question_id in drawn for each in anchors)
    assert [len(_calibrations(grader)) for grader in staff] == [wanted] * 3
    gated = {each.question_id for each in anchors}
    locked = _locked(staff[0])
    assert locked == [task.public_id for task in list_queue(staff[0]) if _is_gated(task, gated)]
    with pytest.raises(Refused) as refused:
        save_draft(locked[0], MarkSheet(note="早い"), by=staff[0], now=clock.now())
    assert refused.value.reason is Refusal.NOT_CALIBRATED
    while waiting := _calibrations(staff[0]):
        assert _locked(staff[0])
        confirm_mark(waiting[0][0], agreed(waiting[0][0]), by=staff[0], now=clock.now())
    assert _locked(staff[0]) == []
    assert _locked(staff[1]) == [task.public_id for task in list_queue(staff[1]) if _is_gated(task, gated)]


def _is_gated(task: Task, questions: set[str]) -> bool:
    return task.part is not GraderPart.CALIBRATION and task.question_id in questions


def _locked(grader: int) -> list[str]:
    return [task.public_id for task in list_queue(grader) if task.is_locked]


def _questions(essay_ids: tuple[int, ...]) -> set[str]:
    return {get_frame(essay_id).question.id for essay_id in essay_ids}


def test_after_the_last_try_only_the_office_opens_the_queue(make: Factory, context: Flask) -> None:
    sat = sit(make, 1)
    grader, question = exhausted(make, sat)
    gate = find_gate(sat.window_id, grader, question)
    assert (gate.state, gate.tries) == (GateState.EXHAUSTED, len(gate.gaps) * 4)
    other = next(line for line in list_gate_lines(sat.window_id) if line.gate.state is GateState.WAITING)
    for reason, person, refusal in (
        (" ", grader, Refusal.REASON_NEEDED),
        ("理由", other.grader_id, Refusal.TRIES_LEFT),
        ("理由", sat.office, Refusal.ALREADY_CALIBRATED),
    ):
        with pytest.raises(Refused) as refused:
            waive_calibration(
                sat.window_id,
                person,
                question if person != other.grader_id else other.question_id,
                reason,
                by=sat.office,
                now=clock.now(),
            )
        assert refused.value.reason is refusal
    with pytest.raises(Refused, match=Refusal.GRADED_HERE):
        waive_calibration(sat.window_id, grader, question, "自分で認める", by=grader, now=clock.now())
    waive_calibration(sat.window_id, grader, question, "話し合った", by=sat.office, now=clock.now())
    assert find_gate(sat.window_id, grader, question).state is GateState.WAIVED
    assert not any(task.is_locked for task in list_queue(grader) if task.question_id == question)


def test_blind_returns_look_like_any_essay_and_count_nowhere(
    make: Factory, context: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibrating, "count_blind_returns", lambda essays, given, rule: max(0, essays // 2 - given))
    sat, staff = sit(make, people=3), graders(make)
    open_grading(sat.window_id, staff, by=sat.office, now=clock.now())
    calibrate(sat.window_id)
    blind = db.session.execute(
        select(Assignment, Essay)
        .join(Essay, Essay.id == Assignment.essay_id)
        .where(Essay.anchor_id.is_not(None), Assignment.part != GraderPart.CALIBRATION)
    ).all()
    assert blind
    numbers = candidate_numbers(sat.window_id)
    for assignment, essay in blind:
        assert assignment.part in {GraderPart.FIRST, GraderPart.SECOND}
        assert essay.candidate_number in numbers - set(sat.numbers)
        assert (essay.candidate_number[0] in CANDIDATE_LETTERS, essay.candidate_number[1] in CANDIDATE_LEAD_DIGITS) == (
            True,
            True,
        )
        task = next(task for task in list_queue(assignment.grader_id) if task.public_id == assignment.public_id)
        assert (task.is_locked, task.part in {GraderPart.FIRST, GraderPart.SECOND}) == (False, True)
    reserved = db.session.scalars(select(Essay.candidate_number).where(Essay.anchor_id.is_not(None))).all()
    assert max(Counter([*set(reserved), *sat.numbers]).values()) == 1
    loads = find_loads(sat.window_id)
    assert sum(loads.marks.values()) == 12
    assert sum(card.marks for card in get_grading_board(sat.window_id).graders) == 12
    open_grading(sat.window_id, [], by=sat.office, now=clock.now())
    assert len(db.session.scalars(select(Essay.id).where(Essay.anchor_id.is_not(None))).all()) == len(reserved)
    mark_all(sat.window_id)
    assert all(len(facts.essays) == 2 for facts in list_attempt_facts(window_id=sat.window_id))
    assert list_anchor_marks(sat.window_id) == ()
    assignment, essay = blind[0]
    confirm_mark(assignment.public_id, sheet(essay.id, 5), by=assignment.grader_id, now=clock.now())
    (found,) = list_anchor_marks(sat.window_id)
    assert (found.grader_id, found.anchor_id, found.points) == (assignment.grader_id, essay.anchor_id, 25)
    assert found.difference == 25 - found.agreed


def test_blind_marks_of_the_last_twelve_months_count_with_those_of_a_window(
    make: Factory, context: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibrating, "count_blind_returns", lambda essays, given, rule: max(0, essays - given))
    staff, others = graders(make), graders(make)
    long_ago, earlier, other, here, later = (sit(make, people=1) for _ in range(5))
    for sat, people, days in (
        (long_ago, staff, 365),
        (earlier, staff, 364),
        (other, others, 30),
        (here, staff, 0),
        (later, staff, -1),
    ):
        window = db.session.get_one(ExamWindow, sat.window_id)
        window.opens_at, window.closes_at = (each - timedelta(days=days) for each in (window.opens_at, window.closes_at))
        db.session.commit()
        opened(make, sat, people)
        for assignment in blind_returns(sat.window_id):
            confirm_mark(assignment.public_id, sheet(assignment.essay_id, 4), by=assignment.grader_id, now=clock.now())
    counted = [*blind_returns(earlier.window_id), *blind_returns(here.window_id)]
    assert all(blind_returns(sat.window_id) for sat in (long_ago, earlier, other, here, later))
    assert Counter(each.grader_id for each in list_anchor_marks(here.window_id)) == Counter(each.grader_id for each in counted)


def blind_returns(window_id: int) -> list[Assignment]:
    """What came back blind in a window."""
    return list(
        db.session.scalars(
            select(Assignment)
            .join(Essay, Essay.id == Assignment.essay_id)
            .where(Essay.window_id == window_id, Essay.anchor_id.is_not(None), Assignment.part != GraderPart.CALIBRATION)
            .order_by(Assignment.id)
        )
    )


@pytest.mark.database("sqlite")
def test_a_grader_reads_what_was_agreed_and_goes_on_to_the_next_try(app: Flask, make: Factory) -> None:
    sat, staff = sit(make, people=1), graders(make)
    with app.app_context():
        open_grading(sat.window_id, staff, by=sat.office, now=clock.now())
        queue = list_queue(staff[0])
        locked = [task.public_id for task in queue if task.is_locked]
        first, second = [task.public_id for task in queue if task.part is GraderPart.CALIBRATION][:2]
        essay_id = db.session.scalars(select(Assignment.essay_id).where(Assignment.public_id == first)).one()
    client = make.login(staff[0])
    client.get("/grading")
    assert "目合わせをする見本答案" in client.text
    for public_id in locked:
        assert f"/grading/{public_id}" not in client.text
        client.get(f"/grading/{public_id}")
        assert "目合わせが済むと始められます" in client.text
        assert client.address == "/grading"
    assert client.get(f"/grading/{first}/calibration").status_code == 404
    with app.app_context():
        confirm_mark(first, sheet(essay_id, 0), by=staff[0], now=clock.now())
        confirm_mark(second, agreed(second), by=staff[0], now=clock.now())
        anchor = find_anchors("practitioner")[str(db.session.get_one(Essay, essay_id).anchor_id)]
    client.get(f"/grading/{first}/calibration")
    assert "もう一度採点してください" in client.text
    assert dict(anchor.reasons)[anchor.levels[0][0]] in client.text
    client.get(f"/grading/{second}/calibration")
    assert "この見本答案は一致しました" in client.text
    assert make.login(staff[1]).get(f"/grading/{second}/calibration").status_code == 404


@pytest.mark.database("sqlite")
def test_the_office_reads_who_waits_and_lets_her_begin_with_a_reason(app: Flask, make: Factory) -> None:
    sat = sit(make, people=1)
    grader, question = exhausted(make, sat)
    client, address = make.login(sat.office), f"/office/cohorts/{sat.cohort_id}/grading/calibration"
    client.get(f"/office/cohorts/{sat.cohort_id}/grading")
    assert "目合わせの状況を見る" in client.text
    client.submit(address, {"reason": "基準を話し合った"}, action="/grading/calibration?window=1")
    assert "採点の開始を認めました" in client.text
    assert "基準を話し合った" in client.text
    with app.app_context():
        assert find_gate(sat.window_id, grader, question).is_open
    assert make.login(make.staff(Role.GRADER)).get(address).status_code == 403
