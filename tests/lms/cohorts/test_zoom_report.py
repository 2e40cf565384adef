"""A participants report is read in every dress, and stays add up to minutes as a stop-watch would count them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.names import fold_name
from lms import clock
from lms.cohorts.rules.presence import Block, Span, unite, weigh_presence, whole_minutes, within, without
from lms.cohorts.rules.roster_files import read_lines
from lms.cohorts.rules.zoom_report import (
    MAX_JOINS,
    Attendee,
    MatchReason,
    ReportProblem,
    ZoomIdentity,
    ZoomReport,
    propose_match,
    read_report,
)
from tests.lms.cohorts.builders import excel_file
from tests.lms.cohorts.reports import ENGLISH, MEETING, TWO_OF_ONE_NAME, report


def jst(hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 11, 26, hour, minute, second, tzinfo=clock.JST)


DAY = Span(jst(13), jst(18))
HANAKO = ZoomIdentity("架空 花子", "hanako@example.jp")


def wall(moment: datetime) -> datetime:
    """As a cell keeps a moment: without its time zone."""
    return moment.replace(tzinfo=None)


def in_excel(*rows: tuple[object, ...]) -> ZoomReport:
    """The report as Excel saves it: moments are cells of their own kind."""
    data = excel_file(*rows, headings=ENGLISH)
    return read_report(read_lines(data, most=MAX_JOINS), day=DAY, zone=clock.JST)


def read(text: str, *, encoding: str = "utf-8") -> ZoomReport:
    return read_report(read_lines(text.encode(encoding)), day=DAY, zone=clock.JST)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
@pytest.mark.parametrize("above", ["", MEETING], ids=["table alone", "meeting above"])
def test_a_japanese_report_reads_in_every_encoding(encoding: str, above: str) -> None:
    found = read(report(*TWO_OF_ONE_NAME, above=above), encoding=encoding)
    assert not found.faults
    assert (len(found.joins), found.waited) == (6, 1)
    assert found.spans_of()[HANAKO] == (Span(jst(12, 55, 10), jst(14, 30)), Span(jst(14, 42, 20), jst(18, 5)))


@pytest.mark.parametrize(
    "typed",
    [
        "11/26/2026 01:05:09 PM",
        "26/11/2026 13:05:09",
        "26.11.2026 13:05:09",
        "2026-11-26 13:05:09",
        "2026-11-26T13:05:09",
        "2026/11/26 13:05:09",
        "2026/11/26 午後 1:05:09",
        "2026年11月26日 13:05:09",
        "２０２６/11/26 13:05:09",
        "Nov 26, 2026 01:05:09 PM",
    ],
)
def test_a_date_is_read_in_the_order_that_makes_it_the_course_day(typed: str) -> None:
    found = read(report(("架空 花子", "", typed, "2026/11/26 18:00:00"), headings=ENGLISH[:4]))
    assert [join.span.start for join in found.joins] == [jst(13, 5, 9)], found.faults


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (("", "", "2026/11/26 13:00:00", "2026/11/26 14:00:00"), ReportProblem.NAME_MISSING),
        (("あ" * 201, "", "2026/11/26 13:00:00", "2026/11/26 14:00:00"), ReportProblem.TOO_LONG),
        (("架空", "", "一時", "2026/11/26 14:00:00"), ReportProblem.UNREADABLE_TIME),
        (("架空", "", "2026/11/26 25:00:00", "2026/11/26 14:00:00"), ReportProblem.UNREADABLE_TIME),
        (("架空", "", "2026/11/26 13:00 午後", "2026/11/26 14:00:00"), ReportProblem.UNREADABLE_TIME),
        (("架空", "", "2026/11/27 13:00:00", "2026/11/27 14:00:00"), ReportProblem.OTHER_DAY),
        (("架空", "", "2026/11/26 14:00:00", "2026/11/26 13:00:00"), ReportProblem.LEFT_BEFORE_JOINED),
    ],
)
def test_a_row_that_cannot_be_right_is_named(row: tuple[str, ...], problem: ReportProblem) -> None:
    found = read(report(TWO_OF_ONE_NAME[0], row))
    assert [(fault.row, fault.kind) for fault in found.faults] == [(3, problem)]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("氏名,メール\r\n架空,a@example.jp\r\n", ReportProblem.NO_TABLE),
        (report(), ReportProblem.NO_JOINS),
        (report(("架空", "", "2026/11/26 03:00:00", "2026/11/26 08:00:00")), ReportProblem.OUTSIDE_THE_DAY),
    ],
)
def test_a_file_that_is_no_report_of_the_day_is_refused(text: str, problem: ReportProblem) -> None:
    assert [fault.kind for fault in read(text).faults] == [problem]


def test_a_row_that_stands_twice_counts_once() -> None:
    assert len(read(report(TWO_OF_ONE_NAME[0], TWO_OF_ONE_NAME[0])).joins) == 1


PEOPLE = (
    Attendee(1, "架空 花子", "hanako@example.jp"),
    Attendee(2, "見本 学", "a@example.jp"),
    Attendee(3, "見本学", "b@example.jp"),
)


@pytest.mark.parametrize(
    ("name", "email", "person", "reason"),
    [
        ("Hanako", "hanako@example.jp", 1, MatchReason.EMAIL),
        ("架空　花子", "", 1, MatchReason.NAME),
        ("花子のスマホ(架空花子)", "", 1, MatchReason.NAME),
        ("見本 学", "b@example.jp", 3, MatchReason.EMAIL),
        ("見本 学", "", None, MatchReason.SAME_NAME),
        ("見本 学", "private@example.com", None, MatchReason.SAME_NAME),
        ("花子", "", None, MatchReason.UNKNOWN),
        ("", "nobody@example.com", None, MatchReason.UNKNOWN),
    ],
)
def test_people_are_matched_by_address_or_by_a_name_that_only_one_has(
    name: str, email: str, person: int | None, reason: MatchReason
) -> None:
    found = propose_match(ZoomIdentity(name, email), PEOPLE, fold_name)
    assert (found.participant_id, found.reason) == (person, reason)


seconds = st.integers(0, 600)
spans = st.lists(st.tuples(seconds, seconds).map(lambda pair: Span(moment(pair[0]), moment(pair[1]))), max_size=12)


def moment(second: int) -> datetime:
    return datetime(2026, 11, 26, 4, tzinfo=UTC) + timedelta(seconds=second)


def ticks(some: list[Span] | tuple[Span, ...]) -> set[int]:
    """Every second of the spans, one by one."""
    start = moment(0)
    return {second for span in some for second in range((span.start - start) // SECOND, (span.end - start) // SECOND)}


SECOND = timedelta(seconds=1)


@given(spans, spans, st.tuples(seconds, seconds))
def test_uniting_cutting_and_taking_away_agree_with_a_count_of_seconds(
    some: list[Span], breaks: list[Span], whole: tuple[int, int]
) -> None:
    united = unite(some)
    assert ticks(united) == ticks(some)
    assert all(one.end < other.start for one, other in pairwise(united))
    box = Span(moment(min(whole)), moment(max(whole)))
    left = without(within(united, box), breaks)
    wanted = (ticks(some) & ticks([box])) - ticks(breaks)
    assert ticks(left) == wanted
    assert whole_minutes(left) == len(wanted) // 60


def random_log(random: Random) -> list[Span]:
    """A log as Zoom keeps them: rejoins, two devices at once, stays before and after the hours, now and then upside down."""
    log = []
    for _ in range(random.randrange(9)):
        start = random.randrange(MINUTES_OF_LOG * 60)
        log.append(Span(moment(start), moment(start + random.choice((-5, 0, 1, 60, random.randrange(9000))))))
    return log


def strokes(some: Sequence[Span]) -> int:
    """The seconds of the spans as the bits of one number: the plainest way to unite, to cut and to take away."""
    bits, start = 0, moment(0)
    for span in some:
        if span.length:
            bits |= ((1 << (span.length // SECOND)) - 1) << ((span.start - start) // SECOND)
    return bits


MINUTES_OF_LOG = 330
CUTS = (30, 120, 210, 270, 330)
"""A day from minute 30 to the end in four blocks of 90, 90, 60 and 60 minutes."""


def test_the_minutes_of_ten_thousand_random_logs_equal_a_count_of_every_second() -> None:
    random = Random("logs")
    day = Span(moment(CUTS[0] * 60), moment(CUTS[-1] * 60))
    blocks = tuple(Block(f"{a}", Span(moment(a * 60), moment(b * 60))) for a, b in pairwise(CUTS))
    for _ in range(10_000):
        log = random_log(random)
        start = random.randrange(30 * 60, 320 * 60)
        pauses = [Span(moment(start), moment(start + 600))] if random.random() < 0.5 else []
        there = strokes(log) & strokes([day])
        counted = there & ~strokes(pauses)
        found = weigh_presence(log, day, pauses, blocks)
        assert strokes(unite(log)) == strokes(log)
        assert all(one.end < other.start for one, other in pairwise(unite(log)))
        assert strokes(found.spans) == counted
        assert found.minutes == counted.bit_count() // 60
        wanted = [(counted & strokes([block.span])).bit_count() // 60 for block in blocks]
        assert list(found.minutes_of_blocks) == wanted
        assert 0 <= found.minutes - sum(found.minutes_of_blocks) < len(blocks)
        first = (there & -there).bit_length() - 1 if there else 330 * 60
        last = there.bit_length() if there else 330 * 60
        assert (found.late_minutes, found.early_minutes) == ((first - 30 * 60) // 60, (330 * 60 - last) // 60)


@given(spans, st.lists(seconds, min_size=2, max_size=6, unique=True).map(sorted), spans)
def test_minutes_per_block_are_those_of_the_day_but_for_the_cut_off_seconds(
    some: list[Span], cuts: list[int], breaks: list[Span]
) -> None:
    blocks = tuple(Block("", Span(moment(a), moment(b))) for a, b in pairwise(cuts))
    found = weigh_presence(some, Span(moment(cuts[0]), moment(cuts[-1])), breaks, blocks)
    counted = ticks(some) - ticks(breaks)
    assert list(found.minutes_of_blocks) == [len(counted & ticks([block.span])) // 60 for block in blocks]
    assert 0 <= found.minutes - sum(found.minutes_of_blocks) < len(blocks)


def test_a_day_is_weighed_by_block_with_late_and_early() -> None:
    blocks = (Block("前半", Span(jst(13), jst(15))), Block("後半", Span(jst(15), jst(18))))
    found = weigh_presence([Span(jst(13, 10, 30), jst(17, 59))], DAY, [Span(jst(14, 30), jst(14, 40))], blocks)
    assert (found.minutes, found.minutes_of_blocks) == (278, (99, 179))
    assert (found.late_minutes, found.early_minutes) == (10, 1)


def test_a_report_saved_as_excel_keeps_its_times() -> None:
    joined, left = wall(jst(12, 55, 10)), wall(jst(18, 5))
    found = in_excel((HANAKO.name, HANAKO.email, joined, left, 310, "No", "No"))
    assert not found.faults
    assert found.spans_of() == {HANAKO: (Span(jst(12, 55, 10), jst(18, 5)),)}


def test_a_report_in_excel_may_have_as_many_rows_as_one_in_csv() -> None:
    moments = [wall(jst(13) + timedelta(seconds=second)) for second in range(MAX_JOINS)]
    found = in_excel(*((HANAKO.name, HANAKO.email, moment, wall(jst(18))) for moment in moments))
    assert (len(found.joins), found.faults) == (MAX_JOINS, ())


def test_leaving_within_what_is_borne_is_not_early() -> None:
    for last, is_early in ((jst(17, 55), False), (jst(17, 54, 59), True)):
        assert weigh_presence([Span(jst(13), last)], DAY, [], []).is_early(5) is is_early


def test_who_never_came_is_late_for_the_whole_day() -> None:
    found = weigh_presence([], DAY, [], [])
    assert (found.spans, found.minutes, found.late_minutes, found.early_minutes) == ((), 0, 300, 0)


def test_headings_are_told_by_how_they_begin() -> None:
    headings = ("ユーザー名(元の名前)", "ユーザーのメール", "入室時刻", "退室時刻", "待機室で待機")
    row = ("架空 花子", "hanako@example.jp", "2026/11/26 13:00", "2026/11/26 18:00", "いいえ")
    assert read(report(row, headings=headings)).joins[0].span == DAY
