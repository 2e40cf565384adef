"""Log-ins: alike in failure, throttled fairly, ended when they must."""

import pytest
from flask import Flask
from sqlalchemy import select, update

from lms import clock
from lms.accounts import services
from lms.accounts.models import FailureCounter, LoginSession
from lms.accounts.queries import hash_token
from lms.accounts.rules.refusals import Refusal, Refused
from lms.accounts.services import hashing
from lms.config import PasswordCost
from lms.db.session import command, db
from lms.web.access import Role
from tests.conftest import FrozenClock
from tests.factories import Factory
from tests.lms.accounts.builders import (
    ELSEWHERE,
    HOME,
    OTHER,
    PASSWORD,
    is_alive,
    live_sessions,
    person,
    refused_for,
    run_together,
    set_password,
    tags,
    try_login,
)


@pytest.mark.parametrize("kind", ["wrong password", "unknown", "disabled", "never set a password", "malformed"])
def test_every_failed_log_in_is_refused_alike_after_the_same_work(
    make: Factory, context: Flask, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    user_id = person(make)
    make.user(email="empty@example.jp")
    if kind == "disabled":
        services.disable_user(user_id, by=None, now=clock.now())
    email = {"unknown": "x@example.jp", "never set a password": "empty@example.jp", "malformed": "not an address"}.get(
        kind, "a@example.jp"
    )
    calls = count_verifications(monkeypatch)
    with refused_for(Refusal.WRONG_CREDENTIALS):
        try_login(email, PASSWORD if kind != "wrong password" else OTHER)
    assert calls == [1]
    assert tags()[-1] == "user:login_failed"


def count_verifications(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    calls = [0]
    real = hashing._hasher

    class Counting:
        def __init__(self, cost: PasswordCost) -> None:
            self.real = real(cost)

        def verify(self, stored: str, password: str) -> bool:
            calls[0] += 1
            return self.real.verify(stored, password)

        def check_needs_rehash(self, stored: str) -> bool:
            return self.real.check_needs_rehash(stored)

    hashing._decoy(PasswordCost(memory_kib=64, passes=1, lanes=1))
    monkeypatch.setattr(hashing, "_hasher", Counting)
    return calls


def test_the_sixth_failure_from_one_place_within_a_quarter_of_an_hour_has_to_wait(
    make: Factory, context: Flask, frozen_clock: FrozenClock
) -> None:
    person(make)
    for _ in range(5):
        with refused_for(Refusal.WRONG_CREDENTIALS):
            try_login("a@example.jp", OTHER)
    with refused_for(Refusal.THROTTLED):
        try_login("a@example.jp", PASSWORD)
    assert try_login("a@example.jp", PASSWORD, address=ELSEWHERE), "another place is not held up"
    frozen_clock.advance(minutes=15)
    assert try_login("a@example.jp", PASSWORD)


def test_twenty_failures_an_hour_from_anywhere_hold_up_the_account(
    make: Factory, context: Flask, frozen_clock: FrozenClock
) -> None:
    person(make)
    token = try_login("a@example.jp", address="192.0.2.200")
    for number in range(3):
        with refused_for(Refusal.WRONG_CREDENTIALS):
            try_login("a@example.jp", OTHER, address=f"203.0.113.{number}")
        if number == 0:
            fast_forward("login_account", to=18)
    with refused_for(Refusal.THROTTLED):
        try_login("a@example.jp", PASSWORD, address=ELSEWHERE)
    assert is_alive(token), "who is in stays in"
    session = db.session.scalars(select(LoginSession).where(LoginSession.ended_at.is_(None))).one()
    assert services.change_password(session.user_id, PASSWORD, OTHER, login_session_id=session.id, now=clock.now())
    frozen_clock.advance(hours=1)
    assert try_login("a@example.jp", OTHER, address=ELSEWHERE)


def test_fifty_failures_an_hour_from_one_address_hold_up_the_address(make: Factory, context: Flask) -> None:
    person(make)
    for number in range(3):
        with refused_for(Refusal.WRONG_CREDENTIALS):
            try_login(f"nobody{number}@example.jp", OTHER)
        if number == 0:
            fast_forward("login_address", to=48)
    with refused_for(Refusal.THROTTLED):
        try_login("a@example.jp")
    assert try_login("a@example.jp", address=ELSEWHERE)


def test_successes_are_not_counted(make: Factory, context: Flask) -> None:
    person(make)
    for _ in range(7):
        try_login("a@example.jp")
    assert set(db.session.scalars(select(FailureCounter.failures))) == {0}


def test_parallel_guesses_do_not_slip_through_together(make: Factory, app: Flask) -> None:
    with app.app_context():
        person(make)
    outcomes: list[str] = []

    def guess() -> None:
        with app.app_context():
            try:
                try_login("a@example.jp", OTHER)
            except Refused as refused:
                outcomes.append(refused.reason.value)

    run_together(guess, 12)
    assert outcomes.count("wrong_credentials") == 5
    assert outcomes.count("throttled") == 7


def test_the_counters_name_nobody(make: Factory, context: Flask) -> None:
    person(make)
    with refused_for(Refusal.WRONG_CREDENTIALS):
        try_login("a@example.jp", OTHER)
    keys = " ".join(db.session.scalars(select(FailureCounter.key)))
    assert "example" not in keys
    assert HOME not in keys


def test_another_room_can_count_its_own_failures(context: Flask, frozen_clock: FrozenClock) -> None:
    for expected in (1, 2, 3):
        assert services.count_failure("verify", "x", now=clock.now()) == expected
    hour = clock.now() - clock.now().replace(hour=clock.now().hour - 1)
    assert services.is_throttled("verify", "x", 3, hour, now=clock.now())
    assert not services.is_throttled("verify", "y", 3, hour, now=clock.now())
    frozen_clock.advance(hours=1)
    assert not services.is_throttled("verify", "x", 3, hour, now=clock.now())
    assert services.count_failure("verify", "x", now=clock.now()) == 1


def test_old_counters_are_forgotten(context: Flask, frozen_clock: FrozenClock) -> None:
    services.count_failure("verify", "x", now=clock.now())
    services.forget_old_failures(now=clock.now())
    assert len(db.session.scalars(select(FailureCounter.id)).all()) == 1
    db.session.rollback()
    frozen_clock.advance(days=3)
    services.forget_old_failures(now=clock.now())
    assert db.session.scalars(select(FailureCounter.id)).all() == []


def test_a_log_in_lives_a_day_for_participants_and_half_a_day_for_staff(
    make: Factory, context: Flask, frozen_clock: FrozenClock
) -> None:
    person(make)
    staff = make.staff(Role.OFFICE, email="o@example.jp")
    set_password(staff)
    mine, theirs = try_login("a@example.jp"), try_login("o@example.jp")
    for _ in range(23):
        frozen_clock.advance(minutes=30)
        _keep_busy()
    assert is_alive(theirs)
    frozen_clock.advance(minutes=30)
    assert not is_alive(theirs)
    for _ in range(23):
        _keep_busy()
        frozen_clock.advance(minutes=30)
    assert is_alive(mine)
    frozen_clock.advance(minutes=30)
    assert not is_alive(mine)


@command
def fast_forward(scope: str, *, to: int) -> None:
    """As if so many failures had been counted already."""
    db.session.execute(update(FailureCounter).where(FailureCounter.scope == scope).values(failures=to))


@command
def _keep_busy() -> None:
    db.session.execute(update(LoginSession).values(last_seen_at=clock.now()))


def test_an_idle_log_in_ends_after_eight_hours_and_for_staff_after_one(
    make: Factory, context: Flask, frozen_clock: FrozenClock
) -> None:
    person(make)
    staff = make.staff(Role.OFFICE, email="o@example.jp")
    set_password(staff)
    mine, theirs = try_login("a@example.jp"), try_login("o@example.jp")
    frozen_clock.advance(minutes=60)
    assert (is_alive(mine), is_alive(theirs)) == (True, False)
    frozen_clock.advance(hours=8)
    assert not is_alive(mine)


def test_disabling_ends_every_log_in_and_enabling_brings_none_back(make: Factory, context: Flask) -> None:
    user_id = person(make)
    token = try_login("a@example.jp")
    services.disable_user(user_id, by=None, now=clock.now(), reason="退職")
    assert not is_alive(token)
    services.enable_user(user_id, by=None, now=clock.now())
    assert not is_alive(token)
    assert is_alive(try_login("a@example.jp"))


def test_logging_out_ends_this_log_in_only(make: Factory, context: Flask) -> None:
    person(make)
    here, there = try_login("a@example.jp"), try_login("a@example.jp")
    services.log_out(here, now=clock.now())
    assert (is_alive(here), is_alive(there)) == (False, True)


def test_changing_the_password_ends_the_others_and_renews_this_one(make: Factory, context: Flask) -> None:
    user_id = person(make)
    here, there = try_login("a@example.jp"), try_login("a@example.jp")
    session_id = db.session.scalars(select(LoginSession.id).where(LoginSession.token_hash == hash_token(here))).one()
    renewed = services.change_password(user_id, PASSWORD, OTHER, login_session_id=session_id, now=clock.now())
    assert (is_alive(here), is_alive(there), is_alive(renewed)) == (False, False, True)
    assert live_sessions(user_id) == 1


def test_the_old_password_must_be_known_to_set_a_new_one(make: Factory, context: Flask) -> None:
    user_id = person(make)
    for _ in range(5):
        with refused_for(Refusal.WRONG_CURRENT):
            services.change_password(user_id, OTHER, OTHER, login_session_id=1, now=clock.now())
    with refused_for(Refusal.THROTTLED):
        services.change_password(user_id, PASSWORD, OTHER, login_session_id=1, now=clock.now())


def test_a_password_changed_while_it_is_checked_does_not_let_in(
    make: Factory, context: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lms.accounts.services import logins

    user_id = person(make)
    real = logins.verify_password

    def slow(password: str, stored: str | None) -> bool:
        fits = real(password, stored)
        set_password(user_id, OTHER)
        return fits

    monkeypatch.setattr(logins, "verify_password", slow)
    with refused_for(Refusal.WRONG_CREDENTIALS):
        try_login("a@example.jp")
    assert live_sessions(user_id) == 0
