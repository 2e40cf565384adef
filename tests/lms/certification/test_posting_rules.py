"""発送 as rules: what may follow what, what a tracking number is, and what a table of them may say."""

from datetime import date

import pytest

from lms.certification.rules.shipping import (
    ParcelFacts,
    ShipmentState,
    ShippingProblem,
    may_follow,
    refuse_event,
    refuse_tracking,
    tidy_tracking,
)
from lms.certification.rules.tracking import TrackingColumn, TrackingProblem, TrackingTable, read_day, read_tracking
from lms.cohorts.rules.roster import Line, RosterProblem

TODAY = date(2026, 12, 10)
ISSUED = date(2026, 12, 1)
HEADINGS = ("認定番号", "発送日", "運送会社", "追跡番号")


def facts(state: ShipmentState, *, is_in_force: bool = True) -> ParcelFacts:
    return ParcelFacts(state, is_in_force, ISSUED)


@pytest.mark.parametrize(
    ("state", "following", "on", "is_in_force", "problem"),
    [
        pytest.param("prepared", "shipped", TODAY, True, None, id="goes out today"),
        pytest.param("prepared", "shipped", ISSUED, True, None, id="went out on the day of issue"),
        pytest.param("prepared", "shipped", date(2026, 11, 30), True, "too_early", id="before it was issued"),
        pytest.param("prepared", "shipped", date(2026, 12, 11), True, "in_future", id="tomorrow"),
        pytest.param("prepared", "shipped", TODAY, False, "not_in_force", id="reissued meanwhile"),
        pytest.param("prepared", "delivered", TODAY, True, "wrong_order", id="arrived without going out"),
        pytest.param("prepared", "undelivered", TODAY, True, "wrong_order", id="came back without going out"),
        pytest.param("shipped", "shipped", TODAY, True, "wrong_order", id="goes out twice"),
        pytest.param("shipped", "undelivered", TODAY, False, None, id="an old version comes back"),
        pytest.param("undelivered", "shipped", TODAY, True, None, id="goes out again"),
        pytest.param("undelivered", "canceled", TODAY, False, None, id="is given up"),
        pytest.param("delivered", "undelivered", TODAY, True, "wrong_order", id="comes back after it arrived"),
        pytest.param("canceled", "shipped", TODAY, True, "wrong_order", id="goes out after it was given up"),
    ],
)
def test_what_may_happen_to_a_parcel(state: str, following: str, on: date, is_in_force: bool, problem: str | None) -> None:
    found = refuse_event(facts(ShipmentState(state), is_in_force=is_in_force), ShipmentState(following), on=on, today=TODAY)
    assert found == (None if problem is None else ShippingProblem(problem))


def test_nothing_follows_itself_and_nothing_is_prepared_a_second_time() -> None:
    assert not any(may_follow(state, state) for state in ShipmentState)
    assert not any(may_follow(state, ShipmentState.PREPARED) for state in ShipmentState)


@pytest.mark.parametrize(
    ("typed", "tidy", "problem"),
    [
        ("1234-5678-9012", "123456789012", None),
        ("1234‐5678ー90 12", "123456789012", None),
        ("ａｂ123456789jp", "AB123456789JP", None),
        ("", "", ShippingProblem.TRACKING_MISSING),
        ("12345", "12345", ShippingProblem.NOT_A_TRACKING_NUMBER),
        ("番号は後日", "番号は後日", ShippingProblem.NOT_A_TRACKING_NUMBER),
        ("1" * 41, "1" * 41, ShippingProblem.NOT_A_TRACKING_NUMBER),
    ],
)
def test_tracking_numbers_as_people_type_them(typed: str, tidy: str, problem: ShippingProblem | None) -> None:
    assert tidy_tracking(typed) == tidy
    assert refuse_tracking(tidy, is_tracked=True) == problem


def test_who_does_not_track_needs_no_number() -> None:
    assert refuse_tracking("", is_tracked=False) is None


@pytest.mark.parametrize(
    "text", ["2026/12/1", "2026-12-01", "2026.12.1", "２０２６年12月1日", "2026-12-01 00:00:00", "2026-12-01 14:05:00"]
)
def test_days_as_people_and_spreadsheets_write_them(text: str) -> None:
    assert read_day(text) == ISSUED


@pytest.mark.parametrize("text", ["", "12/1", "2026/13/1", "2026/2/30", "46357", "きのう", "20261201"])
def test_what_is_no_day(text: str) -> None:
    assert read_day(text) is None


def table(*rows: tuple[str, ...], headings: tuple[str, ...] = HEADINGS) -> TrackingTable:
    return read_tracking(Line(number, cells) for number, cells in enumerate([headings, *rows], start=1))


def faults(found: TrackingTable) -> list[tuple[str, int | None, TrackingColumn | None]]:
    return [(fault.kind.value, fault.row, fault.column) for fault in found.faults]


def test_a_table_is_read_whatever_stands_around_it_and_unfilled_rows_wait() -> None:
    found = table(
        ("X-1", "2026/12/1", "ヤマト", "1234-5678-9012", "花子"),
        ("X-2", "", "", "", "二郎"),
        ("X-3", "2026/12/2", "普通郵便", "", "三郎"),
        headings=("番号", "発送日", "配送業者", "お問い合わせ番号", "氏名"),
    )
    assert faults(found) == []
    assert [(row.row, row.number, row.carrier, row.tracking_number) for row in found.rows] == [
        (2, "X-1", "ヤマト", "123456789012"),
        (4, "X-3", "普通郵便", ""),
    ]
    assert found.passed_over == 1


def test_every_fault_of_a_table_has_its_place() -> None:
    found = table(
        ("X-1", "12/1", "ヤマト", "1"),
        ("", "2026/12/1", "ヤマト", "1"),
        ("X-2", "2026/12/1", "", "1"),
    )
    assert faults(found) == [
        ("not_a_date", 2, TrackingColumn.SHIPPED_ON),
        ("missing_value", 3, TrackingColumn.NUMBER),
        ("missing_value", 4, TrackingColumn.CARRIER),
    ]


@pytest.mark.parametrize(
    ("headings", "kind"),
    [
        (("氏名", "住所"), RosterProblem.MISSING_COLUMN),
        (("認定番号", "発送日", "運送会社"), RosterProblem.MISSING_COLUMN),
        ((*HEADINGS, "伝票番号"), RosterProblem.DOUBLED_COLUMN),
        (HEADINGS, TrackingProblem.NOTHING_FILLED_IN),
    ],
)
def test_a_table_that_cannot_be_understood_says_why(headings: tuple[str, ...], kind: object) -> None:
    found = table(("X-1", "", "", ""), headings=headings)
    assert [fault.kind for fault in found.faults] == [kind]
    assert found.rows == ()


def test_a_spreadsheet_s_own_day_is_a_day_and_its_formula_is_none() -> None:
    lines = [
        Line(1, HEADINGS),
        Line(2, ("X-1", "2026-12-01", "ヤマト", "123456"), {1: RosterProblem.NOT_A_TEXT_CELL}),
        Line(3, ("X-2", "2026/12/1", "ヤマト", ""), {3: RosterProblem.FORMULA}),
        Line(4, ("X-3", "", "ヤマト", "123456"), {1: RosterProblem.NOT_A_TEXT_CELL}),
    ]
    found = read_tracking(lines)
    assert [(row.number, row.shipped_on) for row in found.rows] == [("X-1", ISSUED)]
    assert faults(found) == [
        ("formula", 3, TrackingColumn.TRACKING),
        ("not_a_text_cell", 4, TrackingColumn.SHIPPED_ON),
    ]
