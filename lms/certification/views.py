"""Doors of 認定: the verification page for anybody, and the holder's own certificate."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from lms import clock
from lms.certification import labels
from lms.certification.forms import NameForm, VerifyForm
from lms.certification.queries.register import certificate_pdf
from lms.certification.queries.verification import VerifiedCertificate, find_by_code, find_by_token
from lms.certification.services.looking_up import TooManyTries, compare_name, look_up
from lms.certification.services.using import set_name_consent
from lms.cohorts.queries import Seat, find_seat
from lms.web.access import Audience, Role, open_to
from lms.web.exports import send_file
from lms.web.security import unlisted

bp = Blueprint("certification", __name__, template_folder="templates")


@bp.app_context_processor
def words() -> dict[str, Any]:
    """The words of this room's enums, for templates."""
    return {"certification_words": labels}


@bp.get("/verify")
@open_to(Audience.ANYBODY)
def verify() -> Response:
    """The form for number and 確認コード."""
    return unlisted(render_template("certification/verify.html", form=VerifyForm(formdata=None), has_failed=False))


@bp.post("/verify")
@open_to(Audience.ANYBODY)
def verify_code() -> Response:
    """Look up by number and code; with a name, compare it."""
    number, code = VerifyForm().typed
    return _answer(lambda: find_by_code(number, code), hidden={"number": number, "code": code})


@bp.get("/verify/<token>")
@open_to(Audience.ANYBODY)
def verify_token(token: str) -> Response:
    """What the QR code of a certificate opens."""
    return _answer(lambda: find_by_token(token), hidden={})


@bp.post("/verify/<token>")
@open_to(Audience.ANYBODY)
def compare_token(token: str) -> Response:
    """Compare a name with the certificate of a QR code."""
    return _answer(lambda: find_by_token(token), hidden={})


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


def _answer(find: Callable[[], VerifiedCertificate | None], *, hidden: dict[str, str]) -> Response:
    """The certificate with the outcome of a comparison, or the one page that every failure gets."""
    try:
        found = look_up(find, visitor=request.remote_addr or "", now=clock.now())
    except TooManyTries:
        abort(429)
    if found is None:
        return unlisted(render_template("certification/verify.html", form=VerifyForm(formdata=None), has_failed=True), 404)
    form = NameForm()
    return unlisted(
        render_template("certification/verified.html", found=found, form=form, hidden=hidden, outcome=_compare(found, form))
    )


def _compare(found: VerifiedCertificate, form: NameForm) -> str:
    """「agrees」, 「differs」, 「throttled」, or nothing when no name was typed."""
    name = form.typed_name if request.method == "POST" else ""
    if not name:
        return ""
    try:
        return "agrees" if compare_name(found, name, now=clock.now()) else "differs"
    except TooManyTries:
        return "throttled"


def _own_seat() -> Seat:
    seat = find_seat(current_user.id)
    if seat is None:
        abort(404)
    return seat
