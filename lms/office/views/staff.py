"""Doors of 職員: who works here with which roles; only システム管理者 come in."""

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.accounts.labels import REFUSALS
from lms.accounts.queries import get_account, list_staff
from lms.accounts.rules.refusals import Refused
from lms.accounts.services.links import invite_staff
from lms.accounts.services.users import disable_user, enable_user
from lms.office.forms import StaffForm
from lms.office.labels import ROLES
from lms.office.views.blueprint import bp
from lms.web.access import Role, open_to


@bp.get("/staff")
@open_to(Role.ADMIN)
def staff() -> str:
    """Everybody with a staff role."""
    return _page(StaffForm(formdata=None))


@bp.post("/staff")
@open_to(Role.ADMIN)
def invite_member() -> Response | str:
    """Invite a member of staff."""
    form = StaffForm()
    if not form.validate():
        return _page(form)
    assert form.email.data
    assert form.name.data
    assert form.roles.data
    try:
        invite_staff(form.email.data, form.name.data, form.roles.data, by=current_user.id, now=clock.now())
    except Refused as refused:
        form.form_errors = [REFUSALS[refused.reason]]
        return _page(form)
    flash(f"{form.name.data}さんに案内メールを送ります。", "done")
    return redirect(url_for("office.staff"))


@bp.post("/staff/<int:user_id>/disable")
@open_to(Role.ADMIN)
def disable_member(user_id: int) -> Response:
    """Shut a member of staff out at once."""
    return _change(user_id, stop=True)


@bp.post("/staff/<int:user_id>/enable")
@open_to(Role.ADMIN)
def enable_member(user_id: int) -> Response:
    """Let a member of staff in again."""
    return _change(user_id, stop=False)


def _change(user_id: int, *, stop: bool) -> Response:
    act = disable_user if stop else enable_user
    try:
        act(user_id, by=current_user.id, now=clock.now(), reason=request.form.get("reason", "").strip()[:300])
    except Refused as refused:
        flash(REFUSALS[refused.reason], "error")
    else:
        name = get_account(user_id).name
        flash(f"{name}さんの利用を停止しました。" if stop else f"{name}さんの利用を再開しました。", "done")
    return redirect(url_for("office.staff"))


def _page(form: StaffForm) -> str:
    return render_template("office/staff.html", form=form, members=list_staff(), roles=ROLES, order=list(Role))
