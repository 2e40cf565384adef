"""The visitor's own attempt, and where she goes when its time is over."""

from flask import abort, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.exam_engine.attempts import AttemptStatus
from lms.exams.queries.sittings import Sitting, find_attempt_id, find_sitting


def own_sitting(public_id: str) -> Sitting:
    """The attempt of this public id; 404 for an unknown one and for anybody else's."""
    found = find_sitting(public_id, user_id=current_user.id)
    return found or abort(404)


def own_attempt_id(public_id: str) -> int:
    """The id of that attempt, for who needs no more of it; 404 likewise."""
    found = find_attempt_id(public_id, user_id=current_user.id)
    return abort(404) if found is None else found


def after_time(sitting: Sitting) -> str | Response:
    """To the 提出控, or the page that says it is being written."""
    if sitting.stored_state.status is AttemptStatus.SUBMITTED:
        return redirect(url_for("exams.receipt", public_id=sitting.public_id))
    return render_template("exams/over.html", sitting=sitting)
