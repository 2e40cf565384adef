"""Doors of 照会 for anybody: number and 確認コード, the token of a QR code, a name to compare."""

from collections.abc import Callable

from flask import Response, abort, render_template, request

from lms import clock
from lms.certification.forms import NameForm, VerifyForm
from lms.certification.queries.verification import VerifiedCertificate, find_by_code, find_by_token
from lms.certification.services.looking_up import TooManyTries, compare_name, look_up
from lms.certification.views.blueprint import bp
from lms.web.access import Audience, open_to
from lms.web.security import unlisted


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
