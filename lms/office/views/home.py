"""Doors of the office's start page: every cohort and its next step."""

from flask import render_template

from lms import clock
from lms.certification.queries.posting import count_to_post
from lms.certification.queries.verification import find_alarm
from lms.cohorts.queries import get_cohort
from lms.exams.queries.readiness import list_shut_windows
from lms.grading.queries.appeals import count_open_appeals
from lms.grading.queries.complaints import count_open_complaints
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
    now = clock.now()
    to_post, came_back = count_to_post()
    return render_template(
        "office/home.html",
        overviews=list_overviews(now=now),
        outbox=summarize_outbox(),
        open_appeals=count_open_appeals(),
        verification_alarm=find_alarm(now=now),
        open_complaints=count_open_complaints(),
        to_post=to_post,
        came_back=came_back,
        shut=[(window, get_cohort(window.cohort_id)) for window in list_shut_windows(now=now)],
        words=labels,
        step_address=step_address,
    )
