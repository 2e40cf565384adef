"""Entering minutes of attendance; a correction is a further entry with its reason."""

from datetime import datetime

from lms import clock
from lms.audit.services import record
from lms.cohorts.models import Attendance, Participant
from lms.cohorts.queries import attendance_entries, get_participant
from lms.cohorts.rules.decisions import CohortProblem, CohortRefused, judge_attendance
from lms.db.session import command, db


@command
def enter_attendance(participant_id: int, day_number: int, minutes: int, reason: str, *, by: int, now: datetime) -> None:
    """Enter the minutes a participant attended on a day; `reason` is needed only when an earlier entry is corrected.

    Raises NoSuchParticipant; CohortRefused when the day is unknown or still to come, the minutes are out of range,
    nothing changes, or a correction gives no reason.
    """
    seat = get_participant(participant_id)
    db.session.get(Participant, participant_id, with_for_update=True)  # two corrections at once: one after the other
    days = {day.number: day for day in seat.days}
    if day_number not in days:
        raise CohortRefused(CohortProblem.NO_SUCH_DAY)
    day = days[day_number]
    entry = attendance_entries([participant_id]).get((participant_id, day_number))
    problem = judge_attendance(
        minutes,
        day_minutes=day.minutes,
        held_on=day.held_on,
        today=clock.to_jst(now).date(),
        earlier=entry.minutes if entry else None,
        reason=reason,
    )
    if problem:
        raise CohortRefused(problem)
    db.session.add(
        Attendance(
            participant_id=participant_id,
            day_number=day_number,
            minutes=minutes,
            reason=reason.strip(),
            entered_by_id=by,
            entered_at=now,
        )
    )
    record(
        "attendance:correct" if entry else "attendance:enter",
        subject=("participant", participant_id),
        by=by,
        now=now,
        reason=reason.strip(),
        detail={"day": day_number, "minutes": minutes, "before": entry.minutes if entry else None},
    )


@command
def enter_attendances(cells: list[tuple[int, int, int, str]], *, by: int, now: datetime) -> int:
    """Enter a whole table of (participant id, day number, minutes, reason), all or nothing. Returns how many were entered.

    Raises CohortRefused for the first cell that is refused.
    """
    for participant_id, day_number, minutes, reason in cells:
        enter_attendance(participant_id, day_number, minutes, reason, by=by, now=now)
    return len(cells)
