"""合否判定会議: everything the meeting needs on one page, and the 判定案 that a second person finalizes."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.cohorts.queries import get_cohort
from lms.exams.queries.windows import list_windows
from lms.grading import labels
from lms.grading.queries.board import get_result_board
from lms.grading.queries.obstacles import find_finalize_obstacles, find_proposal_obstacles
from lms.grading.rules.parts import Refused
from lms.grading.services.verdicts import propose_verdicts
from lms.office.views.blueprint import bp
from lms.office.views.grading import get_window_or_404
from lms.web.access import Role, open_to
from lms.web.numbers import small_int


@bp.get("/cohorts/<int:cohort_id>/results/meeting")
@open_to(Role.OFFICE)
def meeting(cohort_id: int) -> str:
    """議事資料 of a window, and the form of its 判定案."""
    return _page(cohort_id)


@bp.post("/cohorts/<int:cohort_id>/results/meeting")
@open_to(Role.OFFICE)
def propose_results(cohort_id: int) -> Response | tuple[str, int]:
    """判定案を作る: the verdicts as computed, 保留 where the meeting puts one off."""
    window = get_window_or_404(cohort_id) or abort(404)
    held = {attempt_id: request.form.get(f"reason-{attempt_id}", "") for attempt_id in _held()}
    try:
        number = propose_verdicts(window.id, held, by=current_user.id, now=clock.now())
    except Refused as refused:
        return _page(cohort_id, fault=labels.refusal_words(refused)), 409
    flash(f"{number}名の判定案を作りました。ほかの担当者が確定します。", "done")
    return redirect(url_for(".meeting", cohort_id=cohort_id, window=window.number))


def _held() -> list[int]:
    return request.form.getlist("hold", type=small_int)


def _page(cohort_id: int, *, fault: str = "") -> str:
    window = get_window_or_404(cohort_id)
    board = get_result_board(window.id) if window else None
    by, now = current_user.id, clock.now()
    return render_template(
        "office/meeting.html",
        cohort=get_cohort(cohort_id),
        windows=list_windows(cohort_id),
        window=window,
        board=board,
        to_propose=find_proposal_obstacles(board, by=by, now=now) if board else (),
        to_finalize=find_finalize_obstacles(board, by=by, now=now) if board else (),
        held=_held(),
        given=request.form,
        fault=fault,
        labels=labels,
    )
