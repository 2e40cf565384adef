"""Who grades in a window knows candidates by 受験番号 alone: the office's pages with names beside it are closed to her."""

from flask import abort, render_template
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.exams.queries.sittings import get_sitting
from lms.exams.rules.sitting import NotFound
from lms.grading.queries.staff import has_grading_part


def close_to_graders(window_id: int) -> None:
    """End the request with 403 and words when the person at the desk grades, or graded, in the window.

    Nobody of the office can be chosen as a grader; but a grader may have come to the office since.
    """
    if has_grading_part(window_id, current_user.id):
        abort(Response(render_template("office/closed_to_graders.html"), status=403, mimetype="text/html"))


def close_attempt_to_graders(attempt_id: int) -> None:
    """The same for the window of an attempt; 404 when there is no such attempt."""
    try:
        sitting = get_sitting(attempt_id)
    except NotFound:
        abort(404)
    close_to_graders(sitting.window_id)
