"""A faulty question after the exam: what each ruling does to the marks, and that nothing else moves."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.exam_engine.answers import Answer, InvalidAnswer, parse_answer
from lms.exam_engine.kinds.single_choice import ChoiceAnswer
from lms.exam_engine.marking import mark_choice_section, rekey, solve
from lms.exam_engine.papers import PaperChoiceQuestion
from lms.exam_engine.rulings import Ruling, RulingKind, mark_under_rulings, standing_of
from tests.exam_engine.sample_exam import MACHINE_SAMPLES, PAPER, frozen

SECTION = PAPER.section("choice")
FIRST, SECOND = (question for question in SECTION.questions[:2] if isinstance(question, PaperChoiceQuestion))


def wrong(question: PaperChoiceQuestion, place: int = 0) -> str:
    return [option.id for option in question.options if option.id != question.key][place]


def ruling(kind: RulingKind, option: str | None = None, *, question: PaperChoiceQuestion = FIRST, version: int = 1) -> Ruling:
    body = None if option is None else {"kind": "single_choice", "option": option}
    return Ruling(question.id, version, kind, body)


def points(option: str | None, *rulings: Ruling) -> Decimal:
    """Points of the first question when only it is answered."""
    mark = mark_under_rulings(SECTION, {FIRST.id: ChoiceAnswer(option)}, rulings)
    return mark.marks[0].points


def test_without_a_ruling_nothing_changes() -> None:
    answers: dict[str, Answer] = {question.id: ChoiceAnswer("a") for question in SECTION.questions}
    assert mark_under_rulings(SECTION, answers, ()) == mark_choice_section(SECTION, answers)


@pytest.mark.parametrize(
    ("option", "rulings", "expected"),
    [
        pytest.param(FIRST.key, (ruling(RulingKind.CHANGE_KEY, wrong(FIRST)),), "0", id="the old key is wrong now"),
        pytest.param(wrong(FIRST), (ruling(RulingKind.CHANGE_KEY, wrong(FIRST)),), "2.5", id="the new key is right"),
        pytest.param(wrong(FIRST), (ruling(RulingKind.ACCEPT_ANSWER, wrong(FIRST)),), "2.5", id="a further answer is right"),
        pytest.param(FIRST.key, (ruling(RulingKind.ACCEPT_ANSWER, wrong(FIRST)),), "2.5", id="beside the key"),
        pytest.param(wrong(FIRST, 1), (ruling(RulingKind.ACCEPT_ANSWER, wrong(FIRST)),), "0", id="the others stay wrong"),
        pytest.param(wrong(FIRST), (ruling(RulingKind.FULL_CREDIT),), "2.5", id="full credit for a wrong answer"),
        pytest.param(None, (ruling(RulingKind.FULL_CREDIT),), "2.5", id="full credit without an answer"),
        pytest.param(FIRST.key, (ruling(RulingKind.VOID),), "0", id="a void question has no points"),
        pytest.param(
            wrong(FIRST),
            (ruling(RulingKind.ACCEPT_ANSWER, wrong(FIRST)), ruling(RulingKind.CHANGE_KEY, wrong(FIRST, 1))),
            "0",
            id="a changed key ends what was accepted before",
        ),
        pytest.param(
            FIRST.key,
            (ruling(RulingKind.VOID), ruling(RulingKind.CHANGE_KEY, FIRST.key)),
            "2.5",
            id="a later ruling replaces a void",
        ),
        pytest.param(wrong(FIRST), (ruling(RulingKind.FULL_CREDIT, version=2),), "0", id="another version is not spoken of"),
        pytest.param(
            None,
            (ruling(RulingKind.FULL_CREDIT), ruling(RulingKind.ACCEPT_ANSWER, wrong(FIRST))),
            "2.5",
            id="a further answer takes no full credit away",
        ),
    ],
)
def test_each_ruling_does_what_it_says(option: str | None, rulings: tuple[Ruling, ...], expected: str) -> None:
    assert points(option, *rulings) == Decimal(expected)


def test_the_points_of_a_void_question_are_spread_over_the_others() -> None:
    answers: dict[str, Answer] = {question.id: ChoiceAnswer(None) for question in SECTION.questions}
    answers[SECOND.id] = ChoiceAnswer(SECOND.key)
    mark = mark_under_rulings(SECTION, answers, (ruling(RulingKind.VOID),))
    assert mark.points == (SECOND.points * 10 / Decimal("7.5")).quantize(Decimal("0.01")) == Decimal("3.33")
    assert sum(count.total for count in mark.by_domain) == len(SECTION.questions) - 1


def test_all_right_beside_a_void_question_is_still_the_maximum() -> None:
    answers: dict[str, Answer] = {
        question.id: ChoiceAnswer(question.key) for question in SECTION.questions if isinstance(question, PaperChoiceQuestion)
    }
    assert mark_under_rulings(SECTION, answers, (ruling(RulingKind.VOID),)).points == SECTION.max_points


def test_a_section_of_void_questions_costs_nobody_a_point() -> None:
    every = [Ruling(question.id, 1, RulingKind.VOID) for question in SECTION.questions]
    assert mark_under_rulings(SECTION, {}, every).points == SECTION.max_points


@pytest.mark.parametrize(
    ("before", "then", "changes"),
    [
        pytest.param((), ruling(RulingKind.CHANGE_KEY, FIRST.key), False, id="the same key"),
        pytest.param((), ruling(RulingKind.ACCEPT_ANSWER, FIRST.key), False, id="the key accepted once more"),
        pytest.param((ruling(RulingKind.VOID),), ruling(RulingKind.VOID), False, id="void twice"),
        pytest.param(
            (ruling(RulingKind.CHANGE_KEY, wrong(FIRST)),),
            ruling(RulingKind.CHANGE_KEY, FIRST.key),
            True,
            id="back to the old key",
        ),
        pytest.param((), ruling(RulingKind.FULL_CREDIT), True, id="full credit"),
    ],
)
def test_a_ruling_changes_something_or_leaves_the_standing(before: tuple[Ruling, ...], then: Ruling, changes: bool) -> None:
    assert (standing_of(FIRST, (*before, then)) != standing_of(FIRST, before)) is changes


def test_a_ruling_that_names_no_answer_of_the_question_is_refused() -> None:
    with pytest.raises(InvalidAnswer):
        mark_under_rulings(SECTION, {}, (ruling(RulingKind.CHANGE_KEY, "z"),))


@pytest.mark.parametrize("kind", MACHINE_SAMPLES)
def test_every_kind_can_be_given_another_key(kind: str) -> None:
    question = frozen(kind)
    other = frozen(kind, seed="another")
    answer = solve(other)
    assert solve(rekey(question, parse_answer(question, body(answer)))) is not None


def body(answer: Answer) -> dict[str, object]:
    return {name: getattr(answer, name) for name in answer.__dataclass_fields__}  # type: ignore[attr-defined]


kinds = st.sampled_from((RulingKind.VOID, RulingKind.FULL_CREDIT, RulingKind.CHANGE_KEY, RulingKind.ACCEPT_ANSWER))
options = st.sampled_from("abcd")


@settings(max_examples=200, deadline=None)
@given(
    chosen=st.lists(st.sampled_from((*"abcd", None)), min_size=4, max_size=4),
    ruled=st.lists(st.tuples(st.integers(0, 3), kinds, options), max_size=6),
)
def test_whatever_is_ruled_points_stay_between_nothing_and_the_maximum(
    chosen: list[str | None], ruled: list[tuple[int, RulingKind, str]]
) -> None:
    answers: dict[str, Answer] = {
        question.id: ChoiceAnswer(option) for question, option in zip(SECTION.questions, chosen, strict=True)
    }
    rulings = [
        Ruling(SECTION.questions[place].id, 1, kind, {"kind": "single_choice", "option": option}) for place, kind, option in ruled
    ]
    mark = mark_under_rulings(SECTION, answers, rulings)
    assert 0 <= mark.points <= SECTION.max_points
    assert mark == mark_under_rulings(SECTION, answers, rulings)
    touched = {SECTION.questions[place].id for place, _, _ in ruled}
    before = {each.question_id: each for each in mark_choice_section(SECTION, answers).marks}
    assert all(each == before[each.question_id] for each in mark.marks if each.question_id not in touched)
