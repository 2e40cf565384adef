"""Doors of the holder: the own certificate as a file, and whether strangers see the name."""

from flask import Response, abort, flash, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from lms import clock
from lms.certification.queries.register import certificate_pdf
from lms.certification.services.using import set_name_consent
from lms.certification.views.blueprint import bp
from lms.cohorts.queries import Seat, find_seat
from lms.web.access import Role, open_to
from lms.web.exports import send_file


@bp.get("/certificate/pdf")
@open_to(Role.PARTICIPANT)
def pdf() -> Response:
    """The holder's own certificate as issued."""
    document = certificate_pdf(_own_seat().participant_id)
    return send_file(document.body, f"認定証_{document.number}.pdf", "application/pdf")


@bp.post("/certificate/name-consent")
@open_to(Role.PARTICIPANT)
def name_consent() -> AnyResponse:
    """The holder lets the verification page show the name, or not."""
    is_shown = request.form.get("is_shown") == "yes"
    set_name_consent(_own_seat().participant_id, is_shown=is_shown, by=current_user.id, now=clock.now())
    flash("照会ページに氏名を表示します。" if is_shown else "照会ページに氏名を表示しません。", "done")
    return redirect(url_for("mypage.certificate"))


def _own_seat() -> Seat:
    seat = find_seat(current_user.id)
    if seat is None:
        abort(404)
    return seat
