"""Invitation, forgotten password, reset: setting a password with a link from a mail."""

from collections.abc import Callable

from flask import current_app, render_template, request
from werkzeug.wrappers import Response

from lms import clock
from lms.accounts import services
from lms.accounts.forms import NewPasswordForm, ResetRequestForm
from lms.accounts.labels import password_hint
from lms.accounts.queries import OpenLink, find_open_link
from lms.accounts.rules.lifetimes import LinkPurpose
from lms.accounts.rules.refusals import Refusal, Refused
from lms.accounts.source import suggest_passphrase
from lms.accounts.views.blueprint import bp, carry_on, explain
from lms.web.access import Audience, open_to

Page = Response | str | tuple[str, int]


@bp.get("/invitation/<token>")
@open_to(Audience.ANYBODY)
def invitation(token: str) -> Page:
    """The page behind an invitation."""
    return _link_page(token, LinkPurpose.INVITATION)


@bp.post("/invitation/<token>")
@open_to(Audience.ANYBODY)
def accept_invitation(token: str) -> Page:
    """Set the first password."""
    return _set_password(token, LinkPurpose.INVITATION, services.accept_invitation)


@bp.get("/password/forgot")
@open_to(Audience.ANYBODY)
def forgot_password() -> Page:
    """Ask for a reset link."""
    return render_template("accounts/forgot.html", form=ResetRequestForm())


@bp.post("/password/forgot")
@open_to(Audience.ANYBODY)
def request_reset() -> Page:
    """Answer the same whether the address is known or not."""
    form = ResetRequestForm()
    if form.validate():
        try:
            services.request_reset(str(form.email.data), now=clock.now(), address=request.remote_addr or "")
        except Refused as refused:
            if page := explain(refused, form.email):
                return page
        else:
            return render_template("accounts/forgot_done.html")
    return render_template("accounts/forgot.html", form=form), 422


@bp.get("/password/reset/<token>")
@open_to(Audience.ANYBODY)
def reset(token: str) -> Page:
    """The page behind a reset link."""
    return _link_page(token, LinkPurpose.RESET)


@bp.post("/password/reset/<token>")
@open_to(Audience.ANYBODY)
def reset_password(token: str) -> Page:
    """Set a new password."""
    return _set_password(token, LinkPurpose.RESET, services.reset_password)


def _link_page(token: str, purpose: LinkPurpose) -> Page:
    link = find_open_link(token, purpose, now=clock.now())
    return _form_page(NewPasswordForm(), link) if link else _unusable()


def _set_password(token: str, purpose: LinkPurpose, service: Callable[..., str]) -> Page:
    form = NewPasswordForm()
    link = find_open_link(token, purpose, now=clock.now())
    if link is None:
        return _unusable()
    if form.validate():
        try:
            return carry_on(service(token, str(form.password.data), now=clock.now(), user_agent=request.user_agent.string))
        except Refused as refused:
            if refused.reason is Refusal.LINK_UNUSABLE:
                return _unusable()
            explain(refused, form.password)
    return _form_page(form, link), 422


def _form_page(form: NewPasswordForm, link: OpenLink) -> str:
    return render_template(
        "accounts/new_password.html",
        form=form,
        link=link,
        is_invitation=link.purpose is LinkPurpose.INVITATION,
        hint=password_hint(has_second_factor=link.is_staff),
        passphrase=suggest_passphrase(current_app.extensions["settings"].content),
    )


def _unusable() -> tuple[str, int]:
    return render_template("accounts/link_unusable.html"), 410
