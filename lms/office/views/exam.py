"""Doors of 認定試験: the windows of a cohort and the room as it is now."""

from flask import abort, flash, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.cohorts.queries import get_cohort, list_participants
from lms.cohorts.source import course_facts
from lms.exam_engine.windows import resolve_access
from lms.exams.labels import REFUSALS, window_sentence
from lms.exams.queries.accommodation import count_waiting
from lms.exams.queries.content import find_exam
from lms.exams.queries.readiness import find_readiness
from lms.exams.queries.rehearsals import RehearsalCard, list_rehearsed
from lms.exams.queries.results import resit_opens_at
from lms.exams.queries.windows import WindowCard, list_windows
from lms.exams.rules.rehearsing import RehearsalVerdict
from lms.exams.rules.sitting import Refused
from lms.exams.services.windows import change_window, open_window
from lms.office.forms import WindowForm
from lms.office.labels import STAFFING_GAPS
from lms.office.queries import exam_desks, list_staffing_gaps
from lms.office.views.blueprint import bp
from lms.web.access import Role, open_to

SITTINGS = {1: "受験期間", 2: "再受験の受験期間"}
SITTING_NAMES = {1: "初回の受験", 2: "再受験"}


@bp.get("/cohorts/<int:cohort_id>/exam")
@open_to(Role.OFFICE)
def exam(cohort_id: int) -> str:
    """The windows with their rooms."""
    now = clock.now()
    desks = exam_desks(cohort_id, now=now)
    definition = find_exam(course_facts().exam_id)
    people, rehearsed = list_participants(cohort_id), list_rehearsed(cohort_id)
    return render_template(
        "office/exam.html",
        cohort=get_cohort(cohort_id),
        desks=[(desk, resolve_access(desk.window.engine_window, now=now).phase) for desk in desks],
        next_number=len(desks) + 1 if definition and len(desks) < definition.resit.windows else None,
        exam=definition,
        window_sentence=window_sentence,
        sittings=SITTINGS,
        waiting=count_waiting(cohort_id),
        readiness={desk.window.id: find_readiness(desk.window) for desk in desks},
        people=people,
        unrehearsed=[seat for seat in people if seat.participant_id not in rehearsed],
        unfit=[seat for seat in people if _is_unfit(rehearsed.get(seat.participant_id))],
        gaps=[STAFFING_GAPS[gap] for gap in list_staffing_gaps()],
    )


@bp.get("/cohorts/<int:cohort_id>/exam/window/<int:number>")
@open_to(Role.OFFICE)
def window(cohort_id: int, number: int) -> str:
    """The form for a window, new or existing."""
    found = find_window(cohort_id, number)
    form = WindowForm(formdata=None)
    if found:
        form.opens_at.data, form.closes_at.data = clock.to_jst(found.opens_at), clock.to_jst(found.closes_at)
    return _window_page(cohort_id, number, form, found)


@bp.post("/cohorts/<int:cohort_id>/exam/window/<int:number>")
@open_to(Role.OFFICE)
def set_window(cohort_id: int, number: int) -> Response | str:
    """Open the window, or move it."""
    found, form = find_window(cohort_id, number), WindowForm()
    if not form.validate():
        return _window_page(cohort_id, number, form, found)
    opens_at, closes_at = form.moments
    try:
        if found:
            change_window(found.id, opens_at, closes_at, by=current_user.id, now=clock.now())
        else:
            open_window(cohort_id, number, opens_at, closes_at, by=current_user.id, now=clock.now())
    except Refused as refused:
        form.form_errors = [REFUSALS[refused.reason]]
        return _window_page(cohort_id, number, form, found)
    flash("受験期間を保存しました。", "done")
    return redirect(url_for("office.exam", cohort_id=cohort_id))


def _is_unfit(card: RehearsalCard | None) -> bool:
    return card is not None and card.verdict is RehearsalVerdict.NO_GO


def find_window(cohort_id: int, number: int) -> WindowCard | None:
    """The cohort's window of this number, or None; 404 for a number no window can have."""
    if number not in SITTINGS:
        abort(404)
    return next((card for card in list_windows(cohort_id) if card.number == number), None)


def _window_page(cohort_id: int, number: int, form: WindowForm, found: WindowCard | None) -> str:
    return render_template(
        "office/window.html",
        cohort=get_cohort(cohort_id),
        number=number,
        form=form,
        found=found,
        exam=find_exam(course_facts().exam_id),
        title=SITTINGS[number],
        resit_from=resit_opens_at(cohort_id, number),
    )
