"""Doors of confirming a mark, and of doubting it afterwards."""

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.grading import labels
from lms.grading.queries.desk import find_next, get_desk_page, list_queue
from lms.grading.rules.parts import GraderPart, Refusal, Refused
from lms.grading.rules.sheets import check_complete
from lms.grading.services.doubting import raise_doubt
from lms.grading.services.marking import confirm_draft
from lms.grading.views.blueprint import bp
from lms.grading.views.desk import draw_desk
from lms.web.access import Role, open_to


@bp.get("/<public_id>/confirm")
@open_to(Role.GRADER)
def review(public_id: str) -> str:
    """The numbers once more before they are fixed."""
    page = get_desk_page(public_id, grader_id=current_user.id)
    if page.is_confirmed:
        return draw_desk(page)
    try:
        check_complete(page.frame.rubric, page.sheet, page.part)
    except Refused as refused:
        return draw_desk(page, refused)
    return render_template("grading/confirm.html", page=page, score=page.score(page.sheet), labels=labels)


@bp.post("/<public_id>/confirm")
@open_to(Role.GRADER)
def confirm(public_id: str) -> Response:
    """採点を確定する, then on to the next essay."""
    page = get_desk_page(public_id, grader_id=current_user.id)
    try:
        confirm_draft(public_id, seen=request.form.get("seen", ""), by=current_user.id, now=clock.now())
    except Refused as refused:
        flash(labels.refusal_words(refused), "error")
        return redirect(url_for(".show" if refused.reason is Refusal.ALREADY_CONFIRMED else ".review", public_id=public_id))
    if page.part is GraderPart.CALIBRATION:
        return redirect(url_for(".compare", public_id=public_id))
    upcoming = find_next(list_queue(current_user.id), public_id)
    if upcoming is None:
        flash("採点を確定しました。割り当てられた答案は、すべて採点済みです。", "done")
        return redirect(url_for(".index"))
    flash("採点を確定しました。次の答案を表示しています。", "done")
    return redirect(url_for(".show", public_id=upcoming.public_id))


@bp.post("/<public_id>/doubt")
@open_to(Role.GRADER)
def doubt(public_id: str) -> Response:
    """訂正を申し出る: the mark stays, a third grader decides."""
    get_desk_page(public_id, grader_id=current_user.id)
    try:
        raise_doubt(public_id, request.form.get("text", ""), by=current_user.id, now=clock.now())
    except Refused as refused:
        flash(labels.refusal_words(refused), "error")
    else:
        flash("訂正の申し出を受け付けました。この答案は裁定に回ります。", "done")
    return redirect(url_for(".show", public_id=public_id))
