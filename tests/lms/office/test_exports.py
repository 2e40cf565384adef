"""Exports: text stays text in Excel and CSV, and comes back as it was."""

import csv
import io

import pytest
from openpyxl import load_workbook

from lms.web.exports import Table, send_file, to_csv, to_xlsx

HOSTILE = [
    "=1+1",
    '=HYPERLINK("https://x.example","x")',
    "+81-3-1234",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    "=cmd|' /C calc'!A0",
]
PLAIN = ["髙橋 花子", "𠮷田", "辻󠄀 健", "a,b", 'say "hi"', "二行\n目", "'", "", "0120", "①㈱～"]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_that_looks_like_a_formula_is_quoted_in_csv_and_typed_in_excel(text: str) -> None:
    table = Table("受講者", ["氏名", "備考"], [["x", text]])
    rows = list(csv.reader(io.StringIO(to_csv(table).decode("utf-8-sig"), newline="")))
    assert rows[1][1] == f"'{text}"
    sheet = load_workbook(io.BytesIO(to_xlsx(table))).worksheets[0]
    assert sheet["B2"].data_type == "s"
    assert sheet["B2"].value == text


@pytest.mark.parametrize("text", PLAIN)
def test_plain_text_comes_back_as_it_was(text: str) -> None:
    table = Table("受講者", ["氏名", "数"], [[text, 12]])
    rows = list(csv.reader(io.StringIO(to_csv(table).decode("utf-8-sig"), newline="")))
    assert rows == [["氏名", "数"], [text, "12"]]
    sheet = load_workbook(io.BytesIO(to_xlsx(table))).worksheets[0]
    assert (sheet["A2"].value or "", sheet["B2"].value) == (text, 12)


def test_characters_a_sheet_cannot_hold_are_left_out() -> None:
    table = Table("a/b:c[d]" * 9, ["x"], [["a\x00b\x08c"]])
    assert load_workbook(io.BytesIO(to_xlsx(table))).worksheets[0]["A2"].value == "abc"
    assert "abc" in to_csv(table).decode("utf-8-sig")


def test_csv_begins_with_the_mark_by_which_excel_knows_utf_8() -> None:
    assert to_csv(Table("x", ["氏名"], [])).startswith(b"\xef\xbb\xbf")


def test_a_japanese_file_name_survives_and_forges_no_header() -> None:
    header = send_file(b"", '第3期\r\nX: y".csv', "text/csv").headers["Content-Disposition"]
    assert "\r" not in header
    assert header.startswith('attachment; filename="download.')
    assert "%E7%AC%AC3%E6%9C%9F" in header
