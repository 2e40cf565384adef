"""Closed by default: every route names its audience, and the table of who may enter is a reviewed file."""

import re

import pytest
from flask import Flask
from werkzeug.routing import IntegerConverter

from lms import clock
from lms.web.access import Audience, Role, audiences_of
from tests.factories import Factory
from tests.house.access_table import REVIEWED, access_table
from tests.page import PageClient

SAMPLES = {"int": "1", "string": "x", "default": "x", "path": "x"}

pytestmark = pytest.mark.database("sqlite")


def test_the_routes_and_their_audiences_equal_the_reviewed_table(app: Flask) -> None:
    assert access_table(app) == REVIEWED.read_text(encoding="utf-8")


def test_a_route_without_an_audience_is_refused(app: Flask) -> None:
    nameless = [rule.rule for rule in app.url_map.iter_rules() if not audiences_of(app, rule.endpoint)]
    assert nameless == []


def addresses(app: Flask, *, audience: Role) -> list[tuple[str, str]]:
    """Method and a sample address of every route that is open to this audience only."""
    found = []
    for rule in app.url_map.iter_rules():
        audiences = audiences_of(app, rule.endpoint)
        if audience not in audiences:
            continue
        path = rule.rule
        for name, converter in rule._converters.items():
            sample = "1" if isinstance(converter, IntegerConverter) else "x"
            for form in (f"<int:{name}>", f"<path:{name}>", f"<string:{name}>", f"<{name}>"):
                path = path.replace(form, sample)
        path = re.sub(r"<any\((\w+)[^>]*>", r"\1", path)
        found += [(method, path) for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}]
    return found


def is_refused(client: PageClient, method: str, path: str) -> bool:
    """Sent away: to the log-in page, to the missing second factor, or with 400, 401, 403 or 404."""
    response = client.open(path, method=method)
    if response.status_code in {301, 302, 303, 307, 308}:
        return any(door in response.headers["Location"] for door in ("/login", "/second-factor", "/terms"))
    return response.status_code in {400, 401, 403, 404}


@pytest.mark.parametrize("audience", list(Role))
def test_strangers_are_refused_everywhere_behind_a_role(app: Flask, client: PageClient, audience: Role) -> None:
    assert [where for where in addresses(app, audience=audience) if not is_refused(client, *where)] == []


@pytest.mark.parametrize(
    ("visitor", "forbidden"),
    [
        (Role.GRADER, Role.OFFICE),
        (Role.GRADER, Role.ADMIN),
        (Role.GRADER, Role.PARTICIPANT),
        (Role.OFFICE, Role.GRADER),
        (Role.OFFICE, Role.PARTICIPANT),
        (Role.INSTRUCTOR, Role.OFFICE),
        (Role.INSTRUCTOR, Role.GRADER),
    ],
)
def test_staff_are_refused_at_the_doors_of_other_roles(app: Flask, make: Factory, visitor: Role, forbidden: Role) -> None:
    client = make.login(make.staff(visitor))
    doors = [where for where in addresses(app, audience=forbidden) if not _is_open_to(app, visitor, where)]
    assert [where for where in doors if not is_refused(client, *where)] == []


@pytest.mark.parametrize("forbidden", [Role.GRADER, Role.OFFICE, Role.ADMIN])
def test_participants_are_refused_at_every_staff_door(app: Flask, make: Factory, forbidden: Role) -> None:
    client = make.login(make.seat().user_id)
    assert [where for where in addresses(app, audience=forbidden) if not is_refused(client, *where)] == []


def test_staff_without_a_second_factor_get_nowhere(app: Flask, make: Factory) -> None:
    client = make.login(make.staff(Role.OFFICE), second_factor=False)
    assert [where for where in addresses(app, audience=Role.OFFICE) if not is_refused(client, *where)] == []


def test_a_disabled_person_is_out_at_the_next_request(app: Flask, make: Factory) -> None:
    from lms.accounts.models import User
    from lms.db.session import db

    user_id = make.staff(Role.OFFICE)
    client = make.login(user_id)
    assert client.get("/office").status_code in {200, 308}
    with app.app_context():
        db.session.get_one(User, user_id).disabled_at = clock.now()
        db.session.commit()
    assert is_refused(client, "GET", "/office/")


def _is_open_to(app: Flask, role: Role, where: tuple[str, str]) -> bool:
    return where in addresses(app, audience=role)


def test_pages_for_anybody_are_few_and_known(app: Flask) -> None:
    anybody = {rule.endpoint for rule in app.url_map.iter_rules() if Audience.ANYBODY in audiences_of(app, rule.endpoint)}
    assert anybody == {
        "static",
        "mypage.home",
        "set_display",
        "mypage.calendar_feed",
        "accounts.login",
        "accounts.log_in",
        "accounts.forgot_password",
        "accounts.request_reset",
        "accounts.reset",
        "accounts.reset_password",
        "accounts.invitation",
        "accounts.accept_invitation",
        "terms.current",
        "manuals.shared",
        "certification.verify",
        "certification.verify_code",
        "certification.verify_document",
        "certification.verify_token",
        "certification.compare_token",
        "certification.public_keys",
        "certification.key_file",
        "certification.seal_certificate",
        "certification.offline",
        "exams.receipt_check",
        "exams.check_sent_receipt",
        "exams.receipt_key",
        "exams.numbered_receipt_key",
    }
