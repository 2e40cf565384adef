"""お知らせ on the open pages of a window: published and withdrawn."""

from flask import abort, flash, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.cohorts.queries import get_cohort
from lms.exams.queries.incidents import NoticeLine, find_notice
from lms.exams.queries.windows import WindowCard
from lms.exams.rules.live_room import RoomOrder
from lms.exams.services.notices import publish_notice, withdraw_notice
from lms.office.forms import NoticeForm, ReasonForm
from lms.office.queries.exam_day import live_room as live_room_page
from lms.office.views.blueprint import bp
from lms.office.views.live_room import get_window_or_404
from lms.web.access import Role, open_to


@bp.get("/cohorts/<int:cohort_id>/exam/<int:number>/notices")
@open_to(Role.OFFICE)
def notices(cohort_id: int, number: int) -> str:
    """What stands on the pages now, what stood there before, and the form for another."""
    return _page(get_window_or_404(cohort_id, number), NoticeForm(formdata=None))


@bp.post("/cohorts/<int:cohort_id>/exam/<int:number>/notices")
@open_to(Role.OFFICE)
def publish(cohort_id: int, number: int) -> Response | str:
    """お知らせを出す."""
    window, form = get_window_or_404(cohort_id, number), NoticeForm()
    if not form.validate():
        return _page(window, form)
    publish_notice(window.id, form.text.data or "", by=current_user.id, now=clock.now())
    flash("お知らせを出しました。受験中の画面に15秒以内に表示されます。", "done")
    return redirect(url_for(".live_room", cohort_id=cohort_id, number=number))


@bp.get("/cohorts/<int:cohort_id>/exam/<int:number>/notices/<int:notice_id>/withdraw")
@open_to(Role.OFFICE)
def confirm_take_off(cohort_id: int, number: int, notice_id: int) -> str:
    """Which notice disappears from the pages, and why."""
    window = get_window_or_404(cohort_id, number)
    return _withdraw_page(window, _standing(window, notice_id), ReasonForm(formdata=None))


@bp.post("/cohorts/<int:cohort_id>/exam/<int:number>/notices/<int:notice_id>/withdraw")
@open_to(Role.OFFICE)
def take_off(cohort_id: int, number: int, notice_id: int) -> Response | str:
    """お知らせを取り下げる."""
    window, form = get_window_or_404(cohort_id, number), ReasonForm()
    notice = _standing(window, notice_id)
    if not form.validate():
        return _withdraw_page(window, notice, form)
    done = withdraw_notice(notice.id, form.reason.data or "", by=current_user.id, now=clock.now())
    flash("お知らせを取り下げました。" if done else "このお知らせは、すでに取り下げられています。", "done")
    return redirect(url_for(".live_room", cohort_id=cohort_id, number=number))


def _standing(window: WindowCard, notice_id: int) -> NoticeLine:
    notice = find_notice(notice_id)
    if notice is None or notice.window_id != window.id:
        abort(404)
    return notice


def _page(window: WindowCard, form: NoticeForm) -> str:
    return render_template(
        "office/notices.html",
        cohort=get_cohort(window.cohort_id),
        window=window,
        room=live_room_page(window, RoomOrder.NAME, now=clock.now()),
        form=form,
    )


def _withdraw_page(window: WindowCard, notice: NoticeLine, form: ReasonForm) -> str:
    return render_template(
        "office/notice_withdraw.html",
        cohort=get_cohort(window.cohort_id),
        window=window,
        notice=notice,
        form=form,
    )
