"""Short text: what counts as the same word and what does not."""

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lms.exam_engine.answers import InvalidAnswer, answer_to_json, is_blank, parse_answer
from lms.exam_engine.errors import AnswerFault, ProblemCode, Severity
from lms.exam_engine.kinds.short_text import ShortTextAnswer, fold_answer
from lms.exam_engine.marking import mark_question
from tests.exam_engine.sample_exam import body_of, check, frozen, question_yaml, with_bank

KIND = "short_text"
QUESTION = frozen(KIND)
TO_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("カスハラ", "かすはら"),
        ("カスハラ", "ｶｽﾊﾗ"),
        ("ガイドライン", "ｶﾞｲﾄﾞﾗｲﾝ"),
        ("が", "か\u3099"),
        ("ABC", "ａｂｃ"),
        ("Straße", "STRASSE"),
        ("カスタマー・ハラスメント", "カスタマーハラスメント"),
        ("カスタマー ハラスメント", "カスタマーハラスメント"),
        ("安全 配慮\u3000義務", "安全配慮義務"),
        ("カスタマ-ハラスメント", "カスタマーハラスメント"),
        ("カスタマ−ハラスメント", "カスタマーハラスメント"),
        ("カスタマ―ハラスメント", "カスタマーハラスメント"),
        ("カスタマーーハラスメント", "カスタマーハラスメント"),
        ("「努力義務」", "努力義務"),
        ("努力義務。", "努力義務"),
        ("ヴ", "ゔ"),
        ("第３３条", "第33条"),
    ],
    ids=[
        "katakana and hiragana",
        "half-width katakana",
        "half-width katakana with marks",
        "a combining mark",
        "full-width letters",
        "sharp s",
        "a middle dot",
        "a blank",
        "an ideographic blank",
        "a hyphen for the long mark",
        "a minus for the long mark",
        "a bar for the long mark",
        "the long mark twice",
        "brackets around",
        "a full stop",
        "v in kana",
        "full-width digits",
    ],
)
def test_the_same_word_written_otherwise_is_the_same(one: str, other: str) -> None:
    assert fold_answer(one) == fold_answer(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ビル", "ビール"),
        ("サーバ", "サーバー"),
        ("ツ", "ッ"),
        ("は", "ば"),
        ("努力義務", "義務"),
        ("1-2", "1ー2"),
        ("義務", "ぎむ"),
        ("合理的配慮", "合理的配慮義務"),
        ("3.5", "35"),
    ],
    ids=[
        "a long mark in the middle",
        "a long mark at the end",
        "small kana",
        "a voiced kana",
        "part of a word",
        "a hyphen between digits",
        "kanji and kana",
        "a longer word",
        "a decimal point",
    ],
)
def test_another_word_stays_another(one: str, other: str) -> None:
    assert fold_answer(one) != fold_answer(other)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=12) | st.text(alphabet="カかー-−・「」。 Ａaß゛\u3099ｶﾞ～.'", max_size=12))
@example("゛")
@example("カ゛")
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold_answer(fold_answer(text)) == fold_answer(text)


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=20))
def test_full_width_means_what_half_width_means(text: str) -> None:
    assert fold_answer(text.translate(TO_FULL_WIDTH)) == fold_answer(text)


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="アイウカキクケコサシスガギダパプペヴーン", min_size=1, max_size=12))
def test_every_way_to_write_kana_is_right(text: str) -> None:
    question = replace(QUESTION, accepted=(text,))  # type: ignore[call-arg]
    if not fold_answer(text).strip("ー"):
        return
    hiragana = "".join(chr(ord(each) - 0x60) if each != "ー" else each for each in text)
    for way in (text, hiragana, unicodedata.normalize("NFD", text), f" {text} "):
        assert mark_question(question, ShortTextAnswer(way)).is_correct


@pytest.mark.parametrize(
    ("text", "is_right"),
    [
        ("カスタマーハラスメント", True),
        ("かすたまー・はらすめんと", True),
        ("ｶｽﾊﾗ。", True),
        ("Customer Harassment", True),
        ("customerharassment", True),
        ("パワハラ", False),
        ("カスハラなど", False),
        ("", False),
        ("・", False),
        ("。", False),
    ],
)
def test_every_accepted_variant_earns_all_points(text: str, is_right: bool) -> None:
    mark = mark_question(QUESTION, ShortTextAnswer(text))
    assert mark.is_correct is is_right
    assert mark.points == (mark.max_points if is_right else 0)


def test_the_mark_shows_what_was_typed_and_the_first_accepted_text() -> None:
    mark = mark_question(QUESTION, ShortTextAnswer(" かすはら "))
    assert (mark.chosen, mark.key) == ("かすはら", "カスタマーハラスメント")
    assert mark_question(QUESTION, ShortTextAnswer("　")).chosen is None


def test_an_answer_is_kept_as_typed() -> None:
    answer = parse_answer(QUESTION, {"kind": KIND, "text": " ｶｽﾊﾗ "})
    assert answer_to_json(answer) == '{"kind":"short_text","text":" ｶｽﾊﾗ "}'
    assert is_blank(ShortTextAnswer(" \u3000"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("あ" * 201, AnswerFault.LINE_TOO_LONG),
        ("あ\x00", AnswerFault.NUL_CHARACTER),
        ("\udc00", AnswerFault.LONE_SURROGATE),
        (["あ"], AnswerFault.WRONG_SHAPE),
    ],
    ids=["201 characters", "NUL", "half a character", "a list"],
)
def test_what_cannot_be_kept_is_refused(text: object, reason: AnswerFault) -> None:
    with pytest.raises(InvalidAnswer) as error:
        parse_answer(QUESTION, {"kind": KIND, "text": text})
    assert error.value.reason is reason


@pytest.mark.parametrize(
    ("accepted", "code", "severity"),
    [
        ("[カスハラ, 「。」]", ProblemCode.NOTHING_TO_ACCEPT, Severity.ERROR),
        ("[カスハラ, かすはら]", ProblemCode.SAME_ANSWER, Severity.WARNING),
        ("[]", ProblemCode.BAD_VALUE, Severity.ERROR),
        ("カスハラ", ProblemCode.WRONG_TYPE, Severity.ERROR),
    ],
    ids=["a text of marks only", "the same word twice", "nothing accepted", "no list"],
)
def test_a_planted_fault_is_found_on_its_line(accepted: str, code: ProblemCode, severity: Severity) -> None:
    body = body_of(KIND).replace("[カスタマーハラスメント, カスハラ, customer harassment]", accepted)
    texts = with_bank(question_yaml(KIND, "Q-1", body=body))
    [problem] = check(texts)
    assert (problem.code, problem.severity) == (code, severity)
    assert problem.line == texts["choices.yaml"].split("accepted:")[0].count("\n") + 1
