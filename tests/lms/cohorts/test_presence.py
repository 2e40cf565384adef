"""The report of a course day becomes minutes: nothing twice, nobody mistaken, a hand's correction kept."""

from datetime import date, time

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms import clock
from lms.cohorts.models import Attendance, PresenceSpan
from lms.cohorts.queries import attendance_entries, attendance_minutes, get_cohort
from lms.cohorts.queries.presence import Strand, presence_of_day, preview_report
from lms.cohorts.rules.decisions import CohortProblem, CohortRefused, DayPlan
from lms.cohorts.rules.zoom_report import MatchReason
from lms.cohorts.services.attending import enter_attendance
from lms.cohorts.services.planning import change_days, create_cohort
from lms.cohorts.services.presence import FROM_HOURS, MatchedStay, PresenceOutcome, change_breaks, import_presence, move_stays
from lms.cohorts.services.seating import withdraw_participant
from lms.db.session import db, release
from lms.web.access import Role
from tests.conftest import FrozenClock
from tests.factories import Factory, Seat
from tests.lms.cohorts.reports import GOLDEN, MEETING, TWO_OF_ONE_NAME, report

REPORT = report(*TWO_OF_ONE_NAME, above=MEETING).encode("cp932")


class Class:
    """A cohort on the evening of its first day: 花子, two people called 学, and the office."""

    def __init__(self, make: Factory) -> None:
        self.cohort_id = make.cohort(3)
        self.hanako = make.seat(self.cohort_id, name="架空 花子", email="hanako@example.jp")
        self.first = make.seat(self.cohort_id, name="見本 学", email="manabu1@example.jp")
        self.second = make.seat(self.cohort_id, name="見本　学", email="manabu2@example.jp")
        self.office = make.staff(Role.OFFICE)

    def preview(self, data: bytes = REPORT) -> tuple[Strand, ...]:
        return preview_report(self.cohort_id, get_cohort(self.cohort_id).days[0], data).strands

    def matched(self) -> list[MatchedStay]:
        """As the office decides: the one who was there from the beginning is the first 学, who came later the second."""
        found = []
        for strand in self.preview():
            person = strand.proposed.participant_id
            if strand.proposed.reason is MatchReason.SAME_NAME:
                person = (self.first if strand.minutes > 290 else self.second).participant_id
            found.extend(MatchedStay(strand.who, stay, person) for stay in strand.stays)
        release()
        return found

    def bring_in(self, stays: list[MatchedStay] | None = None) -> PresenceOutcome:
        stays = self.matched() if stays is None else stays
        return import_presence(self.cohort_id, 1, stays, by=self.office, now=clock.now())

    def minutes(self) -> list[int | None]:
        people = [self.hanako, self.first, self.second]
        found = attendance_minutes([seat.participant_id for seat in people])
        release()
        return [found[seat.participant_id].get(1) for seat in people]


@pytest.fixture
def room(make: Factory, frozen_clock: FrozenClock, app: Flask) -> Class:
    return Class(make)


def test_minutes_equal_the_golden_ones_and_the_instructor_is_nobody(app: Flask, room: Class) -> None:
    with app.app_context():
        assert [strand.proposed.reason.value for strand in room.preview()] == [
            "email",
            "name",
            "same_name",
            "same_name",
            "unknown",
        ]
        outcome = room.bring_in()
        assert room.minutes() == list(GOLDEN.values())
        assert (outcome.added, outcome.known, outcome.entered, outcome.kept) == (6, 0, 3, ())
        day = presence_of_day(room.cohort_id, get_cohort(room.cohort_id).days[0])
        assert [stay.who.email for stay in day.others] == ["koushi@example.jp"]
        assert [(line.presence.late_minutes, line.presence.early_minutes) for line in day.lines] == [(0, 0), (0, 0), (31, 44)]
        assert day.lines[2].presence.minutes_of_blocks == (59, 90, 60, 15)


def test_importing_the_same_report_again_changes_nothing(app: Flask, room: Class) -> None:
    with app.app_context():
        stays = room.matched()
        room.bring_in(stays)
        counts = select(func.count(PresenceSpan.id)), select(func.count(Attendance.id))
        before = [db.session.scalar(count) for count in counts]
        release()
        again = room.bring_in(stays)
        assert (again.added, again.known, again.entered) == (0, 6, 0)
        assert [db.session.scalar(count) for count in counts] == before
        assert room.preview() == ()


def test_a_second_report_of_a_restarted_meeting_adds_to_the_first(app: Flask, room: Class) -> None:
    early = report(("架空 花子", "hanako@example.jp", "2026/11/26 13:00:00", "2026/11/26 14:00:00")).encode()
    late = report(("架空 花子", "hanako@example.jp", "2026/11/26 15:00:00", "2026/11/26 18:00:00")).encode()
    with app.app_context():
        for data in (early, late):
            (strand,) = room.preview(data)
            assert strand.proposed.participant_id == room.hanako.participant_id
            release()
            room.bring_in([MatchedStay(strand.who, stay, strand.proposed.participant_id) for stay in strand.stays])
        assert room.minutes()[0] == 240


def test_minutes_that_a_hand_corrected_stay(app: Flask, room: Class) -> None:
    with app.app_context():
        stays = room.matched()
        room.bring_in([stay for stay in stays if not stay.who.name.startswith("花子")])
        enter_attendance(room.hanako.participant_id, 1, 300, "回線の障害を確認", by=room.office, now=clock.now())
        outcome = room.bring_in(stays)
        assert outcome.kept == (room.hanako.participant_id,)
        assert room.minutes()[0] == 300


def test_breaks_are_taken_from_the_minutes_and_from_what_is_needed(app: Flask, room: Class) -> None:
    with app.app_context():
        room.bring_in()
        pauses = [(time(14, 25), time(14, 45)), (time(16, 0), time(16, 10))]
        change_breaks(room.cohort_id, 1, pauses, by=room.office, now=clock.now())
        # 花子 was away from 14:35:30 to 14:42:20, all of it within the first break.
        assert room.minutes() == [270, 269, 194]
        assert get_cohort(room.cohort_id).days[0].minutes == 270
        change_breaks(room.cohort_id, 1, [], by=room.office, now=clock.now())
        assert room.minutes() == list(GOLDEN.values())


@pytest.mark.parametrize(
    "pauses",
    [
        [(time(12, 50), time(13, 10))],
        [(time(14, 10), time(14, 0))],
        [(time(14, 0), time(14, 10)), (time(14, 5), time(14, 15))],
        [(time(13, minute), time(13, minute + 1)) for minute in range(0, 26, 2)],
    ],
    ids=["outside", "backwards", "overlapping", "too many"],
)
def test_breaks_that_make_no_sense_are_refused(app: Flask, room: Class, pauses: list[tuple[time, time]]) -> None:
    with app.app_context(), pytest.raises(CohortRefused) as refused:
        change_breaks(room.cohort_id, 1, pauses, by=room.office, now=clock.now())
    assert refused.value.reason is CohortProblem.BREAKS_NOT_SOUND


def test_a_day_that_is_moved_forgets_its_breaks(app: Flask, room: Class) -> None:
    with app.app_context():
        change_breaks(room.cohort_id, 1, [(time(14, 0), time(14, 10))], by=room.office, now=clock.now())
        other = DayPlan(date(2026, 11, 25), time(13), time(18))
        change_days(room.cohort_id, other, DayPlan(date(2026, 11, 27), time(13), time(18)), by=room.office, now=clock.now())
        assert get_cohort(room.cohort_id).days[0].minutes == 300


def test_stays_put_to_the_wrong_person_are_moved_and_both_are_counted_anew(app: Flask, room: Class) -> None:
    def swapped(seat: Seat, other: Seat, person: int | None) -> int | None:
        return {seat.participant_id: other.participant_id, other.participant_id: seat.participant_id}.get(person or 0, person)

    with app.app_context():
        wrong = [
            MatchedStay(stay.who, stay.span, swapped(room.first, room.second, stay.participant_id)) for stay in room.matched()
        ]
        room.bring_in(wrong)
        assert room.minutes()[1:] == [224, 299]
        day = presence_of_day(room.cohort_id, get_cohort(room.cohort_id).days[0])
        release()
        first, second = ([stay.id for stay in line.stays] for line in day.lines[1:])
        for stays, seat in ((first, room.second), (second, room.first)):
            move_stays(room.cohort_id, 1, stays, seat.participant_id, by=room.office, now=clock.now())
        assert room.minutes()[1:] == [299, 224]


@pytest.mark.parametrize("reason", [CohortProblem.NOT_IN_THE_COHORT, CohortProblem.BEFORE_THE_DAY, CohortProblem.NO_SUCH_DAY])
def test_what_cannot_be_is_refused_and_nothing_is_kept(app: Flask, room: Class, make: Factory, reason: CohortProblem) -> None:
    stranger = make.seat()
    ahead = make.cohort(9, day1=date(2026, 12, 24), day2=date(2026, 12, 25))
    with app.app_context():
        (stay, *_rest) = room.matched()
        person = stranger.participant_id if reason is CohortProblem.NOT_IN_THE_COHORT else None
        cohort_id = ahead if reason is CohortProblem.BEFORE_THE_DAY else room.cohort_id
        number = 3 if reason is CohortProblem.NO_SUCH_DAY else 1
        with pytest.raises(CohortRefused) as refused:
            import_presence(cohort_id, number, [MatchedStay(stay.who, stay.span, person)], by=room.office, now=clock.now())
        assert refused.value.reason is reason
        assert db.session.scalar(select(func.count(PresenceSpan.id))) == 0


AT_LENGTH = {360: (time(12, 30), time(18, 30)), 225: (time(13), time(16, 45))}
DAY2 = DayPlan(date(2026, 11, 27), time(13), time(18))


@pytest.mark.parametrize("minutes", AT_LENGTH)
def test_a_day_counts_as_many_minutes_as_its_own_hours_have(app: Flask, room: Class, minutes: int) -> None:
    starts, ends = AT_LENGTH[minutes]
    plan = DayPlan(date(2026, 11, 26), starts, ends)
    everything = report(("架空 花子", "hanako@example.jp", "2026/11/26 12:00:00", "2026/11/26 19:00:00")).encode()
    with app.app_context():
        opened = create_cohort("practitioner", 8, "第8期", plan, DAY2, None, by=room.office, now=clock.now())
        assert get_cohort(opened).days[0].minutes == minutes
        release()
        change_days(room.cohort_id, plan, DAY2, by=room.office, now=clock.now())
        (strand,) = room.preview(everything)
        release()
        room.bring_in([MatchedStay(strand.who, stay, strand.proposed.participant_id) for stay in strand.stays])
        assert (get_cohort(room.cohort_id).days[0].minutes, room.minutes()[0]) == (minutes, minutes)
        change_breaks(room.cohort_id, 1, [(time(14), time(14, 25))], by=room.office, now=clock.now())
        assert (get_cohort(room.cohort_id).days[0].minutes, room.minutes()[0]) == (minutes - 25, minutes - 25)


def test_hours_put_right_after_the_import_count_everybody_anew_but_whom_a_hand_corrected(app: Flask, room: Class) -> None:
    with app.app_context():
        room.bring_in()
        change_breaks(
            room.cohort_id, 1, [(time(14, 45), time(15)), (time(17, 30), time(17, 40))], by=room.office, now=clock.now()
        )
        enter_attendance(room.hanako.participant_id, 1, 210, "回線の障害を確認", by=room.office, now=clock.now())
        shorter = DayPlan(date(2026, 11, 26), time(13), time(16, 45))
        outcome = change_days(room.cohort_id, shorter, DAY2, by=room.office, now=clock.now())
        # The first break lies within the new hours and stays, the second is gone.
        assert (outcome.dropped, outcome.entered, outcome.kept) == (1, 2, (room.hanako.participant_id,))
        assert get_cohort(room.cohort_id).days[0].minutes == 210
        assert room.minutes()[0] == 210
        entry = attendance_entries([room.first.participant_id])[room.first.participant_id, 1]
        assert (entry.minutes, entry.reason) == (209, FROM_HOURS)


def test_a_day_with_stays_is_not_moved_ahead(app: Flask, room: Class) -> None:
    ahead = [DayPlan(date(2026, 12, day), time(13), time(18)) for day in (24, 25)]
    with app.app_context():
        room.bring_in()
        with pytest.raises(CohortRefused) as refused:
            change_days(room.cohort_id, *ahead, by=room.office, now=clock.now())
        assert refused.value.reason is CohortProblem.HELD_ALREADY
        assert room.minutes() == list(GOLDEN.values())


def test_stays_of_who_withdrew_are_shown_and_can_be_moved(app: Flask, room: Class) -> None:
    with app.app_context():
        room.bring_in()
        withdraw_participant(room.first.participant_id, "ご都合", by=room.office, now=clock.now())
        day = presence_of_day(room.cohort_id, get_cohort(room.cohort_id).days[0])
        (line,) = day.withdrawn
        assert line.seat.participant_id == room.first.participant_id
        assert room.first.participant_id not in {each.seat.participant_id for each in day.lines}
        release()
        stays = [stay.id for stay in line.stays]
        assert move_stays(room.cohort_id, 1, stays, room.second.participant_id, by=room.office, now=clock.now()).added == 1
        assert room.minutes()[1:] == [0, 299]
