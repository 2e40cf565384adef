"""The results of a window: provisional and final points, the distribution, finalizing and releasing."""

from dataclasses import replace

from flask import abort, flash, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.cohorts.queries import get_cohort
from lms.exams.queries.windows import list_windows
from lms.grading import labels
from lms.grading.queries.board import count_mails, get_result_board
from lms.grading.queries.feedback import list_unadvised
from lms.grading.queries.marks import list_marks
from lms.grading.queries.obstacles import find_finalize_obstacles, find_release_obstacles
from lms.grading.queries.staff import has_grading_part
from lms.grading.rules.parts import EssayState, Refused
from lms.grading.services.results import finalize_results, release_results
from lms.office.labels import meeting as words
from lms.office.views.blueprint import bp
from lms.office.views.grading import get_window_or_404
from lms.web.access import Role, open_to


@bp.get("/cohorts/<int:cohort_id>/results")
@open_to(Role.OFFICE)
def results(cohort_id: int) -> str:
    """成績 of everybody who sat in the window."""
    window = get_window_or_404(cohort_id)
    board = get_result_board(window.id) if window else None
    if board and has_grading_part(board.window.id, current_user.id):
        # Whoever grades knows candidates by number alone.
        board = replace(board, lines=tuple(replace(line, name="—") for line in board.lines))
    return render_template(
        "office/results.html",
        cohort=get_cohort(cohort_id),
        windows=list_windows(cohort_id),
        window=window,
        board=board,
        to_finalize=find_finalize_obstacles(board, by=current_user.id, now=clock.now()) if board else (),
        to_release=find_release_obstacles(board, by=current_user.id) if board else (),
        states=EssayState,
        labels=labels,
        words=words,
    )


@bp.get("/cohorts/<int:cohort_id>/results/finalize")
@open_to(Role.OFFICE)
def confirm_finalize(cohort_id: int) -> str:
    """What finalizing means, once more before it is done."""
    window = get_window_or_404(cohort_id) or abort(404)
    board = get_result_board(window.id)
    return render_template(
        "office/results_finalize.html",
        cohort=get_cohort(cohort_id),
        window=window,
        board=board,
        unadvised=list_unadvised(board, list_marks(window_id=window.id)),
        obstacles=find_finalize_obstacles(board, by=current_user.id, now=clock.now()),
        labels=labels,
    )


@bp.post("/cohorts/<int:cohort_id>/results/finalize")
@open_to(Role.OFFICE)
def finalize(cohort_id: int) -> Response:
    """得点と合否を確定する."""
    window = get_window_or_404(cohort_id) or abort(404)
    try:
        number = finalize_results(window.id, by=current_user.id, now=clock.now())
        flash(f"{number}名の得点と合否を確定しました。" if number else "すべて確定済みです。", "done")
    except Refused as refused:
        flash(labels.refusal_words(refused), "error")
    return redirect(url_for(".results", cohort_id=cohort_id, window=window.number))


@bp.get("/cohorts/<int:cohort_id>/results/release")
@open_to(Role.OFFICE)
def confirm_release(cohort_id: int) -> str:
    """How many people will be written to, once more before it is done."""
    window = get_window_or_404(cohort_id) or abort(404)
    board = get_result_board(window.id)
    return render_template(
        "office/results_release.html",
        cohort=get_cohort(cohort_id),
        window=window,
        board=board,
        mails=count_mails(window.id),
        obstacles=find_release_obstacles(board, by=current_user.id),
        labels=labels,
    )


@bp.post("/cohorts/<int:cohort_id>/results/release")
@open_to(Role.OFFICE)
def release(cohort_id: int) -> Response:
    """結果を公開する."""
    window = get_window_or_404(cohort_id) or abort(404)
    try:
        mails = release_results(window.id, by=current_user.id, now=clock.now())
        flash(f"結果を公開しました。{mails}名に「結果が出ました」のメールを送ります。", "done")
    except Refused as refused:
        flash(labels.refusal_words(refused), "error")
    return redirect(url_for(".results", cohort_id=cohort_id, window=window.number))
