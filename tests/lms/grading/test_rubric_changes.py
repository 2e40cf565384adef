"""採点基準の改訂: what differs, what was rewritten, what a new revision would make of marks, and that it changes nothing."""

from dataclasses import replace
from decimal import Decimal
from functools import cache

import pytest
from flask import Flask

from lms import clock
from lms.config import ROOT
from lms.db.session import db
from lms.exam_engine.definitions import Cap, Exam, Rubric, RubricLevel
from lms.exam_engine.papers import draw_paper
from lms.exam_engine.rubrics import GraderMark
from lms.exams.source import load_exam
from lms.grading.models import GraderMarkRow, ResultRow
from lms.grading.queries.desk import get_frame
from lms.grading.queries.rubrics import foresee_rubric, list_rubric_cards, list_used_rubrics
from lms.grading.rules.parts import GraderPart
from lms.grading.rules.rubric_changes import (
    ChangeOf,
    RevisionState,
    compare_revision,
    judge_under,
    list_differences,
    points_under,
    rubrics_of,
    with_rubrics,
)
from lms.grading.rules.settling import EssayMarks
from lms.grading.services.marking import confirm_mark
from lms.grading.services.results import finalize_results
from lms.grading.services.verdicts import propose_verdicts
from lms.office.views import rubrics as pages
from tests.factories import Factory
from tests.lms.grading.builders import Sat, graders, mark_all, open_assignments, opened, sheet, sit


@cache
def exam() -> Exam:
    return load_exam(ROOT / "content", "practitioner")


def rubric() -> Rubric:
    return exam().rubrics[0]


def with_level(points: int, text: str | None) -> Rubric:
    """The rubric with other words for a level of its first criterion, or without that level."""
    first, *others = rubric().criteria
    levels = [each for each in first.levels if each.points != points] + ([RubricLevel(points, text)] if text else [])
    ordered = tuple(sorted(levels, key=lambda each: -each.points))
    return replace(rubric(), criteria=(replace(first, levels=ordered), *others))


CHANGED = (
    (replace(rubric(), title="別の名称"), {ChangeOf.TITLE}),
    (replace(rubric(), criteria=rubric().criteria[1:]), {ChangeOf.CRITERION}),
    (replace(rubric(), criteria=rubric().criteria[::-1]), {ChangeOf.ORDER}),
    (replace(rubric(), criteria=(replace(rubric().criteria[0], title="別"), *rubric().criteria[1:])), {ChangeOf.CRITERION_TITLE}),
    (with_level(3, "別の状態"), {ChangeOf.LEVEL}),
    (with_level(3, None), {ChangeOf.LEVEL}),
    (replace(rubric(), caps=(*rubric().caps, Cap("new", "新しい不適切"))), {ChangeOf.CAP}),
    (replace(rubric(), caps=rubric().caps[::-1]), {ChangeOf.ORDER}),
    (replace(rubric(), cap_points=rubric().cap_points + 1), {ChangeOf.CAP_POINTS}),
    (replace(rubric(), expression_criterion=rubric().criteria[0].id), {ChangeOf.EXPRESSION}),
)


@pytest.mark.parametrize(("changed", "parts"), CHANGED, ids=[next(iter(parts)).value for _, parts in CHANGED])
def test_every_part_that_differs_is_named_and_the_same_revision_is_a_rewriting(changed: Rubric, parts: set[ChangeOf]) -> None:
    assert {each.of for each in list_differences(rubric(), changed)} == parts
    assert {each.of for each in list_differences(changed, rubric())} == parts
    assert compare_revision(rubric(), changed) is RevisionState.REWRITTEN
    assert compare_revision(rubric(), replace(changed, revision=rubric().revision + 1)) is RevisionState.OLDER
    assert compare_revision(replace(changed, revision=rubric().revision + 1), rubric()) is RevisionState.NEWER


def test_what_says_the_same_does_not_differ() -> None:
    assert list_differences(rubric(), rubric()) == ()
    assert list_differences(rubric(), replace(rubric(), revision=9)) == ()
    assert compare_revision(rubric(), rubric()) is RevisionState.CURRENT
    assert compare_revision(rubric(), None) is RevisionState.GONE


def test_a_mark_has_points_by_another_wording_only_where_its_levels_and_cap_are_there() -> None:
    paper = draw_paper(exam(), seed="rubric")
    question_id, used = next(iter(rubrics_of(paper).items()))
    essay = EssayMarks(question_id, 800)
    first = used.criteria[0]
    mark = GraderMark(tuple((criterion.id, 3) for criterion in used.criteria), used.caps[0].id, wants_adjudication=False)
    assert points_under(replace(used, cap_points=7), paper, essay, mark) == 7
    assert points_under(replace(used, caps=used.caps[1:]), paper, essay, mark) is None
    assert points_under(replace(used, criteria=used.criteria[1:]), paper, essay, mark) is None
    fewer = replace(first, levels=tuple(level for level in first.levels if level.points != 3))
    assert points_under(replace(used, criteria=(fewer, *used.criteria[1:])), paper, essay, mark) is None
    assert judge_under({used.id: replace(used, caps=())}, paper, None, [replace(essay, first=mark, second=mark)]) is None
    assert rubrics_of(with_rubrics(paper, {used.id: replace(used, cap_points=7)}))[question_id].cap_points == 7
    assert rubrics_of(paper)[question_id] == used


@pytest.fixture
def sat(app: Flask, make: Factory) -> Sat:
    sat = sit(make, people=2, right=40)
    opened(make, sat, graders(make))
    with app.app_context():
        mark_all(sat.window_id, level=4)
        propose_verdicts(sat.window_id, {}, by=sat.releaser, now=clock.now())
        finalize_results(sat.window_id, by=sat.office, now=clock.now())
    return sat


def revised_exam() -> Exam:
    """The exam with a new revision of every rubric, by which long essays earn what they did."""

    def revised(old: Rubric) -> Rubric:
        return replace(old, revision=old.revision + 1, expression_criterion=old.criteria[0].id, title=f"{old.title}(改訂)")

    return replace(exam(), rubrics=tuple(map(revised, exam().rubrics)))


@pytest.mark.database("sqlite")
def test_the_office_reads_what_rests_on_a_rubric_and_what_a_revision_would_change(
    app: Flask, make: Factory, sat: Sat, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = make.login(sat.office)
    desk.get("/office/rubrics")
    assert "今の版と同じ" in desk.text
    assert "書き換えられています" not in desk.text
    with app.app_context():
        used = list_used_rubrics("practitioner")
        assert sum(each.essays for each in used) == 4
        assert sum(each.marks for each in used) == 8  # the marks of 見本答案 rest on no revision of a paper
        before = db.session.query(ResultRow).count(), db.session.query(GraderMarkRow).count()
    rubric_id = used[0].rubric.id
    desk.get(f"/office/rubrics/{rubric_id}")
    assert "今の版と違う採点基準で確定した採点はありません" in desk.text
    assert desk.get("/office/rubrics/unknown").status_code == 404
    monkeypatch.setattr(pages, "find_exam", lambda _: revised_exam())
    desk.get(f"/office/rubrics/{rubric_id}")
    assert "前の版" in desk.text
    assert "字数が足りないとき0点にする観点" in desk.text
    assert "得点の変わる採点はありません" in desk.text
    rewritten = replace(exam(), rubrics=tuple(replace(each, cap_points=1) for each in exam().rubrics))
    monkeypatch.setattr(pages, "find_exam", lambda _: rewritten)
    desk.get("/office/rubrics")
    assert "版を変えずに書き換えられています" in desk.text
    monkeypatch.setattr(pages, "find_exam", lambda _: None)
    desk.get("/office/rubrics")
    assert "試験問題の準備が整っていません" in desk.text
    desk.get(f"/office/rubrics/{rubric_id}")
    assert "今はない" in desk.text
    with app.app_context():
        assert before == (db.session.query(ResultRow).count(), db.session.query(GraderMarkRow).count())


@pytest.mark.database("sqlite")
def test_a_verdict_that_would_turn_is_told_by_candidate_number_and_does_not_turn(app: Flask, make: Factory) -> None:
    sat = sit(make, people=1, right=40)
    opened(make, sat, graders(make))
    with app.app_context():
        for given in open_assignments(sat.window_id, GraderPart.FIRST, GraderPart.SECOND):
            cap = get_frame(given.essay_id).rubric.caps[0].id
            capped = sheet(given.essay_id, 5, cap_id=cap, cap_reason="理由", note="理由")
            confirm_mark(given.public_id, capped, by=given.grader_id, now=clock.now())
        mark_all(sat.window_id)
        propose_verdicts(sat.window_id, {}, by=sat.releaser, now=clock.now())
        finalize_results(sat.window_id, by=sat.office, now=clock.now())
        used = {each.rubric.id: each.rubric for each in list_used_rubrics("practitioner") if each.marks}
        milder = [replace(each, revision=each.revision + 1, cap_points=each.max_points) for each in used.values()]
        foreseen = [foresee_rubric("practitioner", each) for each in milder]
        assert sum(each.marks for each in foreseen) == 4
        assert {(shift.given, shift.would_be) for each in foreseen for shift in each.shifts} == {
            (Decimal(old.cap_points), Decimal(old.max_points)) for old in used.values()
        }
        turned = [verdict for each in foreseen for verdict in each.flips]
        assert {each.candidate_number for each in turned} <= set(sat.numbers)
        assert all(not each.was_passed and each.would_pass for each in turned)
        result = db.session.scalars(db.select(ResultRow)).one()
        assert not result.is_passed
        without = replace(milder[0], caps=())
        lost = foresee_rubric("practitioner", without)
        assert {shift.would_be for shift in lost.shifts} == {None}
        assert lost.flips == ()
        assert [each.would_pass for each in lost.verdicts] == [None]
        assert [card.current for card in list_rubric_cards("practitioner", ())] == [None] * len(used)
