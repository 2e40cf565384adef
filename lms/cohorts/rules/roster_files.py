"""Bytes of a CSV or Excel file → lines of text, within firm limits; what cannot be read says where."""

import codecs
import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from openpyxl import load_workbook

from lms.cohorts.rules.roster import MAX_ROWS, Line, Problem, RosterProblem, UnreadableRoster

MAX_BYTES = 2 * 1024 * 1024
MAX_UNPACKED = 20 * 1024 * 1024
MAX_MEMBERS = 200
MAX_RATIO = 100
SMALL = 1024 * 1024
"""Members smaller than this may be compressed as well as they like: a sheet of blanks packs tightly."""
MAX_COLUMNS = 64
EXCEL_ROWS = 1_048_576
MAX_EXAMINED = 20_000
"""Rows of a sheet that are looked at, blank ones with a format included."""


def read_lines(data: bytes, *, most: int = MAX_ROWS) -> list[Line]:
    """The lines of a file of about `most` rows; its kind is told from its bytes, not from its name.

    Raises UnreadableRoster when the file is too large, of another kind, unsafe or broken.
    """
    if not data.strip(b"\x00 \r\n\t"):
        raise UnreadableRoster(Problem(RosterProblem.EMPTY_FILE))
    if len(data) > MAX_BYTES:
        raise UnreadableRoster(Problem(RosterProblem.TOO_LARGE, detail=str(MAX_BYTES // (1024 * 1024))))
    if data.startswith(b"PK"):
        return _read_excel(data, most)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableRoster(Problem(RosterProblem.OLD_EXCEL))
    return _read_csv(decode(data), most)


def decode(data: bytes) -> str:
    """Text of a CSV file: UTF-8 with or without BOM, else cp932 (the Windows form of Shift_JIS, with 髙 and 﨑).

    Raises UnreadableRoster; for bytes that fit neither, with the row and the byte within it.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UnreadableRoster(Problem(RosterProblem.UTF16))
    if b"\x00" in data:
        raise UnreadableRoster(_place(RosterProblem.NOT_TEXT, data, data.index(b"\x00")))
    has_mark = data.startswith(codecs.BOM_UTF8)
    failures = []
    for encoding in ("utf-8-sig",) if has_mark else ("utf-8", "cp932"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError as error:
            failures.append(error.start)
    raise UnreadableRoster(_place(RosterProblem.UNREADABLE_BYTES, data, max(failures)))


def _place(kind: RosterProblem, data: bytes, at: int) -> Problem:
    before = data[:at]
    return Problem(kind, row=before.count(b"\n") + 1, detail=str(at - (before.rfind(b"\n") + 1) + 1))


def _read_csv(text: str, most: int) -> list[Line]:
    first = text.partition("\n")[0]
    delimiter = "\t" if "\t" in first and "," not in first else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: list[Line] = []
    try:
        for number, cells in enumerate(reader, start=1):
            lines.append(Line(number, tuple(cells)))
            if len(lines) > most * 4:
                raise UnreadableRoster(Problem(RosterProblem.TOO_MANY_ROWS, detail=str(most)))
    except csv.Error as error:
        raise UnreadableRoster(Problem(RosterProblem.BROKEN_CSV, row=len(lines) + 1)) from error
    return lines


def _read_excel(data: bytes, most: int) -> list[Line]:
    try:
        _check_archive(data)
        return list(_sheet_lines(data, most))
    except UnreadableRoster:
        raise
    except Exception as error:  # openpyxl fails in many ways on a broken file; all mean the same to the office
        raise UnreadableRoster(Problem(RosterProblem.BROKEN_EXCEL)) from error


def _check_archive(data: bytes) -> None:
    """Refuse bombs, locked files, links to other files, macros and XML that declares entities, before anything is parsed."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
        if any(member.flag_bits & 0x1 for member in members):
            raise UnreadableRoster(Problem(RosterProblem.LOCKED_EXCEL))
        sizes_fit = len(members) <= MAX_MEMBERS and sum(member.file_size for member in members) <= MAX_UNPACKED
        if not sizes_fit or any(_is_suspect(member) for member in members):
            raise UnreadableRoster(Problem(RosterProblem.UNSAFE_EXCEL))
        for member in members:
            if member.filename.endswith((".xml", ".rels")) and _declares_entities(archive.read(member)):
                raise UnreadableRoster(Problem(RosterProblem.UNSAFE_EXCEL))


def _is_suspect(member: zipfile.ZipInfo) -> bool:
    swollen = member.file_size > SMALL and member.file_size > MAX_RATIO * max(member.compress_size, 1)
    name = member.filename.lower()
    return swollen or "externallink" in name or "vbaproject" in name or ".." in name.split("/")


def _declares_entities(xml: bytes) -> bool:
    return (
        xml.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        or b"\x00" in xml[:64]
        or b"<!DOCTYPE" in xml
        or b"<!ENTITY" in xml
    )


def _sheet_lines(data: bytes, most: int) -> Iterator[Line]:
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
    try:
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        filled = examined = 0
        blank: object = None
        for number, row in enumerate(sheet.iter_rows(max_row=EXCEL_ROWS, max_col=MAX_COLUMNS), start=1):
            if row is blank:  # rows the sheet leaves out come as one and the same object
                continue
            examined += 1
            line = _excel_line(number, row)
            blank = row if line.is_blank else None
            filled += blank is None
            if filled > most + 10 or examined > MAX_EXAMINED:
                raise UnreadableRoster(Problem(RosterProblem.TOO_MANY_ROWS, detail=str(most)))
            if blank is None:
                yield line
    finally:
        book.close()


def _excel_line(number: int, row: tuple[Any, ...]) -> Line:
    cells, problems = [], {}
    for place, cell in enumerate(row):
        text, problem = _cell_text(cell.value, cell.data_type)
        cells.append(text)
        if problem:
            problems[place] = problem
    cells.extend([""] * (MAX_COLUMNS - len(cells)))  # a sheet leaves out blank cells at the end of a row
    return Line(number, tuple(cells), problems)


def _cell_text(value: object, data_type: str) -> tuple[str, RosterProblem | None]:
    if value is None:
        return "", None
    if data_type == "f":
        return "", RosterProblem.FORMULA
    if isinstance(value, date):  # a moment is one, too; whoever expects a day may use it, everybody else is told
        # A sheet knows days as moments of midnight.
        has_time = isinstance(value, datetime) and value.time() != time(0)
        return f"{value:%Y-%m-%d %H:%M:%S}" if has_time else f"{value:%Y-%m-%d}", RosterProblem.NOT_A_TEXT_CELL
    if data_type == "e" or isinstance(value, (bool, time)):
        return "", RosterProblem.NOT_A_TEXT_CELL
    if isinstance(value, float) and value.is_integer():
        return str(int(value)), None
    return str(value), None
