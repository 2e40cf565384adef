"""合理的配慮 as the participant asks for it and reads what was decided."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.billing.queries import find_seat
from lms.cohorts.queries import Seat
from lms.exams import labels
from lms.exams.queries.accommodation import accommodation_of
from lms.exams.rules.accommodating import MAX_REASON_LENGTH
from lms.exams.rules.sitting import Refused
from lms.exams.services.accommodating import request_accommodation
from lms.exams.views.blueprint import bp
from lms.web.access import Role, open_to


@bp.get("/exam/accommodation")
@open_to(Role.PARTICIPANT)
def accommodation() -> str:
    """Where her case stands, and the form."""
    return _page(_own_seat())


@bp.post("/exam/accommodation")
@open_to(Role.PARTICIPANT)
def ask_accommodation() -> Response | tuple[str, int]:
    """Send the request to the office."""
    seat, wants = _own_seat(), request.form.getlist("wants")
    try:
        request_accommodation(
            seat.participant_id,
            wants_extra_time="extra_time" in wants,
            wants_paper="paper" in wants,
            reason=request.form.get("reason", ""),
            by=current_user.id,
            now=clock.now(),
        )
    except Refused as refused:
        return _page(seat, refusal=labels.REFUSALS[refused.reason]), 409
    flash("申請を受け付けました。決まりましたら、メールでお知らせします。", "done")
    return redirect(url_for("exams.accommodation"))


def _own_seat() -> Seat:
    return find_seat(current_user.id) or abort(404)


def _page(seat: Seat, *, refusal: str = "") -> str:
    return render_template(
        "exams/accommodation.html",
        seat=seat,
        case=accommodation_of(seat.participant_id),
        refusal=refusal,
        wants=request.form.getlist("wants"),
        reason=request.form.get("reason", ""),
        longest=MAX_REASON_LENGTH,
        labels=labels,
    )
