"""Anchors: the sample parses and scores as it says, and every fault planted in it is found with its line."""

from dataclasses import dataclass, replace
from decimal import Decimal

import pytest

from lms.exam_engine.anchors import AnchorPurpose, check_anchors, check_coverage, parse_anchors, score_anchor
from lms.exam_engine.definitions import EssaySection
from lms.exam_engine.errors import ExamContentError, InvalidMark, ProblemCode, Severity
from lms.exam_engine.rubrics import ScoreRule
from lms.exam_engine.yaml_tree import SourceText
from tests.exam_engine.sample_anchors import ANCHORS_YAML, CODES_OF_ANCHORS, CODES_OF_COVERAGE
from tests.exam_engine.sample_exam import EXAM

GOOD, CAPPED = parse_anchors(SourceText("anchors.yaml", ANCHORS_YAML), EXAM)


@dataclass(frozen=True)
class Fault:
    """Where `old` first stands it becomes `new`; then `code` is found on the line where `at` stands there or last before."""

    old: str
    new: str
    code: ProblemCode
    at: str


FAULTS = {
    "an anchor for no question": Fault("question: T1-001", "question: T1-009", ProblemCode.UNKNOWN_ESSAY, "T1-009"),
    "an anchor for a choice question": Fault("question: T1-001", "question: D1-r1", ProblemCode.UNKNOWN_ESSAY, "D1-r1"),
    "levels of a stranger": Fault("{T1-R1: 5, ", "{T9: 0, T1-R1: 5, ", ProblemCode.UNKNOWN_MARK_CRITERION, "levels:"),
    "a reason for a stranger": Fault("T1-R1: 理由一", "T9: 理由, T1-R1: 理由一", ProblemCode.UNKNOWN_MARK_CRITERION, "reasons:"),
    "a level that is not in the rubric": Fault("T1-R3: 4", "T1-R3: 6", ProblemCode.UNKNOWN_LEVEL, "T1-R3: 6"),
    "a level left out": Fault("T1-R3: 4, ", "", ProblemCode.MISSING_LEVEL, "levels:"),
    "a reason left out": Fault("T1-R3: 理由三, ", "", ProblemCode.MISSING_REASON, "reasons:"),
    "a cap that is not in the rubric": Fault("cap: left_alone", "cap: rudeness", ProblemCode.UNKNOWN_CAP, "rudeness"),
    "a cap without a reason": Fault("cap_reason: 一人に続けさせた", "cap_reason: null", ProblemCode.CAP_REASON, "cap: left"),
    "a reason without a cap": Fault("cap_reason: null", "cap_reason: 理由", ProblemCode.CAP_REASON, "cap: null"),
    "the best expression in too few 字": Fault("よい答案" * 160, "よい答案" * 140, ProblemCode.LENGTH_CLAIM, "text: |"),
    "the best expression in too many 字": Fault("よい答案" * 160, "よい答案" * 210, ProblemCode.LENGTH_CLAIM, "text: |"),
    "any expression where it is worth nothing": Fault(
        "足りない答案" * 75, "足りない答案" * 60, ProblemCode.LENGTH_CLAIM, "text: |"
    ),
    "points that the levels are not worth": Fault('points: "21"', 'points: "22"', ProblemCode.ANCHOR_POINTS, '"22"'),
    "points that forget the cap": Fault('points: "12"', 'points: "18"', ProblemCode.ANCHOR_POINTS, '"18"'),
    "the same text in other white space": Fault("足りない答案" * 75, "よい 答案" * 160, ProblemCode.REPEATED_TEXT, "text: |"),
    "an id used twice": Fault("id: T1-001-B", "id: T1-001-A", ProblemCode.DUPLICATE_ID, "id: T1-001-A"),
    "a purpose that does not exist": Fault("purpose: calibration", "purpose: praise", ProblemCode.BAD_VALUE, "purpose: praise"),
    "a field nobody knows": Fault("    cap: null", "    kap: 1\n    cap: null", ProblemCode.UNKNOWN_FIELD, "kap"),
    "a level that is a text": Fault("T1-R3: 4", "T1-R3: four", ProblemCode.WRONG_TYPE, "T1-R3: four"),
    "an empty reason": Fault("T1-R3: 理由三", 'T1-R3: ""', ProblemCode.BAD_VALUE, 'T1-R3: ""'),
    "a file without anchors": Fault("anchors:", "ankers:", ProblemCode.MISSING_FIELD, "ankers"),
    "what is no YAML": Fault("cap: null", "cap: }", ProblemCode.YAML_SYNTAX, "cap: }"),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_a_planted_fault_is_found_with_its_line(fault: Fault) -> None:
    assert fault.old in ANCHORS_YAML
    start = ANCHORS_YAML.index(fault.old)
    text = ANCHORS_YAML.replace(fault.old, fault.new, 1)
    with pytest.raises(ExamContentError) as error:
        parse_anchors(SourceText("anchors.yaml", text), EXAM)
    found = {(problem.line, problem.code) for problem in error.value.problems}
    line = text.count("\n", 0, text.rindex(fault.at, 0, start + len(fault.new))) + 1
    assert (line, fault.code) in found


def test_an_essay_that_may_be_drawn_without_an_anchor_is_named() -> None:
    source = SourceText("anchors.yaml", ANCHORS_YAML)
    drawn = {
        name for section in EXAM.sections if isinstance(section, EssaySection) for slot in section.slots for name in slot.types
    }
    essays = {essay.id for essay in EXAM.essays if essay.type in drawn}
    found = {(each.code, each.values["question"], each.line, each.severity) for each in check_coverage(source, EXAM)}
    rechecks = {(ProblemCode.ESSAY_WITHOUT_RECHECK, each, 1, Severity.WARNING) for each in essays}
    assert found == rechecks | {(ProblemCode.ESSAY_WITHOUT_ANCHOR, each, 1, Severity.WARNING) for each in essays - {"T1-001"}}
    assert len(essays) > 1
    assert check_coverage(SourceText("anchors.yaml", ANCHORS_YAML.replace("anchors:", "ankers:")), EXAM) == ()


def test_every_code_of_anchors_has_a_planted_fault() -> None:
    assert {fault.code for fault in FAULTS.values()} >= CODES_OF_ANCHORS - CODES_OF_COVERAGE


def test_the_sample_becomes_anchors() -> None:
    assert check_anchors(SourceText("anchors.yaml", ANCHORS_YAML), EXAM) == ()
    assert (GOOD.id, GOOD.question_id, GOOD.purpose) == ("T1-001-A", "T1-001", AnchorPurpose.CALIBRATION)
    assert (GOOD.char_count, GOOD.cap_id, GOOD.cap_reason) == (640, None, None)
    assert dict(GOOD.levels)["T1-R2"] == 4
    assert dict(GOOD.reasons)["T1-R2"] == "理由二"
    assert (CAPPED.cap_id, CAPPED.cap_reason) == ("left_alone", "一人に続けさせた")


def test_an_anchor_is_worth_what_a_graders_mark_of_the_same_levels_is_worth() -> None:
    assert score_anchor(GOOD, EXAM).points == GOOD.points == Decimal(21)
    capped = score_anchor(CAPPED, EXAM)
    assert (capped.points, capped.raw, capped.applied) == (Decimal(12), 18, (ScoreRule.CAPPED,))


def test_a_short_anchor_shows_what_shortness_costs() -> None:
    short = replace(GOOD, text="短い答案" * 90, levels=(*GOOD.levels[:-1], ("T1-R5", 0)))
    assert score_anchor(short, EXAM).applied == (ScoreRule.EXPRESSION_ZEROED,)
    assert score_anchor(replace(short, text="短い" * 50), EXAM).points == 0


def test_what_does_not_fit_cannot_be_scored() -> None:
    with pytest.raises(KeyError):
        score_anchor(replace(GOOD, question_id="T1-009"), EXAM)
    with pytest.raises(InvalidMark):
        score_anchor(replace(GOOD, levels=GOOD.levels[:-1]), EXAM)
    with pytest.raises(KeyError):
        score_anchor(GOOD, replace(EXAM, sections=EXAM.sections[:1]))


def test_a_type_that_no_slot_draws_is_measured_by_the_essay_section() -> None:
    essays = tuple(replace(essay, type="T9") for essay in EXAM.essays)
    assert score_anchor(GOOD, replace(EXAM, essays=essays)).points == 21


def test_an_anchor_of_the_wrong_shape_does_not_hide_the_next() -> None:
    text = ANCHORS_YAML.replace("purpose: calibration", "purpose: praise", 1).replace('points: "12"', 'points: "13"')
    codes = [problem.code for problem in check_anchors(SourceText("anchors.yaml", text), EXAM)]
    assert codes == [ProblemCode.BAD_VALUE, ProblemCode.ANCHOR_POINTS]
