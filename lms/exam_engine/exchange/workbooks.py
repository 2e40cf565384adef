"""Bytes of an Excel file → its cells as text, within firm limits; bombs, locks, macros and links are refused unopened."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from openpyxl import load_workbook

from lms.exam_engine.exchange.decoding import MAX_QUESTIONS
from lms.exam_engine.exchange.faults import FaultCode, Place, Unreadable

MAX_UNPACKED = 20_000_000
MAX_MEMBERS = 200
MAX_RATIO = 100
SMALL = 1_000_000
"""Members smaller than this may be compressed as well as they like: a sheet of blanks packs tightly."""
MAX_COLUMNS = 64
MAX_SHEETS = 40
EXCEL_ROWS = 1_048_576
MAX_EXAMINED = 5_000
"""Rows of a sheet that are looked at, blank ones with a format included."""

OLD_EXCEL = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class Cell:
    """A filled cell: its text, its place, and what is wrong with its type."""

    text: str
    place: Place
    fault: FaultCode | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A sheet: its title and its rows of filled cells by column, from 0; blank rows are left out."""

    title: str
    rows: tuple[dict[int, Cell], ...]


def read_workbook(data: bytes) -> tuple[Page, ...]:
    """The sheets of an Excel file; raises Unreadable when it is locked, unsafe, broken or too long."""
    try:
        _check_archive(data)
        return tuple(_pages(data))
    except Unreadable:
        raise
    except Exception as error:  # openpyxl fails in many ways on a broken file; all mean the same to the office
        raise Unreadable(FaultCode.BROKEN_EXCEL) from error


def _check_archive(data: bytes) -> None:
    """Refuse what is dangerous before anything is parsed."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
        if any(member.flag_bits & 0x1 for member in members):
            raise Unreadable(FaultCode.LOCKED_EXCEL)
        sizes_fit = len(members) <= MAX_MEMBERS and sum(member.file_size for member in members) <= MAX_UNPACKED
        has_doubles = len({member.filename for member in members}) < len(members)
        if not sizes_fit or has_doubles or any(_is_suspect(member) for member in members):
            raise Unreadable(FaultCode.UNSAFE_EXCEL)
        for member in members:
            if member.filename.lower().endswith((".xml", ".rels")) and _declares(archive.read(member)):
                raise Unreadable(FaultCode.UNSAFE_EXCEL)


def _is_suspect(member: zipfile.ZipInfo) -> bool:
    swollen = member.file_size > SMALL and member.file_size > MAX_RATIO * max(member.compress_size, 1)
    name = member.filename.lower().replace("\\", "/")
    leaves = name.startswith("/") or ":" in name or ".." in name.split("/")
    is_link = (member.external_attr >> 16) & 0o170000 == 0o120000
    return swollen or leaves or is_link or "externallink" in name or "vbaproject" in name


def _declares(xml: bytes) -> bool:
    """Whether the XML declares a document type, or hides one by another encoding."""
    return b"\x00" in xml[:64] or b"<!DOCTYPE" in xml or b"<!ENTITY" in xml


def _pages(data: bytes) -> Iterator[Page]:
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
    try:
        if len(book.worksheets) > MAX_SHEETS:
            raise Unreadable(FaultCode.UNSAFE_EXCEL)
        for sheet in book.worksheets:
            sheet.reset_dimensions()
            yield Page(sheet.title, tuple(_rows(sheet)))
    finally:
        book.close()


def _rows(sheet: Any) -> Iterator[dict[int, Cell]]:
    filled = examined = 0
    blank: object = None
    for number, row in enumerate(sheet.iter_rows(max_row=EXCEL_ROWS, max_col=MAX_COLUMNS), start=1):
        if row is blank:  # rows the sheet leaves out come as one and the same object
            continue
        examined += 1
        cells = _cells(sheet.title, number, row)
        blank = None if cells else row
        filled += bool(cells)
        if filled > MAX_QUESTIONS + 1 or examined > MAX_EXAMINED:
            raise Unreadable(FaultCode.TOO_MANY, Place(number, 1, sheet.title), {"limit": MAX_QUESTIONS})
        if cells:
            yield cells


def _cells(title: str, number: int, row: Sequence[Any]) -> dict[int, Cell]:
    cells = {}
    for column, cell in enumerate(row):
        text, fault = _text(cell.value, cell.data_type)
        if text.strip() or fault:
            cells[column] = Cell(text, Place(number, column + 1, title), fault)
    return cells


def _text(value: object, data_type: str) -> tuple[str, FaultCode | None]:
    if value is None:
        return "", None
    if data_type == "f":
        return "", FaultCode.FORMULA
    if isinstance(value, str) and data_type != "e":
        return value.replace("\r\n", "\n").replace("\r", "\n").replace("_x000D_", ""), None
    if isinstance(value, datetime | date) and str(value)[10:] in {"", " 00:00:00"}:
        return str(value)[:10], None
    if data_type == "n":
        return f"{Decimal(str(value)):f}".removesuffix(".0"), None
    return "", FaultCode.NOT_A_TEXT_CELL
