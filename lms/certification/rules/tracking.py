"""追跡番号 as a table: one parcel a row, and every problem that a file of them can have, each with its place."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lms.certification.rules.shipping import ShippingProblem, tidy_tracking
from lms.cohorts.rules.roster import MAX_ROWS, Line, RosterProblem
from lms.text import fold


class TrackingColumn(StrEnum):
    """A column such a table has."""

    NUMBER = "number"
    SHIPPED_ON = "shipped_on"
    CARRIER = "carrier"
    TRACKING = "tracking"


TRACKING_HEADINGS: Mapping[TrackingColumn, tuple[str, ...]] = {
    TrackingColumn.NUMBER: ("認定番号", "認定証番号", "番号"),
    TrackingColumn.SHIPPED_ON: ("発送日", "出荷日", "引受日"),
    TrackingColumn.CARRIER: ("運送会社", "配送業者", "発送方法", "配送方法"),
    TrackingColumn.TRACKING: ("追跡番号", "お問い合わせ番号", "お問い合わせ番号(追跡番号)", "送り状番号", "伝票番号"),
}
"""The first heading of each column is the one shown; the others are understood as well."""

_TO_FILL_IN = (TrackingColumn.SHIPPED_ON, TrackingColumn.CARRIER, TrackingColumn.TRACKING)
_DATE = re.compile(r"(20[0-9]{2})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(?: [0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?")


class TrackingProblem(StrEnum):
    """What is wrong with such a table, a row or a cell, beside what any table can have."""

    NOT_A_NUMBER = "not_a_number"
    NOT_A_DATE = "not_a_date"
    NO_PARCEL = "no_parcel"
    DOUBLED_NUMBER = "doubled_number"
    NOTHING_FILLED_IN = "nothing_filled_in"


Kind = TrackingProblem | ShippingProblem | RosterProblem


@dataclass(frozen=True, slots=True)
class Fault:
    """One problem: where (the row as a spreadsheet numbers it, the column) and what."""

    kind: Kind
    row: int | None = None
    column: TrackingColumn | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class TrackingRow:
    """One parcel that went out; `row` is as a spreadsheet numbers it, `number` and `carrier` are as typed."""

    row: int
    number: str
    shipped_on: date
    carrier: str
    tracking_number: str


@dataclass(frozen=True, slots=True)
class TrackingTable:
    """What a file says: its rows, its problems, and how many rows are not filled in yet and were passed over."""

    rows: tuple[TrackingRow, ...] = ()
    faults: tuple[Fault, ...] = ()
    passed_over: int = 0


def read_tracking(lines: Iterable[Line]) -> TrackingTable:
    """Understand the lines of a file: the heading row, then one parcel a row; every problem is reported."""
    filled = [line for line in lines if not line.is_blank]
    at = next((index for index, line in enumerate(filled[:10]) if TrackingColumn.NUMBER in dict(_columns(line))), None)
    if at is None:
        return TrackingTable(faults=(Fault(RosterProblem.MISSING_COLUMN, column=TrackingColumn.NUMBER),))
    if faults := _heading_faults(filled[at]):
        return TrackingTable(faults=tuple(faults))
    body = filled[at + 1 :]
    if len(body) > MAX_ROWS:
        return TrackingTable(faults=(Fault(RosterProblem.TOO_MANY_ROWS, detail=str(MAX_ROWS)),))
    return _read_body(body, dict(_columns(filled[at])))


def _read_body(body: list[Line], places: Mapping[TrackingColumn, int]) -> TrackingTable:
    rows: list[TrackingRow] = []
    faults: list[Fault] = []
    waiting = [line for line in body if all(_is_blank(line, places[column]) for column in _TO_FILL_IN)]
    for line in body:
        if line not in waiting:
            row, found = _read_row(line, places)
            faults.extend(found)
            rows.extend([] if row is None else [row])
    if not rows and not faults:
        faults.append(Fault(TrackingProblem.NOTHING_FILLED_IN))
    return TrackingTable(tuple(rows), tuple(faults), len(waiting))


def read_day(text: str) -> date | None:
    """A day as people and spreadsheets write it, with its year; None when it is none."""
    found = _DATE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    try:
        return date(*(int(part) for part in found.groups()[:3])) if found else None
    except ValueError:
        return None


def _heading(cell: str) -> TrackingColumn | None:
    folded = fold(cell)
    return next((column for column, names in TRACKING_HEADINGS.items() if folded in {fold(name) for name in names}), None)


def _columns(line: Line) -> list[tuple[TrackingColumn, int]]:
    return [(column, place) for place, cell in enumerate(line.cells) if (column := _heading(cell))]


def _heading_faults(line: Line) -> list[Fault]:
    found = [column for column, _ in _columns(line)]
    missing = [Fault(RosterProblem.MISSING_COLUMN, line.number, column) for column in TrackingColumn if column not in found]
    doubled = [Fault(RosterProblem.DOUBLED_COLUMN, line.number, column) for column in TrackingColumn if found.count(column) > 1]
    return missing + doubled


def _cell(line: Line, place: int) -> str:
    return line.cells[place].strip() if place < len(line.cells) else ""


def _is_blank(line: Line, place: int) -> bool:
    return not _cell(line, place) and place not in line.problems


def _read_row(line: Line, places: Mapping[TrackingColumn, int]) -> tuple[TrackingRow | None, list[Fault]]:
    cells = {column: _cell(line, place) for column, place in places.items()}
    faults = [fault for column, place in places.items() if (fault := _cell_fault(line, column, place))]
    shipped_on = read_day(cells[TrackingColumn.SHIPPED_ON])
    if faults or shipped_on is None:
        return None, faults
    number, carrier = cells[TrackingColumn.NUMBER], cells[TrackingColumn.CARRIER]
    return TrackingRow(line.number, number, shipped_on, carrier, tidy_tracking(cells[TrackingColumn.TRACKING])), []


def _cell_fault(line: Line, column: TrackingColumn, place: int) -> Fault | None:
    """A spreadsheet's own day is welcome in the column of days; formulas and errors are nowhere."""
    text, given = _cell(line, place), line.problems.get(place)
    is_day = column is TrackingColumn.SHIPPED_ON
    if given and not (is_day and text):
        return Fault(given, line.number, column)
    if not text:
        return None if column is TrackingColumn.TRACKING else Fault(RosterProblem.MISSING_VALUE, line.number, column)
    return Fault(TrackingProblem.NOT_A_DATE, line.number, column) if is_day and read_day(text) is None else None
