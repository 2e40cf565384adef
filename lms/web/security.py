"""Cookies, CSRF, limits and response headers: the outer shield of every page."""

import secrets

from flask import Flask, Response, g, make_response, request
from flask_wtf import CSRFProtect
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.middleware.proxy_fix import ProxyFix

from lms.config import Settings

MAX_REQUEST_BYTES = 12 * 1024 * 1024
MAX_FORM_MEMORY = 2 * 1024 * 1024

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "manifest-src 'self'",
    ]
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}

csrf = CSRFProtect()


def configure(app: Flask, settings: Settings) -> None:
    """Set cookies, limits, CSRF protection, proxy trust and headers."""
    app.config.update(
        SECRET_KEY=settings.secret_key,
        TESTING=settings.is_testing,
        MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_FORM_MEMORY,
        SESSION_COOKIE_NAME="__Host-nintei" if settings.is_https else "nintei",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        WTF_I18N_ENABLED=False,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
    )
    if settings.is_https:
        app.config["TRUSTED_HOSTS"] = [settings.public_base_url.removeprefix("https://").split("/")[0].split(":")[0]]
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    app.before_request(_drop_nul)
    csrf.init_app(app)
    app.before_request(_name_request)
    app.after_request(_add_headers(is_https=settings.is_https))


def unlisted(body: str, status: int = 200) -> Response:
    """A page that search engines leave out."""
    response = make_response(body, status)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _drop_nul() -> None:
    """Form fields lose NUL characters, which nobody types and PostgreSQL cannot store."""
    if request.method == "POST" and any("\x00" in value for _, value in request.form.items(multi=True)):
        clean = [(name, value.replace("\x00", "")) for name, value in request.form.items(multi=True)]
        request.form = ImmutableMultiDict(clean)


def _name_request() -> None:
    g.request_id = secrets.token_hex(8)


def _add_headers(*, is_https: bool):  # type: ignore[no-untyped-def] # returns Flask's after_request function
    def add(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if is_https:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return add
