"""The course days of the demo: reports of the meeting with rejoins, late comers and early leavers, and a correction."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from lms import clock
from lms.cohorts.rules.presence import Span
from lms.cohorts.rules.zoom_report import ZoomIdentity
from lms.cohorts.services.attending import enter_attendance
from lms.cohorts.services.presence import MatchedStay, import_presence

TEACHER = ZoomIdentity("講師 みほん", "koushi@example.jp")
HOURS = (
    ((time(12, 52, 10), time(18, 3, 40)),),
    ((time(12, 58, 30), time(14, 41, 5)), (time(14, 52, 20), time(18, 2, 15))),
    ((time(13, 12, 45), time(18, 1, 30)),),
    ((time(12, 49, 5), time(17, 38, 50)),),
)
"""Who was there all the time, whose line broke, who came late, who left early; taken in turns."""
CORRECTION = "当日、事務局側の回線に障害があったことを確認したため"


def attend_by_report(
    cohort_id: int, day_number: int, held_on: date, people: Sequence[tuple[str, int]], *, by: int, now: datetime
) -> None:
    """Import the report of a day for these people (name, participant id); the teacher in it is nobody's."""
    stays = [MatchedStay(TEACHER, _span(held_on, time(12, 31), time(18, 8)), None)]
    for place, (name, participant_id) in enumerate(people):
        for start, end in HOURS[(place + day_number) % len(HOURS)]:
            stays.append(MatchedStay(ZoomIdentity(name, ""), _span(held_on, start, end), participant_id))
    import_presence(cohort_id, day_number, stays, by=by, now=now)


def correct_a_broken_line(participant_id: int, minutes: int, *, by: int, now: datetime) -> None:
    """Give somebody back the minutes that were lost through no fault of hers."""
    enter_attendance(participant_id, 1, minutes, CORRECTION, by=by, now=now + timedelta(hours=2))


def _span(on: date, start: time, end: time) -> Span:
    return Span(clock.jst_moment(on, start), clock.jst_moment(on, end))
