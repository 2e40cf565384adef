"""The front hall of the exam: 受験資格, rules, pledge, and the start."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.billing.queries import find_seat
from lms.exams import labels
from lms.exams.queries.content import find_exam
from lms.exams.queries.lobby import Lobby, find_lobby
from lms.exams.queries.windows import list_windows
from lms.exams.rules.sitting import Refused
from lms.exams.services.starting import start_attempt
from lms.exams.views.blueprint import bp
from lms.web.access import Role, open_to
from lms.web.numbers import small_int


@bp.get("/exam")
@open_to(Role.PARTICIPANT)
def lobby() -> str:
    """認定試験の入口: eligibility, rules, pledge, or where the attempt stands."""
    return render_template("exams/lobby.html", lobby=_lobby(), labels=labels)


@bp.post("/exam/start")
@open_to(Role.PARTICIPANT)
def start() -> Response | tuple[str, int]:
    """Start the attempt and enter the room."""
    seat = find_seat(current_user.id) or abort(404)
    window_id = request.form.get("window_id", type=small_int) or 0
    window = next((each for each in list_windows(seat.cohort_id) if each.id == window_id), None) or abort(404)
    exam = find_exam(window.exam_id)
    try:
        public_id = start_attempt(
            seat.participant_id,
            window_id,
            pledged=len(set(request.form.getlist("pledge"))) == len(exam.pledge if exam else ()),
            by=current_user.id,
            now=clock.now(),
        )
    except Refused as refused:
        flash(labels.REFUSALS[refused.reason], "error")
        return render_template("exams/lobby.html", lobby=_lobby(), labels=labels), 409
    return redirect(url_for("exams.room", public_id=public_id))


def _lobby() -> Lobby:
    found = find_lobby(current_user.id, now=clock.now())
    return found or abort(404)
