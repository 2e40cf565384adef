"""ご意見・苦情 as a participant sends them, apart from appeals against a result."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.billing.queries import find_seat
from lms.grading import labels
from lms.grading.queries.complaints import list_own_complaints
from lms.grading.rules.appealing import TEXT_LIMIT
from lms.grading.rules.parts import Refused
from lms.grading.services.complaints import SUBJECT_LIMIT, enter_complaint
from lms.mypage.views.blueprint import bp
from lms.web.access import Role, open_to


@bp.get("/complaint")
@open_to(Role.PARTICIPANT)
def complaint() -> str:
    """The form, and what was sent before with its state."""
    return _page()


@bp.post("/complaint")
@open_to(Role.PARTICIPANT)
def send_complaint() -> Response | tuple[str, int]:
    """Send it to the office."""
    seat = find_seat(current_user.id) or abort(403)
    try:
        number = enter_complaint(
            request.form.get("subject", ""),
            request.form.get("text", ""),
            participant_id=seat.participant_id,
            by=current_user.id,
            now=clock.now(),
        )
    except Refused as refused:
        return _page(refusal=labels.refusal_words(refused)), 409
    flash(f"受け付けました。受付番号は {number} です。控えをメールでもお送りしました。", "done")
    return redirect(url_for("mypage.complaint"))


def _page(*, refusal: str = "") -> str:
    return render_template(
        "mypage/complaint.html",
        here="mypage",
        complaints=list_own_complaints(current_user.id),
        refusal=refusal,
        given=request.form,
        longest=TEXT_LIMIT,
        longest_subject=SUBJECT_LIMIT,
    )
