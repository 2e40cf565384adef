"""Roster files of every kind: what is understood, and how each fault is named with its place."""

import time

import pytest

from lms.cohorts.labels import problem_place, problem_sentence
from lms.cohorts.rules.roster import (
    MAX_ROWS,
    Column,
    KnownUser,
    Problem,
    Roster,
    RosterProblem,
    RosterRow,
    UnreadableRoster,
    conflicts,
    read_roster,
)
from lms.cohorts.rules.roster_files import read_lines
from tests.lms.cohorts.builders import (
    A_DATE,
    HANAKO,
    HEADINGS,
    ODD_NAMES,
    TARO,
    bomb,
    csv_file,
    excel_file,
    far_row,
    nested_entities,
    rezipped,
    text,
)


def read(data: bytes) -> Roster:
    """A file as the office's preview reads it: an unreadable one is a roster with a single problem."""
    try:
        return read_roster(read_lines(data))
    except UnreadableRoster as unreadable:
        return Roster((), (unreadable.problem,))


def row(values: tuple[str, ...], number: int = 2) -> RosterRow:
    return RosterRow(number, *values)


GOOD = {
    "plain UTF-8": csv_file(HANAKO, TARO),
    "UTF-8 with a byte order mark": csv_file(HANAKO, TARO, encoding="utf-8-sig"),
    "cp932": csv_file(HANAKO, TARO, encoding="cp932"),
    "tabs instead of commas": text(HANAKO, TARO).replace(",", "\t").encode(),
    "line feeds only": text(HANAKO, TARO).replace("\r\n", "\n").encode(),
    "no last line end": csv_file(HANAKO, TARO).rstrip(),
    "blank lines between": text(HANAKO, TARO).replace("\r\n", "\r\n\r\n,,,,,,\r\n").encode(),
    "quoted cells": text(HANAKO, TARO).replace("架空 花子", '"架空 花子"').encode(),
    "white space around values": text(HANAKO, TARO).replace("架空 花子", "　架空 花子 ").encode(),
    "a full-width mail address": text(HANAKO, TARO).replace("hanako@example.jp", "ＨＡＮＡＫＯ＠example.jp").encode(),
    "a full-width post code": text(HANAKO, TARO).replace("100-0001", "〒１００－０００１").encode(),
    "other headings": csv_file(
        HANAKO, TARO, headings=("お名前（必須）", "フリガナ", "E-mail※", "勤 務 先", "部署名", "〒", "送付先住所")
    ),
    "Excel": excel_file(HANAKO, TARO),
    "Excel with a title above": excel_file(HANAKO, TARO, above=[["第3期 名簿"], []]),
    "Excel with a post code kept as a number": excel_file((*HANAKO[:5], 1000001, HANAKO[6]), TARO),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_good_file_is_understood(name: str) -> None:
    roster = read(GOOD[name])
    assert roster.problems == ()
    assert [row_without_number(found) for found in roster.rows] == [
        row_without_number(row(HANAKO)),
        row_without_number(row(TARO)),
    ]


def row_without_number(found: RosterRow) -> tuple[str, ...]:
    return (found.name, found.kana, found.email, found.company, found.department, found.postal_code, found.address)


def change(place: int, value: object, kind: str = "csv") -> bytes:
    values = (*HANAKO[:place], value, *HANAKO[place + 1 :])
    return excel_file(TARO, values) if kind == "excel" else csv_file(TARO, [str(cell) for cell in values])


P = RosterProblem
BAD: dict[str, tuple[bytes, Problem]] = {
    "an empty file": (b"", Problem(P.EMPTY_FILE)),
    "only line ends": (b"\r\n\r\n", Problem(P.EMPTY_FILE)),
    "only zeros": (bytes(100), Problem(P.EMPTY_FILE)),
    "a heading without rows": (csv_file(), Problem(P.NO_ROWS, detail=str(MAX_ROWS))),
    "UTF-16": (csv_file(HANAKO, encoding="utf-16"), Problem(P.UTF16)),
    "old Excel": (b"\xd0\xcf\x11\xe0" + b"x" * 600, Problem(P.OLD_EXCEL)),
    "a NUL in the second row": (csv_file(HANAKO).replace(b"hanako", b"hana\x00o"), Problem(P.NOT_TEXT, 2, detail="39")),
    "UTF-8 cut within a character": (csv_file(HANAKO, TARO)[:-12], None),
    "bytes of no encoding": (csv_file(HANAKO) + b"\xff\xfe\xff,,\r\n", Problem(P.UNREADABLE_BYTES, 3, detail="1")),
    "EUC-JP": (csv_file(HANAKO, encoding="euc_jp"), None),
    "an open quote": (text(HANAKO).replace("架空 花子", '"架空 花子').encode(), Problem(P.BROKEN_CSV, 2)),
    "no mail column": (csv_file(("架空 花子",), headings=("氏名",)), Problem(P.MISSING_COLUMN, 1, Column.EMAIL)),
    "no name column": (csv_file(("a@example.jp",), headings=("メール",)), Problem(P.MISSING_COLUMN, 1, Column.NAME)),
    "two mail columns": (
        csv_file(("架空 花子", "a@example.jp", "b@example.jp"), headings=("氏名", "メール", "email")),
        Problem(P.DOUBLED_COLUMN, 1, Column.EMAIL),
    ),
    "a row that ends early": (csv_file(TARO, HANAKO[:3]), Problem(P.SHORT_ROW, 3, detail="7,3")),
    "a comma too many": (csv_file(TARO, (*HANAKO, "ビル5F")), Problem(P.LONG_ROW, 3, detail="7,8")),
    "a missing name": (change(0, ""), Problem(P.MISSING_VALUE, 3, Column.NAME)),
    "a missing address": (change(2, " "), Problem(P.MISSING_VALUE, 3, Column.EMAIL)),
    "no at sign": (change(2, "hanako.example.jp"), Problem(P.NOT_AN_ADDRESS, 3, Column.EMAIL, "hanako.example.jp")),
    "two addresses": (
        change(2, "a@example.jp;b@example.jp"),
        Problem(P.NOT_AN_ADDRESS, 3, Column.EMAIL, "a@example.jp;b@example.jp"),
    ),
    "a header in an address": (
        change(2, '"a@example.jp\nBcc: b@example.jp"'),
        Problem(P.CONTROL_CHARACTER, 3, Column.EMAIL, "U+000A"),
    ),
    "a name of 101 characters": (change(0, "あ" * 101), Problem(P.TOO_LONG, 3, Column.NAME, "100")),
    "a line break in a name": (change(0, '"架空\n花子"'), Problem(P.CONTROL_CHARACTER, 3, Column.NAME, "U+000A")),
    "a turned direction in a name": (change(0, "架空\u202e花子"), Problem(P.CONTROL_CHARACTER, 3, Column.NAME, "U+202E")),
    "a private character (外字)": (change(0, "架空\ue000子"), Problem(P.PRIVATE_CHARACTER, 3, Column.NAME, "U+E000")),
    "a private character of cp932": (
        csv_file(TARO, HANAKO, encoding="cp932").replace("架空 花".encode("cp932"), b"\xf0\x40 \x89\xd4"),
        Problem(P.PRIVATE_CHARACTER, 3, Column.NAME, "U+E000"),
    ),
    "a character lost earlier": (change(0, "�橋"), Problem(P.LOST_CHARACTER, 3, Column.NAME, "U+FFFD")),
    "kana in kanji": (change(1, "架空 花子"), Problem(P.NOT_KANA, 3, Column.KANA, "架空 花子")),
    "a post code that lost its zero": (change(5, 600001, "excel"), Problem(P.NOT_A_POSTAL_CODE, 3, Column.POSTAL_CODE, "600001")),
    "the same address twice": (change(2, "TARO@example.jp"), Problem(P.DOUBLED_IN_FILE, 3, Column.EMAIL, "2")),
    "a formula": (change(0, "=A2", "excel"), Problem(P.FORMULA, 3, Column.NAME)),
    "a formula that calls out": (
        change(3, '=HYPERLINK("https://x.example","x")', "excel"),
        Problem(P.FORMULA, 3, Column.COMPANY),
    ),
    "a date as name": (change(0, A_DATE, "excel"), Problem(P.NOT_A_TEXT_CELL, 3, Column.NAME)),
    "a truth as name": (change(0, True, "excel"), Problem(P.NOT_A_TEXT_CELL, 3, Column.NAME)),
    "too many rows": (csv_file(*[TARO] * (MAX_ROWS + 1)), Problem(P.TOO_MANY_ROWS, detail=str(MAX_ROWS))),
    "more than 2 MB": (b"x" * (2 * 1024 * 1024 + 1), Problem(P.TOO_LARGE, detail="2")),
    "a zip that is no Excel": (rezipped(excel_file(TARO), replace={"xl/workbook.xml": b"<x/>"}), Problem(P.BROKEN_EXCEL)),
    "a cut Excel file": (excel_file(TARO)[:900], Problem(P.BROKEN_EXCEL)),
    "a zip bomb": (bomb(), Problem(P.UNSAFE_EXCEL)),
    "declared entities": (nested_entities(), Problem(P.UNSAFE_EXCEL)),
    "links to other books": (
        rezipped(excel_file(TARO), add={"xl/externalLinks/externalLink1.xml": b"<x/>"}),
        Problem(P.UNSAFE_EXCEL),
    ),
    "macros": (rezipped(excel_file(TARO), add={"xl/vbaProject.bin": b"x"}), Problem(P.UNSAFE_EXCEL)),
    "a path out of the archive": (rezipped(excel_file(TARO), add={"../../evil.xml": b"<x/>"}), Problem(P.UNSAFE_EXCEL)),
}


@pytest.mark.parametrize("name", BAD)
def test_a_fault_is_named_with_its_place_in_a_japanese_sentence_and_quickly(name: str) -> None:
    data, expected = BAD[name]
    began = time.perf_counter()
    roster = read(data)
    assert time.perf_counter() - began < 5
    assert roster.problems
    assert expected is None or expected in roster.problems
    for problem in roster.problems:
        assert problem_sentence(problem).endswith("。")
        assert "{" not in problem_sentence(problem)
        assert problem_place(problem)


def test_every_problem_a_roster_can_have_has_its_sentence() -> None:
    for kind in RosterProblem:
        assert problem_sentence(Problem(kind, detail="10,8,3")).endswith("。")


@pytest.mark.parametrize("kind", ["csv", "excel"])
@pytest.mark.parametrize("name", ODD_NAMES)
def test_an_odd_name_stands_exactly_as_typed(name: str, kind: str) -> None:
    values = (name, *TARO[1:])
    roster = read(csv_file(values) if kind == "csv" else excel_file(values))
    assert roster.problems == ()
    assert roster.rows[0].name == name


@pytest.mark.parametrize("name", ["髙橋 花子", "山﨑 太郎", "①番 ㈱", "～ － ∥"])
def test_windows_characters_survive_cp932(name: str) -> None:
    roster = read(csv_file((name, *TARO[1:]), encoding="cp932"))
    assert [found.name for found in roster.rows] == [name]


def test_a_row_in_the_last_line_of_a_sheet_is_not_lost() -> None:
    roster = read(far_row())
    assert [found.number for found in roster.rows] == [2, 1_048_576]


def test_every_fault_of_a_file_is_reported_not_only_the_first() -> None:
    roster = read(csv_file(("", "漢字", "x", "", "", "1", ""), ("a" * 101, *HANAKO[1:])))
    assert [(problem.row, problem.column) for problem in roster.problems] == [
        (2, Column.NAME),
        (2, Column.KANA),
        (2, Column.EMAIL),
        (2, Column.POSTAL_CODE),
        (3, Column.NAME),
    ]


def test_columns_nobody_asked_for_are_named_and_left_aside() -> None:
    roster = read(csv_file((*HANAKO, "右利き"), headings=(*HEADINGS, "備考")))
    assert roster.problems == ()
    assert roster.unused == ("備考",)


@pytest.mark.parametrize(
    ("user", "problem"),
    [
        (KnownUser(1, "架空 花子"), None),
        (KnownUser(1, "架空 花子", is_seated=True), P.ALREADY_SEATED),
        (KnownUser(1, "架空 花子", is_withdrawn=True), P.SEAT_WITHDRAWN),
        (KnownUser(1, "架空 花子", is_disabled=True), P.USER_DISABLED),
    ],
)
def test_a_known_address_is_judged_by_what_the_house_knows(user: KnownUser, problem: RosterProblem | None) -> None:
    found = conflicts([row(HANAKO)], {"hanako@example.jp": user}, seats=0, capacity=None)
    assert [conflict.kind for conflict in found] == ([problem] if problem else [])


@pytest.mark.parametrize(("capacity", "fits"), [(None, True), (3, True), (2, False)])
def test_a_cohort_is_not_filled_beyond_its_capacity(capacity: int | None, fits: bool) -> None:
    assert (conflicts([row(HANAKO), row(TARO, 3)], {}, seats=1, capacity=capacity) == []) is fits
