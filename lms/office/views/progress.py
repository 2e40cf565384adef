"""Doors of 学習の進み具合: lessons and quizzes per participant."""

from flask import render_template

from lms.cohorts.queries import get_cohort
from lms.office.queries import progress_lines
from lms.office.views.blueprint import bp
from lms.web.access import Role, open_to


@bp.get("/cohorts/<int:cohort_id>/progress")
@open_to(Role.OFFICE)
def progress(cohort_id: int) -> str:
    """Who has read and passed how much."""
    return render_template("office/progress.html", cohort=get_cohort(cohort_id), lines=progress_lines(cohort_id))
