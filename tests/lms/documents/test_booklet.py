"""The paper edition: everything a candidate needs is on it, in the paper's order, and nothing else."""

import io
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from lms.documents.booklet import press_answer_sheet, press_booklet
from lms.documents.records import (
    AnswerPart,
    AnswerSpace,
    Booklet,
    PrintedOption,
    PrintedQuestion,
    PrintedSection,
)

OPTIONS = tuple(PrintedOption(mark, f"{mark}の文") for mark in "アイウエ")
TARGETS = tuple(PrintedOption(mark, f"{mark}の相手") for mark in "アイ")


def question(number: int, answer: AnswerPart, text: str = "次の記述を読んで答えなさい。", **more: str) -> PrintedQuestion:
    return PrintedQuestion(number=number, title="", text=text, points="2.5", answer=answer, **more)


def booklet(*questions: PrintedQuestion, extra: int = 0) -> Booklet:
    section = PrintedSection("選択問題", 60, extra, "100", "資料を参照せずに解答してください。", questions)
    return Booklet("認定試験", "2026.1", "K3-4827", "ab" * 32, ("本人が受験します。",), (section,))


def words(pdf: bytes) -> str:
    """The text of all pages, without white space."""
    return re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages))


EVERY_SPACE = (
    question(1, AnswerPart(AnswerSpace.ONE, OPTIONS)),
    question(2, AnswerPart(AnswerSpace.SEVERAL, OPTIONS)),
    question(3, AnswerPart(AnswerSpace.ORDER, OPTIONS)),
    question(4, AnswerPart(AnswerSpace.MATCH, OPTIONS[:2], TARGETS)),
    question(5, AnswerPart(AnswerSpace.LINE, unit="分")),
    question(6, AnswerPart(AnswerSpace.ESSAY, min_chars=600, max_chars=800)),
)


def test_the_booklet_asks_every_question_and_says_how_to_answer(font_folder: Path) -> None:
    text = words(press_booklet(booklet(*EVERY_SPACE), font_folder))
    for number in range(1, 7):
        assert f"問{number}" in text
    for expected in (
        "アの文",
        "エの文",
        "イの相手",
        "当てはまるものをすべて",
        "正しい順に",
        "単位:分",
        "600〜800字",
        "K3-4827",
        "本人が受験します。",
    ):
        assert expected in text


def test_the_answer_sheet_offers_a_place_for_every_question_and_asks_for_no_name(font_folder: Path) -> None:
    text = words(press_answer_sheet(booklet(*EVERY_SPACE), font_folder))
    for number in range(1, 7):
        assert f"問{number}" in text
    assert "○ア" in text
    assert "□ア" in text
    assert "氏名は書かないでください" in text


def test_an_essay_has_room_for_all_that_is_graded(font_folder: Path) -> None:
    sheet = press_answer_sheet(booklet(question(1, AnswerPart(AnswerSpace.ESSAY, min_chars=600, max_chars=800))), font_folder)
    assert len(PdfReader(io.BytesIO(sheet)).pages) == 2
    assert "880" in words(sheet)


def test_extra_time_is_added_and_named(font_folder: Path) -> None:
    assert "90分(時間延長30分を含む)" in words(press_booklet(booklet(*EVERY_SPACE, extra=30), font_folder))


def test_the_same_paper_gives_the_same_bytes(font_folder: Path) -> None:
    assert press_booklet(booklet(*EVERY_SPACE), font_folder) == press_booklet(booklet(*EVERY_SPACE), font_folder)


def test_every_typeface_is_in_the_file(font_folder: Path) -> None:
    for pdf in (press_booklet(booklet(*EVERY_SPACE), font_folder), press_answer_sheet(booklet(*EVERY_SPACE), font_folder)):
        fonts = [font.get_object() for page in PdfReader(io.BytesIO(pdf)).pages for font in page["/Resources"]["/Font"].values()]
        assert fonts
        assert all("/FontFile2" in font["/FontDescriptor"].get_object() for font in fonts)


def test_tables_lists_and_bold_words_come_out_as_such(font_folder: Path) -> None:
    text = "表を見て、**適切でないもの**を選びなさい。\n\n| 月 | 件数 |\n|---|---|\n| 10月 | 42 |\n\n1. 一つ目\n2. 二つ目\n\n- 点"
    pdf = press_booklet(booklet(question(1, AnswerPart(AnswerSpace.ONE, OPTIONS), text)), font_folder)
    assert all(expected in words(pdf) for expected in ("適切でないもの", "10月42", "1.一つ目", "2.二つ目", "・点"))


def test_a_shared_case_stands_above_its_first_question(font_folder: Path) -> None:
    first = question(1, AnswerPart(AnswerSpace.ONE, OPTIONS), case_title="事例1", case_text="A店の窓口で起きたこと。")
    text = words(press_booklet(booklet(first, question(2, AnswerPart(AnswerSpace.ONE, OPTIONS))), font_folder))
    assert text.count("A店の窓口で起きたこと。") == 1
    assert text.index("【事例1】") < text.index("問1(")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("山田 <b>太郎", id="an open tag"),
        pytest.param("<img src='/etc/hostname'>", id="a picture from the disk"),
        pytest.param("&nbsp;&#x41;<para>", id="the library's own markup"),
        pytest.param("字" * 20_000, id="a text without any break"),
        pytest.param("🙂 と 葛󠄀", id="characters outside the typeface"),
    ],
)
def test_hostile_texts_are_only_text(font_folder: Path, text: str) -> None:
    part = AnswerPart(AnswerSpace.ONE, (PrintedOption("ア", text),))
    pdf = press_booklet(booklet(question(1, part, "本文")), font_folder)
    assert b"hostname" not in pdf
    assert "問1" in words(pdf)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=6))
def test_whatever_the_texts_say_a_booklet_comes_out(font_folder: Path, texts: list[str]) -> None:
    parts = [AnswerPart(AnswerSpace.ONE, (PrintedOption("ア", text),)) for text in texts]
    questions = [question(number, part, text) for number, (part, text) in enumerate(zip(parts, texts, strict=True), 1)]
    assert press_booklet(booklet(*questions), font_folder).startswith(b"%PDF")


def test_the_folder_of_the_typeface_is_needed(tmp_path: Path) -> None:
    with pytest.raises(LookupError):
        press_booklet(booklet(*EVERY_SPACE), tmp_path)
