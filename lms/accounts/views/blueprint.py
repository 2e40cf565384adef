"""The blueprint of 利用者, and what its doors share: carrying on with a fresh session, and saying why not."""

from typing import cast

from flask import Blueprint, redirect, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms import Field

from lms.accounts.labels import describe_refusal
from lms.accounts.queries import SESSION_KEY, CurrentUser
from lms.accounts.rules.refusals import Refusal, Refused
from lms.web.errors import error_page

NEXT_KEY = "next"
WAIT_SECONDS = 900

bp = Blueprint("accounts", __name__, template_folder="../templates")


def visitor() -> CurrentUser:
    """The person behind this request; only where the route asks for a log-in."""
    return cast(CurrentUser, current_user._get_current_object())


def carry_on(token: str, *, next_path: str | None = None) -> Response:
    """Begin a clean cookie with the new token (nothing planted before survives) and go where the person wanted."""
    target = next_path or session.get(NEXT_KEY)
    session.clear()
    session[SESSION_KEY] = token
    if target:
        session[NEXT_KEY] = target
    return redirect(url_for("accounts.welcome"))


def explain(refused: Refused, field: Field) -> Response | None:
    """Put the refusal's words at the field; too many tries get the page that asks to wait."""
    if refused.reason is Refusal.THROTTLED:
        response = error_page(429)
        response.headers["Retry-After"] = str(WAIT_SECONDS)
        return response
    field.errors = [*field.errors, *describe_refusal(refused)]
    return None
