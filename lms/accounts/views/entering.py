"""Logging in and out, and where to go from there."""

from flask import redirect, render_template, request, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.accounts import services
from lms.accounts.forms import LoginForm
from lms.accounts.queries import SESSION_KEY
from lms.accounts.rules.own_paths import own_path
from lms.accounts.rules.refusals import Refused
from lms.accounts.views.blueprint import NEXT_KEY, bp, carry_on, explain, visitor
from lms.web.access import Audience, Role, open_to

HOMES = (
    (Role.OFFICE, "office.home"),
    (Role.ADMIN, "office.staff"),
    (Role.GRADER, "grading.index"),
    (Role.PARTICIPANT, "mypage.home"),
)


@bp.get("/login")
@open_to(Audience.ANYBODY)
def login() -> Response | str:
    """The log-in page."""
    if current_user.is_authenticated:
        return redirect(url_for("accounts.welcome"))
    return render_template("accounts/login.html", form=LoginForm(next=own_path(request.args.get("next")) or ""))


@bp.post("/login")
@open_to(Audience.ANYBODY)
def log_in() -> Response | tuple[str, int]:
    """Check the password and begin a new session."""
    form = LoginForm()
    if form.validate():
        try:
            token = services.log_in(
                str(form.email.data),
                str(form.password.data),
                now=clock.now(),
                user_agent=request.user_agent.string,
                address=request.remote_addr or "",
            )
        except Refused as refused:
            if page := explain(refused, form.password):
                return page
        else:
            _leave_old_session()
            return carry_on(token, next_path=own_path(form.next.data))
    return render_template("accounts/login.html", form=form), 422


@bp.post("/logout")
@open_to(Audience.LOGGED_IN, before_terms=True, before_second_factor=True)
def logout() -> Response:
    """End this log-in on the server, forget the cookie, and have a shared PC keep no page that was read."""
    _leave_old_session()
    session.clear()
    response = redirect(url_for("accounts.login"))
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@bp.get("/welcome")
@open_to(Audience.LOGGED_IN)
def welcome() -> Response:
    """Send a person on: to the page they wanted, else to the room of their role."""
    wanted = own_path(session.pop(NEXT_KEY, None))
    if wanted and wanted != "/":
        return redirect(wanted)
    roles = visitor().roles
    return redirect(url_for(next((home for role, home in HOMES if role in roles), "accounts.account")))


def _leave_old_session() -> None:
    if token := session.get(SESSION_KEY):
        services.log_out(token, now=clock.now())
