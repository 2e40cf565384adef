"""Doors of a cohort: opening one, its hub, its days and capacity."""

from flask import flash, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.cohorts.labels import COHORT_PROBLEMS
from lms.cohorts.queries import CohortCard, get_cohort, list_cohorts
from lms.cohorts.rules.decisions import CohortRefused
from lms.cohorts.services.planning import DaysOutcome, change_plan, create_cohort
from lms.cohorts.source import course_facts
from lms.office import labels
from lms.office.forms import CohortForm, DaysForm
from lms.office.queries import cohort_overview
from lms.office.views.blueprint import bp
from lms.office.views.kept import flash_kept
from lms.office.views.places import step_address
from lms.web.access import Role, open_to


@bp.get("/cohorts/new")
@open_to(Role.OFFICE)
def new_cohort() -> str:
    """The form for a new cohort, with the usual times filled in."""
    usual = course_facts().days
    ordinal = max((cohort.ordinal for cohort in list_cohorts()), default=0) + 1
    form = CohortForm(
        ordinal=ordinal,
        day1_starts=usual.starts_at,
        day1_ends=usual.ends_at,
        day2_starts=usual.starts_at,
        day2_ends=usual.ends_at,
    )
    return render_template("office/new_cohort.html", form=form, course=course_facts())


@bp.post("/cohorts/new")
@open_to(Role.OFFICE)
def open_cohort() -> Response | str:
    """Open the cohort."""
    form = CohortForm()
    if form.validate():
        day1, day2 = form.plans
        ordinal, course = form.ordinal.data or 0, course_facts()
        try:
            cohort_id = create_cohort(
                course.id, ordinal, f"第{ordinal}期", day1, day2, form.capacity.data, by=current_user.id, now=clock.now()
            )
        except CohortRefused as refused:
            form.form_errors = [COHORT_PROBLEMS[refused.reason]]
        else:
            flash(f"第{ordinal}期を開設しました。次に、受講者の名簿を取り込みます。", "done")
            return redirect(url_for("office.cohort", cohort_id=cohort_id))
    return render_template("office/new_cohort.html", form=form, course=course_facts())


@bp.get("/cohorts/<int:cohort_id>")
@open_to(Role.OFFICE)
def cohort(cohort_id: int) -> str:
    """The hub: days, steps, and the next thing to do."""
    overview = cohort_overview(cohort_id, now=clock.now())
    return render_template("office/cohort.html", overview=overview, words=labels, step_address=step_address)


@bp.get("/cohorts/<int:cohort_id>/settings")
@open_to(Role.OFFICE)
def cohort_settings(cohort_id: int) -> str:
    """The form for days and capacity."""
    card = get_cohort(cohort_id)
    return render_template("office/cohort_settings.html", cohort=card, form=DaysForm(data=_settings(card)))


@bp.post("/cohorts/<int:cohort_id>/settings")
@open_to(Role.OFFICE)
def change_cohort(cohort_id: int) -> Response | str:
    """Change days and capacity."""
    card, form = get_cohort(cohort_id), DaysForm()
    if form.validate():
        day1, day2 = form.plans
        try:
            outcome = change_plan(cohort_id, day1, day2, form.capacity.data, by=current_user.id, now=clock.now())
        except CohortRefused as refused:
            form.form_errors = [COHORT_PROBLEMS[refused.reason]]
        else:
            _flash_saved(outcome)
            return redirect(url_for("office.cohort", cohort_id=cohort_id))
    return render_template("office/cohort_settings.html", cohort=card, form=form)


def _flash_saved(outcome: DaysOutcome) -> None:
    counted = f"{outcome.entered}名の出席時間を計算し直しました。" if outcome.entered else ""
    flash(f"保存しました。{counted}", "done")
    if outcome.dropped:
        flash(f"新しい研修時間の外になった休憩を{outcome.dropped}回分、消しました。参加記録の画面でご確認ください。", "warning")
    flash_kept(outcome.kept)


def _settings(card: CohortCard) -> dict[str, object]:
    values: dict[str, object] = {"capacity": card.capacity}
    for day in card.days:
        starts, ends = clock.to_jst(day.starts_at), clock.to_jst(day.ends_at)
        name = f"day{day.number}"
        values |= {f"{name}_on": day.held_on, f"{name}_starts": starts.time(), f"{name}_ends": ends.time()}
        values[f"{name}_url"] = day.join_url
    return values
