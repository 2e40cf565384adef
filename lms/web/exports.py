"""Tables handed out as Excel or CSV files in which no cell can act as a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast
from unicodedata import east_asian_width
from urllib.parse import quote

from flask import Response
from openpyxl import Workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from lms.text import safe_file_name

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet: its title, its headings, its rows of text, numbers or nothing."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def to_csv(table: Table) -> bytes:
    """The table as CSV that Japanese Excel opens (UTF-8 with BOM); text that Excel would compute is quoted with 「'」."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerows([_harmless(cell) for cell in row] for row in _lines(table))
    return stream.getvalue().encode("utf-8-sig")


def to_xlsx(table: Table) -> bytes:
    """The table as an Excel file; every text is stored as text, whatever it begins with."""
    return to_workbook([table])


def to_workbook(tables: Sequence[Table]) -> bytes:
    """Several tables as the sheets of one Excel file."""
    book = Workbook(write_only=True)
    for table in tables:
        _add_sheet(book, table)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _add_sheet(book: Workbook, table: Table) -> None:
    sheet = cast(WriteOnlyWorksheet, book.create_sheet(re.sub(r"[\[\]:*?/\\]", "_", table.title)[:31] or "Sheet"))
    sheet.freeze_panes = "A2"
    columns = cast(Any, sheet).column_dimensions  # write-only sheets have it, their type stub does not
    for number, width in enumerate(_widths(table), start=1):
        columns[get_column_letter(number)].width = width
    for number, row in enumerate(_lines(table)):
        cells = [_typed(sheet, cell) for cell in row]
        for cell in cells if number == 0 else ():
            cell.font = Font(bold=True)
        sheet.append(cells)


def send_file(body: bytes, name: str, mimetype: str) -> Response:
    """A download whose Japanese file name every browser understands."""
    response = Response(body, mimetype=mimetype)
    suffix = name.rpartition(".")[2]
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"download.{suffix}\"; filename*=UTF-8''{quote(safe_file_name(name))}"
    )
    return response


def send_table(table: Table, name: str, kind: str) -> Response:
    """The table as a download named `name` without ending; `kind` is "xlsx" or "csv"."""
    if kind == "xlsx":
        return send_file(to_xlsx(table), f"{name}.xlsx", XLSX)
    return send_file(to_csv(table), f"{name}.csv", CSV)


def _widths(table: Table) -> list[int]:
    """Column widths in half-width characters, so that names and addresses are not cut off; at most sixty."""
    columns = zip(*([str(cell or "") for cell in row] for row in _lines(table)), strict=True)
    return [
        min(60, 2 + max(sum(1 + (east_asian_width(letter) in "FW") for letter in cell) for cell in column)) for column in columns
    ]


def _lines(table: Table) -> Iterable[Sequence[Cell]]:
    yield table.headings
    yield from table.rows


def _harmless(cell: Cell) -> Cell:
    if not isinstance(cell, str):
        return cell
    text = _CONTROL.sub("", cell)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _typed(sheet: WriteOnlyWorksheet, cell: Cell) -> SheetCell:
    if not isinstance(cell, str):
        return WriteOnlyCell(sheet, value=cell)
    typed = WriteOnlyCell(sheet, value=_CONTROL.sub("", cell))
    typed.data_type = "s"
    return typed
