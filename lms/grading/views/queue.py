"""Doors of 採点する答案: what waits, what is done, at what pace, and what one may help with."""

from flask import flash, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.grading import labels
from lms.grading.queries.calibration import list_compared
from lms.grading.queries.desk import find_next, list_deadlines, list_queue, waits_for_office
from lms.grading.queries.helping import list_offers
from lms.grading.queries.pace import list_paces
from lms.grading.rules.parts import GraderPart, Refused, TaskState
from lms.grading.services.helping import take_over
from lms.grading.views.blueprint import bp
from lms.grading.views.desk import device
from lms.web.access import Role, open_to


@bp.get("")
@open_to(Role.GRADER)
def index() -> str:
    """採点: what waits, what is done, until when."""
    queue = list_queue(current_user.id)
    waiting = [task for task in queue if task.state is not TaskState.DONE]
    finished = [task for task in queue if task.state is TaskState.DONE]
    return render_template(
        "grading/index.html",
        marks=[task for task in waiting if task.part in (GraderPart.FIRST, GraderPart.SECOND)],
        calibrations=[task for task in waiting if task.part is GraderPart.CALIBRATION],
        calibrated=list_compared(current_user.id),
        waits_for_office=waits_for_office(queue),
        adjudications=[task for task in waiting if task.part is GraderPart.ADJUDICATOR],
        finished=finished,
        done=len(finished),
        queue=queue,
        upcoming=find_next(queue, ""),
        deadlines=list_deadlines(queue),
        paces=list_paces(queue, current_user.id, now=clock.now()),
        helpable=len(list_offers(current_user.id, queue, now=clock.now())),
        today=clock.today_jst(),
        labels=labels,
    )


@bp.post("/help")
@open_to(Role.GRADER)
def help_out() -> Response:
    """手伝う: one essay of somebody else becomes one's own."""
    now = clock.now()
    offers = list_offers(current_user.id, list_queue(current_user.id), now=now)
    try:
        public_id = take_over(by=current_user.id, now=now, device=device(), offers=offers)
    except Refused as refused:
        flash(labels.refusal_words(refused), "error")
        return redirect(url_for(".index"))
    flash("答案を1件引き受けました。採点を確定するまで、あなたの担当です。", "done")
    return redirect(url_for(".show", public_id=public_id))
