"""Answers: what is accepted, what is normalized, what is refused and why."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.exam_engine.answers import (
    AnswerFault,
    ChoiceAnswer,
    EssayAnswer,
    InvalidAnswer,
    answer_from_json,
    answer_sha256,
    answer_to_json,
    is_blank,
    parse_answer,
)
from lms.exam_engine.canonical import sha256_hex
from tests.exam_engine.sample_exam import PAPER

CHOICE = PAPER.section("choice").questions[0]
ESSAY = PAPER.section("essay").questions[0]


def _choice(option: object) -> dict[str, object]:
    return {"kind": "single_choice", "option": option}


def _essay(text: object) -> dict[str, object]:
    return {"kind": "essay", "text": text}


@pytest.mark.parametrize("option", ["a", "b", "c", "d", None])
def test_every_option_of_the_paper_and_none_is_an_answer(option: str | None) -> None:
    answer = parse_answer(CHOICE, _choice(option))
    assert answer == ChoiceAnswer(option)
    assert is_blank(answer) is (option is None)


@pytest.mark.parametrize(
    ("question", "body", "reason"),
    [
        (CHOICE, _choice("e"), AnswerFault.UNKNOWN_OPTION),
        (CHOICE, _choice(""), AnswerFault.UNKNOWN_OPTION),
        (CHOICE, _choice("A"), AnswerFault.UNKNOWN_OPTION),
        (CHOICE, _choice(["a"]), AnswerFault.WRONG_SHAPE),
        (CHOICE, {"kind": "single_choice"}, AnswerFault.WRONG_SHAPE),
        (CHOICE, {**_choice("a"), "points": 100}, AnswerFault.WRONG_SHAPE),
        (CHOICE, _essay("長い文"), AnswerFault.WRONG_KIND),
        (CHOICE, {}, AnswerFault.WRONG_KIND),
        (ESSAY, _choice("a"), AnswerFault.WRONG_KIND),
        (ESSAY, _essay(None), AnswerFault.WRONG_SHAPE),
        (ESSAY, _essay("a\x00b"), AnswerFault.NUL_CHARACTER),
        (ESSAY, _essay("a\ud83d"), AnswerFault.LONE_SURROGATE),
        (ESSAY, _essay("あ" * 20_001), AnswerFault.TOO_LONG),
    ],
    ids=[
        "an option that is not in the paper",
        "an empty option",
        "a capital letter",
        "a list of options",
        "no option field",
        "a field too many",
        "an essay for a choice question",
        "an empty body",
        "an option for an essay",
        "no text",
        "a NUL character",
        "half a surrogate pair",
        "one code point too many",
    ],
)
def test_a_body_that_does_not_fit_is_refused_with_its_reason(
    question: object, body: dict[str, object], reason: AnswerFault
) -> None:
    with pytest.raises(InvalidAnswer) as error:
        parse_answer(question, body)  # type: ignore[arg-type]
    assert error.value.reason is reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", AnswerFault.NOT_JSON),
        ("", AnswerFault.NOT_JSON),
        ("[" * 100_000, AnswerFault.NOT_JSON),
        ("[]", AnswerFault.WRONG_SHAPE),
        ("null", AnswerFault.WRONG_SHAPE),
    ],
    ids=["half an object", "nothing", "endless brackets", "a list", "null"],
)
def test_a_text_that_is_no_json_object_is_refused(text: str, reason: AnswerFault) -> None:
    with pytest.raises(InvalidAnswer) as error:
        answer_from_json(CHOICE, text)
    assert error.value.reason is reason


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("一\r\n二", "一\n二"),
        ("一\r二", "一\n二"),
        ("一\r\r\n二", "一\n\n二"),
        (" 前後の空白 ", " 前後の空白 "),
        ("髙﨑𠮷か\u3099", "髙﨑𠮷か\u3099"),
        ("あ" * 20_000, "あ" * 20_000),
    ],
    ids=["CRLF", "a lone CR", "mixed", "blanks stay", "no character is exchanged", "the longest essay"],
)
def test_line_ends_become_lf_and_everything_else_stays(typed: str, kept: str) -> None:
    assert parse_answer(ESSAY, _essay(typed)) == EssayAnswer(kept)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        (" \n\u3000\t", 0),
        ("あ い\nう", 3),
        ("が", 1),
        ("か\u3099", 1),
        ("👨‍👩‍👧", 1),
        ("𠮷野家", 3),
        ("葛\U000e0100城", 2),
    ],
    ids=["nothing", "white space", "white space between", "composed", "combining", "a family", "beyond the BMP", "a variant"],
)
def test_characters_are_counted_as_people_count_them(text: str, count: int) -> None:
    answer = EssayAnswer(text)
    assert answer.char_count == count
    assert is_blank(answer) is (count == 0)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40))
def test_an_essay_comes_back_from_its_text_unchanged(text: str) -> None:
    if "\x00" in text:
        return
    answer = parse_answer(ESSAY, _essay(text))
    stored = answer_to_json(answer)
    assert answer_from_json(ESSAY, stored) == answer
    assert answer_to_json(answer_from_json(ESSAY, stored)) == stored
    assert answer_sha256(answer) == sha256_hex(stored)


def test_stored_answers_are_canonical() -> None:
    assert answer_to_json(ChoiceAnswer(None)) == '{"kind":"single_choice","option":null}'
    assert answer_to_json(EssayAnswer("一\n二")) == '{"kind":"essay","text":"一\\n二"}'
