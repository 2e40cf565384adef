"""Hashing passwords with argon2id, never inside a transaction and never more than two at once per process."""

import threading
from functools import lru_cache
from typing import cast

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app

from lms.accounts.rules.passwords import normalize_password
from lms.config import PasswordCost, Settings
from lms.db.session import release

CONCURRENT_HASHES = 2
_turnstile = threading.BoundedSemaphore(CONCURRENT_HASHES)


def hash_password(password: str) -> str:
    """A fresh hash. Ends the current transaction first: hashing takes tens of milliseconds and holds no lock."""
    release()
    hasher = _hasher(_cost())
    with _turnstile:
        return hasher.hash(normalize_password(password))


def verify_password(password: str, stored: str | None) -> bool:
    """Whether the password belongs to the hash. Without a hash the same work is done and the answer is no."""
    release()
    hasher = _hasher(_cost())
    with _turnstile:
        try:
            return hasher.verify(stored or _decoy(_cost()), normalize_password(password)) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _hasher(_cost()).check_needs_rehash(stored)


def _cost() -> PasswordCost:
    return cast(Settings, current_app.extensions["settings"]).password_cost


@lru_cache(maxsize=4)
def _hasher(cost: PasswordCost) -> PasswordHasher:
    return PasswordHasher(time_cost=cost.passes, memory_cost=cost.memory_kib, parallelism=cost.lanes, type=Type.ID)


@lru_cache(maxsize=4)
def _decoy(cost: PasswordCost) -> str:
    """The hash that is verified when there is no account, so that both ways cost the same."""
    return _hasher(cost).hash("nobody has this password")
