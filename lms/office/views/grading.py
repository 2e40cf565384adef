"""The grading desk of the office: choosing graders, starting, watching, adjudications and conflicts."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.cohorts.queries import get_cohort
from lms.exams.queries.windows import WindowCard, list_windows
from lms.grading import labels
from lms.grading.forms import OpenGradingForm
from lms.grading.queries.board import find_office_window, get_grading_board
from lms.grading.rules.parts import EssayState, Refused
from lms.grading.services.opening import open_grading
from lms.office.views.blueprint import bp
from lms.web.access import Role, open_to
from lms.web.numbers import small_int


def get_window_or_404(cohort_id: int) -> WindowCard | None:
    """The window named in the address (?window=2) or the current one; None when the cohort has none at all."""
    number = request.args.get("window", type=small_int)
    window = find_office_window(cohort_id, number, now=clock.now())
    if window is None and number is not None:
        abort(404)
    return window


@bp.get("/cohorts/<int:cohort_id>/grading")
@open_to(Role.OFFICE)
def grading(cohort_id: int) -> str:
    """採点の準備と進み具合."""
    window = get_window_or_404(cohort_id)
    return _page(cohort_id, window, OpenGradingForm())


@bp.post("/cohorts/<int:cohort_id>/grading")
@open_to(Role.OFFICE)
def start_grading(cohort_id: int) -> Response | str:
    """採点を始める, or add graders and later hand-ins."""
    window = get_window_or_404(cohort_id) or abort(404)
    form = OpenGradingForm()
    markers, adjudicators = request.form.getlist("marker", type=small_int), request.form.getlist("adjudicator", type=small_int)
    if not form.validate_on_submit():
        return _page(cohort_id, window, form)
    try:
        opened = open_grading(window.id, markers, adjudicators, by=current_user.id, now=clock.now(), due_on=form.due_on.data)
    except Refused as refused:
        return _page(cohort_id, window, form, labels.refusal_words(refused), chosen=(markers, adjudicators))
    flash(
        f"採点を始めました。答案{opened.essays}件を割り当てました。" if opened.essays else "採点者と期限を更新しました。", "done"
    )
    return redirect(url_for(".grading", cohort_id=cohort_id, window=window.number))


def _page(
    cohort_id: int,
    window: WindowCard | None,
    form: OpenGradingForm,
    problem: str = "",
    chosen: tuple[list[int], list[int]] | None = None,
) -> str:
    board = get_grading_board(window.id) if window else None
    if board and form.due_on.data is None and request.method == "GET":
        form.due_on.data = board.due_on
    return render_template(
        "office/grading.html",
        cohort=get_cohort(cohort_id),
        windows=list_windows(cohort_id),
        window=window,
        board=board,
        form=form,
        problem=problem,
        chosen=chosen,
        states=EssayState,
        labels=labels,
    )
