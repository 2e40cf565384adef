"""The participants report of Zoom as data: who was in the meeting from when to when, read in its many dresses.

The report comes in English or Japanese, in UTF-8 with or without a mark or in cp932, with or without the lines about the
meeting above the table, and with dates in the order of the account's country. A date is therefore read in every order that
makes sense, and the course day tells which one was meant.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from enum import StrEnum

from lms.cohorts.rules.presence import Span
from lms.cohorts.rules.roster import Line
from lms.text import fold_email

MAX_JOINS = 2000
MAX_PROBLEMS = 50
LONGEST_NAME = 200
LONGEST_EMAIL = 254


class ReportColumn(StrEnum):
    """A column of the report that is read."""

    NAME = "name"
    EMAIL = "email"
    JOINED = "joined"
    LEFT = "left"
    WAITING = "waiting"


_NEEDED = (ReportColumn.NAME, ReportColumn.JOINED, ReportColumn.LEFT)
_HEADINGS: dict[ReportColumn, tuple[str, ...]] = {
    ReportColumn.NAME: ("name", "名前", "ユーザー名", "参加者名", "表示名"),
    ReportColumn.EMAIL: ("useremail", "email", "ユーザーのメール", "ユーザーメール", "メール"),
    ReportColumn.JOINED: ("jointime", "参加時刻", "参加時間", "入室時刻", "入室時間"),
    ReportColumn.LEFT: ("leavetime", "退出時刻", "退出時間", "退室時刻", "退室時間"),
    ReportColumn.WAITING: ("inwaitingroom", "待機室"),
}
"""How the headings begin once widths, capitals and blanks are taken away."""
_YES = ("yes", "はい", "true")


class ReportProblem(StrEnum):
    """What is wrong with a report or a row of it."""

    NO_TABLE = "no_table"
    NO_JOINS = "no_joins"
    TOO_MANY = "too_many"
    NAME_MISSING = "name_missing"
    TOO_LONG = "too_long"
    UNREADABLE_TIME = "unreadable_time"
    OTHER_DAY = "other_day"
    LEFT_BEFORE_JOINED = "left_before_joined"
    OUTSIDE_THE_DAY = "outside_the_day"


@dataclass(frozen=True, slots=True)
class ReportFault:
    """One problem: the row as a spreadsheet numbers it (None: the whole file), what, and the text it is about."""

    kind: ReportProblem
    row: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, order=True)
class ZoomIdentity:
    """Whom Zoom believes to be one person: the name as it was shown, and the address of the account, often empty."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Join:
    """One stay in the meeting."""

    who: ZoomIdentity
    span: Span


@dataclass(frozen=True, slots=True)
class ZoomReport:
    """What a file says of one course day; `waited` counts rows of the waiting room, which are no attendance."""

    joins: tuple[Join, ...]
    faults: tuple[ReportFault, ...]
    waited: int = 0

    def spans_of(self) -> dict[ZoomIdentity, tuple[Span, ...]]:
        """Everybody's stays, in the order of names."""
        found: dict[ZoomIdentity, tuple[Span, ...]] = {}
        for join in self.joins:
            found[join.who] = (*found.get(join.who, ()), join.span)
        return dict(sorted(found.items()))


def read_report(lines: Sequence[Line], *, day: Span, zone: tzinfo) -> ZoomReport:
    """The stays of a course day. `zone` is the one the report's clock times are in; `day` the hours of the course day.

    With any fault nothing of the file may be used: a missing row would be a wrong number of minutes.
    """
    table = _find_table(lines)
    if table is None:
        return ZoomReport((), (ReportFault(ReportProblem.NO_TABLE),))
    places, rows = table
    joins: list[Join] = []
    faults: list[ReportFault] = []
    waited = 0
    for line in rows:
        if _cell(line, places.get(ReportColumn.WAITING)).casefold() in _YES:
            waited += 1
            continue
        read = _read_row(line, places, day, zone)
        if isinstance(read, ReportFault):
            faults.append(read)
        else:
            joins.append(read)
    faults.extend(_faults_of_all(joins, faults, day))
    return ZoomReport(tuple(dict.fromkeys(joins)), tuple(faults[:MAX_PROBLEMS]), waited)


def _find_table(lines: Sequence[Line]) -> tuple[dict[ReportColumn, int], list[Line]] | None:
    """Where the columns are, and the rows below; what stands above the headings tells of the meeting, not of people."""
    for place, line in enumerate(lines):
        places = _columns(line.cells)
        if all(column in places for column in _NEEDED):
            return places, [row for row in lines[place + 1 :] if not row.is_blank]
    return None


def _columns(cells: Sequence[str]) -> dict[ReportColumn, int]:
    found: dict[ReportColumn, int] = {}
    for place, cell in enumerate(cells):
        plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", cell)).casefold().lstrip("\ufeff")
        for column, beginnings in _HEADINGS.items():
            if column not in found and plain.startswith(beginnings):
                found[column] = place
                break
    return found


def _read_row(line: Line, places: dict[ReportColumn, int], day: Span, zone: tzinfo) -> Join | ReportFault:
    name = unicodedata.normalize("NFC", _cell(line, places[ReportColumn.NAME]))
    email = fold_email(_cell(line, places.get(ReportColumn.EMAIL)))
    if not name and not email:
        return ReportFault(ReportProblem.NAME_MISSING, line.number)
    if len(name) > LONGEST_NAME or len(email) > LONGEST_EMAIL:
        return ReportFault(ReportProblem.TOO_LONG, line.number)
    moments = []
    for column in (ReportColumn.JOINED, ReportColumn.LEFT):
        moment = _moment(_cell(line, places[column]), day, zone)
        if isinstance(moment, ReportProblem):
            return ReportFault(moment, line.number, _cell(line, places[column]))
        moments.append(moment)
    if moments[1] < moments[0]:
        return ReportFault(ReportProblem.LEFT_BEFORE_JOINED, line.number)
    return Join(ZoomIdentity(name, email), Span(*moments))


def _faults_of_all(joins: Sequence[Join], faults: Sequence[ReportFault], day: Span) -> Iterator[ReportFault]:
    if len(joins) > MAX_JOINS:
        yield ReportFault(ReportProblem.TOO_MANY, detail=str(MAX_JOINS))
    elif not joins and not faults:
        yield ReportFault(ReportProblem.NO_JOINS)
    elif joins and all(join.span.end <= day.start or join.span.start >= day.end for join in joins):
        # Nobody at all was there during the course: the clock of the report is another one.
        yield ReportFault(ReportProblem.OUTSIDE_THE_DAY)


def _cell(line: Line, place: int | None) -> str:
    return line.cells[place].strip() if place is not None and place < len(line.cells) else ""


_CLOCK = r"\s*(?P<half>午前|午後)?\s*(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?\s*(?P<noon>[AP]M)?"
_YEAR_FIRST = re.compile(r"(?P<a>\d{4})[-/.年](?P<b>\d{1,2})[-/.月](?P<c>\d{1,2})日?[T\s]" + _CLOCK)
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_MONTH_NAME = re.compile(rf"({'|'.join(_MONTHS)})[A-Z]*\.? (\d{{1,2}}), (\d{{4}})")
_YEAR_LAST = re.compile(r"(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})[-/.](?P<c>\d{4})[,\s]" + _CLOCK)


def _moment(text: str, day: Span, zone: tzinfo) -> datetime | ReportProblem:
    """The moment a cell means: of every way to read its date, the one that falls on the course day."""
    plain = _MONTH_NAME.sub(_in_numbers, unicodedata.normalize("NFKC", text).strip().upper())
    found = _YEAR_FIRST.fullmatch(plain) or _YEAR_LAST.fullmatch(plain)
    if found is None:
        return ReportProblem.UNREADABLE_TIME
    clock = _clock_time(found)
    days = list(_dates(int(found["a"]), int(found["b"]), int(found["c"])))
    if clock is None or not days:
        return ReportProblem.UNREADABLE_TIME
    held_on = day.start.astimezone(zone).date()
    if held_on not in days:
        return ReportProblem.OTHER_DAY
    return datetime.combine(held_on, clock, zone)


def _in_numbers(found: re.Match[str]) -> str:
    """「NOV 26, 2026」 with its month as a number."""
    return f"{found[3]}-{_MONTHS.index(found[1]) + 1}-{found[2]}"


def _dates(a: int, b: int, c: int) -> Iterator[date]:
    orders: Iterable[tuple[int, int, int]] = ((a, b, c),) if a > 31 else ((c, a, b), (c, b, a))
    for year, month, number in orders:
        try:
            yield date(year, month, number)
        except ValueError:
            continue


def _clock_time(found: re.Match[str]) -> time | None:
    hour = int(found["hour"])
    if found["half"] or found["noon"]:
        if hour > 12:
            return None
        hour = hour % 12 + (12 if found["half"] == "午後" or found["noon"] == "PM" else 0)
    try:
        return time(hour, int(found["minute"]), int(found["second"] or 0))
    except ValueError:
        return None


class MatchReason(StrEnum):
    """Why an identity was put to a participant, or was not."""

    REMEMBERED = "remembered"
    EMAIL = "email"
    NAME = "name"
    SAME_NAME = "same_name"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Attendee:
    """A participant as far as matching needs one."""

    participant_id: int
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class ProposedMatch:
    """Whom an identity is proposed to be; None leaves it to the office."""

    participant_id: int | None
    reason: MatchReason


def propose_match(who: ZoomIdentity, attendees: Sequence[Attendee], fold_name: Callable[[str], str]) -> ProposedMatch:
    """Whom the house takes an identity to be: by the address of a participant, or by a name that only one participant has.

    `fold_name` brings names to the form in which they are compared.
    People of the same name are never told apart by the house: then the office decides. An address that belongs to another
    participant speaks against a name.
    """
    by_email = [attendee for attendee in attendees if who.email and attendee.email == who.email]
    if by_email:
        return ProposedMatch(by_email[0].participant_id, MatchReason.EMAIL)
    names = {fold_name(part) for part in _names(who.name)}
    of_that_name = [attendee for attendee in attendees if fold_name(attendee.name) in names]
    if len(of_that_name) > 1:
        return ProposedMatch(None, MatchReason.SAME_NAME)
    if not of_that_name:
        return ProposedMatch(None, MatchReason.UNKNOWN)
    return ProposedMatch(of_that_name[0].participant_id, MatchReason.NAME)


def _names(shown: str) -> Iterator[str]:
    """The shown name, and of 「花子(見本 花子)」 both parts: whoever renamed herself keeps the earlier name in brackets."""
    plain = unicodedata.normalize("NFKC", shown)
    yield plain
    renamed = re.fullmatch(r"(.+?)\s*\((.+)\)\s*", plain)
    if renamed:
        yield renamed[1]
        yield renamed[2]
