"""Doors of 照会 for anybody: number and 確認コード, the token of a QR code, the hash of a PDF, a name to compare."""

from collections.abc import Callable

from flask import Response, current_app, render_template, request, session
from flask_wtf.csrf import generate_csrf

from lms import clock
from lms.certification.forms import DocumentForm, NameForm, VerifyForm
from lms.certification.queries.verification import VerifiedCertificate, find_by_code, find_by_document, find_by_token
from lms.certification.services.looking_up import TooManyTries, compare_name, look_up
from lms.certification.views.blueprint import bp
from lms.web.access import Audience, open_to
from lms.web.errors import ErrorWords
from lms.web.security import unlisted

_FAILURE = "verification_failure"
"""Where the application keeps the page that every failure gets."""
_TOO_MANY = ErrorWords(
    "しばらく時間をおいてください",
    "確認できない照会が続いたため、受け付けを止めています。同じ通信元からは1分ほど、同じ番号は1時間ほどたってから、"
    "もう一度お試しください。番号が止まっている間も、認定証のQRコードとPDFでは照会できます。",
)
_VISITORS_OWN = "\ue000"
"""Stands in it for the visitor's CSRF token; a character that no page has."""


@bp.get("/verify")
@open_to(Audience.ANYBODY)
def verify() -> Response:
    """The form for number and 確認コード, and for a PDF."""
    return unlisted(_form(has_failed=False))


@bp.post("/verify")
@open_to(Audience.ANYBODY)
def verify_code() -> Response:
    """Look up by number and code; with a name, compare it."""
    number, code = VerifyForm().typed
    return _answer(lambda: find_by_code(number, code), number=number, hidden={"number": number, "code": code})


@bp.post("/verify/document")
@open_to(Audience.ANYBODY)
def verify_document() -> Response:
    """Look up by the hash of a PDF, which counts as a secret like the code."""
    sha256 = DocumentForm().typed
    return _answer(lambda: find_by_document(sha256), hidden={"sha256": sha256}, is_document=True)


@bp.get("/verify/<token>")
@open_to(Audience.ANYBODY)
def verify_token(token: str) -> Response:
    """What the QR code of a certificate opens."""
    return _answer(lambda: find_by_token(token))


@bp.post("/verify/<token>")
@open_to(Audience.ANYBODY)
def compare_token(token: str) -> Response:
    """Compare a name with the certificate of a QR code."""
    return _answer(lambda: find_by_token(token))


def _answer(
    find: Callable[[], VerifiedCertificate | None],
    *,
    number: str = "",
    hidden: dict[str, str] | None = None,
    is_document: bool = False,
) -> Response:
    """The certificate with the outcome of a comparison, or the one page that every failure gets.

    `hidden` is what the form for the name sends along, so that it finds the certificate again.
    """
    try:
        found = look_up(find, visitor=request.remote_addr or "", number=number, now=clock.now())
    except TooManyTries:
        return _too_many()
    if found is None:
        return _failure()
    form = NameForm()
    page = render_template(
        "certification/verified.html",
        found=found,
        form=form,
        hidden=hidden or {},
        is_document=is_document,
        outcome=_compare(found, form),
    )
    return unlisted(page)


def _too_many() -> Response:
    return unlisted(render_template("errors/error.html", status=429, words=_TOO_MANY), 429)


def _failure() -> Response:
    """The one answer to every failure. Nothing that was typed comes back.

    Worked out once, so that all failures are the same byte for byte but for the visitor's CSRF token, and cost us little.
    """
    token, kept = generate_csrf(), current_app.extensions.get(_FAILURE)
    is_plain = not session.get("_flashes") and not current_app.debug  # what is said to one visitor goes to nobody else
    if kept is not None and is_plain:
        return unlisted(kept.replace(_VISITORS_OWN, token), 404)
    page = _form(has_failed=True)
    if is_plain:
        current_app.extensions[_FAILURE] = page.replace(token, _VISITORS_OWN)
    return unlisted(page, 404)


def _form(*, has_failed: bool) -> str:
    return render_template(
        "certification/verify.html", form=VerifyForm(formdata=None), document=DocumentForm(formdata=None), has_failed=has_failed
    )


def _compare(found: VerifiedCertificate, form: NameForm) -> str:
    """「agrees」, 「differs」, 「throttled」, or nothing when no name was typed or none is compared any more."""
    name = form.typed_name if request.method == "POST" and not found.is_over else ""
    if not name:
        return ""
    try:
        return "agrees" if compare_name(found, name, now=clock.now()) else "differs"
    except TooManyTries:
        return "throttled"
