"""Doors of the holder: the own certificate as a file and as a picture, and whether strangers see the name."""

from flask import Response, flash, request
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from lms import clock
from lms.certification.queries.pictures import certificate_picture, find_pdf_hash
from lms.certification.queries.register import certificate_pdf
from lms.certification.services.using import set_name_consent
from lms.certification.views.blueprint import bp
from lms.certification.views.own import back_to_certificate, own_seat_id
from lms.web.access import Audience, open_to
from lms.web.assets import YEAR_SECONDS
from lms.web.exports import send_file


@bp.get("/certificate/pdf")
@open_to(Audience.LOGGED_IN)
def pdf() -> Response:
    """The holder's own certificate as issued."""
    document = certificate_pdf(own_seat_id())
    return send_file(document.body, f"認定証_{document.number}.pdf", "application/pdf")


@bp.get("/certificate/picture")
@open_to(Audience.LOGGED_IN)
def picture() -> Response:
    """The newest version as a picture. Under an address that names the version the holder's browser may keep it."""
    participant_id = own_seat_id()
    version = find_pdf_hash(participant_id)
    response = Response(mimetype="image/png")
    response.set_etag(version)
    if request.args.get("version") == version[:16]:
        response.headers["Cache-Control"] = f"private, max-age={YEAR_SECONDS}, immutable"
    if version in request.if_none_match:
        response.status_code = 304
    else:
        response.set_data(certificate_picture(participant_id))
    return response


@bp.post("/certificate/name-consent")
@open_to(Audience.LOGGED_IN)
def name_consent() -> AnyResponse:
    """The holder lets the verification page show the name, or not."""
    is_shown = request.form.get("is_shown") == "yes"
    set_name_consent(own_seat_id(), is_shown=is_shown, by=current_user.id, now=clock.now())
    flash("照会ページに氏名を表示します。" if is_shown else "照会ページに氏名を表示しません。", "done")
    return back_to_certificate()
