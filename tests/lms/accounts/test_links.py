"""Invitation and reset links: once, in time, hashed, silent about who exists."""

import pytest
from flask import Flask
from sqlalchemy import select

from lms import clock
from lms.accounts import services
from lms.accounts.models import SingleUseLink
from lms.accounts.queries import find_current_user, hash_token
from lms.accounts.rules.refusals import PasswordProblem, Refusal, Refused
from lms.db.session import db
from lms.mail.models import OutgoingMail
from lms.web.access import Role
from tests.conftest import FrozenClock
from tests.factories import Factory
from tests.lms.accounts.builders import (
    OTHER,
    PASSWORD,
    STAFF_PASSWORD,
    is_alive,
    last_link,
    refused_for,
    run_together,
    set_password,
    set_up_totp,
    token_of,
    try_login,
)


def invited(make: Factory, app: Flask, *, email: str = "a@example.jp") -> tuple[int, str]:
    user_id = make.user("架空 花子", email=email)
    services.invite_user(user_id, by=None, now=clock.now())
    return user_id, token_of(last_link(app))


def test_an_invitation_sets_the_password_once_and_logs_in(make: Factory, context: Flask) -> None:
    _, token = invited(make, context)
    session = services.accept_invitation(token, PASSWORD, now=clock.now(), user_agent="Firefox")
    assert is_alive(session)
    assert try_login("a@example.jp")
    with refused_for(Refusal.LINK_UNUSABLE):
        services.accept_invitation(token, OTHER, now=clock.now())


def test_only_the_hash_of_a_link_is_kept(make: Factory, context: Flask) -> None:
    _, token = invited(make, context)
    assert len(token) >= 43
    assert db.session.scalars(select(SingleUseLink.token_hash)).one() == hash_token(token) != token


def test_an_invitation_lives_72_hours_and_a_reset_30_minutes(make: Factory, context: Flask, frozen_clock: FrozenClock) -> None:
    _, token = invited(make, context)
    frozen_clock.advance(hours=72)
    with refused_for(Refusal.LINK_UNUSABLE):
        services.accept_invitation(token, PASSWORD, now=clock.now())
    services.request_reset("a@example.jp", now=clock.now())
    reset = token_of(last_link(context))
    frozen_clock.advance(minutes=30)
    with refused_for(Refusal.LINK_UNUSABLE):
        services.reset_password(reset, PASSWORD, now=clock.now())
    frozen_clock.advance(seconds=-1)
    assert services.reset_password(reset, PASSWORD, now=clock.now())


def test_a_link_opens_only_what_it_is_for(make: Factory, context: Flask) -> None:
    _, token = invited(make, context)
    with refused_for(Refusal.LINK_UNUSABLE):
        services.reset_password(token, PASSWORD, now=clock.now())


def test_of_twenty_parallel_uses_of_a_link_one_succeeds(make: Factory, app: Flask) -> None:
    with app.app_context():
        _, token = invited(make, app)
    outcomes: list[str] = []

    def use() -> None:
        with app.app_context():
            try:
                services.accept_invitation(token, PASSWORD, now=clock.now())
                outcomes.append("in")
            except Refused as refused:
                outcomes.append(refused.reason.value)

    run_together(use, 20)
    assert sorted(outcomes) == ["in"] + ["link_unusable"] * 19


def test_an_unfit_password_leaves_the_link_usable(make: Factory, context: Flask) -> None:
    _, token = invited(make, context)
    with pytest.raises(Refused) as refused:
        services.accept_invitation(token, "passwordpassword", now=clock.now())
    assert refused.value.problems == (PasswordProblem.REPEATED,)
    assert services.accept_invitation(token, PASSWORD, now=clock.now())


def test_staff_may_use_eight_characters_and_participants_fifteen(make: Factory, context: Flask) -> None:
    staff = make.staff(Role.OFFICE, email="o@example.jp")
    services.invite_user(staff, by=None, now=clock.now())
    assert services.accept_invitation(token_of(last_link(context)), STAFF_PASSWORD, now=clock.now())
    _, token = invited(make, context)
    with refused_for(Refusal.UNFIT):
        services.accept_invitation(token, STAFF_PASSWORD, now=clock.now())


def test_a_used_link_spends_the_others_of_the_person(make: Factory, context: Flask) -> None:
    user_id, first = invited(make, context)
    services.invite_user(user_id, by=None, now=clock.now())
    services.accept_invitation(token_of(last_link(context)), PASSWORD, now=clock.now())
    with refused_for(Refusal.LINK_UNUSABLE):
        services.accept_invitation(first, OTHER, now=clock.now())


def test_a_reset_ends_every_log_in_and_tells_the_person(make: Factory, context: Flask) -> None:
    user_id = make.user(email="a@example.jp")
    set_password(user_id)
    old = try_login("a@example.jp")
    services.request_reset("A@example.jp", now=clock.now())
    new = services.reset_password(token_of(last_link(context)), OTHER, now=clock.now())
    assert not is_alive(old)
    assert is_alive(new)
    assert db.session.scalars(select(OutgoingMail.template).order_by(OutgoingMail.id)).all() == [
        "password_reset",
        "password_changed",
    ]
    with refused_for(Refusal.WRONG_CREDENTIALS):
        try_login("a@example.jp", PASSWORD)


def test_a_reset_does_not_replace_the_second_factor(make: Factory, context: Flask) -> None:
    staff = make.staff(Role.GRADER, email="g@example.jp")
    set_up_totp(staff)
    services.request_reset("g@example.jp", now=clock.now())
    token = services.reset_password(token_of(last_link(context)), OTHER, now=clock.now())
    person = find_current_user(token, now=clock.now(), role_source=lambda _: frozenset(), owes_consent=lambda _: False)
    assert person is not None
    assert person.needs_second_factor


def test_a_disabled_person_gets_no_link_and_none_works(make: Factory, context: Flask) -> None:
    user_id, token = invited(make, context)
    services.disable_user(user_id, by=None, now=clock.now())
    with refused_for(Refusal.LINK_UNUSABLE):
        services.accept_invitation(token, PASSWORD, now=clock.now())
    with refused_for(Refusal.ACCOUNT_DISABLED):
        services.invite_user(user_id, by=None, now=clock.now())
    before = len(db.session.scalars(select(OutgoingMail.id)).all())
    services.request_reset("a@example.jp", now=clock.now())
    assert len(db.session.scalars(select(OutgoingMail.id)).all()) == before


def test_nobody_can_flood_a_person_with_reset_mails(make: Factory, context: Flask) -> None:
    make.user(email="a@example.jp")
    for number in range(7):
        services.request_reset("a@example.jp", now=clock.now(), address=f"203.0.113.{number}")
    assert len(db.session.scalars(select(OutgoingMail.id)).all()) == 5
