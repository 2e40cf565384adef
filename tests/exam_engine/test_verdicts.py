"""Verdicts: the arithmetic shown, and the essays on which a verdict hangs, against brute force."""

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.exam_engine.definitions import PassRule
from lms.exam_engine.verdicts import EssayPair, Outcome, VerdictLine, decide, flips_verdict, splits_verdict

RULE = PassRule(total=Decimal(105), sections=(("choice", Decimal(60)), ("essay", Decimal(25))))


def _d(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


@pytest.mark.parametrize(
    ("choice", "essay", "outcome"),
    [
        pytest.param("80", "25", Outcome.PASSED, id="everything exactly met"),
        pytest.param("60", "45", Outcome.PASSED, id="the choice section exactly met"),
        pytest.param("79.5", "25.5", Outcome.PASSED, id="halves add up"),
        pytest.param("100", "50", Outcome.PASSED, id="full points"),
        pytest.param("79.5", "25", Outcome.FAILED, id="half a point short in total"),
        pytest.param("57.5", "50", Outcome.FAILED, id="the choice section short"),
        pytest.param("100", "24.5", Outcome.FAILED, id="the essay section short"),
        pytest.param("0", "0", Outcome.FAILED, id="no points"),
        pytest.param("100", None, Outcome.PENDING, id="essays not graded yet"),
        pytest.param("10", None, Outcome.PENDING, id="nothing is said early, even when all is lost"),
        pytest.param(None, None, Outcome.PENDING, id="nothing marked yet"),
    ],
)
def test_a_verdict_needs_the_total_and_every_section(choice: str | None, essay: str | None, outcome: Outcome) -> None:
    assert decide(RULE, {"choice": _d(choice), "essay": _d(essay)}).outcome is outcome


def test_the_arithmetic_is_shown() -> None:
    verdict = decide(RULE, {"choice": Decimal("72.5"), "essay": Decimal("24.5")})
    assert verdict.total == Decimal("97.0")
    assert verdict.lines == (
        VerdictLine("total", Decimal("97.0"), Decimal(105), False),
        VerdictLine("choice", Decimal("72.5"), Decimal(60), True),
        VerdictLine("essay", Decimal("24.5"), Decimal(25), False),
    )


def test_what_is_known_is_shown_while_the_rest_is_pending() -> None:
    verdict = decide(RULE, {"choice": Decimal(50), "essay": None})
    assert verdict.total is None
    assert [(line.what, line.is_met) for line in verdict.lines] == [("total", None), ("choice", False), ("essay", None)]


def test_a_section_that_is_not_there_is_pending() -> None:
    assert decide(RULE, {"choice": Decimal(100)}).outcome is Outcome.PENDING


def test_a_section_without_a_minimum_counts_toward_the_total() -> None:
    verdict = decide(RULE, {"choice": Decimal(60), "essay": Decimal(25), "oral": Decimal(20)})
    assert (verdict.outcome, verdict.total) == (Outcome.PASSED, Decimal(105))
    assert decide(RULE, {"choice": Decimal(100), "essay": Decimal(50), "oral": None}).outcome is Outcome.PENDING


def _pair(name: str, first: str, second: str, settled: str | None = None) -> EssayPair:
    return EssayPair(name, Decimal(first), Decimal(second), _d(settled))


@pytest.mark.parametrize(
    ("choice", "pairs", "expected"),
    [
        pytest.param("90", (_pair("T1", "20", "22"), _pair("T3", "20", "20")), (), id="safely passed"),
        pytest.param("30", (_pair("T1", "20", "24"), _pair("T3", "20", "24")), (), id="lost anyway"),
        pytest.param("80", (_pair("T1", "12", "14"), _pair("T3", "12", "12")), ("T1",), id="one essay decides"),
        pytest.param("80", (_pair("T1", "12", "14"), _pair("T3", "11", "13")), ("T1", "T3"), id="either essay decides"),
        pytest.param("80", (_pair("T1", "13", "14"), _pair("T3", "12", "13")), (), id="half a point up or down does not matter"),
        pytest.param("80", (_pair("T1", "12", "14", "13"), _pair("T3", "12", "12")), (), id="an adjudicated essay is fixed"),
        pytest.param(
            "80", (_pair("T1", "12", "14", "12"), _pair("T3", "12", "14")), ("T3",), id="settled low, the other decides"
        ),
        pytest.param("90", (_pair("T1", "10", "14"), _pair("T3", "13", "13")), ("T1",), id="the section minimum decides"),
        pytest.param("80", (), (), id="no essays"),
    ],
)
def test_an_essay_on_which_the_verdict_hangs_is_named(
    choice: str, pairs: tuple[EssayPair, ...], expected: tuple[str, ...]
) -> None:
    assert flips_verdict(RULE, choice_points=Decimal(choice), essay_pairs=pairs) == expected


def test_sections_may_have_other_names() -> None:
    rule = PassRule(total=Decimal(20), sections=(("mc", Decimal(5)), ("writing", Decimal(10))))
    pairs = (_pair("T1", "9", "11"),)
    flipping = flips_verdict(rule, choice_points=Decimal(10), essay_pairs=pairs, choice_section="mc", essay_section="writing")
    assert flipping == ("T1",)


HALF_POINTS = st.integers(0, 50).map(lambda halves: Decimal(halves) / 2)
PAIRS = st.lists(st.tuples(HALF_POINTS, HALF_POINTS, st.none() | HALF_POINTS), max_size=3)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 40), PAIRS)
def test_the_flip_rule_agrees_with_brute_force(right: int, values: list[tuple[Decimal, Decimal, Decimal | None]]) -> None:
    choice = right * Decimal("2.5")
    pairs = [EssayPair(str(index), *each) for index, each in enumerate(values)]

    def passes(essays: list[Decimal]) -> bool:
        essay = sum(essays, Decimal(0))
        return choice + essay >= 105 and choice >= 60 and essay >= 25

    points = [(first + second) / 2 if settled is None else settled for first, second, settled in values]
    expected = []
    for index, (first, second, settled) in enumerate(values):
        for single in (first, second):
            changed = points.copy()
            changed[index] = single
            if settled is None and passes(changed) != passes(points) and str(index) not in expected:
                expected.append(str(index))
    assert flips_verdict(RULE, choice_points=choice, essay_pairs=pairs) == tuple(expected)


@pytest.mark.parametrize(
    ("choice", "pairs", "expected"),
    [
        pytest.param("80", (_pair("T1", "12", "14"), _pair("T3", "12", "14")), ("T1", "T3"), id="24 fails and 28 passes"),
        pytest.param("80", (_pair("T1", "12", "14"), _pair("T3", "14", "12")), ("T1", "T3"), id="whoever read which essay"),
        pytest.param("80", (_pair("T1", "11", "14"), _pair("T3", "11", "13")), ("T1", "T3"), id="the mean fails, too"),
        pytest.param("80", (_pair("T1", "11.5", "12.5"), _pair("T3", "13", "13")), ("T1",), id="only what differs is named"),
        pytest.param("90", (_pair("T1", "20", "22"), _pair("T3", "20", "24")), (), id="both pass"),
        pytest.param("80", (_pair("T1", "10", "13"), _pair("T3", "10", "11")), (), id="both fail"),
        pytest.param("80", (_pair("T1", "12.5", "14"), _pair("T3", "12.5", "14")), (), id="the lower marks just pass"),
        pytest.param("80", (_pair("T1", "12", "14", "12"), _pair("T3", "12", "14")), ("T3",), id="one adjudicated, one open"),
        pytest.param("80", (_pair("T1", "12", "14", "14"), _pair("T3", "12", "14")), (), id="adjudicated to safety"),
        pytest.param("90", (_pair("T1", "12", "14"), _pair("T3", "12", "14")), ("T1", "T3"), id="the section minimum splits"),
        pytest.param("80", (), (), id="no essays"),
    ],
)
def test_a_verdict_that_the_marks_split_names_the_essays_that_differ(
    choice: str, pairs: tuple[EssayPair, ...], expected: tuple[str, ...]
) -> None:
    assert splits_verdict(RULE, choice_points=Decimal(choice), essay_pairs=pairs) == expected


@settings(max_examples=200, deadline=None)
@given(st.integers(24, 40), st.lists(st.tuples(HALF_POINTS, HALF_POINTS, st.none() | HALF_POINTS), max_size=4))
def test_a_verdict_is_split_exactly_when_some_choice_of_one_mark_an_essay_decides_otherwise(
    right: int, values: list[tuple[Decimal, Decimal, Decimal | None]]
) -> None:
    choice = right * Decimal("2.5")
    pairs = [EssayPair(str(index), *each) for index, each in enumerate(values)]
    ways = product(*({first, second} if settled is None else {settled} for first, second, settled in values))
    verdicts = {choice + sum(way) >= 105 and choice >= 60 and sum(way) >= 25 for way in ways}
    differing = [str(index) for index, (first, second, settled) in enumerate(values) if settled is None and first != second]
    assert splits_verdict(RULE, choice_points=choice, essay_pairs=pairs) == tuple(differing if len(verdicts) > 1 else ())


@settings(max_examples=150, deadline=None)
@given(st.integers(24, 40), st.lists(st.tuples(HALF_POINTS, HALF_POINTS, st.none() | HALF_POINTS), max_size=3))
def test_an_essay_whose_one_mark_flips_the_verdict_is_among_those_that_split_it(
    right: int, values: list[tuple[Decimal, Decimal, Decimal | None]]
) -> None:
    asked = {
        "choice_points": right * Decimal("2.5"),
        "essay_pairs": [EssayPair(str(index), *each) for index, each in enumerate(values)],
    }
    assert set(flips_verdict(RULE, **asked)) <= set(splits_verdict(RULE, **asked))  # type: ignore[arg-type]
