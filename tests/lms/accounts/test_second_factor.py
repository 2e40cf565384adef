"""The second factor: once per code, encrypted, bounded, not to be bypassed."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from lms import clock
from lms.accounts import services
from lms.accounts.models import LoginSession, User
from lms.accounts.queries import get_account, hash_token
from lms.accounts.rules.refusals import Refusal, Refused
from lms.db.session import db
from lms.web.access import Role
from tests.conftest import FrozenClock
from tests.factories import Factory
from tests.lms.accounts.builders import (
    code,
    live_sessions,
    refused_for,
    run_together,
    set_password,
    set_up_totp,
    tags,
    try_login,
)


def staff_in(make: Factory) -> tuple[int, int, str]:
    """A member of staff who has given the password: user, log-in, secret."""
    user_id = make.staff(Role.GRADER, email="g@example.jp")
    set_password(user_id)
    secret = set_up_totp(user_id)
    try_login("g@example.jp")
    return user_id, db.session.scalars(select(LoginSession.id).order_by(LoginSession.id.desc())).first() or 0, secret


def test_the_secret_is_kept_encrypted(make: Factory, context: Flask) -> None:
    user_id = make.user()
    secret = services.start_totp(user_id, now=clock.now())
    stored = db.session.scalars(select(User.totp_secret)).one()
    assert stored is not None
    assert secret not in stored
    assert services.reveal(stored) == secret
    assert len(secret) >= 32


def test_a_code_works_once(make: Factory, context: Flask, frozen_clock: FrozenClock) -> None:
    user_id, session, secret = staff_in(make)
    used = code(secret)
    assert services.verify_totp(user_id, used, login_session_id=session, now=clock.now())
    with refused_for(Refusal.CODE_USED):
        services.verify_totp(user_id, used, login_session_id=session, now=clock.now())
    frozen_clock.advance(seconds=30)
    with refused_for(Refusal.CODE_USED):
        services.verify_totp(user_id, used, login_session_id=session, now=clock.now())
    assert services.verify_totp(user_id, code(secret), login_session_id=session, now=clock.now())


@pytest.mark.parametrize(("seconds", "fits"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_clock_may_be_off_by_one_step(make: Factory, context: Flask, seconds: int, fits: bool) -> None:
    user_id, session, secret = staff_in(make)
    if fits:
        assert services.verify_totp(user_id, code(secret, seconds=seconds), login_session_id=session, now=clock.now())
    else:
        with refused_for(Refusal.WRONG_CODE):
            services.verify_totp(user_id, code(secret, seconds=seconds), login_session_id=session, now=clock.now())


def test_of_ten_parallel_uses_of_a_code_one_succeeds(make: Factory, app: Flask) -> None:
    with app.app_context():
        user_id, session, secret = staff_in(make)
    outcomes: list[bool] = []

    def use() -> None:
        with app.app_context():
            try:
                outcomes.append(bool(services.verify_totp(user_id, code(secret), login_session_id=session, now=clock.now())))
            except Refused:
                outcomes.append(False)

    run_together(use, 10)
    assert outcomes.count(True) == 1


def test_five_wrong_codes_have_to_wait(make: Factory, context: Flask, frozen_clock: FrozenClock) -> None:
    user_id, session, secret = staff_in(make)
    for _ in range(5):
        with refused_for(Refusal.WRONG_CODE):
            services.verify_totp(user_id, "000000", login_session_id=session, now=clock.now())
    with refused_for(Refusal.THROTTLED):
        services.verify_totp(user_id, code(secret), login_session_id=session, now=clock.now())
    assert tags().count("user:second_factor_failed") == 5
    frozen_clock.advance(minutes=15)
    assert services.verify_totp(user_id, code(secret), login_session_id=session, now=clock.now())


def test_the_second_factor_renews_the_token(make: Factory, context: Flask) -> None:
    user_id, session, secret = staff_in(make)
    before = db.session.scalars(select(LoginSession.token_hash).where(LoginSession.id == session)).one()
    token = services.verify_totp(user_id, code(secret), login_session_id=session, now=clock.now())
    after = db.session.scalars(select(LoginSession.token_hash).where(LoginSession.id == session)).one()
    assert after == hash_token(token) != before


def test_a_factor_is_confirmed_with_its_first_code_and_then_stays(
    make: Factory, context: Flask, frozen_clock: FrozenClock
) -> None:
    user_id = make.staff(Role.OFFICE)
    secret = services.start_totp(user_id, now=clock.now())
    with refused_for(Refusal.FACTOR_NOT_STARTED):
        services.verify_totp(user_id, code(secret), login_session_id=1, now=clock.now())
    with refused_for(Refusal.WRONG_CODE):
        services.confirm_totp(user_id, "12345x", now=clock.now())
    assert services.confirm_totp(user_id, code(secret), now=clock.now()) == ""
    with refused_for(Refusal.FACTOR_ALREADY_SET):
        services.start_totp(user_id, now=clock.now())
    frozen_clock.advance(minutes=1)
    with refused_for(Refusal.FACTOR_ALREADY_SET):
        services.confirm_totp(user_id, code(secret), now=clock.now())


def test_only_an_admin_takes_a_second_factor_away(make: Factory, context: Flask) -> None:
    user_id, _, _ = staff_in(make)
    with refused_for(Refusal.NOT_ADMIN):
        services.forget_second_factor(user_id, by=user_id, now=clock.now())
    services.forget_second_factor(user_id, by=make.staff(Role.ADMIN), now=clock.now(), reason="機種変更")
    assert not get_account(user_id).has_second_factor
    assert live_sessions(user_id) == 0


def test_codes_are_shown_in_the_demo_only(make: Factory, context: Flask) -> None:
    user_id, _, secret = staff_in(make)
    with pytest.raises(RuntimeError):
        services.current_code(user_id, now=clock.now())
    settings = context.extensions["settings"]
    context.extensions["settings"] = replace(settings, is_demo=True)
    try:
        assert services.current_code(user_id, now=clock.now()) == code(secret)
    finally:
        context.extensions["settings"] = settings
