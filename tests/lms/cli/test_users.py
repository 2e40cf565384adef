"""`flask user`: the first admin is made with a link, codes are shown in the demo only."""

import re
from dataclasses import replace

import pytest
from flask import Flask

from lms.accounts.queries import find_account_by_email
from lms.web.access import Role
from tests.factories import Factory
from tests.lms.accounts.builders import PASSWORD, code, set_up_totp
from tests.page import PageClient


def test_the_first_admin_is_made_on_the_command_line_and_sets_a_password_with_the_link(app: Flask, client: PageClient) -> None:
    result = app.test_cli_runner().invoke(args=["user", "create"], input="Admin@example.jp\n管理 太郎\nadmin, office\n")
    assert result.exit_code == 0, result.output
    link = re.search(r"http://localhost(/invitation/\S+)", result.output)
    assert link
    with app.app_context():
        account = find_account_by_email("admin@example.jp")
        assert account is not None
        assert (account.name, account.roles) == ("管理 太郎", {Role.ADMIN, Role.OFFICE})
    assert client.get(link.group(1)).status_code == 200
    assert "管理 太郎" in client.text
    assert PASSWORD not in result.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--email", "a@example.jp", "--name", "x", "--roles", "boss"], "choose from: grader, instructor, office, admin"),
        (["--email", "nonsense", "--name", "x", "--roles", "admin"], "bad email"),
        (["--email", "a@example.jp", "--name", "x\ny", "--roles", "admin"], "bad name"),
    ],
)
def test_what_cannot_be_made_is_said(app: Flask, arguments: list[str], words: str) -> None:
    result = app.test_cli_runner().invoke(args=["user", "create", *arguments])
    assert result.exit_code != 0
    assert words in result.output


def test_the_first_member_of_staff_is_admin_and_office_unless_told_otherwise(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["user", "create"], input="first@example.jp\n管理 太郎\n\n")
    assert result.exit_code == 0, result.output
    with app.app_context():
        account = find_account_by_email("first@example.jp")
        assert account is not None
        assert account.roles == {Role.ADMIN, Role.OFFICE}


def test_codes_are_printed_in_the_demo_only(app: Flask, make: Factory) -> None:
    user_id = make.staff(Role.GRADER, email="g@example.jp")
    with app.app_context():
        secret = set_up_totp(user_id)
    refused = app.test_cli_runner().invoke(args=["user", "codes"])
    assert refused.exit_code == 1
    assert code(secret) not in refused.output
    settings = app.extensions["settings"]
    app.extensions["settings"] = replace(settings, is_demo=True)
    try:
        shown = app.test_cli_runner().invoke(args=["user", "codes"])
    finally:
        app.extensions["settings"] = settings
    assert f"{code(secret)}  g@example.jp" in shown.output


def test_a_lost_phone_is_helped_on_the_command_line(app: Flask, make: Factory) -> None:
    user_id = make.staff(Role.ADMIN, email="g@example.jp")
    with app.app_context():
        set_up_totp(user_id)
    assert app.test_cli_runner().invoke(args=["user", "forget-second-factor", "x@example.jp", "--yes"]).exit_code == 1
    assert app.test_cli_runner().invoke(args=["user", "forget-second-factor", "G@example.jp", "--yes"]).exit_code == 0
    with app.app_context():
        account = find_account_by_email("g@example.jp")
        assert account is not None
        assert not account.has_second_factor
