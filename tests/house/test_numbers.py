"""Numbers in addresses that no row can have: no door falls over, on either database."""

import pytest
from flask import Flask
from werkzeug.routing import IntegerConverter, Rule

from lms.web.access import Role
from lms.web.numbers import LARGEST, small_int
from tests.factories import Factory
from tests.lms.exams.builders import Started, begin
from tests.page import PageClient

HUGE = "9" * 25
NAMES = ("version", "page", "window", "attempt", "minutes", "actor", "unsent", "base")
EVERYTHING = "?" + "&".join(f"{name}={HUGE}" for name in NAMES) + "&since=0001-01-01&until=9999-12-31"


def rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or set())]


def address(app: Flask, rule: Rule, started: Started, *, number: str) -> str:
    """An address behind the route: every whole number in it is `number`, or one that leads somewhere when that is empty."""
    own = {"cohort_id": started.seat.cohort_id, "attempt_id": started.attempt_id, "participant_id": started.seat.participant_id}
    words = {"public_id": started.public_id, "question_id": started.question()}
    values: dict[str, object] = {}
    for name, converter in rule._converters.items():
        if isinstance(converter, IntegerConverter):
            values[name] = number or own.get(name, 1)
        else:
            values[name] = words.get(name, next(iter(getattr(converter, "items", ["x"])), "x"))
    return str(app.url_map.bind("localhost").build(rule.endpoint, values, method="GET"))


def visitors(make: Factory, started: Started) -> list[PageClient]:
    return [make.login(make.staff(*(role for role in Role if role is not Role.PARTICIPANT))), make.login(started.seat.user_id)]


def test_no_door_falls_over_a_number_that_no_row_can_have(app: Flask, make: Factory) -> None:
    started, fallen = begin(make), []
    for client in visitors(make, started):
        for rule in rules(app):
            places = {address(app, rule, started, number=HUGE)} | {address(app, rule, started, number="") + EVERYTHING}
            fallen += [place for place in places if client.get(place).status_code >= 500]
    assert fallen == []


@pytest.mark.parametrize(("text", "number"), [("7", 7), (str(LARGEST), LARGEST), (f"-{LARGEST}", -LARGEST)])
def test_a_number_a_row_can_have_is_read(text: str, number: int) -> None:
    assert small_int(text) == number


@pytest.mark.parametrize("text", [str(LARGEST + 1), HUGE, "9" * 5000, "x", ""])
def test_anything_else_is_no_number(text: str) -> None:
    with pytest.raises(ValueError, match=r"number|literal|limit"):
        small_int(text)
