"""The outer shield: headers on every kind of response, cookies, hosts, methods, CSRF on every POST, GETs that write nothing."""

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from lms import clock
from lms.app import create_app
from lms.web.assets import assets_version
from lms.web.security import csrf
from tests.conftest import NOON, FrozenClock
from tests.databases import Databases
from tests.databases import test_settings as settings_for_tests
from tests.house.doors import VISITORS, Door, Visitor, digests, doors, start_exam
from tests.lms.demo.filled import filled_site, rows
from tests.page import PageClient

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "manifest-src": "'self'",
}
OWN_COPIES = re.compile(r"/lessons/\w+|/handouts/[\w-]+/\w+|/days\.ics|/calendar/[\w-]+\.ics")
SHIELD = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@pytest.fixture(scope="module")
def demo(databases: Databases) -> Iterator[Flask]:
    """The filled demo with one participant in the exam room; the tests of this module only look or are refused."""
    clock.set_source(lambda: NOON)
    with filled_site(databases) as app:
        start_exam(app)
        yield app
    clock.set_source(None)


@pytest.fixture(autouse=True)
def _at_noon(frozen_clock: FrozenClock) -> None:
    """Every test of this module happens at the moment the demo was filled."""


def expect_shield(response: TestResponse) -> None:
    policy = dict(part.strip().split(" ", 1) for part in response.headers["Content-Security-Policy"].split(";"))
    assert policy == POLICY, response.request.path
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    for name, value in SHIELD.items():
        assert response.headers.getlist(name) == [value], (response.request.path, name)
    assert "camera=()" in response.headers["Permissions-Policy"]
    assert "Server" not in response.headers
    if not response.request.path.startswith("/static/"):
        (keeping,) = response.headers.getlist("Cache-Control")
        assert keeping == "no-store" or (keeping == "private, no-cache" and may_be_kept(response)), response.request.path


def may_be_kept(response: TestResponse) -> bool:
    """Nobody keeps a page; only the own browser keeps lessons, handouts and calendars, and asks about them each time."""
    return "ETag" in response.headers and OWN_COPIES.fullmatch(response.request.path) is not None


def every_kind_of_response(app: Flask) -> Iterator[tuple[str, int, TestResponse]]:
    """A response of every kind: what it is, the status it should have, the response."""
    stranger = PageClient(app)
    holder = Visitor(app, "a participant with a certificate").client
    sitting = Visitor(app, "a participant who sits the exam")
    (room,) = [door for door in doors(app, "GET") if door.endpoint == "exams.beat"]
    yield "a page", 200, stranger.get("/login")
    yield "a page behind the log-in", 200, holder.get("/certificate")
    yield "a redirect", 302, stranger.get("/certificate")
    yield "a missing page", 404, stranger.get("/no-such-page")
    yield "a forbidden page", 403, holder.get("/office")
    yield "a form without its token", 400, stranger.post("/login", data={"email": "a@example.jp"})
    yield "a method that is not allowed", 405, stranger.put("/login")
    yield "a body that is too large", 413, stranger.post("/login", data=b"x" * (12 * 1024 * 1024 + 1))
    yield "a spent link", 410, stranger.get("/invitation/unknown-token")
    yield "data for the script", 200, sitting.client.get(sitting.address(room))
    yield "a refusal for the script", 401, stranger.get("/exam", headers={"Accept": "application/json"})
    yield "a PDF", 200, holder.get("/certificate/pdf")
    yield "a download", 200, Visitor(app, "an office person").client.get("/office/register/figures.xlsx")
    yield "a style sheet", 200, stranger.get(f"/static/{assets_version()}/css/base.css")
    yield "a missing style sheet", 404, stranger.get(f"/static/{assets_version()}/css/none.css")
    yield "an answer to OPTIONS", 200, stranger.options("/login")
    yield "an answer to HEAD", 200, stranger.head("/login")


def test_every_kind_of_response_carries_the_shield(demo: Flask) -> None:
    for kind, status, response in every_kind_of_response(demo):
        assert response.status_code == status, kind
        expect_shield(response)


def test_an_unexpected_error_carries_the_shield_and_tells_nothing(demo: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(**_values: object) -> str:
        raise RuntimeError("a secret of the inside")

    monkeypatch.setitem(demo.view_functions, "terms.current", break_down)
    break_down.audiences = frozenset({"anybody"})  # type: ignore[attr-defined]
    monkeypatch.setitem(demo.config, "PROPAGATE_EXCEPTIONS", False)
    response = PageClient(demo).get("/terms")
    assert response.status_code == 500
    expect_shield(response)
    assert "secret of the inside" not in response.text
    assert "受付番号" in response.text


@pytest.mark.parametrize("name", VISITORS)
def test_no_get_writes_anything_or_breaks(demo: Flask, name: str) -> None:
    visitor = Visitor(demo, name)
    before = digests(demo)
    broken = []
    for door in doors(demo, "GET"):
        response = visitor.client.get(visitor.address(door))
        expect_shield(response)
        allowed = {200, 302, 404, 410} if visitor.may_enter(door) else {302, 403}
        if door.endpoint == "scenarios.show":  # which opens with its lessons, after the course days
            allowed = allowed | {403}
        if response.status_code not in allowed:
            broken.append((str(door), response.status_code))
    assert broken == []
    assert digests(demo) == before


def test_every_get_leads_to_a_page_for_somebody(demo: Flask) -> None:
    """Otherwise the test above would look at error pages only."""
    closed = {"accounts.invitation", "accounts.reset", "accounts.second_factor", "accounts.welcome", "terms.consent"}
    # Later steps of a rehearsal, which is at its first; its own story walks through them.
    closed |= {"exams.rehearsal", "exams.confirm_rehearsal", "exams.rehearsal_summary"}
    # Certificates are without end until the association decides otherwise, so none can be renewed.
    closed |= {"office.renewal_form"}
    # Known only to those who were given the address, of which nothing but a hash or a signature is kept.
    closed |= {"manuals.shared", "mypage.calendar_feed"}
    visitors = [Visitor(demo, name) for name in VISITORS]
    empty = {door.endpoint for door in doors(demo, "GET") if not any(_shows_a_page(visitor, door) for visitor in visitors)}
    assert empty == closed


def _shows_a_page(visitor: Visitor, door: Door) -> bool:
    return visitor.may_enter(door) and visitor.client.get(visitor.address(door)).status_code == 200


FORGERIES: dict[str, Callable[[], dict[str, Any]]] = {
    "no token": lambda: {"data": {}},
    "an invented token": lambda: {"data": {"csrf_token": "IjAxMjM0NTY3ODlhYmNkZWYi.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb"}},
    "JSON as plain text": lambda: {"data": '{"items": [], "device": "x", "csrf_token": "x"}', "content_type": "text/plain"},
    "JSON without the header": lambda: {"json": {"items": [], "device": "x"}},
    "a file": lambda: {"data": {"file": (io.BytesIO(b"a,b"), "roster.csv")}},
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_no_post_is_accepted_without_the_token_of_the_session(demo: Flask, forgery: str) -> None:
    visitors = [Visitor(demo, name) for name in VISITORS]
    before = digests(demo)
    accepted = []
    for door in doors(demo, "POST"):
        visitor = next(each for each in reversed(visitors) if each.may_enter(door))
        response = visitor.client.post(visitor.address(door), **FORGERIES[forgery]())
        expect_shield(response)
        if response.status_code != 400:
            accepted.append((str(door), response.status_code))
    assert accepted == []
    assert digests(demo) == before


def test_the_token_of_another_visitor_opens_nothing(demo: Flask) -> None:
    office, other = Visitor(demo, "an office person"), Visitor(demo, "an office person who is an admin")
    token = other.client.csrf("/account")
    assert token
    before = digests(demo)
    response = office.client.post("/account/end-other-sessions", data={"csrf_token": token})
    assert response.status_code == 400
    assert digests(demo) == before


def test_no_view_is_excused_from_the_token(demo: Flask) -> None:
    assert not csrf._exempt_views
    assert not csrf._exempt_blueprints
    assert {door.method for door in every_writing_door(demo)} == {"POST"}


def every_writing_door(app: Flask) -> list[Door]:
    return [door for method in ("POST", "PUT", "PATCH", "DELETE") for door in doors(app, method)]


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH", "CONNECT", "FOO"])
def test_methods_the_site_does_not_use_are_refused(demo: Flask, method: str) -> None:
    response = PageClient(demo).open("/login", method=method)
    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS, POST"
    expect_shield(response)


def test_only_the_asset_of_todays_version_may_be_kept(demo: Flask) -> None:
    client = PageClient(demo)
    today = client.get(f"/static/{assets_version()}/css/base.css")
    assert today.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Set-Cookie" not in today.headers
    assert client.get("/static/0000000000000000/css/base.css").headers["Cache-Control"] == "no-cache"
    assert client.get(f"/static/{assets_version()}/css/none.css").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["../config.py", "..%2f..%2fconfig.py", "css/../../app.py", "/etc/passwd", "css", ".git/config"])
def test_assets_lead_nowhere_else(demo: Flask, path: str) -> None:
    response = PageClient(demo).get(f"/static/{assets_version()}/{path}")
    assert response.status_code in {404, 308}
    assert b"import" not in response.data


@pytest.fixture
def https_site(tmp_path: Path) -> Flask:
    """A site behind TLS, with one proxy before it; only pages that need no table are asked for."""
    settings = settings_for_tests(tmp_path, f"sqlite:///{tmp_path / 'x.sqlite'}")
    return create_app(replace(settings, public_base_url="https://nintei.example.jp", trusted_proxies=1))


def ask(app: Flask, host: str, path: str = "/terms", **headers: str) -> TestResponse:
    return PageClient(app).get(path, base_url=f"https://{host}", headers=headers)


def test_behind_tls_the_cookie_is_bound_to_the_host_and_tls_is_remembered(https_site: Flask) -> None:
    response = ask(https_site, "nintei.example.jp", "/login")
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    name, *attributes = response.headers["Set-Cookie"].split("; ")
    assert name.startswith("__Host-nintei=")
    assert set(attributes) == {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}
    expect_shield(response)


def test_without_tls_no_browser_is_told_to_insist_on_it(demo: Flask) -> None:
    response = PageClient(demo).get("/login")
    assert "Strict-Transport-Security" not in response.headers
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("nintei=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize("host", ["evil.example", "nintei.example.jp.evil.example", "evil.example:443", "127.0.0.1", "x_y", ""])
def test_another_host_name_is_refused(https_site: Flask, host: str) -> None:
    response = PageClient(https_site).get("/terms", base_url="https://nintei.example.jp", headers={"Host": host})
    assert response.status_code == 400
    assert "evil" not in response.text
    expect_shield(response)
    assert response.headers["Strict-Transport-Security"]


def test_forwarded_names_do_not_move_the_site(https_site: Flask) -> None:
    headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Prefix": "/evil", "Forwarded": "host=evil.example"}
    response = ask(https_site, "nintei.example.jp", "/certificate", **headers)
    assert response.status_code == 302
    assert "evil" not in response.headers["Location"]
    assert response.headers["Location"].startswith("/login")


def test_a_page_served_from_the_demo_names_no_person_in_its_headers(demo: Flask) -> None:
    names = [row.name for row in rows(demo, "SELECT name FROM users")]
    holder = Visitor(demo, "a participant with a certificate").client
    for path in ("/certificate", "/certificate/pdf", "/result"):
        shown = str(holder.get(path).headers)
        assert not [name for name in names if name in shown], path
