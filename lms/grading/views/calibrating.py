"""Doors of 目合わせ: a mark on a 見本答案 beside the agreed one; and what happens to whoever comes too early."""

from flask import flash, jsonify, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.grading import labels
from lms.grading.queries.calibration import NotCalibrated, get_comparison
from lms.grading.queries.desk import find_next, list_queue
from lms.grading.rules.parts import Refusal, Refused
from lms.grading.views.blueprint import bp
from lms.web.access import Role, open_to
from lms.web.errors import wants_json

CONFLICT = 409


@bp.get("/<public_id>/calibration")
@open_to(Role.GRADER)
def compare(public_id: str) -> str:
    """Her levels beside the agreed ones with the reasons, in agreement or not, and the way on."""
    found = get_comparison(public_id, grader_id=current_user.id)
    upcoming = find_next(list_queue(current_user.id), public_id)
    return render_template("grading/calibration.html", page=found, upcoming=upcoming, labels=labels)


@bp.errorhandler(NotCalibrated)
def too_early(_error: NotCalibrated) -> Response | tuple[Response, int]:
    """An essay whose question waits for 目合わせ: say so, on the list of what waits."""
    words = labels.refusal_words(Refused(Refusal.NOT_CALIBRATED))
    if wants_json():
        return jsonify(text=words), CONFLICT
    flash(words, "error")
    return redirect(url_for(".index"))
