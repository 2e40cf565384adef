"""Doors of 開催前点検: what the latest run found, making another, and opening the exam in spite of it."""

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.exceptions import NotFound as PageNotFound
from werkzeug.wrappers import Response

from lms import clock
from lms.accounts.queries import list_users
from lms.cohorts.queries import get_cohort
from lms.exams.queries.readiness import find_readiness, list_runs
from lms.exams.queries.windows import WindowCard, get_window
from lms.exams.rules.readiness import is_green
from lms.exams.rules.sitting import NotFound, Refused
from lms.exams.services.readiness import MAX_REASON_LENGTH
from lms.office.labels import readiness as words
from lms.office.services import check_readiness
from lms.office.views.blueprint import bp
from lms.office.views.exam import SITTINGS
from lms.web.access import Role, open_to


@bp.get("/readiness/<int:window_id>")
@open_to(Role.OFFICE)
def readiness(window_id: int) -> str:
    """Every check of a window as the latest run found it."""
    return _page(_window(window_id))


@bp.post("/readiness/<int:window_id>")
@open_to(Role.OFFICE)
def run_readiness(window_id: int) -> Response:
    """Make every check now."""
    window = _window(window_id)
    results = check_readiness(window.id, by=current_user.id, now=clock.now())
    if is_green(results):
        flash("点検が終わりました。赤の項目はありません。", "done")
    else:
        flash("点検が終わりました。赤の項目があります。", "warning")
    return redirect(url_for("office.readiness", window_id=window_id))


@bp.post("/readiness/<int:window_id>/override")
@open_to(Role.OFFICE)
def override_readiness(window_id: int) -> Response | tuple[str, int]:
    """Open the exam though something is red: with a reason, on record, told to the whole office."""
    window, reason = _window(window_id), request.form.get("reason", "").strip()
    if not reason:
        return _page(window, refusal="理由を入力してください。"), 422
    try:
        check_readiness(window.id, override_reason=reason, by=current_user.id, now=clock.now())
    except Refused:
        return _page(window, refusal=f"理由は{MAX_REASON_LENGTH}字以内で入力してください。"), 422
    flash("赤の項目があるまま開催できるようにしました。事務局の全員にメールでお知らせします。", "warning")
    return redirect(url_for("office.readiness", window_id=window_id))


def _window(window_id: int) -> WindowCard:
    try:
        return get_window(window_id)
    except NotFound as missing:
        raise PageNotFound from missing


def _page(window: WindowCard, *, refusal: str = "") -> str:
    runs = list_runs(window.id)
    people = list_users([run.run_by_id for run in runs if run.run_by_id is not None])
    return render_template(
        "office/readiness.html",
        window=window,
        cohort=get_cohort(window.cohort_id),
        sitting=SITTINGS[window.number],
        readiness=find_readiness(window),
        runs=runs,
        names={user_id: user.name for user_id, user in people.items()},
        is_over=clock.now() >= window.closes_at,
        is_open=window.opens_at <= clock.now() < window.closes_at,
        refusal=refusal,
        reason=request.form.get("reason", ""),
        longest=MAX_REASON_LENGTH,
        words=words,
    )
