"""提出控."""

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from lms.exams import labels
from lms.exams.queries.pages import receipt_sections
from lms.exams.queries.submissions import find_submission
from lms.exams.views.blueprint import bp
from lms.exams.views.own import own_sitting
from lms.web.access import Role, open_to


@bp.get("/exam/<public_id>/receipt")
@open_to(Role.PARTICIPANT, before_terms=True)
def receipt(public_id: str) -> str | Response:
    """提出控, made to be printed."""
    sitting = own_sitting(public_id)
    submission = find_submission(sitting.attempt_id)
    if submission is None:
        return redirect(url_for("exams.room", public_id=public_id))
    started_at = sitting.stored_state.started_at
    sections = receipt_sections(submission)
    return render_template(
        "exams/receipt.html", sitting=sitting, submission=submission, sections=sections, started_at=started_at, labels=labels
    )
