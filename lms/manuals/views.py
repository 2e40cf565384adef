"""Doors of the manual: the page, its files, its links, and what a colleague with a link sees."""

from typing import Any, cast

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from lms import clock
from lms.config import Settings
from lms.documents.manual import DRAFT, UNWRITTEN, Manual
from lms.documents.manual_dates import date_words
from lms.documents.manual_docx import MIMETYPE, write_docx
from lms.documents.manual_markdown import write_markdown
from lms.lessons import labels as lesson_labels
from lms.lessons.queries import ReadingSeat, find_reading_seat
from lms.manuals import labels, queries, services
from lms.manuals.forms import ShareForm
from lms.manuals.rules.sharing import MAX_LIVE_SHARES, ShareState
from lms.web.access import Audience, Role, open_to
from lms.web.exports import send_file
from lms.web.security import unlisted

MARKDOWN = "text/markdown"
NEW_LINK = "new_manual_link"
"""Where the browser's own session carries a token to the page that shows it, once."""

_WORDS = {"draft": DRAFT, "unwritten": UNWRITTEN}

bp = Blueprint("manuals", __name__, template_folder="templates")

Page = str | tuple[str, int] | AnyResponse


@bp.app_context_processor
def words() -> dict[str, Any]:
    """The words of this room, for its templates."""
    return {"manual_words": labels}


@bp.get("/manual")
@open_to(Role.PARTICIPANT)
def show() -> Page:
    """The manual with every answer and gap, its files and its links."""
    return _page(ShareForm(formdata=None), link=_new_link())


@bp.get("/manual.docx")
@open_to(Role.PARTICIPANT)
def docx() -> Response:
    """The manual as a Word file."""
    manual = queries.find_manual(_seat().participant_id, now=clock.now())
    return send_file(write_docx(manual), _file_name(manual, "docx"), MIMETYPE)


@bp.get("/manual.md")
@open_to(Role.PARTICIPANT)
def markdown() -> Response:
    """The manual as Markdown."""
    manual = queries.find_manual(_seat().participant_id, now=clock.now())
    return send_file(write_markdown(manual).encode(), _file_name(manual, "md"), MARKDOWN)


@bp.post("/manual/shares")
@open_to(Role.PARTICIPANT)
def share() -> Page:
    """Make a link, which the next page shows once."""
    form = ShareForm()
    if not form.validate():
        return _page(form), 422
    try:
        token = services.share_manual(_seat().participant_id, str(form.label.data), by=current_user.id, now=clock.now())
    except services.ManualRefused as refused:
        too_many = refused.reason is services.Refusal.TOO_MANY
        form.label.errors = [labels.TOO_MANY_SHARES if too_many else labels.LABEL_MISSING]
        return _page(form), 409 if too_many else 422
    session[NEW_LINK] = token
    return redirect(url_for("manuals.show") + "#share")


@bp.post("/manual/shares/<int:share_id>/revoke")
@open_to(Role.PARTICIPANT)
def revoke(share_id: int) -> Page:
    """Take a link back."""
    try:
        services.revoke_share(_seat().participant_id, share_id, by=current_user.id, now=clock.now())
    except services.ManualRefused:
        abort(404)
    flash(labels.REVOKED, "done")
    return redirect(url_for("manuals.show") + "#share")


@bp.get("/shared-manual/<token>")
@open_to(Audience.ANYBODY)
def shared(token: str) -> Response:
    """What whoever has the link reads; every link that opens nothing gets the same answer."""
    now = clock.now()
    try:
        found = services.open_share(token, visitor=request.remote_addr or "", now=now)
    except services.TooManyLinks:
        abort(429)
    if found is None:
        return unlisted(render_template("manuals/gone.html"), 404)
    manual = queries.find_manual(found.participant_id, now=now)
    values = {"manual": manual, "made_on": date_words(manual.made_on), "expires_at": found.expires_at}
    return unlisted(render_template("manuals/shared.html", **values, **_WORDS))


def _page(form: ShareForm, *, link: str = "") -> str:
    seat, now = _seat(), clock.now()
    shares = queries.list_shares(seat.participant_id, now=now)
    return render_template(
        "manuals/show.html",
        here="lessons",
        manual=queries.find_manual(seat.participant_id, now=now),
        locked={key: lesson_labels.release_words(each) for key, each in queries.list_locked(seat, now=now).items()},
        form=form,
        link=link,
        shares=shares,
        is_full=sum(each.state is ShareState.LIVE for each in shares) >= MAX_LIVE_SHARES,
        share_days=queries.share_days(),
        **_WORDS,
    )


def _new_link() -> str:
    token = session.pop(NEW_LINK, None)
    settings = cast(Settings, current_app.extensions["settings"])
    return f"{settings.public_base_url}{url_for('manuals.shared', token=token)}" if token else ""


def _file_name(manual: Manual, suffix: str) -> str:
    """「カスハラ対策マニュアル(下書き)_20261201.docx」."""
    return f"{manual.title}({DRAFT})_{manual.made_on:%Y%m%d}.{suffix}"


def _seat() -> ReadingSeat:
    seat = find_reading_seat(current_user.id)
    if seat is None:
        abort(403)
    return seat
