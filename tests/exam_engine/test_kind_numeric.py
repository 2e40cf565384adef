"""Numeric: every way to write a number that is read, every one that is not, and tolerance without binary fractions."""

from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lms.exam_engine.answers import InvalidAnswer, answer_to_json, is_blank, parse_answer
from lms.exam_engine.errors import AnswerFault, ProblemCode
from lms.exam_engine.kinds.numeric import NumericAnswer, read_number
from lms.exam_engine.marking import mark_question
from tests.exam_engine.sample_exam import body_of, check, frozen, question_yaml, with_bank

KIND = "numeric"
QUESTION = frozen(KIND)
TO_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}
DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=4)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1234", "1234"),
        ("1,234", "1234"),
        ("１，２３４．５", "1234.5"),
        ("1,234,567.89", "1234567.89"),
        ("+5", "5"),
        ("-5", "-5"),
        ("－５", "-5"),
        ("−5", "-5"),
        ("ー5", "-5"),
        ("‐5", "-5"),
        ("  7　", "7"),
        ("007", "7"),
        (".5", "0.5"),
        ("0.50", "0.5"),
        ("12件", "12"),
        ("12 件", "12"),
        ("１２　件", "12"),
        ("-0", "0"),
    ],
)
def test_a_number_is_read_as_people_write_it(text: str, number: str) -> None:
    assert read_number(text, unit="件") == Decimal(number)


@pytest.mark.parametrize(
    "text",
    [
        "約30",
        "30くらい",
        "30以上",
        "1,5",
        "12,34",
        "1,2345",
        "1234,567",
        ",123",
        "1 234",
        "1e3",
        "１ｅ３",
        "1E3",
        "0x10",
        "5.",
        "1.2.3",
        "--5",
        "5-",
        "1/2",
        "½",
        "5²",
        "①",
        "三十",
        "٣",
        "30%",
        "12件件",
        "12人",
        "件",
        "NaN",
        "Infinity",
        "",
        " ",
        "1_000",
        "△5",
        "5、000",
        "1\n2",
    ],
)
def test_what_is_not_one_plain_number_is_not_read(text: str) -> None:
    assert read_number(text, unit="件") is None
    assert mark_question(QUESTION, NumericAnswer(text)).points == 0


@pytest.mark.parametrize(
    ("text", "is_right"),
    [
        ("1234.5", True),
        ("1,234.5件", True),
        ("1234", True),
        ("1235", True),
        ("1233.9999999999999999999999999999999999999999", False),
        ("1235.0000000000000000000000000000000000000001", False),
        ("1234.0000000000000000000000000000000000000000", True),
        ("-1234.5", False),
        ("9" * 100, False),
    ],
    ids=[
        "the value",
        "with comma and unit",
        "the lower edge",
        "the upper edge",
        "just below",
        "just above",
        "long",
        "minus",
        "huge",
    ],
)
def test_the_tolerance_is_exact_at_its_edges(text: str, is_right: bool) -> None:
    mark = mark_question(QUESTION, NumericAnswer(text))
    assert mark.is_correct is is_right
    assert mark.points == (Decimal("2.5") if is_right else 0)


@settings(max_examples=100, deadline=None)
@given(DECIMALS)
@example(Decimal("1234.5"))
def test_full_width_means_what_half_width_means(number: Decimal) -> None:
    for text in (f"{number:f}", f"{number:,f}"):
        assert read_number(text) == read_number(text.translate(TO_FULL_WIDTH)) == number


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="0123456789.,-+eE約 件０９．，ー", max_size=12))
def test_any_text_is_a_number_or_none_and_marked_without_fail(text: str) -> None:
    number = read_number(text, unit="件")
    assert number is None or number.is_finite()
    assert mark_question(QUESTION, NumericAnswer(text)).points in {Decimal(0), Decimal("2.5")}


def test_the_mark_shows_equal_numbers_as_equal_texts() -> None:
    chosen = [
        mark_question(QUESTION, NumericAnswer(text)).chosen for text in ("1,234.50", "１２３４．５件", "1000", "0.0", "約3", " ")
    ]
    assert chosen == ["1234.5", "1234.5", "1000", "0", "約3", None]
    assert mark_question(QUESTION, None).key == "1234.5±0.5"
    assert mark_question(frozen(KIND, body=body_of(KIND).replace('"0.5"', '"0"')), None).key == "1234.5"


def test_an_answer_is_kept_as_typed() -> None:
    answer = parse_answer(QUESTION, {"kind": KIND, "text": " １２\t件 "})
    assert answer == NumericAnswer(" １２\t件 ")
    assert answer_to_json(NumericAnswer("１２")) == '{"kind":"numeric","text":"１２"}'
    assert is_blank(NumericAnswer("　 "))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1" * 101, AnswerFault.LINE_TOO_LONG),
        ("1\x00", AnswerFault.NUL_CHARACTER),
        ("1\ud800", AnswerFault.LONE_SURROGATE),
        (12, AnswerFault.WRONG_SHAPE),
        (None, AnswerFault.WRONG_SHAPE),
    ],
    ids=["101 digits", "NUL", "half a character", "a number", "null"],
)
def test_what_cannot_be_kept_is_refused(text: object, reason: AnswerFault) -> None:
    with pytest.raises(InvalidAnswer) as error:
        parse_answer(QUESTION, {"kind": KIND, "text": text})
    assert error.value.reason is reason


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('value: "1234.5"', "value: many"),
        ('value: "1234.5"', 'value: "1e400"'),
        ('value: "1234.5"', 'value: "１２"'),
        ('value: "1234.5"', "value: true"),
        ('tolerance: "0.5"', 'tolerance: "-1"'),
    ],
    ids=["a word", "an exponent", "full-width digits", "a truth value", "a tolerance below zero"],
)
def test_a_number_that_is_none_is_found_on_its_line(old: str, new: str) -> None:
    texts = with_bank(question_yaml(KIND, "Q-1", body=body_of(KIND).replace(old, new)))
    [problem] = check(texts)
    assert problem.code is ProblemCode.BAD_VALUE
    assert problem.line == texts["choices.yaml"].split(new)[0].count("\n") + 1


def test_unit_and_tolerance_may_be_left_out_and_values_may_be_below_zero() -> None:
    question = frozen(KIND, body="    value: -3\n    explanation: 理由\n")
    assert (question.value, question.tolerance, question.unit) == (Decimal(-3), Decimal(0), "")  # type: ignore[attr-defined]
    assert mark_question(question, NumericAnswer("－３")).is_correct
