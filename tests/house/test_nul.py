"""A NUL in a form field is dropped before anybody reads it: PostgreSQL could not store it, and nobody types one."""

from flask import Flask
from sqlalchemy import select

from lms.db.session import db
from lms.grading.models import Complaint
from tests.factories import Factory
from tests.lms.office.test_appeals import participant


def test_a_nul_in_a_form_is_dropped_and_the_rest_is_stored(app: Flask) -> None:
    make = Factory(app)
    client = participant(make, make.seat().user_id)
    client.submit("/complaint", {"subject": "題\x00名", "text": "教材の\x00誤字"}, action="/complaint")
    with app.app_context():
        stored = db.session.scalars(select(Complaint)).one()
    assert (stored.subject, stored.text) == ("題名", "教材の誤字")
