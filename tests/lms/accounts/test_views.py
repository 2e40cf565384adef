"""The doors of 利用者 as visitors meet them: the story from invitation to log-out, and what must not work."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from lms import clock
from lms.accounts import services
from lms.accounts.models import LoginSession, User
from lms.accounts.queries import SESSION_KEY
from lms.db.session import db
from lms.web.access import Role
from tests.conftest import FrozenClock
from tests.factories import Factory
from tests.lms.accounts.builders import (
    OTHER,
    PASSWORD,
    STAFF_PASSWORD,
    code,
    last_link,
    peek,
    send_once,
    set_password,
    set_up_totp,
    type_code,
    type_password,
)
from tests.lms.accounts.test_rules import HOSTILE_ADDRESSES
from tests.page import PageClient


def seated(make: Factory, email: str = "a@example.jp", password: str = PASSWORD) -> int:
    """A participant with a password."""
    seat = make.seat(email=email)
    with make.app.app_context():
        set_password(seat.user_id, password)
    return seat.user_id


def staff(make: Factory, *roles: Role, email: str = "g@example.jp") -> tuple[int, str]:
    """A member of staff with a password and a second factor: id and secret."""
    user_id = make.staff(*(roles or (Role.GRADER,)), email=email)
    with make.app.app_context():
        set_password(user_id, STAFF_PASSWORD)
        return user_id, set_up_totp(user_id)


def cookie(client: PageClient) -> str | None:
    with client.session_transaction() as session:
        return session.get(SESSION_KEY)


def with_cookie(app: Flask, token: str | None) -> PageClient:
    client = PageClient(app)
    with client.session_transaction() as session:
        session[SESSION_KEY] = token
    return client


def enters(client: PageClient) -> bool:
    """Whether the visitor may see a page that asks for a log-in."""
    return peek(client, "/account").status_code == 200 or "/terms/consent" in peek(client, "/account").headers.get("Location", "")


# --- the way in ----------------------------------------------------------------------------------------------------


def test_a_participant_goes_from_the_mail_to_the_terms(make: Factory, client: PageClient) -> None:
    seat = make.seat(email="a@example.jp", name="髙﨑 花子")
    with make.app.app_context():
        services.invite_user(seat.user_id, by=None, now=clock.now())
    link = last_link(make.app)
    client.get(link)
    assert "髙﨑 花子" in client.text
    assert "15文字以上" in client.text
    answer = send_once(client, {"password": PASSWORD, "repeated": PASSWORD}, action="")
    assert answer.headers["Location"] == "/welcome"
    assert peek(client, "/welcome").headers["Location"] == "/terms/consent"
    assert client.get(link).status_code == 410
    assert "このリンクは使えません" in client.text


def test_staff_go_from_the_mail_through_the_second_factor_to_their_room(
    make: Factory, client: PageClient, frozen_clock: FrozenClock
) -> None:
    with make.app.app_context():
        user_id = services.invite_staff("g@example.jp", "採点 一郎", [Role.GRADER], by=None, now=clock.now())
    client.get(last_link(make.app))
    assert "8文字以上" in client.text
    send_once(client, {"password": STAFF_PASSWORD, "repeated": STAFF_PASSWORD}, action="")
    assert peek(client, "/welcome").headers["Location"] == "/second-factor"
    assert peek(client, "/second-factor").headers["Location"] == "/second-factor/setup"
    client.get("/second-factor/setup")
    client.send(action="/second-factor/start")
    assert client.page is not None
    assert client.page.find("svg")
    with make.app.app_context():
        secret = services.reveal(db.session.scalars(select(User.totp_secret).where(User.id == user_id)).one() or "")
    assert re.sub(r"\s", "", secret) in re.sub(r"\s", "", client.text)
    client.send({"code": "000000"}, action="/second-factor/setup")
    assert "認証コードが違います" in client.text
    before = cookie(client)
    spaced = f"{code(secret)[:3]} {code(secret)[3:]}".translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert send_once(client, {"code": spaced}, action="/second-factor/setup").headers["Location"] == "/welcome"
    assert cookie(client) != before
    assert peek(client, "/welcome").headers["Location"] == "/grading"


@pytest.mark.parametrize(
    ("roles", "home"),
    [
        ((Role.OFFICE,), "/office"),
        ((Role.ADMIN,), "/office/staff"),
        ((Role.GRADER,), "/grading"),
        ((Role.OFFICE, Role.GRADER), "/office"),
        ((Role.INSTRUCTOR,), "/account"),
    ],
)
def test_staff_arrive_in_the_room_of_their_role(
    make: Factory, client: PageClient, frozen_clock: FrozenClock, roles: tuple[Role, ...], home: str
) -> None:
    _, secret = staff(make, *roles)
    type_password(client, "g@example.jp", STAFF_PASSWORD)
    type_code(client, code(secret))
    assert peek(client, "/welcome").headers["Location"] == home


def test_a_wrong_password_says_so_and_keeps_the_address(make: Factory, client: PageClient) -> None:
    seated(make)
    answer = type_password(client, "a@example.jp", OTHER)
    assert answer.status_code == 422
    assert "メールアドレスまたはパスワードが違います。" in client.text
    assert 'value="a@example.jp"' in answer.get_data(as_text=True)
    assert OTHER not in answer.get_data(as_text=True)


def test_too_many_failures_get_a_page_that_asks_to_wait(make: Factory, client: PageClient) -> None:
    seated(make)
    for _ in range(5):
        type_password(client, "a@example.jp", OTHER)
    answer = type_password(client, "a@example.jp", PASSWORD)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "900"
    assert "しばらく時間をおいてください" in client.text


def test_somebody_elses_failures_do_not_disturb_who_is_in(make: Factory, app: Flask) -> None:
    user_id = seated(make)
    inside = make.login(user_id)
    attacker = PageClient(app)
    for number in range(21):
        attacker.environ_base["REMOTE_ADDR"] = f"203.0.113.{number}"
        type_password(attacker, "a@example.jp", OTHER)
    assert enters(inside)


# --- nobody learns who is here ---------------------------------------------------------------------------------------


def bare(html: str) -> str:
    """A page without what differs between any two requests."""
    return re.sub(r'name="csrf_token"[^>]*>|value="[a-z-]+@example.jp"', "", html)


def test_the_log_in_page_answers_alike_whoever_is_asked_for(make: Factory, app: Flask) -> None:
    seated(make)
    disabled = make.user(email="gone@example.jp")
    with app.app_context():
        set_password(disabled)
        services.disable_user(disabled, by=None, now=clock.now())
    answers = [type_password(PageClient(app), email, OTHER) for email in ("a@example.jp", "nobody@example.jp", "gone@example.jp")]
    assert {answer.status_code for answer in answers} == {422}
    assert len({bare(answer.get_data(as_text=True)) for answer in answers}) == 1
    assert len({tuple(name for name, _ in answer.headers) for answer in answers}) == 1


def test_asking_for_a_reset_answers_alike_whoever_is_asked_for(make: Factory, app: Flask) -> None:
    seated(make)
    answers = [
        PageClient(app).submit("/password/forgot", {"email": email}, action="/password/forgot")
        for email in ("a@example.jp", "nobody@example.jp", "not an address")
    ]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.get_data() for answer in answers}) == 1


def test_an_unknown_an_expired_and_a_used_link_look_alike(make: Factory, app: Flask, frozen_clock: FrozenClock) -> None:
    seat = make.seat(email="a@example.jp")
    with app.app_context():
        services.invite_user(seat.user_id, by=None, now=clock.now())
    link = last_link(app)
    frozen_clock.advance(hours=73)
    pages = {PageClient(app).get(path).get_data() for path in (link, "/invitation/unknown", "/password/reset/unknown")}
    assert len(pages) == 1


# --- where one is sent on --------------------------------------------------------------------------------------------


def test_no_hostile_next_leads_away(make: Factory, app: Flask) -> None:
    user_id, _ = staff(make, Role.GRADER)
    for address in HOSTILE_ADDRESSES:
        client = make.login(user_id)
        with client.session_transaction() as session:
            session["next"] = address
        assert peek(client, "/welcome").headers["Location"] == "/grading", repr(address)
        page = PageClient(app).get("/login", query_string={"next": address}).get_data(as_text=True)
        assert "evil" not in page, repr(address)


def test_a_hostile_next_in_the_form_is_dropped(make: Factory, app: Flask) -> None:
    user_id = make.staff(Role.INSTRUCTOR, email="i@example.jp")
    with app.app_context():
        set_password(user_id)
    client = PageClient(app)
    answer = type_password(client, "i@example.jp", next="/\\evil.jp")
    assert answer.headers["Location"] == "/welcome"
    with client.session_transaction() as session:
        assert "next" not in session


def test_who_asked_for_a_page_gets_there_after_logging_in(make: Factory, client: PageClient) -> None:
    _, secret = staff(make, Role.GRADER)
    assert peek(client, "/grading?x=1").headers["Location"] == "/login?next=/grading?x%3D1"
    type_password(client, "g@example.jp", STAFF_PASSWORD, at="/login?next=/grading?x%3D1")
    type_code(client, code(secret))
    assert peek(client, "/welcome").headers["Location"] == "/grading?x=1"
    assert peek(client, "/welcome").headers["Location"] == "/grading", "once only"


# --- sessions --------------------------------------------------------------------------------------------------------


def test_a_planted_cookie_does_not_become_a_log_in(make: Factory, app: Flask) -> None:
    seated(make)
    victim = with_cookie(app, "planted-by-somebody")
    type_password(victim, "a@example.jp")
    assert cookie(victim) not in {None, "planted-by-somebody"}
    assert not enters(with_cookie(app, "planted-by-somebody"))


def test_logging_in_renews_the_csrf_token_and_ends_the_old_log_in(make: Factory, app: Flask) -> None:
    seated(make)
    client = PageClient(app)
    type_password(client, "a@example.jp")
    first = cookie(client)
    with client.session_transaction() as session:
        session["csrf_token"] = "planted"
    assert peek(client, "/login").headers["Location"] == "/welcome"
    stranger = PageClient(app)
    token = stranger.csrf("/login")
    with stranger.session_transaction() as session:
        session[SESSION_KEY] = first
    peek(stranger, "/login", method="POST", data={"csrf_token": token, "email": "a@example.jp", "password": PASSWORD})
    assert cookie(stranger) != first
    assert not enters(with_cookie(app, first))


def _log_out(client: PageClient, make: Factory, user_id: int) -> None:
    client.submit("/account", action="/logout")


def _change_password(client: PageClient, make: Factory, user_id: int) -> None:
    values = {"current": STAFF_PASSWORD, "password": "uguisu-99", "repeated": "uguisu-99"}
    client.submit("/account", values, action="/account/password")
    assert "パスワードを変更しました" in client.text
    assert enters(client), "this device stays logged in"


def _disable(client: PageClient, make: Factory, user_id: int) -> None:
    with make.app.app_context():
        services.disable_user(user_id, by=None, now=clock.now())


def _change_roles(client: PageClient, make: Factory, user_id: int) -> None:
    with make.app.app_context():
        services.give_role(user_id, Role.OFFICE, by=None, now=clock.now())


def _reset(client: PageClient, make: Factory, user_id: int) -> None:
    with make.app.app_context():
        services.request_reset("g@example.jp", now=clock.now())
    other = PageClient(make.app)
    other.get(last_link(make.app))
    send_once(other, {"password": "uguisu-99", "repeated": "uguisu-99"}, action="")


@pytest.mark.parametrize("act", [_log_out, _change_password, _disable, _change_roles, _reset])
def test_a_stolen_cookie_is_dead_after(make: Factory, app: Flask, act: Callable[[PageClient, Factory, int], None]) -> None:
    user_id, _ = staff(make)
    client = make.login(user_id)
    thief = with_cookie(app, cookie(client))
    assert enters(thief)
    act(client, make, user_id)
    assert not enters(thief)


def test_who_gave_only_the_password_enters_nothing(make: Factory, app: Flask) -> None:
    _, _ = staff(make, Role.GRADER, Role.OFFICE, Role.ADMIN)
    client = PageClient(app)
    type_password(client, "g@example.jp", STAFF_PASSWORD)
    open_before = {"accounts.logout", "accounts.second_factor", "accounts.verify_second_factor"}
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.arguments or rule.endpoint in open_before:
            continue
        if (
            getattr(app.view_functions[rule.endpoint], "audiences", None)
            and "anybody" not in app.view_functions[rule.endpoint].audiences
        ):
            answer = peek(client, rule.rule)
            assert answer.status_code == 302, rule.rule
            assert answer.headers["Location"] == "/second-factor", rule.rule


def test_a_confirmed_factor_cannot_be_replaced_with_the_password_alone(make: Factory, app: Flask) -> None:
    user_id, _ = staff(make)
    client = make.login(user_id, second_factor=False)
    token = client.csrf("/second-factor")
    with app.app_context():
        before = db.session.scalars(select(User.totp_secret)).one()
    assert peek(client, "/second-factor/setup").headers["Location"] == "/second-factor"
    peek(client, "/second-factor/start", method="POST", data={"csrf_token": token})
    peek(client, "/second-factor/setup", method="POST", data={"csrf_token": token, "code": "123456"})
    with app.app_context():
        assert db.session.scalars(select(User.totp_secret)).one() == before
    assert peek(client, "/account").headers["Location"] == "/second-factor"


def test_a_code_seen_over_the_shoulder_does_not_open_a_second_log_in(make: Factory, app: Flask) -> None:
    user_id, secret = staff(make)
    type_code(make.login(user_id, second_factor=False), code(secret))
    thief = make.login(user_id, second_factor=False)
    answer = type_code(thief, code(secret))
    assert answer.status_code == 422
    assert "使用済み" in thief.text


# --- own account -------------------------------------------------------------------------------------------------------


def test_the_account_page_shows_this_device_and_ends_the_others(make: Factory, app: Flask) -> None:
    user_id, _ = staff(make)
    other, client = make.login(user_id), make.login(user_id)
    client.get("/account")
    assert client.text.count("この端末") == 1
    client.send(action="/account/end-other-sessions")
    assert "ほかの端末ではログインしていません" in client.text
    assert not enters(other)
    with app.app_context():
        assert len(db.session.scalars(select(LoginSession.id).where(LoginSession.ended_at.is_(None))).all()) == 1


def test_an_unfit_new_password_is_explained_and_changes_nothing(make: Factory, client: PageClient) -> None:
    user_id, _ = staff(make)
    client = make.login(user_id)
    answer = client.submit(
        "/account", {"current": STAFF_PASSWORD, "password": "password", "repeated": "password"}, action="/account/password"
    )
    assert answer.status_code == 422
    assert "よく使われる言葉" in client.text
    client.send({"current": STAFF_PASSWORD, "password": "uguisu-99", "repeated": "uguisu-98"}, action="/account/password")
    assert "一致しません" in client.text
    client.send({"current": "not this one", "password": "uguisu-99", "repeated": "uguisu-99"}, action="/account/password")
    assert "今のパスワードが違います" in client.text


def test_logging_out_needs_the_form_of_the_page(make: Factory) -> None:
    user_id, _ = staff(make)
    client = make.login(user_id)
    assert client.get("/logout").status_code == 405
    assert client.post("/logout").status_code == 400
    assert enters(client)


@pytest.mark.parametrize("path", ["/login", "/password/forgot", "/invitation/x", "/password/reset/x"])
def test_nothing_is_accepted_without_the_csrf_token(client: PageClient, path: str) -> None:
    assert client.post(path, data={"email": "a@example.jp", "password": PASSWORD, "repeated": PASSWORD}).status_code == 400


def test_pages_with_secrets_are_neither_kept_nor_told_to_others(make: Factory, app: Flask) -> None:
    seat = make.seat(email="a@example.jp")
    with app.app_context():
        services.invite_user(seat.user_id, by=None, now=clock.now())
    answer = PageClient(app).get(last_link(app))
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
