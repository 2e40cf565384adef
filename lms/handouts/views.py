"""Doors of 配布資料: the list, and a file that is taken."""

from typing import Any

from flask import Blueprint, abort, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.handouts import labels, queries, services
from lms.handouts.rules.content import FileFormat, Handout
from lms.lessons import labels as lesson_labels
from lms.lessons.queries import ReadingSeat, find_reading_seat
from lms.lessons.rules.release import Release
from lms.web.access import Role, open_to
from lms.web.exports import send_file

MIMETYPES = {
    FileFormat.PPTX: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    FileFormat.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    FileFormat.PDF: "application/pdf",
}

bp = Blueprint("handouts", __name__, template_folder="templates")

Page = str | tuple[str, int] | Response


@bp.app_context_processor
def words() -> dict[str, Any]:
    """The words of this room, for its templates."""
    return {"handout_words": labels}


@bp.get("/handouts")
@open_to(Role.PARTICIPANT)
def index() -> Page:
    """Every handout, what it is for and in which formats it may be taken."""
    seat, now = _seat(), clock.now()
    released = queries.entitlement(seat, now=now)
    if not released.is_open:
        return _waiting(released)
    return render_template("handouts/index.html", here="lessons", cards=queries.list_cards(seat, now=now))


@bp.get("/handouts/<handout_id>/<file_format>")
@open_to(Role.PARTICIPANT)
def download(handout_id: str, file_format: str) -> Page:
    """A file; what was taken is written down, what the browser has already is not sent again."""
    seat, now = _seat(), clock.now()
    released = queries.entitlement(seat, now=now)
    if not released.is_open:
        return _waiting(released), 403
    handout, chosen = _found(handout_id, file_format)
    made = queries.make_file(handout, chosen)
    response = send_file(made.body, f"{handout.file_name}_第{handout.version}版.{chosen}", MIMETYPES[chosen])
    response.set_etag(made.sha256)
    response.headers["Cache-Control"] = "private, no-cache"
    answer = response.make_conditional(request)
    if answer.status_code == 200 and request.method == "GET":
        services.note_download(seat.participant_id, handout, chosen, now=now)
    return answer


def _seat() -> ReadingSeat:
    seat = find_reading_seat(current_user.id)
    if seat is None:
        abort(403)
    return seat


def _waiting(released: Release) -> str:
    return render_template("handouts/waiting.html", here="lessons", when=lesson_labels.release_words(released))


def _found(handout_id: str, file_format: str) -> tuple[Handout, FileFormat]:
    handout = queries.find_handout(handout_id)
    chosen = next((each for each in handout.formats if each == file_format), None) if handout else None
    if handout is None or chosen is None:
        abort(404)
    return handout, chosen
