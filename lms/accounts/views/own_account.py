"""One's own account: what is stored, password, log-ins on other devices."""

from flask import flash, redirect, render_template, session, url_for
from werkzeug.wrappers import Response

from lms import clock
from lms.accounts import services
from lms.accounts.forms import ChangePasswordForm
from lms.accounts.labels import ROLES, password_hint
from lms.accounts.queries import SESSION_KEY, get_account, list_sessions
from lms.accounts.rules.refusals import Refusal, Refused
from lms.accounts.views.blueprint import bp, explain, visitor
from lms.web.access import STAFF_ROLES, Audience, Role, open_to


@bp.get("/account")
@open_to(Audience.LOGGED_IN)
def account() -> str:
    """The page of one's own account."""
    return _account_page(ChangePasswordForm())


@bp.post("/account/password")
@open_to(Audience.LOGGED_IN)
def change_password() -> Response | tuple[str, int]:
    """Set a new password; the other log-ins end."""
    form = ChangePasswordForm()
    if form.validate():
        try:
            session[SESSION_KEY] = services.change_password(
                visitor().id,
                str(form.current.data),
                str(form.password.data),
                login_session_id=visitor().login_session_id,
                now=clock.now(),
            )
        except Refused as refused:
            if page := explain(refused, form.current if refused.reason is Refusal.WRONG_CURRENT else form.password):
                return page
        else:
            flash("パスワードを変更しました。ほかの端末でのログインはすべて終わらせました。", "done")
            return redirect(url_for("accounts.account"))
    return _account_page(form), 422


@bp.post("/account/end-other-sessions")
@open_to(Audience.LOGGED_IN)
def end_other_sessions() -> Response:
    """End the log-ins of one's own on other devices."""
    services.end_other_sessions(visitor().id, keep=visitor().login_session_id, now=clock.now())
    flash("ほかの端末でのログインを終わらせました。", "done")
    return redirect(url_for("accounts.account"))


def _account_page(form: ChangePasswordForm) -> str:
    person = visitor()
    is_staff = bool(person.roles & STAFF_ROLES)
    return render_template(
        "accounts/account.html",
        layout="layout_participant.html" if Role.PARTICIPANT in person.roles else "layout_public.html",
        form=form,
        account=get_account(person.id),
        roles=[ROLES[role] for role in Role if role in person.roles],
        sessions=list_sessions(person.id, this_session_id=person.login_session_id, now=clock.now()),
        hint=password_hint(has_second_factor=is_staff),
    )
