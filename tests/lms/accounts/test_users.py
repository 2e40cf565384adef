"""Users and staff: made, given roles, disabled, never without an admin."""

from flask import Flask
from sqlalchemy import select

from lms import clock
from lms.accounts import services
from lms.accounts.queries import find_account_by_email, get_account, list_staff
from lms.accounts.rules.refusals import Refusal
from lms.db.session import db
from lms.mail.models import OutgoingMail
from lms.web.access import Role
from tests.factories import Factory
from tests.lms.accounts.builders import (
    is_alive,
    refused_for,
    set_password,
    tags,
    try_login,
)


def test_making_a_user_twice_gives_the_same_person_and_keeps_the_name(context: Flask) -> None:
    first = services.create_user("Hanako@Example.jp", "髙﨑 花子", "タカサキ ハナコ", by=None, now=clock.now())
    again = services.create_user(" hanako@example.JP", "別の名前", "", by=None, now=clock.now())
    assert again == first
    assert get_account(first).name == "髙﨑 花子"
    assert get_account(first).email == "hanako@example.jp"
    assert tags() == ["user:create"]


def test_a_name_with_a_line_break_makes_nobody(context: Flask) -> None:
    with refused_for(Refusal.BAD_NAME):
        services.create_user("a@example.jp", "花子\r\nBcc: x@evil.jp", "", by=None, now=clock.now())
    assert find_account_by_email("a@example.jp") is None


def test_only_an_admin_or_the_command_line_gives_roles(make: Factory, context: Flask) -> None:
    office, somebody = make.staff(Role.OFFICE), make.user()
    with refused_for(Refusal.NOT_ADMIN):
        services.give_role(somebody, Role.ADMIN, by=office, now=clock.now())
    with refused_for(Refusal.NOT_ADMIN):
        services.invite_staff("new@example.jp", "新任", [Role.ADMIN], by=office, now=clock.now())
    assert get_account(somebody).roles == frozenset()
    assert find_account_by_email("new@example.jp") is None


def test_the_role_of_a_participant_cannot_be_given_by_hand(make: Factory, context: Flask) -> None:
    with refused_for(Refusal.NOT_A_STAFF_ROLE):
        services.give_role(make.user(), Role.PARTICIPANT, by=None, now=clock.now())


def test_an_invited_member_of_staff_gets_roles_and_a_mail(make: Factory, context: Flask) -> None:
    admin = make.staff(Role.ADMIN)
    user_id = services.invite_staff("g@example.jp", "採点 一郎", [Role.GRADER, Role.INSTRUCTOR], by=admin, now=clock.now())
    assert get_account(user_id).roles == {Role.GRADER, Role.INSTRUCTOR}
    assert db.session.scalars(select(OutgoingMail.template)).all() == ["staff_invitation"]
    assert [person.id for person in list_staff()] == [admin, user_id] or len(list_staff()) == 2
    assert tags() == ["user:create", "user:give_role", "user:give_role", "user:invite"]


def test_the_last_admin_cannot_be_lost(make: Factory, context: Flask) -> None:
    admin, other = make.staff(Role.ADMIN), make.staff(Role.ADMIN)
    services.disable_user(other, by=admin, now=clock.now())
    with refused_for(Refusal.LAST_ADMIN):
        services.take_role(admin, Role.ADMIN, by=admin, now=clock.now())
    with refused_for(Refusal.OWN_ACCOUNT):
        services.disable_user(admin, by=admin, now=clock.now())
    services.enable_user(other, by=admin, now=clock.now())
    services.take_role(admin, Role.ADMIN, by=admin, now=clock.now())
    assert get_account(admin).roles == frozenset()


def test_giving_and_taking_a_role_ends_the_log_ins_made_before(make: Factory, context: Flask) -> None:
    user_id = make.user(email="a@example.jp")
    set_password(user_id)
    token = try_login("a@example.jp")
    services.give_role(user_id, Role.GRADER, by=None, now=clock.now())
    assert not is_alive(token)
    token = try_login("a@example.jp")
    services.take_role(user_id, Role.GRADER, by=None, now=clock.now())
    assert not is_alive(token)
