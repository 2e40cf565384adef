"""Names and addresses of accounts are corrected, with everybody told."""

import pytest
from flask import Flask
from sqlalchemy import select

from lms import clock
from lms.accounts import services
from lms.accounts.queries import get_account
from lms.accounts.rules.refusals import Refusal
from lms.audit.models import AuditEvent
from lms.db.session import db
from lms.mail.models import OutgoingMail
from lms.web.access import Role
from tests.factories import Factory
from tests.lms.accounts.builders import PASSWORD, is_alive, live_sessions, person, refused_for, tags, try_login


def mails() -> dict[str, str]:
    """Address → body of every mail about a change."""
    rows = db.session.scalars(select(OutgoingMail).where(OutgoingMail.template == "email_changed"))
    return {mail.to_address: mail.body for mail in rows}


def test_a_changed_address_ends_every_log_in_and_tells_both_addresses(make: Factory, context: Flask) -> None:
    office, user_id = make.staff(Role.OFFICE), person(make, "old@example.jp")
    tokens = [try_login("old@example.jp") for _ in range(2)]
    assert services.change_email(user_id, " ＮＥＷ@Example.jp ", by=office, now=clock.now(), reason="申し出")
    assert [is_alive(token) for token in tokens] == [False, False]
    told = mails()
    assert set(told) == {"old@example.jp", "new@example.jp"}
    assert "ログインしてください" in told["new@example.jp"]
    assert "ログインできなくなりました" in told["old@example.jp"]
    assert "new@example.jp" not in told["old@example.jp"], "whoever reads the old mail box learns no address"
    line = db.session.scalars(select(AuditEvent).where(AuditEvent.tag == "user:change_email")).one()
    assert (line.actor_id, line.subject_id, line.reason, line.detail) == (office, str(user_id), "申し出", {})
    with refused_for(Refusal.WRONG_CREDENTIALS):
        try_login("old@example.jp")
    assert is_alive(try_login("new@example.jp"))


def test_a_link_mailed_to_the_old_address_is_worth_nothing(make: Factory, context: Flask) -> None:
    user_id = make.user(email="old@example.jp")
    token = services.issue_invitation_link(user_id, now=clock.now()).rsplit("/", 1)[1]
    services.change_email(user_id, "new@example.jp", by=make.staff(Role.OFFICE), now=clock.now())
    with refused_for(Refusal.LINK_UNUSABLE):
        services.accept_invitation(token, PASSWORD, now=clock.now())
    assert "ご案内は、このメールアドレスにお送りします" in mails()["new@example.jp"]


def test_the_same_address_in_other_letters_changes_nothing(make: Factory, context: Flask) -> None:
    user_id = person(make, "a@example.jp")
    try_login("a@example.jp")
    assert not services.change_email(user_id, "A@Example.JP", by=make.staff(Role.OFFICE), now=clock.now())
    assert live_sessions(user_id) == 1
    assert mails() == {}
    assert "user:change_email" not in tags()


@pytest.mark.parametrize(
    ("address", "reason"),
    [("Taken@example.jp", Refusal.EMAIL_TAKEN), ("nonsense", Refusal.BAD_EMAIL), ("a@b\r\nBcc: c@d.jp", Refusal.BAD_EMAIL)],
)
def test_an_address_that_cannot_be_given_is_refused(make: Factory, context: Flask, address: str, reason: Refusal) -> None:
    make.user(email="taken@example.jp")
    user_id = person(make, "a@example.jp")
    with refused_for(reason):
        services.change_email(user_id, address, by=make.staff(Role.OFFICE), now=clock.now())
    assert get_account(user_id).email == "a@example.jp"
    assert mails() == {}


def test_the_address_of_staff_is_changed_by_an_admin_only(make: Factory, context: Flask) -> None:
    member = make.staff(Role.ADMIN, email="boss@example.jp")
    with refused_for(Refusal.STAFF_EMAIL):
        services.change_email(member, "mine@example.jp", by=make.staff(Role.OFFICE), now=clock.now())
    assert services.change_email(member, "boss2@example.jp", by=make.staff(Role.ADMIN), now=clock.now())


def test_a_name_is_taken_over_as_typed_or_left_alone(make: Factory, context: Flask) -> None:
    user_id, office = make.user("高崎 花子"), make.staff(Role.OFFICE)
    assert services.rename_user(user_id, "髙﨑　花子", " タカサキ ハナコ ", by=office, now=clock.now())
    assert (get_account(user_id).name, get_account(user_id).kana) == ("髙﨑　花子", "タカサキ ハナコ")
    assert not services.rename_user(user_id, "髙﨑　花子", "タカサキ ハナコ", by=office, now=clock.now())
    with refused_for(Refusal.BAD_NAME):
        services.rename_user(user_id, "花子\nBcc", "", by=office, now=clock.now())
    assert tags() == ["user:rename"]
