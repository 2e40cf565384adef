"""Whose certificate it is: the seat of the person who is logged in."""

from flask import abort
from flask_login import current_user

from lms.billing.queries import find_seat
from lms.cohorts.queries import Seat


def own_seat() -> Seat:
    """The visitor's own seat; without one there is nothing to be found."""
    return find_seat(current_user.id) or abort(404)
