"""Our Excel file → drafts of questions; every fault with its sheet, row and column."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence

from lms.exam_engine.errors import Severity
from lms.exam_engine.exchange.drafts import Draft
from lms.exam_engine.exchange.excel_columns import GUIDE_SHEET, SHEETS, Column, Shape, Sheet
from lms.exam_engine.exchange.faults import Fault, FaultCode, Place, Unreadable
from lms.exam_engine.exchange.workbooks import Cell, Page, read_workbook
from lms.exam_engine.kinds.numeric import read_number
from lms.text import fold

_SEPARATORS = re.compile(r"[,、，\s]+")
_COUNT = re.compile(r"[0-9]{1,9}")


def read_excel(data: bytes) -> tuple[list[Draft], list[Fault]]:
    """The questions of our template, and faults of headings; raises Unreadable when the file is none of ours."""
    pages = {fold(page.title): page for page in read_workbook(data)}
    known = [(sheet, pages[fold(sheet.title)]) for sheet in SHEETS if fold(sheet.title) in pages]
    if not known:
        raise Unreadable(FaultCode.NOT_OUR_EXCEL, values={"sheets": "・".join(sheet.title for sheet in SHEETS)})
    titles = {fold(sheet.title) for sheet in SHEETS} | {fold(GUIDE_SHEET)}
    faults = [
        Fault(Place(sheet=page.title), FaultCode.UNKNOWN_COLUMN, {"heading": page.title}, Severity.WARNING)
        for name, page in pages.items()
        if name not in titles and page.rows
    ]
    drafts: list[Draft] = []
    for sheet, page in known:
        columns, found = _headings(sheet, page)
        faults += found
        if not any(fault.is_error for fault in found):
            drafts += [_Row(sheet, columns, row).read() for row in page.rows[1:]]
    return drafts, faults


def _headings(sheet: Sheet, page: Page) -> tuple[dict[int, Column], list[Fault]]:
    """Which column stands where; a sheet with questions, or with a row that is no heading, must have the headings they need."""
    names = {fold(column.heading): column for column in sheet.columns}
    heading = page.rows[0] if page.rows else {}
    places: dict[int, Column] = {}
    faults: list[Fault] = []
    for position, cell in heading.items():
        column = names.get(fold(cell.text.rstrip("*＊ ")))
        if cell.fault is not None:
            faults.append(Fault(cell.place, cell.fault))
        elif column is None:
            faults.append(Fault(cell.place, FaultCode.UNKNOWN_COLUMN, {"heading": cell.text[:60]}, Severity.WARNING))
        elif column in places.values():
            faults.append(Fault(cell.place, FaultCode.DOUBLED_COLUMN, {"heading": column.heading}))
        else:
            places[position] = column
    if len(page.rows) > 1 or (heading and not places):
        missing = [column for column in sheet.columns if column.is_needed and column not in places.values()]
        place = Place(next(iter(heading.values())).place.line, 1, page.title)
        faults += [Fault(place, FaultCode.MISSING_COLUMN, {"heading": column.heading}) for column in missing]
    return places, faults


class _Row:
    """Reads one row into a draft."""

    def __init__(self, sheet: Sheet, columns: Mapping[int, Column], row: Mapping[int, Cell]) -> None:
        first = next(iter(row.values())).place
        self.draft = Draft(Place(first.line, 1, first.sheet))
        self.sheet = sheet
        self.cells = {(columns[at].field, columns[at].index): cell for at, cell in row.items() if at in columns}
        self.positions = {(column.field, column.index): at for at, column in columns.items()}

    def read(self) -> Draft:
        draft = self.draft
        draft.put("kind", self.sheet.kind)
        for column in self.sheet.columns:
            cell = self.cells.get((column.field, column.index))
            if cell is not None and cell.fault is not None:
                draft.refuse(cell.fault, cell.place)
            elif cell is not None and column.field in _FIELDS:
                self._put(column, cell)
        self._put_members()
        return draft

    def _put(self, column: Column, cell: Cell) -> None:
        value = _READERS[column.shape](column, cell.text.strip())
        if value is None:
            words = "・".join((column.words or {}).values())
            code = FaultCode.UNKNOWN_WORD if words else FaultCode.NOT_A_NUMBER
            self.draft.refuse(code, cell.place, words=cell.text.strip()[:60], known=words)
        elif column.field == "may_repeat_rights":
            self.draft.put(column.field, value == "true", cell.place)
        else:
            self.draft.put(column.field, value, cell.place)

    def _put_members(self) -> None:
        if self.sheet.kind in {"single_choice", "multiple_choice"}:
            self._put_rows("options", ("text", "reason"))
            self._put_right()
        elif self.sheet.kind == "ordering":
            self._put_rows("items", ("text",))
        elif self.sheet.kind == "matching":
            self._put_pairs()

    def _texts(self, field: str) -> Iterator[tuple[int, Cell]]:
        """The filled cells of a field with columns of its own, in their order; a gap between them is refused."""
        filled = sorted(index for name, index in self.cells if name == field)
        for expected, index in enumerate(filled):
            cell = self.cells[(field, index)]
            if index != expected:
                self.draft.refuse(FaultCode.GAP, cell.place)
                return
            yield index, cell

    def _put_rows(self, name: str, parts: Sequence[str]) -> None:
        rows: list[dict[str, str]] = []
        for index, cell in self._texts(f"{name}.text"):
            self.draft.places[(name, index)] = cell.place
            texts = {part: self.cells.get((f"{name}.{part}", index)) for part in parts}
            rows.append({part: each.text.strip() for part, each in texts.items() if each is not None})
        self._note_stray(f"{name}.reason", len(rows))
        self._give_ids(name, rows)
        self.draft.put(name, rows)

    def _note_stray(self, field: str, count: int) -> None:
        for (name, index), cell in self.cells.items():
            if name == field and index >= count:
                self.draft.refuse(FaultCode.GAP, cell.place)

    def _give_ids(self, name: str, rows: Sequence[dict[str, str]]) -> None:
        cell = self.cells.get((f"{name}.id", 0))
        ids = _ids(None, cell.text) if cell is not None else []
        if cell is not None and len(ids) != len(rows):
            self.draft.refuse(FaultCode.GAP, cell.place)
        for row, each in zip(rows, ids, strict=False):
            row["id"] = each

    def _put_right(self) -> None:
        """A key of a single letter may be written full-width or large."""
        key = self.draft.values.get("key")
        if isinstance(key, str):
            self.draft.values["key"] = key.lower()

    def _put_pairs(self) -> None:
        lefts = list(self._texts("lefts.text"))
        partners = dict(self._texts("partners.text"))
        rights: dict[str, int] = {}
        for index, cell in lefts:
            self.draft.places[("lefts", index)] = cell.place
            partner = partners.pop(index, None)
            if partner is None:
                self.draft.refuse(FaultCode.ARROW_MISSING, cell.place)
                continue
            self.draft.pairs.append((index, rights.setdefault(partner.text.strip(), len(rights))))
        for cell in partners.values():
            self.draft.refuse(FaultCode.GAP, cell.place)
        for _, cell in self._texts("spares.text"):
            rights.setdefault(cell.text.strip(), len(rights))
        left_rows, right_rows = [{"text": cell.text.strip()} for _, cell in lefts], [{"text": text} for text in rights]
        self._give_ids("lefts", left_rows)
        self._give_ids("rights", right_rows)
        self.draft.put("lefts", left_rows)
        self.draft.put("rights", right_rows)


def _half_width(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def _plain(_column: Column | None, text: str) -> str:
    return text


def _id(_column: Column | None, text: str) -> str:
    return _half_width(text)


def _ids(_column: Column | None, text: str) -> list[str]:
    return [each for each in _SEPARATORS.split(_half_width(text)) if each]


def _lines(_column: Column | None, text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _count(_column: Column | None, text: str) -> int | None:
    plain = _half_width(text)
    return int(plain) if _COUNT.fullmatch(plain) else None


def _number(_column: Column | None, text: str) -> str | None:
    number = read_number(text)
    return None if number is None else f"{number:f}"


def _word(column: Column | None, text: str) -> str | None:
    words = column.words or {} if column else {}
    return next((value for value, word in words.items() if fold(text) in {fold(word), fold(value)}), None)


_READERS: Mapping[Shape, Callable[[Column | None, str], object]] = {
    Shape.TEXT: _plain,
    Shape.ID: _id,
    Shape.IDS: _ids,
    Shape.LINES: _lines,
    Shape.COUNT: _count,
    Shape.NUMBER: _number,
    Shape.WORD: _word,
}
_FIELDS = frozenset(column.field for sheet in SHEETS for column in sheet.columns if "." not in column.field)
