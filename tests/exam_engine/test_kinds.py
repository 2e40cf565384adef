"""What holds for every kind marked by machine: bounds, solutions, new keys, and texts that come back unchanged."""

from collections.abc import Mapping
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.exam_engine.answers import (
    Answer,
    InvalidAnswer,
    answer_body,
    answer_from_json,
    answer_sha256,
    answer_to_json,
    is_blank,
    parse_answer,
)
from lms.exam_engine.canonical import sha256_hex
from lms.exam_engine.errors import AnswerFault
from lms.exam_engine.kinds.base import HUNDREDTH
from lms.exam_engine.kinds.registry import BANK_KINDS, KINDS, MACHINE_KINDS
from lms.exam_engine.marking import mark_choice_section, mark_question, rekey, solve
from lms.exam_engine.papers import PaperMachineQuestion, draw_paper, paper_from_json, paper_to_json
from tests.exam_engine.sample_exam import EVERY_KIND, MACHINE_SAMPLES, body_of, frozen

RULES = {
    "multiple_choice": ("per_option", "all_or_nothing"),
    "ordering": ("per_position", "per_pair", "all_or_nothing"),
    "matching": ("per_pair", "all_or_nothing"),
}
QUESTIONS = {
    f"{kind} {rule}".strip(): frozen(
        kind, body=body_of(kind).replace(f"rule: {RULES[kind][0]}", f"rule: {rule}") if rule else None
    )
    for kind in MACHINE_SAMPLES
    for rule in RULES.get(kind, ("",))
}
TEXTS = st.text(alphabet="カスハラかすはら約 -.,0123456789１２件", max_size=12)
_PAIRS = st.permutations(["r1", "r2", "r3", "r4"]).flatmap(
    lambda rights: st.lists(st.sampled_from([["l1", rights[0]], ["l2", rights[1]], ["l3", rights[2]]]), unique_by=str)
)
BODIES: Mapping[str, st.SearchStrategy[dict[str, object]]] = {
    "single_choice": st.fixed_dictionaries({"option": st.sampled_from([*"abcd", None])}),
    "multiple_choice": st.fixed_dictionaries({"options": st.lists(st.sampled_from("abcde"), unique=True)}),
    "ordering": st.fixed_dictionaries({"order": st.sampled_from([[], *map(list, permutations("ktem"))])}),
    "matching": st.fixed_dictionaries({"pairs": _PAIRS}),
    "numeric": st.fixed_dictionaries({"text": TEXTS}),
    "short_text": st.fixed_dictionaries({"text": TEXTS}),
}
POINTS = st.decimals(min_value="0.01", max_value="100", places=2)


def _answers(kind: str) -> st.SearchStrategy[Answer]:
    question = frozen(kind)
    return BODIES[kind].map(lambda body: parse_answer(question, {"kind": kind, **body}))


every_question = pytest.mark.parametrize("name", QUESTIONS)


def test_every_machine_kind_is_sampled() -> None:
    assert set(MACHINE_SAMPLES) == set(MACHINE_KINDS) == set(BODIES)
    assert set(BANK_KINDS) - set(KINDS) == {"case"}


@every_question
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_points_are_never_below_zero_and_never_above_the_maximum(name: str, data: st.DataObject) -> None:
    question = QUESTIONS[name]
    answer = data.draw(_answers(question.kind))
    mark = mark_question(question, answer)
    assert 0 <= mark.points <= mark.max_points == question.max_points
    assert mark.points % HUNDREDTH == 0
    assert not mark.is_correct or mark.points == mark.max_points
    assert (mark.chosen is None) is is_blank(answer)
    assert not (is_blank(answer) and mark.points)


@pytest.mark.parametrize("kind", MACHINE_SAMPLES)
@settings(max_examples=30, deadline=None)
@given(points=POINTS, data=st.data())
def test_a_part_of_any_number_of_points_stays_within_them(kind: str, points: Decimal, data: st.DataObject) -> None:
    question = frozen(kind, points=str(points))
    mark = mark_question(question, data.draw(_answers(kind)))
    assert 0 <= mark.points <= points
    assert mark.points % HUNDREDTH == 0


@every_question
def test_the_solution_earns_all_points_and_nothing_earns_none(name: str) -> None:
    question = QUESTIONS[name]
    best, none = mark_question(question, solve(question)), mark_question(question, None)
    assert (best.points, best.is_correct) == (Decimal("2.5"), True)
    assert (none.points, none.is_correct, none.chosen) == (Decimal(0), False, None)
    assert none.key == best.key


@every_question
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_new_key_makes_its_answer_right(name: str, data: st.DataObject) -> None:
    question = QUESTIONS[name]
    answer = data.draw(_answers(question.kind))
    changed = rekey(question, answer)
    assert changed == question or mark_question(changed, answer).is_correct
    assert mark_question(changed, solve(changed)).is_correct
    assert not is_blank(answer) or changed == question


@pytest.mark.parametrize("kind", MACHINE_SAMPLES)
@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_an_answer_comes_back_from_its_text_unchanged(kind: str, data: st.DataObject) -> None:
    question, answer = frozen(kind), data.draw(_answers(kind))
    stored = answer_to_json(answer)
    assert answer_from_json(question, stored) == answer == parse_answer(question, answer_body(answer))
    assert answer_to_json(answer_from_json(question, stored)) == stored
    assert answer_sha256(answer) == sha256_hex(stored)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4) | st.sampled_from(["a", "k", "l1", "r1", "option", "text"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("kind", MACHINE_SAMPLES)
@settings(max_examples=80, deadline=None)
@given(value=ANYTHING)
def test_any_body_is_an_answer_or_refused_but_never_breaks_the_engine(kind: str, value: object) -> None:
    question = frozen(kind)
    [field] = set(answer_body(solve(question))) - {"kind"}
    try:
        answer = parse_answer(question, {"kind": kind, field: value})
    except InvalidAnswer:
        return
    assert mark_question(question, answer).points >= 0


@pytest.mark.parametrize("kind", MACHINE_SAMPLES)
@pytest.mark.parametrize("other", [*KINDS, "case", ""])
def test_an_answer_of_another_kind_is_refused(kind: str, other: str) -> None:
    if kind == other:
        return
    question = frozen(kind)
    with pytest.raises(InvalidAnswer) as error:
        parse_answer(question, {**answer_body(solve(question)), "kind": other})
    assert error.value.reason is AnswerFault.WRONG_KIND


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=12))
def test_a_paper_of_every_kind_comes_back_unchanged_and_can_be_solved(seed: str) -> None:
    paper = draw_paper(EVERY_KIND, seed=seed)
    text = paper_to_json(paper)
    assert paper_from_json(text) == paper
    assert paper_to_json(paper_from_json(text)) == text
    section = paper.section("choice")
    solutions = {each.id: solve(each) for each in section.questions if isinstance(each, PaperMachineQuestion)}
    mark = mark_choice_section(section, solutions)
    assert (mark.points, mark.max_points) == (Decimal("17.5"), Decimal("17.5"))
    assert [tuple(count) for count in mark.by_domain] == [("D1", 7, 7)]
