"""People with passwords and second factors, and what tests read out of the mails they get."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pyotp
import pytest
from flask import Flask, current_app
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from lms import clock
from lms.accounts import services
from lms.accounts.models import LoginSession, User
from lms.accounts.queries import find_current_user
from lms.accounts.rules.refusals import Refusal, Refused
from lms.accounts.services.hashing import hash_password
from lms.audit.models import AuditEvent
from lms.db.session import command, db
from lms.mail.models import OutgoingMail
from tests.factories import Factory
from tests.page import PageClient, judge

PASSWORD = "kaede-tegami-minato"
OTHER = "yuzu-suzume-hotaru-fubuki"
STAFF_PASSWORD = "tsubame7"


def set_password(user_id: int, password: str = PASSWORD) -> None:
    """Give the user a password (inside an application context)."""
    hashed = hash_password(password)
    db.session.get_one(User, user_id).password_hash = hashed
    db.session.commit()


def set_up_totp(user_id: int) -> str:
    """A confirmed second factor, set up an hour ago; gives back its secret (inside a context)."""
    secret = services.start_totp(user_id, now=clock.now())
    _backdate(user_id)
    return secret


@command
def _backdate(user_id: int) -> None:
    db.session.get_one(User, user_id).totp_confirmed_at = clock.now()


def code(secret: str, *, seconds: int = 0) -> str:
    """The code the app shows some seconds from now."""
    return pyotp.TOTP(secret).at(int(clock.now().timestamp()) + seconds)


def last_link(app: Flask) -> str:
    """The path of the link in the newest mail."""
    with app.app_context():
        body = db.session.scalars(select(OutgoingMail.body).order_by(OutgoingMail.id.desc())).first() or ""
        found = re.search(r"https?://[^/\s]+(/(?:invitation|password/reset)/\S+)", body)
        assert found, body
        return found.group(1)


def tags() -> list[str]:
    """Every audit tag so far, in order (inside a context)."""
    return list(db.session.scalars(select(AuditEvent.tag).order_by(AuditEvent.id)))


def live_sessions(user_id: int) -> int:
    """How many log-ins are not ended (inside a context)."""
    alive = select(LoginSession.id).where(LoginSession.user_id == user_id, LoginSession.ended_at.is_(None))
    return len(db.session.scalars(alive).all())


def peek(client: PageClient, path: str, **options: Any) -> TestResponse:
    """The bare answer: a redirect is neither judged as a page nor followed."""
    return FlaskClient.open(client, path, **options)


def send_once(client: PageClient, values: dict[str, Any], *, action: str) -> TestResponse:
    """Fill and send a form of the page at hand; a redirect is not followed, a page is judged."""
    assert client.page is not None
    form = next(form for form in client.page.forms if form["attrs"].get("action", client.address).endswith(action))
    answer = peek(client, form["attrs"].get("action") or client.address, method="POST", data=form["fields"] | values)
    if answer.status_code != 302:
        client.page = judge(answer.get_data(as_text=True), action)
    return answer


def type_password(client: PageClient, email: str, password: str = PASSWORD, *, at: str = "/login", **others: str) -> TestResponse:
    """Fill in the log-in form; a redirect is not followed."""
    client.get(at, follow_redirects=True)
    return send_once(client, {"email": email, "password": password, **others}, action="/login")


def type_code(client: PageClient, digits: str, *, at: str = "/second-factor") -> TestResponse:
    """Fill in the form of the second factor; a redirect is not followed."""
    client.get(at)
    return send_once(client, {"code": digits}, action=at)


HOME = "203.0.113.7"
ELSEWHERE = "198.51.100.9"


@contextmanager
def refused_for(reason: Refusal) -> Iterator[None]:
    """The block must be refused for this reason."""
    with pytest.raises(Refused) as refused:
        yield
    assert refused.value.reason is reason


def try_login(email: str, password: str = PASSWORD, *, address: str = HOME) -> str:
    """Log in by the service (inside a context); gives back the token."""
    return services.log_in(email, password, now=clock.now(), user_agent="Firefox", address=address)


def person(make: Factory, email: str = "a@example.jp") -> int:
    """Somebody with a password (inside a context)."""
    user_id = make.user(email=email)
    set_password(user_id)
    return user_id


def is_alive(token: str) -> bool:
    """Whether a request with this token would find a person."""
    db.session.rollback()
    with current_app.test_request_context("/"):
        nobody = {"role_source": lambda _: frozenset(), "owes_consent": lambda _: False}
        return find_current_user(token, now=clock.now(), **nobody) is not None


def token_of(link: str) -> str:
    """The secret part of a link."""
    return link.rsplit("/", 1)[1]


def run_together(work: Callable[[], object], times: int) -> None:
    """The work in so many threads at once."""
    threads = [threading.Thread(target=work) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
