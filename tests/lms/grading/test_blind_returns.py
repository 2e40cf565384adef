"""Blind returns: their 受験番号 tells nothing, and they leave with the essays among which they stood."""

from collections import defaultdict
from decimal import Decimal

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from lms import clock
from lms.db.session import db
from lms.grading.models import Assignment, Essay
from lms.grading.rules.calibration import count_idle_returns, number_blind
from lms.grading.rules.operating import CalibrationRule
from lms.grading.rules.parts import GraderPart
from lms.grading.services import calibrating
from lms.grading.services.leasing import take_lease
from lms.grading.services.opening import open_grading
from lms.grading.services.reassigning import move_all
from lms.web.access import Role
from tests.factories import Factory
from tests.lms.grading.builders import calibrate, graders, sit

PLACES = st.integers(0, 1)
SHAPES = st.sampled_from([frozenset({0}), frozenset({1}), frozenset({0, 1})])


@given(new=st.lists(PLACES, max_size=6), real=st.lists(SHAPES, min_size=1, max_size=6), old=st.lists(SHAPES, max_size=3))
def test_no_number_of_a_return_looks_otherwise_than_a_real_one(
    new: list[int], real: list[frozenset[int]], old: list[frozenset[int]]
) -> None:
    blind = {f"K{index}": places for index, places in enumerate(old)}
    stands: defaultdict[str | int, list[int]] = defaultdict(list)
    numbers = number_blind(new, real, blind)
    for place, number in zip(new, numbers, strict=True):
        if number is not None:
            stands[number].append(place)
    for number, places in stands.items():
        whole = [*places, *(blind[number] if isinstance(number, str) else ())]
        assert len(set(whole)) == len(whole)
        assert frozenset(whole) in real
    held_back = [place for place, number in zip(new, numbers, strict=True) if number is None]
    assert not any(frozenset({place}) in real for place in held_back)
    if frozenset({0, 1}) in real:
        assert len(set(held_back)) <= 1


def test_a_return_stays_only_beside_essays_that_wait() -> None:
    rule = CalibrationRule(total_gap=Decimal(3), criterion_gap=1, tries=2, blind_every=8)
    cases = ((3, 16, 2), (3, 15, 2), (1, 7, 1), (0, 16, 2), (0, 0, 0))
    assert [count_idle_returns(*each, rule) for each in cases] == [
        0,
        1,
        1,
        2,
        0,
    ]


def returns(window_id: int, grader_id: int | None = None) -> list[tuple[Assignment, Essay]]:
    rows = db.session.execute(
        select(Assignment, Essay)
        .join(Essay, Essay.id == Assignment.essay_id)
        .where(Essay.window_id == window_id, Essay.anchor_id.is_not(None), Assignment.part != GraderPart.CALIBRATION)
        .order_by(Assignment.id)
    )
    return [(row.Assignment, row.Essay) for row in rows if grader_id in (None, row.Assignment.grader_id)]


def every_second(essays: int, given_: int, rule: CalibrationRule) -> int:
    return max(0, essays // 2 - given_)


@pytest.mark.database("sqlite")
def test_a_grader_who_reads_both_essays_of_everybody_reads_both_of_a_return(
    make: Factory, context: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibrating, "count_blind_returns", every_second)
    sat, staff, extra = sit(make, people=4), graders(make, 2), make.staff(Role.GRADER)
    open_grading(sat.window_id, staff, [*staff, extra], by=sat.office, now=clock.now())
    for grader in staff:
        numbers: defaultdict[str, set[str]] = defaultdict(set)
        for _, essay in returns(sat.window_id, grader):
            numbers[essay.candidate_number].add(essay.question_id[:2])
        assert all(len(types) == 2 and "T1" in types for types in numbers.values())
        assert not set(numbers) & set(sat.numbers)
    assert returns(sat.window_id)


@pytest.mark.database("sqlite")
def test_returns_leave_with_the_essays_among_which_they_stood(
    make: Factory, context: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibrating, "count_blind_returns", every_second)
    sat, staff = sit(make, people=5), graders(make, 4)
    open_grading(sat.window_id, staff, by=sat.office, now=clock.now())
    calibrate(sat.window_id)
    leaver, other = list(dict.fromkeys(assignment.grader_id for assignment, _ in returns(sat.window_id)))[:2]
    read, _ = returns(sat.window_id, other)[0]
    take_lease(read.public_id, device="pc", by=other, now=clock.now())
    for grader in (leaver, other):
        move_all(sat.window_id, grader, "急用", by=sat.office, now=clock.now())
    assert returns(sat.window_id, leaver) == []
    assert [assignment.id for assignment, _ in returns(sat.window_id, other)] == [read.id]
