"""Doors of the office's start page: every cohort and its next step."""

from flask import render_template

from lms import clock
from lms.mail.queries import summarize_outbox
from lms.office import labels
from lms.office.queries import list_overviews
from lms.office.views.blueprint import bp
from lms.office.views.places import step_address
from lms.web.access import Role, open_to


@bp.get("")
@open_to(Role.OFFICE)
def home() -> str:
    """The cohorts with their next steps."""
    return render_template(
        "office/home.html",
        overviews=list_overviews(now=clock.now()),
        outbox=summarize_outbox(),
        words=labels,
        step_address=step_address,
    )
