"""Questions → an Excel file of ours; without questions it is the empty template."""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from lms.exam_engine.exchange.drafts import LETTERS
from lms.exam_engine.exchange.entries import EntryTree, one_line, pairs_of, row_list, text_list, without_refused
from lms.exam_engine.exchange.excel_columns import GUIDE_SHEET, NO, SHEETS, YES, Column, Shape, Sheet
from lms.exam_engine.exchange.losses import LEFT_OUT, Format, losses_of
from lms.exam_engine.exchange.tags import rights_in_file

VALIDATED_ROWS = 500
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_HEAD = PatternFill("solid", fgColor="E8EEF4")
_GUIDE = (
    "1つのシートが1つの種別です。1行が1問です。使わないシートは空のままにします。",
    "見出し(1行目)は変えないでください。列の順は変えてもかまいません。",
    "数式は使えません。セルの表示形式は「文字列」のままにしてください。",
    "* の付いた列は必ず書きます。レッスン・領域・水準などは、取り込む画面で空いたところの値を選べます。",
)


def write_excel(trees: Sequence[EntryTree], losses: Sequence[tuple[str, str]] = ()) -> bytes:
    """The bytes of the file; `losses` are questions and what is not carried of them, for the first sheet."""
    book = Workbook()
    guide = book.active
    _write_guide(guide, losses)
    for sheet in SHEETS:
        rows = [tree for tree in trees if tree["kind"] == sheet.kind and not LEFT_OUT & set(losses_of(tree, Format.EXCEL))]
        _write_sheet(book.create_sheet(sheet.title), sheet, rows)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _write_guide(page: Any, losses: Sequence[tuple[str, str]]) -> None:
    page.title = GUIDE_SHEET
    lines: list[tuple[str, ...]] = [("試験問題のひな形",), *((line,) for line in _GUIDE)]
    if losses:
        lines += [(), ("このファイルに載せられなかったこと",), *losses]
    lines += [(), ("シート", "列", "必ず書く", "書くこと")]
    for sheet in SHEETS:
        lines += [(sheet.title, each.heading, "*" if each.is_needed else "", each.hint) for each in sheet.columns]
    for row, line in enumerate(lines, start=1):
        for column, text in enumerate(line, start=1):
            _put(page, row, column, text)
    for letter, width in zip("ABCD", (22, 22, 10, 90), strict=True):
        page.column_dimensions[letter].width = width
    page["A1"].font = Font(bold=True, size=14)


def _write_sheet(page: Worksheet, sheet: Sheet, trees: Sequence[EntryTree]) -> None:
    for number, column in enumerate(sheet.columns, start=1):
        cell = _put(page, 1, number, column.heading + ("*" if column.is_needed else ""))
        cell.font, cell.fill, cell.comment = Font(bold=True), _HEAD, Comment(column.hint, GUIDE_SHEET)
        page.column_dimensions[get_column_letter(number)].width = column.width
        if column.words:
            _validate(page, number, list(column.words.values()))
    for row, tree in enumerate(trees, start=2):
        values = _row(tree)
        for number, column in enumerate(sheet.columns, start=1):
            _put(page, row, number, values.get((column.field, column.index), ""))
    page.freeze_panes = "B2"


def _validate(page: Worksheet, number: int, words: Sequence[str]) -> None:
    """A list to choose from, which also says what is wrong."""
    letter = get_column_letter(number)
    rule = DataValidation("list", formula1='"' + ",".join(words) + '"', allow_blank=True, showErrorMessage=True)
    rule.errorTitle, rule.error = "書けない値です", "・".join(words) + "のどれかにしてください。"
    rule.add(f"{letter}2:{letter}{VALIDATED_ROWS}")
    page.add_data_validation(rule)


def _put(page: Any, row: int, column: int, text: str) -> Any:
    """A cell that stays text, whatever it begins with, also when it is edited."""
    cell = page.cell(row=row, column=column)
    cell.number_format = "@"
    if text:
        cell.value = without_refused(text)
        cell.data_type = "s"
        cell.alignment = _WRAPPED
    return cell


def _row(tree: EntryTree) -> Mapping[tuple[str, int], str]:
    """The texts of a question's cells, by field and index."""
    cells = dict(_members(tree))
    for column in next(sheet for sheet in SHEETS if sheet.kind == tree["kind"]).columns:
        if column.field in tree and column.shape is not Shape.MEMBER:
            cells[(column.field, 0)] = _WRITERS[column.shape](column, tree[column.field])
    if tree["kind"] == "matching":
        cells[("may_repeat_rights", 0)] = YES if tree.get("may_repeat_rights") else NO
    return cells


def _members(tree: EntryTree) -> Iterator[tuple[tuple[str, int], str]]:
    for name in ("options", "items", "lefts"):
        rows = row_list(tree, name)
        for index, row in enumerate(rows):
            yield from (((f"{name}.{part}", index), row[part].strip()) for part in ("text", "reason") if part in row)
        ids = [row["id"] for row in rows]
        if ids and not (name == "options" and ids == list(LETTERS[: len(ids)])):
            yield (f"{name}.id", 0), ", ".join(ids)
    if tree["kind"] == "matching":
        yield from _rights(tree)


def _rights(tree: EntryTree) -> Iterator[tuple[tuple[str, int], str]]:
    texts, key = {row["id"]: row["text"].strip() for row in row_list(tree, "rights")}, pairs_of(tree)
    in_file = rights_in_file(tree)
    for index, row in enumerate(row_list(tree, "lefts")):
        yield ("partners.text", index), texts[key[row["id"]]]
    for index, each in enumerate(each for each in in_file if each not in set(key.values())):
        yield ("spares.text", index), texts[each]
    yield ("rights.id", 0), ", ".join(in_file)


def _words(column: Column, value: object) -> str:
    return (column.words or {}).get(str(value), str(value))


def _lines(_column: Column, value: object) -> str:
    return "\n".join(one_line(each) for each in text_list({"": value}, ""))


def _ids(_column: Column, value: object) -> str:
    return ", ".join(text_list({"": value}, ""))


def _plain(_column: Column, value: object) -> str:
    return str(value).strip()


_WRITERS: Mapping[Shape, Callable[[Column, object], str]] = {
    Shape.TEXT: _plain,
    Shape.ID: _plain,
    Shape.COUNT: _plain,
    Shape.NUMBER: _plain,
    Shape.IDS: _ids,
    Shape.LINES: _lines,
    Shape.WORD: _words,
}
