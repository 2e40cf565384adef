"""Doors of 採点: the grader's queue, one essay with its rubric, draft and confirmation."""

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.grading import labels
from lms.grading.forms import sheet_body
from lms.grading.queries.desk import DeskPage, find_next, get_desk_page, list_deadlines, list_queue
from lms.grading.rules.parts import GraderPart, Refusal, Refused, TaskState
from lms.grading.rules.sheets import MarkSheet, check_complete, read_sheet
from lms.grading.services.marking import confirm_draft, save_draft
from lms.lessons.source.rendering import render
from lms.web.access import Role, open_to

bp = Blueprint("grading", __name__, url_prefix="/grading", template_folder="templates")


@bp.get("")
@open_to(Role.GRADER)
def index() -> str:
    """採点: what waits, what is done, until when."""
    queue = list_queue(current_user.id)
    waiting = [task for task in queue if task.state is not TaskState.DONE]
    finished = [task for task in queue if task.state is TaskState.DONE]
    return render_template(
        "grading/index.html",
        marks=[task for task in waiting if task.part is not GraderPart.ADJUDICATOR],
        adjudications=[task for task in waiting if task.part is GraderPart.ADJUDICATOR],
        finished=finished,
        done=len(finished),
        queue=queue,
        upcoming=find_next(queue, ""),
        deadlines=list_deadlines(queue),
        today=clock.today_jst(),
        labels=labels,
    )


@bp.get("/<public_id>")
@open_to(Role.GRADER)
def show(public_id: str) -> str:
    """One essay beside its rubric."""
    return _desk(get_desk_page(public_id, grader_id=current_user.id))


@bp.post("/<public_id>")
@open_to(Role.GRADER)
def save(public_id: str) -> Response | str:
    """Keep the draft; with the other button go on to the confirmation page."""
    page = get_desk_page(public_id, grader_id=current_user.id)
    sheet = read_sheet(page.frame.rubric, sheet_body(request.form))
    try:
        save_draft(public_id, sheet, by=current_user.id, now=clock.now())
        if request.form.get("act") == "confirm":
            check_complete(page.frame.rubric, sheet, page.part)
            return redirect(url_for(".review", public_id=public_id))
    except Refused as refused:
        return _sheet_refused(page, sheet, refused)
    flash("下書きを保存しました。", "done")
    return redirect(url_for(".show", public_id=public_id))


@bp.post("/<public_id>/draft")
@open_to(Role.GRADER)
def autosave(public_id: str) -> tuple[Response, int]:
    """Keep the draft the page's script sends while the grader works."""
    page = get_desk_page(public_id, grader_id=current_user.id)
    body = request.get_json(silent=True)
    sheet = read_sheet(page.frame.rubric, body if isinstance(body, dict) else {})
    now = clock.now()
    try:
        save_draft(public_id, sheet, by=current_user.id, now=now)
    except Refused as refused:
        return jsonify(text=labels.refusal_words(refused)), 409
    return jsonify(saved_at=f"{clock.to_jst(now):%H:%M:%S}"), 200


@bp.get("/<public_id>/confirm")
@open_to(Role.GRADER)
def review(public_id: str) -> str:
    """The numbers once more before they are fixed."""
    page = get_desk_page(public_id, grader_id=current_user.id)
    if page.is_confirmed:
        return _desk(page)
    try:
        check_complete(page.frame.rubric, page.sheet, page.part)
    except Refused as refused:
        return _desk(page, labels.refusal_words(refused))
    return render_template("grading/confirm.html", page=page, score=page.score(page.sheet), labels=labels, progress=_progress())


@bp.post("/<public_id>/confirm")
@open_to(Role.GRADER)
def confirm(public_id: str) -> Response:
    """採点を確定する, then on to the next essay."""
    get_desk_page(public_id, grader_id=current_user.id)
    try:
        confirm_draft(public_id, seen=request.form.get("seen", ""), by=current_user.id, now=clock.now())
    except Refused as refused:
        flash(labels.refusal_words(refused), "error")
        return redirect(url_for(".show" if refused.reason is Refusal.ALREADY_CONFIRMED else ".review", public_id=public_id))
    upcoming = find_next(list_queue(current_user.id), public_id)
    if upcoming is None:
        flash("採点を確定しました。割り当てられた答案は、すべて採点済みです。", "done")
        return redirect(url_for(".index"))
    flash("採点を確定しました。次の答案を表示しています。", "done")
    return redirect(url_for(".show", public_id=upcoming.public_id))


def _sheet_refused(page: DeskPage, sheet: MarkSheet, refused: Refused) -> Response | str:
    if refused.reason is Refusal.ALREADY_CONFIRMED:
        flash(labels.refusal_words(refused), "error")
        return redirect(url_for(".show", public_id=page.public_id))
    return _desk(page.with_sheet(sheet), labels.refusal_words(refused))


def _desk(page: DeskPage, problem: str = "") -> str:
    prompt = render(page.frame.question.prompt, prefix="prompt").html
    return render_template("grading/desk.html", page=page, prompt=prompt, problem=problem, labels=labels, progress=_progress())


def _progress() -> tuple[int, int]:
    queue = list_queue(current_user.id)
    return sum(task.state is TaskState.DONE for task in queue), len(queue)
