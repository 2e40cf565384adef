"""Who may enter: every route names its audience; a route without one, or a visitor outside it, is refused."""

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol, TypeVar, cast

from flask import Flask, abort, current_app, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

V = TypeVar("V", bound=Callable[..., object])


class Role(StrEnum):
    """What a user may do. Participants get theirs from a seat in a cohort, the others are given by an admin."""

    PARTICIPANT = "participant"
    GRADER = "grader"
    INSTRUCTOR = "instructor"
    OFFICE = "office"
    ADMIN = "admin"


class Audience(StrEnum):
    """Audiences that are not roles."""

    ANYBODY = "anybody"
    LOGGED_IN = "logged_in"


STAFF_ROLES = frozenset({Role.GRADER, Role.INSTRUCTOR, Role.OFFICE, Role.ADMIN})


class Visitor(Protocol):
    """What access needs to know of the person at the door (flask-login's current_user)."""

    is_authenticated: bool
    roles: frozenset[Role]
    needs_second_factor: bool

    @property
    def needs_terms(self) -> bool:
        """Whether a consent is owed; asking may cost a look into the database."""


def open_to(*audiences: Role | Audience, before_terms: bool = False, before_second_factor: bool = False) -> Callable[[V], V]:
    """Name a view's audience. `before_*` opens it to people who still owe their consent or second factor."""
    if not audiences:
        raise ValueError("a route must name its audience")

    def mark(view: V) -> V:
        view.audiences = frozenset(audiences)  # type: ignore[attr-defined] # Flask keeps the function, so the mark stays with it
        view.before_terms = before_terms  # type: ignore[attr-defined]
        view.before_second_factor = before_second_factor  # type: ignore[attr-defined]
        return view

    return mark


def audiences_of(app: Flask, endpoint: str) -> frozenset[Role | Audience]:
    """The audiences an endpoint names; empty when it names none."""
    return cast("frozenset[Role | Audience]", getattr(app.view_functions[endpoint], "audiences", frozenset()))


def guard_routes(app: Flask) -> None:
    """Refuse every request whose visitor is not in the audience of the route."""
    app.before_request(_guard)


def _guard() -> Response | None:
    if request.endpoint is None:
        return None
    audiences = audiences_of(current_app, request.endpoint)
    if not audiences:
        abort(403)
    if Audience.ANYBODY in audiences:
        return None
    visitor = cast(Visitor, current_user)
    if not visitor.is_authenticated:
        return _ask_to_log_in()
    view = current_app.view_functions[request.endpoint]
    if detour := _detour(visitor, view):
        return redirect(url_for(detour))
    if Audience.LOGGED_IN not in audiences and not (visitor.roles & audiences):
        abort(403)
    return None


def _detour(visitor: Visitor, view: Callable[..., object]) -> str | None:
    """Where a person must go first: second factor, then consent to the terms."""
    if visitor.needs_second_factor and not getattr(view, "before_second_factor", False):
        return "accounts.second_factor"
    if not getattr(view, "before_terms", False) and not visitor.needs_second_factor and visitor.needs_terms:
        return "terms.consent"
    return None


def _ask_to_log_in() -> Response:
    if request.method not in {"GET", "HEAD"} or request.accept_mimetypes.best == "application/json":
        abort(401)
    return redirect(url_for("accounts.login", next=request.full_path.rstrip("?")))
