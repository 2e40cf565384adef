"""議事資料 and other tables in print: whatever people wrote in a cell, the pages come out with every word of it."""

import io
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from lms.documents.minutes import press_minutes
from lms.documents.records import Minutes, MinutesPart
from lms.documents.sheets import LINE_COST, LONGEST_CELL, build_pdf, short_rows


def pressed(note: str, font_folder: Path) -> str:
    """The words of 議事資料 with one remark in the narrow columns of the meeting, without white space."""
    rows = (("K3-4827", "事例の判断(T1-002)", "一次採点 採点者1", "申し送り", note),)
    part = MinutesPart("申し送り", (), ("受験番号", "設問", "採点者", "種類", "内容"), rows, (1.6, 1.8, 1.8, 1.2, 4), "なし")
    minutes = Minutes("議事資料", "第1期 初回の受験", (("提出", "1名"),), (part,), ("記録者",))
    pages = PdfReader(io.BytesIO(press_minutes(minutes, font_folder, fingerprint="f"))).pages
    return re.sub(r"\s", "", "".join(page.extract_text() for page in pages))


@pytest.mark.parametrize(
    ("line", "times"),
    [
        pytest.param("・根拠3", 70, id="seventy short lines"),
        pytest.param("根拠の条文が、事例の事実と結び付いていません。", 40, id="forty lines that wrap"),
        pytest.param("", 400, id="nothing but line breaks"),
        pytest.param("根" * 2000, 1, id="one line as long as a note may be"),
    ],
)
def test_a_remark_of_any_shape_is_printed(line: str, times: int, font_folder: Path) -> None:
    words = pressed("\n".join([line] * times) + "\n終わり", font_folder)
    assert words.count("終わり") == 1
    assert words.count("根") >= line.count("根") * times, "nothing is left out"


def test_a_table_in_a_question_breaks_like_any_other(font_folder: Path) -> None:
    table = f"| 項目 | 内容 |\n|---|---|\n| 経過 | {'経過の説明です。' * 500} |\n"
    body = build_pdf(font_folder, "題", "足", lambda setter: setter.markdown(table), fingerprint="f")
    assert len(PdfReader(io.BytesIO(body)).pages) > 1


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(alphabet="あい\n", max_size=1300), min_size=1, max_size=4))
def test_short_rows_lose_nothing_and_none_is_too_tall(row: list[str]) -> None:
    rows = list(short_rows(row))
    for place, text in enumerate(row):
        pieces = [each[place] for each in rows]
        assert "".join(pieces).replace("\n", "") == text.replace("\n", "")
        assert sum(piece.count("\n") for piece in pieces) <= text.count("\n"), "no line is broken that was none"
        for piece in pieces:
            assert sum(len(line) + LINE_COST for line in piece.split("\n")) <= LONGEST_CELL
