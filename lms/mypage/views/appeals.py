"""異議申立て as the participant files it, and reads how far it is."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.grading import labels
from lms.grading.queries.appeals import list_own_appeals
from lms.grading.rules.appealing import TEXT_LIMIT
from lms.grading.rules.parts import AppealGround, Refusal, Refused
from lms.grading.services.appealing import file_appeal
from lms.mypage import queries
from lms.mypage.views.blueprint import bp
from lms.web.access import Role, open_to


@bp.get("/result/appeal")
@open_to(Role.PARTICIPANT)
def appeal() -> str:
    """The appeals so far with their answers, and the form while one may be filed."""
    return _page()


@bp.post("/result/appeal")
@open_to(Role.PARTICIPANT)
def send_appeal() -> Response | tuple[str, int]:
    """File an appeal against the result that stands."""
    page = queries.find_result_page(current_user.id, now=clock.now())
    if page is None or page.result is None:
        abort(403)
    try:
        number = file_appeal(page.result.attempt_id, _ground(), request.form.get("text", ""), by=current_user.id, now=clock.now())
    except Refused as refused:
        return _page(refusal=labels.refusal_words(refused)), 409
    flash(f"異議申立てを受け付けました。受付番号は {number} です。控えをメールでもお送りしました。", "done")
    return redirect(url_for("mypage.appeal"))


def _ground() -> AppealGround:
    chosen = request.form.get("ground", "")
    if chosen not in set(AppealGround):
        raise Refused(Refusal.GROUND_NOT_HEARD)
    return AppealGround(chosen)


def _page(*, refusal: str = "") -> str:
    page = queries.find_result_page(current_user.id, now=clock.now())
    if page is None:
        abort(403)
    return render_template(
        "mypage/appeal.html",
        here="exam",
        page=page,
        appeals=list_own_appeals(current_user.id),
        refusal=refusal,
        given=request.form,
        longest=TEXT_LIMIT,
        labels=labels,
    )
