"""The roster as data: its columns, its rows, and every problem a file can have, each with its place."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from lms.accounts.rules.identity import normalize_email
from lms.accounts.rules.refusals import Refused
from lms.text import fold, is_kana

MAX_ROWS = 500
MAX_PROBLEMS = 100


class Column(StrEnum):
    """A column a roster may have."""

    NAME = "name"
    KANA = "kana"
    EMAIL = "email"
    COMPANY = "company"
    DEPARTMENT = "department"
    POSTAL_CODE = "postal_code"
    ADDRESS = "address"


REQUIRED = (Column.NAME, Column.EMAIL)

HEADINGS: Mapping[Column, tuple[str, ...]] = {
    Column.NAME: ("氏名", "名前", "お名前", "受講者氏名", "受講者名", "氏名(漢字)"),
    Column.KANA: ("ふりがな", "フリガナ", "よみがな", "読み仮名", "カナ", "氏名(カナ)", "氏名(ふりがな)", "氏名(フリガナ)"),
    Column.EMAIL: ("メールアドレス", "メール", "eメール", "email", "e-mail", "mail"),
    Column.COMPANY: ("会社名", "会社", "勤務先", "所属", "団体名", "法人名"),
    Column.DEPARTMENT: ("部署", "部署名", "部門", "所属部署"),
    Column.POSTAL_CODE: ("郵便番号", "〒"),
    Column.ADDRESS: ("住所", "送付先", "送付先住所", "所在地"),
}
"""The first heading of each column is the one shown; the others are understood as well."""

LONGEST: Mapping[Column, int] = {
    Column.NAME: 100,
    Column.KANA: 100,
    Column.EMAIL: 254,
    Column.COMPANY: 200,
    Column.DEPARTMENT: 200,
    Column.POSTAL_CODE: 10,
    Column.ADDRESS: 400,
}


class RosterProblem(StrEnum):
    """What is wrong with a file, a row or a cell."""

    EMPTY_FILE = "empty_file"
    TOO_LARGE = "too_large"
    OLD_EXCEL = "old_excel"
    UTF16 = "utf16"
    NOT_TEXT = "not_text"
    UNREADABLE_BYTES = "unreadable_bytes"
    BROKEN_CSV = "broken_csv"
    BROKEN_EXCEL = "broken_excel"
    UNSAFE_EXCEL = "unsafe_excel"
    LOCKED_EXCEL = "locked_excel"
    MISSING_COLUMN = "missing_column"
    DOUBLED_COLUMN = "doubled_column"
    NO_ROWS = "no_rows"
    TOO_MANY_ROWS = "too_many_rows"
    SHORT_ROW = "short_row"
    LONG_ROW = "long_row"
    FORMULA = "formula"
    NOT_A_TEXT_CELL = "not_a_text_cell"
    MISSING_VALUE = "missing_value"
    TOO_LONG = "too_long"
    CONTROL_CHARACTER = "control_character"
    PRIVATE_CHARACTER = "private_character"
    LOST_CHARACTER = "lost_character"
    NOT_AN_ADDRESS = "not_an_address"
    NOT_KANA = "not_kana"
    NOT_A_POSTAL_CODE = "not_a_postal_code"
    DOUBLED_IN_FILE = "doubled_in_file"
    ALREADY_SEATED = "already_seated"
    SEAT_WITHDRAWN = "seat_withdrawn"
    USER_DISABLED = "user_disabled"
    OVER_CAPACITY = "over_capacity"


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem: where (the row as a spreadsheet numbers it, the column), what, and a detail for the sentence."""

    kind: RosterProblem
    row: int | None = None
    column: Column | None = None
    detail: str = ""


class UnreadableRoster(ValueError):
    """The file as a whole cannot be read."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.kind.value)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One participant to be; `number` is the row as a spreadsheet numbers it. Names stand exactly as typed."""

    number: int
    name: str
    kana: str
    email: str
    company: str = ""
    department: str = ""
    postal_code: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a file before it is understood: cells as text, and the problems of single cells by position."""

    number: int
    cells: tuple[str, ...]
    problems: Mapping[int, RosterProblem] = field(default_factory=dict)

    @property
    def is_blank(self) -> bool:
        """Nothing but white space."""
        return not self.problems and not any(cell.strip() for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Roster:
    """What a file says: its rows, its problems, and headings that were not understood and are left aside."""

    rows: tuple[RosterRow, ...]
    problems: tuple[Problem, ...]
    unused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownUser:
    """What the house knows of an address in the file."""

    user_id: int
    name: str
    is_disabled: bool = False
    is_seated: bool = False
    is_withdrawn: bool = False


_MARKS = re.compile(r"\s|※|\*|★|\(?必須\)?|\(?任意\)?")


def read_roster(lines: Iterable[Line]) -> Roster:
    """Understand the lines of a file: the heading row, then one participant per row; every problem is reported."""
    filled = [line for line in lines if not line.is_blank]
    if not filled:
        return Roster((), (Problem(RosterProblem.NO_ROWS),))
    at = next((index for index, line in enumerate(filled[:10]) if _understood(line)), 0)
    heading = filled[at]
    places, problems = _columns(heading)
    if problems:
        return Roster((), tuple(problems))
    body = filled[at + 1 :]
    if not body or len(body) > MAX_ROWS:
        kind = RosterProblem.TOO_MANY_ROWS if body else RosterProblem.NO_ROWS
        return Roster((), (Problem(kind, detail=str(MAX_ROWS)),))
    rows: list[RosterRow] = []
    for line in body:
        row, found = _row(line, places, width=len(heading.cells))
        rows.append(row)
        problems.extend(found)
    problems.extend(_doubles(rows))
    return Roster(tuple(rows), tuple(sorted(problems, key=lambda problem: problem.row or 0)[:MAX_PROBLEMS]), _unused(heading))


def conflicts(rows: Sequence[RosterRow], known: Mapping[str, KnownUser], *, seats: int, capacity: int | None) -> list[Problem]:
    """What stands against seating these rows: seats taken, disabled users, doubles, too few places."""
    problems = _doubles(rows)
    for row in rows:
        kind = _conflict(known.get(row.email))
        if kind:
            problems.append(Problem(kind, row=row.number, column=Column.EMAIL, detail=row.email))
    if capacity is not None and seats + len(rows) > capacity:
        problems.append(Problem(RosterProblem.OVER_CAPACITY, detail=f"{capacity},{seats},{len(rows)}"))
    return problems


def read_values(typed: Mapping[Column, str]) -> tuple[dict[Column, str], list[Problem]]:
    """The values of one participant as a roster would keep them, with every problem; a column left out is empty."""
    values = {column: _tidy(column, typed.get(column, "")) for column in Column}
    found = [(column, *_cell_problem(column, value, None)) for column, value in values.items()]
    return values, [Problem(kind, column=column, detail=detail) for column, kind, detail in found if kind]


def _conflict(user: KnownUser | None) -> RosterProblem | None:
    if user is None:
        return None
    if user.is_withdrawn:
        return RosterProblem.SEAT_WITHDRAWN
    if user.is_seated:
        return RosterProblem.ALREADY_SEATED
    return RosterProblem.USER_DISABLED if user.is_disabled else None


def _heading(cell: str) -> Column | None:
    folded = _MARKS.sub("", fold(cell))
    return next((column for column, names in HEADINGS.items() if folded in {fold(name) for name in names}), None)


def _understood(line: Line) -> bool:
    return {_heading(cell) for cell in line.cells} & set(REQUIRED) != set()


def _unused(heading: Line) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in heading.cells if cell.strip() and _heading(cell) is None)


def _columns(heading: Line) -> tuple[dict[int, Column], list[Problem]]:
    places = {place: column for place, cell in enumerate(heading.cells) if (column := _heading(cell))}
    found = list(places.values())
    missing = [Problem(RosterProblem.MISSING_COLUMN, heading.number, column) for column in REQUIRED if column not in found]
    doubled = [Problem(RosterProblem.DOUBLED_COLUMN, heading.number, column) for column in Column if found.count(column) > 1]
    return places, missing + doubled


def _row(line: Line, places: Mapping[int, Column], *, width: int) -> tuple[RosterRow, list[Problem]]:
    problems = _shape(line, width)
    values = dict.fromkeys(Column, "")
    for place, column in places.items():
        text = line.cells[place] if place < len(line.cells) else ""
        values[column] = _tidy(column, text)
        kind, detail = _cell_problem(column, values[column], line.problems.get(place))
        if kind and not (problems and kind is RosterProblem.MISSING_VALUE):
            problems.append(Problem(kind, line.number, column, detail))
    return RosterRow(line.number, **{column.value: value for column, value in values.items()}), problems


def _shape(line: Line, width: int) -> list[Problem]:
    if len(line.cells) < width:
        return [Problem(RosterProblem.SHORT_ROW, line.number, detail=f"{width},{len(line.cells)}")]
    if any(cell.strip() for cell in line.cells[width:]):
        return [Problem(RosterProblem.LONG_ROW, line.number, detail=f"{width},{len(line.cells)}")]
    return []


def _tidy(column: Column, text: str) -> str:
    """White space around a value goes; only addresses of mail and post codes are normalized further."""
    stripped = text.strip()
    if column is Column.EMAIL:
        return _address(stripped) or stripped
    if column is Column.POSTAL_CODE:
        return _postal_code(stripped)
    return " ".join(stripped.splitlines()) if column is Column.ADDRESS else stripped


def _address(text: str) -> str | None:
    """The address as users are stored and found by it; None when it is none."""
    try:
        return normalize_email(text)
    except Refused:
        return None


def _postal_code(text: str) -> str:
    digits = re.sub(r"[\s〒ー−‐-]", "", unicodedata.normalize("NFKC", text))
    return f"{digits[:3]}-{digits[3:]}" if re.fullmatch(r"[0-9]{7}", digits) else text


def _cell_problem(column: Column, text: str, given: RosterProblem | None) -> tuple[RosterProblem | None, str]:
    if given:
        return given, ""
    if not text:
        return (RosterProblem.MISSING_VALUE if column in REQUIRED else None), ""
    if len(text) > LONGEST[column]:
        return RosterProblem.TOO_LONG, str(LONGEST[column])
    for character in text:
        if kind := _character_problem(character):
            return kind, f"U+{ord(character):04X}"
    return _meaning_problem(column, text), text


def _character_problem(character: str) -> RosterProblem | None:
    category = unicodedata.category(character)
    if category == "Co":
        return RosterProblem.PRIVATE_CHARACTER
    if character == "\ufffd":
        return RosterProblem.LOST_CHARACTER
    return RosterProblem.CONTROL_CHARACTER if category in {"Cc", "Cf", "Cs", "Zl", "Zp"} else None


def _meaning_problem(column: Column, text: str) -> RosterProblem | None:
    if column is Column.EMAIL and _address(text) is None:
        return RosterProblem.NOT_AN_ADDRESS
    if column is Column.KANA and not is_kana(unicodedata.normalize("NFKC", text)):
        return RosterProblem.NOT_KANA
    if column is Column.POSTAL_CODE and not re.fullmatch(r"[0-9]{3}-[0-9]{4}", text):
        return RosterProblem.NOT_A_POSTAL_CODE
    return None


def _doubles(rows: Iterable[RosterRow]) -> list[Problem]:
    first: dict[str, int] = {}
    problems = []
    for row in rows:
        if row.email and row.email in first:
            problems.append(Problem(RosterProblem.DOUBLED_IN_FILE, row.number, Column.EMAIL, str(first[row.email])))
        first.setdefault(row.email, row.number)
    return problems
