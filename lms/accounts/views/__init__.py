"""Doors of 利用者."""

from lms.accounts.views import entering, own_account, passwords, second_factor
from lms.accounts.views.blueprint import bp

__all__ = ["bp", "entering", "own_account", "passwords", "second_factor"]
