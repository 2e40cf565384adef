"""Doors of 担当替え: what is not marked yet, one essay to another grader, and all of somebody who drops out."""

from collections.abc import Iterable

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.cohorts.queries import get_cohort
from lms.exams.queries.windows import get_window, list_windows
from lms.grading import labels
from lms.grading.queries.reassigning import TaskCard, get_task, list_candidates, list_members, list_tasks
from lms.grading.rules.parts import Refused
from lms.grading.services.reassigning import REASON_LIMIT, Moved, move_all, reassign
from lms.office.views.blindness import close_to_graders
from lms.office.views.blueprint import bp
from lms.office.views.grading import get_window_or_404
from lms.web.access import Role, open_to
from lms.web.numbers import small_int

Answer = Response | tuple[str, int]


@bp.get("/cohorts/<int:cohort_id>/grading/assignments")
@open_to(Role.OFFICE)
def assignments(cohort_id: int) -> str:
    """Who has what still to mark."""
    return _list_page(cohort_id)


@bp.post("/cohorts/<int:cohort_id>/grading/assignments/move")
@open_to(Role.OFFICE)
def move_assignments(cohort_id: int) -> Answer:
    """この採点者の未採点をほかへ移す."""
    window = get_window_or_404(cohort_id) or abort(404)
    close_to_graders(window.id)
    grader, reason = request.form.get("grader", type=small_int) or 0, request.form.get("reason", "")
    ends_part = request.form.get("ends_part") == "yes"
    try:
        moved = move_all(window.id, grader, reason, ends_part=ends_part, by=current_user.id, now=clock.now())
    except Refused as refused:
        return _list_page(cohort_id, labels.refusal_words(refused)), 422
    _tell(moved)
    return redirect(url_for(".assignments", cohort_id=cohort_id, window=window.number))


@bp.get("/grading/assignments/<int:assignment_id>/reassign")
@open_to(Role.OFFICE)
def show_reassigning(assignment_id: int) -> str:
    """One essay's grader and those who may take it."""
    return _task_page(_task(assignment_id))


@bp.post("/grading/assignments/<int:assignment_id>/reassign")
@open_to(Role.OFFICE)
def save_reassigning(assignment_id: int) -> Answer:
    """担当を替える."""
    card = _task(assignment_id)
    window = get_window(card.window_id)
    to, reason = request.form.get("grader", type=small_int), request.form.get("reason", "")
    if to is None:
        return _task_page(card, "新しい採点者を選んでください。"), 422
    try:
        reassign(assignment_id, to, reason, by=current_user.id, now=clock.now())
    except Refused as refused:
        return _task_page(card, labels.refusal_words(refused)), 422
    flash(f"{card.candidate_number}の答案の担当を替えました。", "done")
    return redirect(url_for(".assignments", cohort_id=window.cohort_id, window=window.number))


def _task(assignment_id: int) -> TaskCard:
    card = get_task(assignment_id, now=clock.now())
    close_to_graders(card.window_id)
    return card


def _tell(moved: Moved) -> None:
    flash(f"答案{moved.moved}件を移しました。", "done")
    if moved.stuck:
        flash(f"移せなかった答案: {_named(moved.stuck)}。採点の途中か、引き受けられる採点者がいません。", "warning")
    if moved.without_third:
        flash(f"裁定できる人が残らない答案: {_named(moved.without_third)}。裁定者を追加してください。", "warning")


def _named(cards: Iterable[TaskCard]) -> str:
    return "、".join(f"{card.candidate_number}({card.question_title})" for card in cards)


def _list_page(cohort_id: int, problem: str = "") -> str:
    window = get_window_or_404(cohort_id)
    if window:
        # Who marks beside her is nothing a grader may learn either.
        close_to_graders(window.id)
    tasks = list_tasks(window.id, now=clock.now()) if window else ()
    return render_template(
        "office/assignments.html",
        cohort=get_cohort(cohort_id),
        windows=list_windows(cohort_id),
        window=window,
        members=list_members(window.id, tasks) if window else (),
        problem=problem,
        typed=request.form,
        limit=REASON_LIMIT,
        labels=labels,
    )


def _task_page(card: TaskCard, problem: str = "") -> str:
    window = get_window(card.window_id)
    return render_template(
        "office/reassign.html",
        card=card,
        cohort=get_cohort(window.cohort_id),
        window=window,
        candidates=list_candidates(card),
        problem=problem,
        typed=request.form,
        limit=REASON_LIMIT,
        labels=labels,
    )
