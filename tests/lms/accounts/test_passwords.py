"""Hashing: argon2id with the settings' cost, renewed, bounded, outside transactions."""

import threading
from dataclasses import replace

import pytest
from argon2 import extract_parameters
from flask import Flask
from sqlalchemy import select

from lms.accounts.models import User
from lms.accounts.services import hashing
from lms.config import PasswordCost
from lms.db.session import db
from tests.factories import Factory
from tests.lms.accounts.builders import (
    PASSWORD,
    run_together,
    set_password,
    try_login,
)


def test_passwords_are_kept_as_argon2id_with_the_parameters_of_the_settings(context: Flask) -> None:
    cost = PasswordCost(memory_kib=128, passes=2, lanes=1)
    context.extensions["settings"] = replace(before := context.extensions["settings"], password_cost=cost)
    try:
        found = extract_parameters(services_hash := hashing.hash_password(PASSWORD))
    finally:
        context.extensions["settings"] = before
    assert services_hash.startswith("$argon2id$")
    assert (found.memory_cost, found.time_cost, found.parallelism) == (128, 2, 1)


def test_the_parameters_outside_tests_are_what_guessing_should_cost() -> None:
    cost = PasswordCost()
    assert (cost.memory_kib, cost.passes, cost.lanes) == (46 * 1024, 1, 1)


def test_a_password_typed_on_another_device_is_the_same_password(make: Factory, context: Flask) -> None:
    set_password(make.user(email="a@example.jp"), "か\u3099くしゅうと道の長い手紙の話です")
    assert try_login("a@example.jp", "がくしゅうと道の長い手紙の話です")


def test_a_hash_with_outdated_parameters_is_renewed_at_log_in(make: Factory, context: Flask) -> None:
    user_id = make.user(email="a@example.jp")
    settings = context.extensions["settings"]
    context.extensions["settings"] = replace(settings, password_cost=PasswordCost(memory_kib=32, passes=1, lanes=1))
    set_password(user_id)
    context.extensions["settings"] = settings
    assert try_login("a@example.jp")
    stored = db.session.scalars(select(User.password_hash)).one()
    assert stored is not None
    assert extract_parameters(stored).memory_cost == settings.password_cost.memory_kib
    assert try_login("a@example.jp")


def test_no_more_than_two_hashes_run_at_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, lock = [0], [0], threading.Lock()
    both_in = threading.Event()

    class Slow:
        def hash(self, password: str) -> str:
            with lock:
                running[0] += 1
                most[0] = max(most[0], running[0])
            both_in.wait(0.05)
            with lock:
                running[0] -= 1
            return "x"

    monkeypatch.setattr(hashing, "_hasher", lambda cost: Slow())

    def work() -> None:
        with app.app_context():
            hashing.hash_password(PASSWORD)

    run_together(work, 8)
    assert most == [2]


def test_hashing_holds_no_transaction(context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    db.session.execute(select(User.id))
    assert db.session().in_transaction()
    hashing.hash_password(PASSWORD)
    assert not db.session().in_transaction()
