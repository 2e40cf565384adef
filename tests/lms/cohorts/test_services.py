"""Cohorts are opened, people seated all or none, attendance appended, seats taken back."""

import hashlib
from datetime import date, time

import pytest
from flask import Flask
from sqlalchemy import select, text

from lms import clock
from lms.accounts.models import User
from lms.audit.models import AuditEvent
from lms.billing.queries import find_seat
from lms.cohorts.models import Attendance
from lms.cohorts.queries import (
    NoSuchCohort,
    NoSuchParticipant,
    attendance_entries,
    attendance_minutes,
    course_days,
    get_cohort,
    get_participant,
    list_participants,
    preview_roster,
)
from lms.cohorts.rules.decisions import CohortProblem, CohortRefused, DayPlan
from lms.cohorts.rules.roster import RosterProblem, RosterRow
from lms.cohorts.services.attending import enter_attendance, enter_attendances
from lms.cohorts.services.planning import change_capacity, change_days, create_cohort
from lms.cohorts.services.seating import RosterRefused, import_roster, restore_participant, withdraw_participant
from lms.db.base import Base
from lms.db.session import db
from tests.conftest import FrozenClock
from tests.factories import Factory
from tests.lms.cohorts.builders import HANAKO, ODD_NAMES, TARO, csv_file


def tags() -> list[str]:
    return list(db.session.scalars(select(AuditEvent.tag).order_by(AuditEvent.id)))


def digest() -> str:
    """A hash over every row of every table."""
    rows = [
        f"{table.name}:{sorted(map(str, db.session.execute(text(f'SELECT * FROM {table.name}')).all()))}"
        for table in Base.metadata.sorted_tables
    ]
    return hashlib.sha256("".join(rows).encode()).hexdigest()


def person(number: int, *, name: str = "", email: str = "") -> RosterRow:
    return RosterRow(number + 1, name or f"架空 {number}子", "カクウ", email or f"row{number}@example.jp", "架空商事")


def open_one(make: Factory, *, capacity: int | None = None) -> tuple[int, int]:
    """A cohort of November days and the office person who opened it."""
    office = make.staff()
    cohort_id = create_cohort(
        "practitioner", 3, "第3期", date(2026, 11, 26), date(2026, 11, 27), capacity, by=office, now=clock.now()
    )
    return cohort_id, office


def test_a_cohort_opens_with_two_days_at_the_usual_times(context: Flask, make: Factory) -> None:
    cohort_id, _ = open_one(make, capacity=20)
    days = course_days(cohort_id)
    assert [(day.number, day.held_on, day.minutes) for day in days] == [
        (1, date(2026, 11, 26), 300),
        (2, date(2026, 11, 27), 300),
    ]
    assert clock.to_jst(days[0].starts_at).time() == time(13, 0)
    assert clock.to_jst(days[0].ends_at).time() == time(18, 0)
    assert (get_cohort(cohort_id).label, get_cohort(cohort_id).capacity, tags()) == ("第3期", 20, ["cohort:create"])


@pytest.mark.parametrize(
    ("ordinal", "day1", "day2", "problem"),
    [
        (3, date(2026, 12, 1), date(2026, 12, 2), CohortProblem.ORDINAL_TAKEN),
        (4, date(2026, 12, 2), date(2026, 12, 2), CohortProblem.DAYS_NOT_IN_ORDER),
        (4, date(2026, 12, 3), date(2026, 12, 2), CohortProblem.DAYS_NOT_IN_ORDER),
    ],
)
def test_a_cohort_that_makes_no_sense_is_refused(
    context: Flask, make: Factory, ordinal: int, day1: date, day2: date, problem: CohortProblem
) -> None:
    _, office = open_one(make)
    with pytest.raises(CohortRefused) as refused:
        create_cohort("practitioner", ordinal, "第4期", day1, day2, None, by=office, now=clock.now())
    assert refused.value.reason is problem


def test_days_move_with_their_times_and_their_address(context: Flask, make: Factory) -> None:
    cohort_id, office = open_one(make)
    day1 = DayPlan(date(2026, 12, 10), time(9, 0), time(12, 30), "https://zoom.example/1")
    day2 = DayPlan(date(2026, 12, 11), time(13, 0), time(18, 0))
    change_days(cohort_id, day1, day2, by=office, now=clock.now())
    first = course_days(cohort_id)[0]
    assert (first.held_on, first.join_url) == (date(2026, 12, 10), "https://zoom.example/1")
    assert first.starts_at == clock.jst_moment(date(2026, 12, 10), time(9, 0))
    assert tags()[-1] == "cohort:change_days"


@pytest.mark.parametrize(
    ("plan", "problem"),
    [
        (DayPlan(date(2026, 12, 10), time(18, 0), time(13, 0)), CohortProblem.DAY_ENDS_BEFORE_START),
        (DayPlan(date(2026, 12, 10), time(13, 0), time(18, 0), "javascript:alert(1)"), CohortProblem.LINK_NOT_SAFE),
    ],
)
def test_a_day_that_makes_no_sense_is_refused(context: Flask, make: Factory, plan: DayPlan, problem: CohortProblem) -> None:
    cohort_id, office = open_one(make)
    with pytest.raises(CohortRefused) as refused:
        change_days(cohort_id, plan, DayPlan(date(2026, 12, 11), time(13), time(18)), by=office, now=clock.now())
    assert refused.value.reason is problem


def test_capacity_never_falls_below_the_seats_taken(context: Flask, make: Factory) -> None:
    cohort_id, office = open_one(make, capacity=2)
    import_roster(cohort_id, [person(1), person(2)], by=office, now=clock.now())
    with pytest.raises(CohortRefused):
        change_capacity(cohort_id, 1, by=office, now=clock.now())
    change_capacity(cohort_id, None, by=office, now=clock.now())
    assert get_cohort(cohort_id).capacity is None


def test_a_roster_seats_new_and_known_people_with_names_as_typed(context: Flask, make: Factory) -> None:
    cohort_id, office = open_one(make)
    known = make.user("旧姓 花子", email="hanako@example.jp")
    rows = [person(1, name="辻󠄀 健", email="hanako@example.jp"), person(2, name="髙橋 𠮷郎")]
    ids = import_roster(cohort_id, rows, by=office, now=clock.now())
    seats = list_participants(cohort_id)
    assert [seat.participant_id for seat in seats] == ids
    assert [seat.name for seat in seats] == ["辻󠄀 健", "髙橋 𠮷郎"]
    assert seats[0].user_id == known
    assert db.session.get_one(User, known).name == "旧姓 花子"
    assert seats[1].kana == "カクウ"
    assert tags()[-1] == "cohort:import_roster"


def test_ten_odd_names_come_back_from_the_database_as_typed(context: Flask, make: Factory) -> None:
    cohort_id, office = open_one(make)
    rows = [person(number, name=name) for number, name in enumerate(ODD_NAMES)]
    import_roster(cohort_id, rows, by=office, now=clock.now())
    db.session.expire_all()
    assert [seat.name for seat in list_participants(cohort_id)] == ODD_NAMES


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ([person(1), person(2, email="row1@example.jp")], RosterProblem.DOUBLED_IN_FILE),
        ([person(1), person(2, email="seated@example.jp")], RosterProblem.ALREADY_SEATED),
        ([person(1), person(2), person(3)], RosterProblem.OVER_CAPACITY),
    ],
)
def test_one_bad_row_keeps_the_whole_roster_out_of_every_table(
    context: Flask, make: Factory, rows: list[RosterRow], problem: RosterProblem
) -> None:
    cohort_id, office = open_one(make, capacity=3)
    make.seat(cohort_id, email="seated@example.jp")
    before = digest()
    with pytest.raises(RosterRefused) as refused:
        import_roster(cohort_id, rows, by=office, now=clock.now())
    assert problem in {found.kind for found in refused.value.problems}
    assert digest() == before


def test_a_failure_at_the_last_row_leaves_every_table_as_it_was(
    context: Flask, make: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    cohort_id, office = open_one(make)
    before = digest()
    monkeypatch.setattr("lms.cohorts.services.seating.record", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        import_roster(cohort_id, [person(number) for number in range(5)], by=office, now=clock.now())
    assert digest() == before


def test_the_preview_of_a_file_says_who_is_new_and_writes_nothing(context: Flask, make: Factory) -> None:
    cohort_id, _ = open_one(make)
    make.user("別名 花子", email="hanako@example.jp")
    before = digest()
    preview = preview_roster(cohort_id, csv_file(HANAKO, TARO))
    assert preview.problems == ()
    assert [line.known_name for line in preview.lines] == ["別名 花子", None]
    assert preview.lines[0].has_other_name
    assert digest() == before


def test_the_preview_names_people_who_are_seated_or_withdrawn(context: Flask, make: Factory) -> None:
    cohort_id, office = open_one(make)
    make.seat(cohort_id, email="hanako@example.jp")
    gone = make.seat(cohort_id, email="taro@example.jp")
    withdraw_participant(gone.participant_id, "ご都合", by=office, now=clock.now())
    kinds = [problem.kind for problem in preview_roster(cohort_id, csv_file(HANAKO, TARO)).problems]
    assert kinds == [RosterProblem.ALREADY_SEATED, RosterProblem.SEAT_WITHDRAWN]


def test_a_withdrawn_seat_is_no_seat_until_it_is_given_back(context: Flask, make: Factory) -> None:
    seat = make.seat()
    withdraw_participant(seat.participant_id, "ご都合により", by=seat.user_id, now=clock.now())
    assert find_seat(seat.user_id) is None
    assert get_cohort(seat.cohort_id).seats == 0
    with pytest.raises(CohortRefused):
        withdraw_participant(seat.participant_id, "もう一度", by=seat.user_id, now=clock.now())
    restore_participant(seat.participant_id, by=seat.user_id, now=clock.now())
    assert find_seat(seat.user_id) is not None
    assert tags() == ["participant:withdraw", "participant:restore"]


def test_a_withdrawal_needs_a_reason(context: Flask, make: Factory) -> None:
    seat = make.seat()
    with pytest.raises(CohortRefused) as refused:
        withdraw_participant(seat.participant_id, " ", by=seat.user_id, now=clock.now())
    assert refused.value.reason is CohortProblem.REASON_MISSING


def test_attendance_is_entered_once_and_corrected_with_a_reason_without_losing_the_first(context: Flask, make: Factory) -> None:
    seat = make.seat()
    enter_attendance(seat.participant_id, 1, 300, "", by=seat.user_id, now=clock.now())
    with pytest.raises(CohortRefused) as refused:
        enter_attendance(seat.participant_id, 1, 180, "", by=seat.user_id, now=clock.now())
    assert refused.value.reason is CohortProblem.REASON_MISSING
    enter_attendance(seat.participant_id, 1, 180, "途中退室", by=seat.user_id, now=clock.now())
    assert attendance_minutes([seat.participant_id]) == {seat.participant_id: {1: 180}}
    entry = attendance_entries([seat.participant_id])[(seat.participant_id, 1)]
    assert (entry.reason, entry.corrections) == ("途中退室", 1)
    assert list(db.session.scalars(select(Attendance.minutes).order_by(Attendance.id))) == [300, 180]
    assert tags() == ["attendance:enter", "attendance:correct"]


def test_a_table_of_attendance_is_entered_whole_or_not_at_all(context: Flask, make: Factory) -> None:
    seat = make.seat()
    with pytest.raises(CohortRefused):
        enter_attendances(
            [(seat.participant_id, 1, 300, ""), (seat.participant_id, 2, 301, "")], by=seat.user_id, now=clock.now()
        )
    assert attendance_minutes([seat.participant_id]) == {seat.participant_id: {}}


@pytest.mark.parametrize(("day", "minutes"), [(3, 100), (1, 301), (1, -1)])
def test_attendance_of_an_unknown_day_or_impossible_length_is_refused(
    context: Flask, make: Factory, day: int, minutes: int
) -> None:
    seat = make.seat()
    with pytest.raises(CohortRefused):
        enter_attendance(seat.participant_id, day, minutes, "", by=seat.user_id, now=clock.now())


def test_attendance_before_the_day_is_refused(context: Flask, make: Factory, frozen_clock: FrozenClock) -> None:
    seat = make.seat()
    frozen_clock.travel(clock.jst_moment(date(2026, 11, 25), time(23, 59)))
    with pytest.raises(CohortRefused) as refused:
        enter_attendance(seat.participant_id, 1, 300, "", by=seat.user_id, now=clock.now())
    assert refused.value.reason is CohortProblem.BEFORE_THE_DAY


def test_unknown_cohorts_and_participants_are_named_as_such(context: Flask, make: Factory) -> None:
    with pytest.raises(NoSuchCohort):
        get_cohort(99)
    with pytest.raises(NoSuchParticipant):
        get_participant(99)
    with pytest.raises(NoSuchCohort):
        import_roster(99, [], by=1, now=clock.now())
