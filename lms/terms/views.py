"""Doors of 規約: reading them, agreeing to them."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.terms import services
from lms.terms.forms import ConsentForm
from lms.terms.queries import get_current_terms
from lms.web.access import Audience, open_to

bp = Blueprint("terms", __name__, template_folder="templates")


@bp.get("/terms")
@open_to(Audience.ANYBODY)
def current() -> str:
    """The terms in force, for anybody."""
    return render_template("terms/current.html", terms=get_current_terms())


@bp.get("/terms/consent")
@open_to(Audience.LOGGED_IN, before_terms=True)
def consent() -> Response | str:
    """The full text with the agreement below; who agreed already goes on."""
    if not current_user.needs_terms:
        return redirect(url_for("accounts.welcome"))
    terms = get_current_terms()
    return render_template("terms/consent.html", terms=terms, form=ConsentForm(revision=terms.revision, sha256=terms.sha256))


@bp.post("/terms/consent")
@open_to(Audience.LOGGED_IN, before_terms=True)
def agree() -> Response | tuple[str, int]:
    """Keep the agreement."""
    form = ConsentForm()
    if not form.validate():
        return render_template("terms/consent.html", terms=get_current_terms(), form=form), 422
    try:
        services.consent(
            str(form.revision.data), str(form.sha256.data), by=current_user.id, now=clock.now(), address=request.remote_addr or ""
        )
    except services.Refused:
        flash("規約が新しくなりました。まだ同意は記録していません。新しい規約をご確認ください。", "warning")
        return redirect(url_for("terms.consent"))
    return redirect(url_for("accounts.welcome"))
