"""Doors of メール: the outbox, what failed, and trying again."""

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.mail.queries import list_mails, summarize_outbox
from lms.office.labels import MAIL_TEMPLATES
from lms.office.services import resend_mail
from lms.office.views.blueprint import bp
from lms.web.access import Role, open_to

SHOWN = 200


@bp.get("/mail")
@open_to(Role.OFFICE)
def mail() -> str:
    """The newest mails."""
    only_unsent = request.args.get("show") == "unsent"
    return render_template(
        "office/mail.html",
        outbox=summarize_outbox(),
        mails=list_mails(only_unsent=only_unsent, limit=SHOWN),
        only_unsent=only_unsent,
        templates=MAIL_TEMPLATES,
        shown=SHOWN,
    )


@bp.post("/mail/<int:mail_id>/resend")
@open_to(Role.OFFICE)
def resend(mail_id: int) -> Response:
    """Try an unsent mail again at once."""
    if resend_mail(mail_id, by=current_user.id, now=clock.now()):
        flash("まもなく、もう一度送ります。", "done")
    else:
        flash("このメールは、すでに送信されています。", "error")
    return redirect(url_for("office.mail"))
