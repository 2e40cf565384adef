"""Whose certificate it is: one of the seats of the person who is logged in."""

from flask import abort, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.certification.queries.holding import find_own_seat


def own_seat_id() -> int:
    """The visitor's own seat that has the certificate of `?number=`; without a number and a seat there is nothing to be found."""
    return find_own_seat(current_user.id, request.args.get("number")) or abort(404)


def back_to_certificate() -> Response:
    """Back to the page of the same certificate."""
    return redirect(url_for("mypage.certificate", number=request.args.get("number")))
