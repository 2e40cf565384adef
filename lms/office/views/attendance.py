"""Doors of 出席: the minutes of everybody on both days in one table."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.cohorts.labels import COHORT_PROBLEMS
from lms.cohorts.queries import get_cohort
from lms.cohorts.rules.decisions import CohortProblem, CohortRefused, judge_attendance
from lms.cohorts.services.attending import enter_attendances
from lms.cohorts.source import course_facts
from lms.office.forms import TypedCell, read_attendance
from lms.office.queries import AttendanceLine, attendance_lines
from lms.office.views.blueprint import bp
from lms.web.access import Role, open_to

Faults = dict[tuple[int, int], str]


@bp.get("/cohorts/<int:cohort_id>/attendance")
@open_to(Role.OFFICE)
def attendance(cohort_id: int) -> str:
    """The table of minutes."""
    return _page(cohort_id, attendance_lines(cohort_id), [], {})


@bp.post("/cohorts/<int:cohort_id>/attendance")
@open_to(Role.OFFICE)
def save_attendance(cohort_id: int) -> Response | str:
    """Enter every changed cell, or none."""
    lines = attendance_lines(cohort_id)
    typed = read_attendance(request.form, lines)
    faults = _faults(lines, typed)
    if faults:
        return _page(cohort_id, lines, typed, faults)
    cells = [(cell.participant_id, cell.day_number, cell.minutes or 0, cell.reason) for cell in typed]
    try:
        entered = enter_attendances(cells, by=current_user.id, now=clock.now())
    except CohortRefused as refused:
        flash(f"保存していません。{COHORT_PROBLEMS[refused.reason]}", "error")
    else:
        flash(f"{entered}件の出席時間を保存しました。" if entered else "変更はありませんでした。", "done")
    return redirect(url_for("office.attendance", cohort_id=cohort_id))


def _faults(lines: Sequence[AttendanceLine], typed: Sequence[TypedCell]) -> Faults:
    stored = {(line.seat.participant_id, cell.day.number): cell for line in lines for cell in line.cells}
    faults: Faults = {}
    for cell in typed:
        key = (cell.participant_id, cell.day_number)
        day = stored[key].day
        problem: CohortProblem | None = CohortProblem.MINUTES_OUT_OF_RANGE
        if cell.minutes is not None:
            problem = judge_attendance(
                cell.minutes,
                day_minutes=day.minutes,
                held_on=day.held_on,
                today=clock.today_jst(),
                earlier=stored[key].minutes,
                reason=cell.reason,
            )
        if problem:
            faults[key] = COHORT_PROBLEMS[problem]
    return faults


def _page(cohort_id: int, lines: Sequence[AttendanceLine], typed: Sequence[TypedCell], faults: Faults) -> str:
    return render_template(
        "office/attendance.html",
        cohort=get_cohort(cohort_id),
        lines=lines,
        typed={(cell.participant_id, cell.day_number): cell for cell in typed},
        faults=faults,
        names={line.seat.participant_id: line.seat.name for line in lines},
        percent=course_facts().attendance_percent,
        today=clock.today_jst(),
    )
