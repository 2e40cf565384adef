"""The second factor: entering a code, setting up the app."""

from urllib.parse import urlsplit

import pyotp
import segno
from flask import current_app, redirect, render_template, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from lms import clock
from lms.accounts import services
from lms.accounts.forms import CodeForm
from lms.accounts.queries import find_pending_totp, get_account
from lms.accounts.rules.refusals import Refusal, Refused
from lms.accounts.views.blueprint import bp, carry_on, explain, visitor
from lms.web.access import Audience, open_to

Page = Response | str | tuple[str, int]


@bp.get("/second-factor")
@open_to(Audience.LOGGED_IN, before_terms=True, before_second_factor=True)
def second_factor() -> Page:
    """Ask for the code; who has no app yet is led to setting it up."""
    if not get_account(visitor().id).has_second_factor:
        return redirect(url_for("accounts.set_up_second_factor"))
    if visitor().has_second_factor:
        return redirect(url_for("accounts.welcome"))
    return render_template("accounts/second_factor.html", form=CodeForm())


@bp.post("/second-factor")
@open_to(Audience.LOGGED_IN, before_terms=True, before_second_factor=True)
def verify_second_factor() -> Page:
    """Check the code."""
    form = CodeForm()
    if form.validate():
        try:
            code = str(form.code.data)
            return carry_on(
                services.verify_totp(visitor().id, code, login_session_id=visitor().login_session_id, now=clock.now())
            )
        except Refused as refused:
            if page := explain(refused, form.code):
                return page
    return render_template("accounts/second_factor.html", form=form), 422


@bp.get("/second-factor/setup")
@open_to(Audience.LOGGED_IN, before_terms=True, before_second_factor=True)
def set_up_second_factor() -> Page:
    """Explain, then show the QR code that waits for its first code."""
    if get_account(visitor().id).has_second_factor:
        return redirect(url_for("accounts.second_factor"))
    return _setup_page(CodeForm())


@bp.post("/second-factor/setup")
@open_to(Audience.LOGGED_IN, before_terms=True, before_second_factor=True)
def confirm_second_factor() -> Page:
    """Accept the first code."""
    form = CodeForm()
    if form.validate():
        try:
            code = str(form.code.data)
            return carry_on(
                services.confirm_totp(visitor().id, code, login_session_id=visitor().login_session_id, now=clock.now())
            )
        except Refused as refused:
            if refused.reason is Refusal.FACTOR_ALREADY_SET:
                return redirect(url_for("accounts.second_factor"))
            if page := explain(refused, form.code):
                return page
    return _setup_page(form), 422


@bp.post("/second-factor/start")
@open_to(Audience.LOGGED_IN, before_terms=True, before_second_factor=True)
def start_second_factor() -> Response:
    """Make a new secret to show."""
    try:
        services.start_totp(visitor().id, now=clock.now())
    except Refused:
        return redirect(url_for("accounts.second_factor"))
    return redirect(url_for("accounts.set_up_second_factor"))


def _setup_page(form: CodeForm) -> str:
    pending = find_pending_totp(visitor().id)
    if pending is None:
        return render_template("accounts/second_factor_start.html")
    secret = services.reveal(pending)
    issuer = urlsplit(current_app.extensions["settings"].public_base_url).hostname
    address = pyotp.TOTP(secret).provisioning_uri(name=visitor().email, issuer_name=issuer)
    groups = [secret[at : at + 4] for at in range(0, len(secret), 4)]
    return render_template("accounts/second_factor_setup.html", form=form, picture=_draw(address), groups=groups, address=address)


def _draw(address: str) -> Markup:
    """The QR code as SVG that obeys the content security policy: attributes only, dark on white in every color scheme."""
    picture = segno.make(address, error="m", micro=False)
    return Markup(picture.svg_inline(scale=5, border=4, light="#fff", dark="#000"))
