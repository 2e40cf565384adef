"""The anchor answers that ship: for every prompt that may be drawn, worth what they say, harmless when broken."""

import shutil
from collections import defaultdict
from pathlib import Path

import pytest

from lms.config import ROOT
from lms.exam_engine.anchors import AnchorPurpose
from lms.exam_engine.definitions import EssaySection, Exam
from lms.exam_engine.rubrics import ScoreRule, score_essay
from lms.exams.queries.content import list_problems_in
from lms.exams.source import Anchor, check_exam_files, load_anchors, load_exam

CONTENT = ROOT / "content"
TYPES = ("T1", "T2", "T3", "T4", "T5", "T6", "T7")


@pytest.fixture(scope="module")
def exam() -> Exam:
    return load_exam(CONTENT, "practitioner")


@pytest.fixture(scope="module")
def anchors() -> tuple[Anchor, ...]:
    return load_anchors(CONTENT, "practitioner")


def test_every_type_has_a_rubric_and_a_good_and_a_borderline_anchor(exam: Exam, anchors: tuple[Anchor, ...]) -> None:
    assert {rubric.id for rubric in exam.rubrics} == {essay.type for essay in exam.essays} == set(TYPES)
    found = defaultdict(list)
    for anchor in anchors:
        if anchor.purpose is AnchorPurpose.CALIBRATION:
            found[anchor.question_id].append(anchor.points)
    assert {f"{name}-001" for name in TYPES} <= found.keys()
    for question_id, (good, *borderline) in found.items():
        assert 20 <= good <= 23
        assert all(11 <= points <= 14 for points in borderline)
        assert borderline or not question_id.endswith("-001")


def test_every_prompt_that_may_be_drawn_opens_by_an_anchor_and_is_rechecked_by_a_middling_one(
    exam: Exam, anchors: tuple[Anchor, ...]
) -> None:
    assert [each for each in check_exam_files(CONTENT, "practitioner") if each.file.endswith("anchors.yaml")] == []
    (section,) = (section for section in exam.sections if isinstance(section, EssaySection))
    drawn = {essay.id for essay in exam.essays if any(essay.type in slot.types for slot in section.slots)}
    rechecks = [anchor for anchor in anchors if anchor.purpose is AnchorPurpose.RECHECK]
    assert len(drawn) == 8
    assert {anchor.question_id for anchor in rechecks} == drawn
    assert {anchor.question_id for anchor in anchors if anchor.purpose is AnchorPurpose.CALIBRATION} >= drawn
    # Levels in the middle leave room to err to both sides.
    assert all(15 <= anchor.points <= 20 and anchor.cap_id is None for anchor in rechecks)


def test_every_anchor_is_worth_the_total_it_states(exam: Exam, anchors: tuple[Anchor, ...]) -> None:
    (section,) = (section for section in exam.sections if isinstance(section, EssaySection))
    for anchor in anchors:
        rubric = exam.rubric(anchor.question_id.partition("-")[0])
        score = score_essay(rubric, anchor.mark, char_count=anchor.char_count, limits=section.limits)
        assert score.points == anchor.points, anchor.id
        assert anchor.cap_id is None or score.raw > rubric.cap_points, f"{anchor.id} does not show what its cap does"


def test_the_anchors_show_the_rules_between_levels_and_points(exam: Exam, anchors: tuple[Anchor, ...]) -> None:
    assert {anchor.cap_id for anchor in anchors} >= {"left_alone", "discrimination", "retaliation"}
    (section,) = (section for section in exam.sections if isinstance(section, EssaySection))
    short = [anchor for anchor in anchors if anchor.char_count < section.limits.under_expression_zero]
    rules = {
        rule
        for anchor in short
        for rule in score_essay(
            exam.rubric(anchor.question_id.partition("-")[0]), anchor.mark, char_count=anchor.char_count, limits=section.limits
        ).applied
    }
    assert rules == {ScoreRule.EXPRESSION_ZEROED}
    assert all(600 <= anchor.char_count <= 800 for anchor in anchors if anchor not in short)


def test_a_fault_in_an_anchor_is_reported_and_does_not_close_the_exam(tmp_path: Path) -> None:
    content = shutil.copytree(CONTENT, tmp_path / "content")
    file = content / "exams/practitioner/anchors.yaml"
    lines = file.read_text(encoding="utf-8").split("\n")
    number = next(number for number, line in enumerate(lines) if line.strip().startswith("points:"))
    lines[number] = '    points: "25"'
    file.write_text("\n".join(lines), encoding="utf-8")
    (found,) = (problem for problem in list_problems_in(content) if problem.is_error)
    assert (found.file, found.line) == ("content/exams/practitioner/anchors.yaml", number + 1)
    assert "25点" in found.sentence
    assert load_exam(content, "practitioner").essays


def test_anchors_wait_until_the_exam_itself_can_be_read(tmp_path: Path) -> None:
    content = shutil.copytree(CONTENT, tmp_path / "content")
    rubrics = content / "exams/practitioner/rubrics.yaml"
    rubrics.write_text(rubrics.read_text(encoding="utf-8").replace("cap_points: 12", "cap_points: 99", 1), encoding="utf-8")
    assert {Path(problem.file).name for problem in list_problems_in(content)} == {"rubrics.yaml"}


def test_an_exam_may_have_no_anchors(tmp_path: Path) -> None:
    content = shutil.copytree(CONTENT, tmp_path / "content")
    (content / "exams/practitioner/anchors.yaml").unlink()
    assert [problem for problem in list_problems_in(content) if problem.is_error] == []
    assert load_anchors(content, "practitioner") == ()
