"""Doors of 目合わせ: who agreed on which question, how far apart, and letting somebody begin with a reason."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.cohorts.queries import get_cohort
from lms.exams.queries.windows import list_windows
from lms.grading import labels as grading_labels
from lms.grading.queries.calibration import list_gate_lines
from lms.grading.rules.parts import Refused
from lms.grading.services.calibrating import REASON_LIMIT, waive_calibration
from lms.grading.source import grading_rules
from lms.office.labels import calibration as words
from lms.office.views.blueprint import bp
from lms.office.views.grading import get_window_or_404
from lms.web.access import Role, open_to
from lms.web.numbers import small_int


@bp.get("/cohorts/<int:cohort_id>/grading/calibration")
@open_to(Role.OFFICE)
def calibration(cohort_id: int) -> str:
    """Graders and questions with tries, gaps and agreement."""
    window = get_window_or_404(cohort_id)
    lines = list_gate_lines(window.id) if window else ()
    return render_template(
        "office/calibration.html",
        cohort=get_cohort(cohort_id),
        windows=list_windows(cohort_id),
        window=window,
        lines=lines,
        rule=grading_rules(window.exam_id).calibration if window else None,
        counts={state: sum(line.gate.state is state for line in lines) for state in words.STATES},
        reason_limit=REASON_LIMIT,
        words=words,
    )


@bp.post("/cohorts/<int:cohort_id>/grading/calibration")
@open_to(Role.OFFICE)
def waive(cohort_id: int) -> Response:
    """採点の開始を認める: one grader, one question, with a reason."""
    window = get_window_or_404(cohort_id) or abort(404)
    grader_id = request.form.get("grader", type=small_int) or 0
    question_id, reason = request.form.get("question", ""), request.form.get("reason", "")
    try:
        waive_calibration(window.id, grader_id, question_id, reason, by=current_user.id, now=clock.now())
    except Refused as refused:
        flash(grading_labels.refusal_words(refused), "error")
    else:
        flash("採点の開始を認めました。", "done")
    return redirect(url_for(".calibration", cohort_id=cohort_id, window=window.number))
