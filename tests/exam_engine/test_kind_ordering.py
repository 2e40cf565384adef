"""Ordering: the three rules, items never shown in the right order, whole orders or none."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.exam_engine.answers import InvalidAnswer, answer_to_json, parse_answer
from lms.exam_engine.errors import AnswerFault, ProblemCode
from lms.exam_engine.kinds.ordering import OrderingAnswer, PaperOrderingQuestion
from lms.exam_engine.marking import mark_question
from tests.exam_engine.sample_exam import body_of, check, frozen, question_yaml, with_bank

KIND = "ordering"
BY_POSITION = frozen(KIND)
BY_PAIR = frozen(KIND, body=body_of(KIND).replace("per_position", "per_pair"))
STRICT = frozen(KIND, body=body_of(KIND).replace("per_position", "all_or_nothing"))


@pytest.mark.parametrize(
    ("question", "order", "points"),
    [
        (BY_POSITION, "ktem", "2.5"),
        (BY_POSITION, "ktme", "1.25"),
        (BY_POSITION, "mkte", "0"),
        (BY_POSITION, "", "0"),
        (BY_PAIR, "ktem", "2.5"),
        (BY_PAIR, "mkte", "1.67"),
        (BY_PAIR, "emkt", "1.67"),
        (BY_PAIR, "metk", "0"),
        (BY_PAIR, "", "0"),
        (STRICT, "ktem", "2.5"),
        (STRICT, "ktme", "0"),
    ],
    ids=[
        "by position: all right",
        "by position: two swapped",
        "by position: all moved by one",
        "by position: nothing",
        "by pair: all right",
        "by pair: the last one put first",
        "by pair: two blocks swapped",
        "by pair: backwards",
        "by pair: nothing",
        "strict: all right",
        "strict: two swapped",
    ],
)
def test_points_follow_the_rule(question: PaperOrderingQuestion, order: str, points: str) -> None:
    mark = mark_question(question, OrderingAnswer(tuple(order)))
    assert str(mark.points) == points
    assert mark.is_correct is (order == "ktem")


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=12))
def test_items_are_never_shown_in_the_right_order(seed: str) -> None:
    question = frozen(KIND, seed=seed)
    shown = tuple(item.id for item in question.items)  # type: ignore[attr-defined]
    assert sorted(shown) == sorted(question.key)  # type: ignore[attr-defined]
    assert shown != question.key  # type: ignore[attr-defined]


def test_every_other_order_is_shown_for_some_seed() -> None:
    body = body_of(KIND).replace("      - {id: m, text: 記録する}\n", "")
    shown = {tuple(item.id for item in frozen(KIND, seed=str(seed), body=body).items) for seed in range(80)}  # type: ignore[attr-defined]
    assert len(shown) == 5


def test_the_mark_names_both_orders() -> None:
    mark = mark_question(BY_POSITION, OrderingAnswer(tuple("mkte")))
    assert (mark.chosen, mark.key) == ("m>k>t>e", "k>t>e>m")
    assert mark_question(BY_POSITION, OrderingAnswer(())).chosen is None


def test_the_stored_text_is_the_one_a_browser_writes() -> None:
    answer = parse_answer(BY_POSITION, {"kind": KIND, "order": list("mkte")})
    assert answer_to_json(answer) == '{"kind":"ordering","order":["m","k","t","e"]}'


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        (list("kt"), AnswerFault.INCOMPLETE_ORDER),
        (list("ktez"), AnswerFault.UNKNOWN_OPTION),
        (list("kttm"), AnswerFault.REPEATED_OPTION),
        ("ktem", AnswerFault.WRONG_SHAPE),
        ([0, 1, 2, 3], AnswerFault.WRONG_SHAPE),
    ],
    ids=["half an order", "an unknown item", "an item twice", "a text", "numbers"],
)
def test_what_is_no_order_is_refused(order: object, reason: AnswerFault) -> None:
    with pytest.raises(InvalidAnswer) as error:
        parse_answer(BY_POSITION, {"kind": KIND, "order": order})
    assert error.value.reason is reason


@pytest.mark.parametrize(
    ("old", "new", "code", "at"),
    [
        ("{id: k,", "{id: a,", ProblemCode.DUPLICATE_ID, "{id: a, text: 事実"),
        ("text: 記録する", "text: 傾聴する", ProblemCode.DUPLICATE_TEXT, "{id: m,"),
        ("rule: per_position", "rule: per_mood", ProblemCode.BAD_VALUE, "rule:"),
        ("    explanation: まず聴き、確かめてから報告する。\n", "", ProblemCode.MISSING_FIELD, "- id: Q-1"),
    ],
    ids=["an id twice", "a text twice", "an unknown rule", "no explanation"],
)
def test_a_planted_fault_is_found_on_its_line(old: str, new: str, code: ProblemCode, at: str) -> None:
    body = body_of(KIND).replace(old, new)
    if code is ProblemCode.DUPLICATE_ID:
        body = body.replace("{id: t,", "{id: a,")
    texts = with_bank(question_yaml(KIND, "Q-1", body=body))
    line = texts["choices.yaml"].split(at)[0].count("\n") + 1
    assert (code, line) in [(problem.code, problem.line) for problem in check(texts)]


@pytest.mark.parametrize("ids", ["abcd", "dcba"], ids=["rising", "falling"])
def test_ids_that_tell_the_order_are_refused(ids: str) -> None:
    body = body_of(KIND)
    for old, new in zip("ktem", ids, strict=True):
        body = body.replace(f"{{id: {old},", f"{{id: {new}!,")
    [problem] = check(with_bank(question_yaml(KIND, "Q-1", body=body.replace("!", ""))))
    assert (problem.code, problem.path) == (ProblemCode.IDS_GIVE_KEY_AWAY, "questions[0].items")
