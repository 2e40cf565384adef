"""Graders' marks: caps, short essays, and every rule of disagreement at its edge."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.exam_engine.definitions import DisagreementRule, EssayLimits
from lms.exam_engine.rubrics import (
    DisagreementReason,
    GraderMark,
    InvalidMark,
    MarkFault,
    ScoreRule,
    compare_marks,
    score_essay,
)
from tests.exam_engine.sample_exam import EXAM

RUBRIC = EXAM.rubric("T1")
CRITERIA = tuple(criterion.id for criterion in RUBRIC.criteria)
LIMITS = EssayLimits(under_expression_zero=400, under_not_graded=200, over_not_graded=880)
RULE = DisagreementRule(total_gap=Decimal(5), criterion_gap=Decimal(3), split_cap=True, split_verdict=True)
LONG = 700


def _mark(*points: int, cap: str | None = None, asks: bool = False) -> GraderMark:
    return GraderMark(levels=tuple(zip(CRITERIA, points, strict=True)), cap_id=cap, wants_adjudication=asks)


ZEROED, NOT_GRADED, CAPPED = ScoreRule.EXPRESSION_ZEROED, ScoreRule.NOT_GRADED, ScoreRule.CAPPED


@pytest.mark.parametrize(
    ("levels", "cap", "char_count", "points", "raw", "applied"),
    [
        pytest.param((5, 5, 5, 5, 5), None, LONG, 25, 25, (), id="the best essay"),
        pytest.param((0, 0, 0, 0, 0), None, LONG, 0, 0, (), id="the worst essay"),
        pytest.param((5, 4, 3, 2, 1), None, LONG, 15, 15, (), id="a plain sum"),
        pytest.param((5, 5, 5, 5, 5), None, 400, 25, 25, (), id="400 characters count in full"),
        pytest.param((5, 5, 5, 5, 5), None, 399, 20, 25, (ZEROED,), id="399 characters lose the expression points"),
        pytest.param((5, 5, 5, 5, 0), None, 399, 20, 20, (ZEROED,), id="nothing left to lose"),
        pytest.param((5, 5, 5, 5, 5), None, 200, 20, 25, (ZEROED,), id="200 characters are still graded"),
        pytest.param((5, 5, 5, 5, 5), None, 199, 0, 25, (NOT_GRADED,), id="199 characters are not graded"),
        pytest.param((5, 5, 5, 5, 5), None, 0, 0, 25, (NOT_GRADED,), id="a blank essay"),
        pytest.param((5, 5, 5, 5, 5), None, 881, 25, 25, (), id="too long is shown, not punished"),
        pytest.param((5, 5, 5, 5, 5), "retaliation", LONG, 12, 25, (CAPPED,), id="a cap limits the sum"),
        pytest.param((3, 3, 3, 3, 0), "retaliation", LONG, 12, 12, (CAPPED,), id="a cap at the sum"),
        pytest.param((2, 2, 2, 2, 2), "left_alone", LONG, 10, 10, (CAPPED,), id="a cap above the sum"),
        pytest.param((3, 3, 3, 3, 5), "left_alone", 399, 12, 17, (ZEROED, CAPPED), id="short and capped"),
        pytest.param((2, 2, 2, 2, 5), "left_alone", 399, 8, 13, (ZEROED, CAPPED), id="short below the cap"),
        pytest.param((5, 5, 5, 5, 5), "left_alone", 199, 0, 25, (NOT_GRADED,), id="too short to be capped"),
    ],
)
def test_levels_become_points_by_the_rules(
    levels: tuple[int, ...], cap: str | None, char_count: int, points: int, raw: int, applied: tuple[ScoreRule, ...]
) -> None:
    score = score_essay(RUBRIC, _mark(*levels, cap=cap), char_count=char_count, limits=LIMITS)
    assert (score.points, score.raw, score.applied) == (Decimal(points), raw, applied)
    assert isinstance(score.points, Decimal)


FULL = _mark(3, 3, 3, 3, 3)


@pytest.mark.parametrize(
    ("mark", "reason"),
    [
        pytest.param(replace(FULL, levels=FULL.levels[:4]), MarkFault.MISSING_CRITERION, id="a criterion left out"),
        pytest.param(replace(FULL, levels=()), MarkFault.MISSING_CRITERION, id="nothing decided"),
        pytest.param(replace(FULL, levels=(*FULL.levels, ("R9", 1))), MarkFault.UNKNOWN_CRITERION, id="a criterion too many"),
        pytest.param(replace(FULL, levels=(*FULL.levels, FULL.levels[0])), MarkFault.REPEATED_CRITERION, id="one decided twice"),
        pytest.param(_mark(6, 3, 3, 3, 3), MarkFault.UNKNOWN_LEVEL, id="six points"),
        pytest.param(_mark(3, 3, 3, 3, -1), MarkFault.UNKNOWN_LEVEL, id="minus one point"),
        pytest.param(replace(FULL, cap_id="rudeness"), MarkFault.UNKNOWN_CAP, id="a cap that is not in the rubric"),
    ],
)
def test_a_mark_that_does_not_fit_its_rubric_is_refused(mark: GraderMark, reason: MarkFault) -> None:
    with pytest.raises(InvalidMark) as error:
        score_essay(RUBRIC, mark, char_count=LONG, limits=LIMITS)
    assert error.value.reason is reason
    with pytest.raises(InvalidMark):
        compare_marks(RUBRIC, FULL, mark, RULE, char_count=LONG, limits=LIMITS)


TOTAL, CRITERION = DisagreementReason.TOTAL_GAP, DisagreementReason.CRITERION_GAP
SPLIT, REQUESTED = DisagreementReason.SPLIT_CAP, DisagreementReason.REQUESTED


@pytest.mark.parametrize(
    ("first", "second", "char_count", "points", "reasons"),
    [
        pytest.param(FULL, FULL, LONG, "15", (), id="the same marks"),
        pytest.param(FULL, _mark(4, 3, 3, 3, 3), LONG, "15.5", (), id="half a point"),
        pytest.param(FULL, _mark(4, 4, 4, 4, 3), LONG, "17", (), id="a total gap of four"),
        pytest.param(FULL, _mark(4, 4, 4, 4, 4), LONG, None, (TOTAL,), id="a total gap of five"),
        pytest.param(FULL, _mark(5, 3, 3, 3, 3), LONG, "16", (), id="a criterion gap of two"),
        pytest.param(_mark(2, 3, 3, 3, 3), _mark(5, 3, 3, 3, 3), LONG, None, (CRITERION,), id="a criterion gap of three"),
        pytest.param(_mark(5, 0, 3, 3, 3), _mark(0, 5, 3, 3, 3), LONG, None, (CRITERION,), id="opposite gaps, equal totals"),
        pytest.param(_mark(0, 0, 0, 0, 0), _mark(5, 5, 5, 5, 5), LONG, None, (TOTAL, CRITERION), id="worst and best"),
        pytest.param(
            _mark(2, 2, 2, 2, 2), _mark(2, 2, 2, 2, 2, cap="retaliation"), LONG, None, (SPLIT,), id="only one sees a cap"
        ),
        pytest.param(
            _mark(5, 5, 5, 5, 5), _mark(5, 5, 5, 5, 5, cap="retaliation"), LONG, None, (TOTAL, SPLIT), id="a cap that costs much"
        ),
        pytest.param(
            _mark(5, 5, 5, 5, 5, cap="left_alone"), _mark(4, 4, 4, 4, 4, cap="retaliation"), LONG, "12", (), id="both see a cap"
        ),
        pytest.param(FULL, _mark(3, 3, 3, 3, 3, asks=True), LONG, None, (REQUESTED,), id="the second asks"),
        pytest.param(_mark(3, 3, 3, 3, 3, asks=True), FULL, LONG, None, (REQUESTED,), id="the first asks"),
        pytest.param(_mark(3, 3, 3, 3, 0), _mark(3, 3, 3, 3, 5), 400, None, (TOTAL, CRITERION), id="expression counts at 400"),
        pytest.param(_mark(3, 3, 3, 3, 0), _mark(3, 3, 3, 3, 5), 399, "12", (), id="expression cannot disagree below 400"),
        pytest.param(_mark(0, 0, 0, 0, 0), _mark(5, 5, 5, 5, 5), 199, "0", (), id="nobody disagrees about 199 characters"),
        pytest.param(FULL, _mark(3, 3, 3, 3, 3, asks=True), 199, None, (REQUESTED,), id="asked about 199 characters"),
    ],
)
def test_two_marks_agree_or_name_every_reason_why_not(
    first: GraderMark, second: GraderMark, char_count: int, points: str | None, reasons: tuple[DisagreementReason, ...]
) -> None:
    agreement = compare_marks(RUBRIC, first, second, RULE, char_count=char_count, limits=LIMITS)
    assert agreement.reasons == reasons
    assert agreement.needs_adjudication is bool(reasons)
    assert agreement.points == (None if points is None else Decimal(points))


def test_a_rule_that_is_switched_off_does_not_speak() -> None:
    lenient = DisagreementRule(total_gap=Decimal(26), criterion_gap=Decimal(6), split_cap=False, split_verdict=False)
    best, capped_worst = _mark(5, 5, 5, 5, 5), _mark(0, 0, 0, 0, 0, cap="retaliation")
    agreement = compare_marks(RUBRIC, best, capped_worst, lenient, char_count=LONG, limits=LIMITS)
    assert (agreement.reasons, agreement.points) == ((), Decimal("12.5"))


MARKS = st.builds(
    lambda points, cap, asks: _mark(*points, cap=cap, asks=asks),
    st.tuples(*[st.integers(0, 5)] * 5),
    st.sampled_from([None, "retaliation", "left_alone"]),
    st.booleans(),
)


@settings(max_examples=80, deadline=None)
@given(MARKS, MARKS, st.integers(0, 1000))
def test_agreement_is_fair_exact_and_within_bounds(first: GraderMark, second: GraderMark, char_count: int) -> None:
    agreement = compare_marks(RUBRIC, first, second, RULE, char_count=char_count, limits=LIMITS)
    swapped = compare_marks(RUBRIC, second, first, RULE, char_count=char_count, limits=LIMITS)
    assert (agreement.points, agreement.reasons) == (swapped.points, swapped.reasons)
    for score in (agreement.first, agreement.second):
        assert 0 <= score.points <= score.raw <= 25
    if agreement.points is not None:
        assert isinstance(agreement.points, Decimal)
        assert (agreement.points * 2) % 1 == 0
        assert abs(agreement.first.points - agreement.second.points) < 5
