"""The wall of consent: nothing opens before it, the exact text is kept, a new revision asks again."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.audit.models import AuditEvent
from lms.db.session import db
from lms.terms.models import TermsConsent
from lms.terms.queries import get_current_terms, owes_consent
from lms.web.access import Role, audiences_of
from tests.conftest import NOON
from tests.factories import Factory
from tests.lms.terms.test_source import write
from tests.page import PageClient


@contextmanager
def content(app: Flask, folder: Path) -> Iterator[None]:
    before = app.extensions["settings"]
    app.extensions["settings"] = replace(before, content=folder)
    try:
        yield
    finally:
        app.extensions["settings"] = before


def location(client: PageClient, path: str) -> str:
    return FlaskClient.open(client, path).headers.get("Location", "")


def agree(client: PageClient) -> str:
    """Tick the box and send; gives back where the answer leads."""
    client.get("/terms/consent")
    assert client.page is not None
    form = next(form for form in client.page.forms if form["attrs"]["action"] == "/terms/consent")
    answer = FlaskClient.open(client, "/terms/consent", method="POST", data=form["fields"] | {"agreed": "y"})
    return answer.headers.get("Location", "")


def test_anybody_may_read_the_terms(client: PageClient) -> None:
    assert client.get("/terms").status_code == 200
    assert "受講・受験規約" in client.text


def test_nothing_opens_to_a_participant_before_the_consent(make: Factory, app: Flask) -> None:
    client = make.login(make.seat().user_id)
    asked = 0
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        closed = Role.PARTICIPANT in audiences_of(app, rule.endpoint) or "logged_in" in audiences_of(app, rule.endpoint)
        if closed and "GET" in (rule.methods or ()) and not getattr(view, "before_terms", False) and not rule.arguments:
            assert location(client, rule.rule) == "/terms/consent", rule.rule
            asked += 1
    assert asked >= 5


def test_a_post_is_not_let_through_before_the_consent_either(make: Factory) -> None:
    client = make.login(make.seat().user_id)
    token = client.csrf("/terms/consent")
    answer = FlaskClient.open(client, "/account/end-other-sessions", method="POST", data={"csrf_token": token})
    assert answer.headers["Location"] == "/terms/consent"


def test_the_consent_is_kept_with_revision_hash_time_and_address(make: Factory, app: Flask) -> None:
    seat = make.seat()
    client = make.login(seat.user_id)
    client.get("/terms/consent")
    assert "第10条" in client.text, "the full text is shown"
    assert agree(client) == "/welcome"
    with app.app_context():
        kept = db.session.scalars(select(TermsConsent)).one()
        terms = get_current_terms()
        assert (kept.user_id, kept.revision, kept.text_sha256) == (seat.user_id, terms.revision, terms.sha256)
        assert kept.consented_at == NOON
        assert kept.network_address == "127.0.0.1"
        assert db.session.scalars(select(AuditEvent.tag)).all() == ["terms:consent"]
    assert location(client, "/account") == ""


def test_without_the_tick_nothing_is_kept(make: Factory, app: Flask) -> None:
    client = make.login(make.seat().user_id)
    assert client.submit("/terms/consent", action="/terms/consent").status_code == 422
    assert "チェックを入れてください" in client.text
    with app.app_context():
        assert db.session.scalars(select(TermsConsent)).all() == []


def test_agreeing_twice_keeps_one_consent(make: Factory, app: Flask) -> None:
    seat = make.seat()
    first, second = make.login(seat.user_id), make.login(seat.user_id)
    token = second.csrf("/terms/consent")
    assert second.page is not None
    form = next(form for form in second.page.forms if form["attrs"]["action"] == "/terms/consent")
    agree(first)
    answer = FlaskClient.open(second, "/terms/consent", method="POST", data=form["fields"] | {"agreed": "y", "csrf_token": token})
    assert answer.headers["Location"] == "/welcome"
    with app.app_context():
        assert len(db.session.scalars(select(TermsConsent)).all()) == 1


def test_staff_without_a_seat_owe_no_consent(make: Factory) -> None:
    client = make.login(make.staff(Role.GRADER))
    assert location(client, "/account") == ""
    assert location(client, "/terms/consent") == "/welcome"


def test_a_new_revision_asks_again_and_a_stale_page_is_not_taken_for_it(make: Factory, app: Flask, tmp_path: Path) -> None:
    folder = tmp_path / "terms"
    folder.mkdir()
    write(folder, "first", effective_on="2026-04-01")
    seat = make.seat()
    client = make.login(seat.user_id)
    with content(app, tmp_path):
        client.get("/terms/consent")
        assert client.page is not None
        stale = next(form for form in client.page.forms if form["attrs"]["action"] == "/terms/consent")["fields"]
        agree(client)
        write(folder, "second", effective_on="2026-11-01")
        assert location(client, "/account") == "/terms/consent"
        answer = FlaskClient.open(client, "/terms/consent", method="POST", data=stale | {"agreed": "y"})
        assert answer.headers["Location"] == "/terms/consent"
        client.get("/terms/consent")
        assert "規約が新しくなりました" in client.text
        assert agree(client) == "/welcome"
        with app.app_context():
            assert db.session.scalars(select(TermsConsent.revision).order_by(TermsConsent.id)).all() == ["first", "second"]
            assert not owes_consent(seat.user_id)


@pytest.mark.parametrize("forged", [{"revision": "other"}, {"sha256": "0" * 64}])
def test_a_consent_to_a_text_that_is_not_in_force_is_not_kept(make: Factory, app: Flask, forged: dict[str, str]) -> None:
    client = make.login(make.seat().user_id)
    client.get("/terms/consent")
    assert client.page is not None
    form = next(form for form in client.page.forms if form["attrs"]["action"] == "/terms/consent")
    FlaskClient.open(client, "/terms/consent", method="POST", data=form["fields"] | {"agreed": "y"} | forged)
    with app.app_context():
        assert db.session.scalars(select(TermsConsent)).all() == []
