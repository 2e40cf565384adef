"""Multiple choice: both rules to the hundredth, answers as sets, faults in the content."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.exam_engine.answers import InvalidAnswer, answer_from_json, answer_to_json, parse_answer
from lms.exam_engine.errors import AnswerFault, ProblemCode
from lms.exam_engine.kinds.multiple_choice import MultipleAnswer, PaperMultipleQuestion
from lms.exam_engine.marking import mark_question
from tests.exam_engine.sample_exam import body_of, check, frozen, question_yaml, with_bank

KIND = "multiple_choice"
PER_OPTION = frozen(KIND)
STRICT = frozen(KIND, body=body_of(KIND).replace("per_option", "all_or_nothing"))
ONE_RIGHT = frozen(KIND, body=body_of(KIND).replace("[a, c, e]", "[c]"))
ALL_RIGHT = frozen(KIND, body=body_of(KIND).replace("[a, c, e]", "[a, b, c, d, e]"))
CHOICES = st.lists(st.sampled_from("abcde"), unique=True)


@pytest.mark.parametrize(
    ("question", "chosen", "points"),
    [
        (PER_OPTION, "ace", "2.5"),
        (PER_OPTION, "ac", "1.67"),
        (PER_OPTION, "a", "0.83"),
        (PER_OPTION, "aceb", "1.25"),
        (PER_OPTION, "ab", "0"),
        (PER_OPTION, "b", "0"),
        (PER_OPTION, "abcde", "0"),
        (PER_OPTION, "", "0"),
        (STRICT, "ace", "2.5"),
        (STRICT, "ac", "0"),
        (STRICT, "aceb", "0"),
        (ONE_RIGHT, "c", "2.5"),
        (ONE_RIGHT, "ca", "1.88"),
        (ONE_RIGHT, "abcde", "0"),
        (ALL_RIGHT, "abcde", "2.5"),
        (ALL_RIGHT, "abc", "1.50"),
    ],
    ids=[
        "all right ones",
        "two of three",
        "one of three",
        "all right ones and one wrong one",
        "one right and one wrong: below zero is zero",
        "a wrong one",
        "everything",
        "nothing",
        "strict: all right ones",
        "strict: one missing",
        "strict: one too many",
        "one right option alone",
        "one right option and one of four wrong ones, half a hundredth rounded up",
        "one right option among everything",
        "no wrong option, all chosen",
        "no wrong option, some chosen",
    ],
)
def test_points_follow_the_rule(question: PaperMultipleQuestion, chosen: str, points: str) -> None:
    mark = mark_question(question, MultipleAnswer(tuple(chosen)))
    assert str(mark.points) == points
    assert mark.is_correct is (mark.points == question.max_points)


@settings(max_examples=60, deadline=None)
@given(CHOICES, st.randoms(use_true_random=False))
def test_the_order_of_choosing_changes_nothing(chosen: list[str], chance) -> None:  # type: ignore[no-untyped-def]
    shuffled = list(chosen)
    chance.shuffle(shuffled)
    answers = [parse_answer(PER_OPTION, {"kind": KIND, "options": each}) for each in (chosen, shuffled)]
    assert answers[0] == answers[1]
    assert answer_to_json(answers[0]) == answer_to_json(answers[1])


@settings(max_examples=60, deadline=None)
@given(CHOICES)
def test_a_further_right_option_never_costs_and_a_wrong_one_never_earns(chosen: list[str]) -> None:
    points = mark_question(PER_OPTION, MultipleAnswer(tuple(chosen))).points
    for option in set("abcde") - set(chosen):
        more = mark_question(PER_OPTION, MultipleAnswer((*chosen, option))).points
        assert more >= points if option in "ace" else more <= points


def test_the_mark_names_options_sorted() -> None:
    mark = mark_question(PER_OPTION, parse_answer(PER_OPTION, {"kind": KIND, "options": ["e", "a"]}))
    assert (mark.chosen, mark.key) == ("a,e", "a,c,e")
    assert mark_question(PER_OPTION, None).chosen is None


def test_the_stored_text_is_the_one_a_browser_writes() -> None:
    answer = parse_answer(PER_OPTION, {"kind": KIND, "options": ["c", "a"]})
    assert answer_to_json(answer) == '{"kind":"multiple_choice","options":["a","c"]}'
    assert answer_from_json(PER_OPTION, '{"kind":"multiple_choice","options":[]}') == MultipleAnswer(())


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["a", "z"], AnswerFault.UNKNOWN_OPTION),
        (["a", "a"], AnswerFault.REPEATED_OPTION),
        ("a", AnswerFault.WRONG_SHAPE),
        (None, AnswerFault.WRONG_SHAPE),
        ([1], AnswerFault.WRONG_SHAPE),
        ([["a"]], AnswerFault.WRONG_SHAPE),
    ],
    ids=["an unknown option", "an option twice", "a text", "null", "a number", "a nested list"],
)
def test_what_is_no_choice_is_refused(options: object, reason: AnswerFault) -> None:
    with pytest.raises(InvalidAnswer) as error:
        parse_answer(PER_OPTION, {"kind": KIND, "options": options})
    assert error.value.reason is reason


@pytest.mark.parametrize(
    ("old", "new", "code", "at"),
    [
        ("key: [a, c, e]", "key: [a, z]", ProblemCode.KEY_NOT_AN_OPTION, "key:"),
        ("key: [a, c, e]", "key: []", ProblemCode.BAD_VALUE, "key:"),
        ("key: [a, c, e]", "key: [a, a]", ProblemCode.DUPLICATE_ID, "key:"),
        ("{id: b,", "{id: a,", ProblemCode.DUPLICATE_ID, "{id: a, text: 要望"),
        ("text: 質問", "text: 要望", ProblemCode.DUPLICATE_TEXT, "{id: d,"),
        ("text: 質問", "text: 上記すべて", ProblemCode.CATCH_ALL_OPTION, "{id: d,"),
        ("rule: per_option", "rule: generous", ProblemCode.BAD_VALUE, "rule:"),
        ("    rule: per_option\n", "", ProblemCode.MISSING_FIELD, "- id: Q-1"),
    ],
    ids=[
        "a key that is no option",
        "no key",
        "a key twice",
        "an option id twice",
        "an option text twice",
        "all of the above",
        "an unknown rule",
        "no rule",
    ],
)
def test_a_planted_fault_is_found_on_its_line(old: str, new: str, code: ProblemCode, at: str) -> None:
    assert old in body_of(KIND)
    texts = with_bank(question_yaml(KIND, "Q-1", body=body_of(KIND).replace(old, new)))
    line = texts["choices.yaml"].split(at)[0].count("\n") + 1
    found = [(problem.code, problem.file, problem.line) for problem in check(texts)]
    assert (code, "choices.yaml", line) in found


def test_two_options_are_too_few() -> None:
    body = "".join(
        line
        for line in body_of(KIND).splitlines(keepends=True)
        if not line.strip().startswith(("- {id: b", "- {id: c", "- {id: d"))
    )
    [problem] = check(with_bank(question_yaml(KIND, "Q-1", body=body.replace("[a, c, e]", "[a]"))))
    assert (problem.code, problem.values) == (ProblemCode.OPTION_COUNT, {"count": 2, "needed": "3-8"})


def test_points_are_exact_decimals() -> None:
    mark = mark_question(frozen(KIND, points="1"), MultipleAnswer(("a",)))
    assert mark.points == Decimal("0.33")
