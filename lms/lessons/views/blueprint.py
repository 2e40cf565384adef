"""The blueprint of 教材, the words of its templates, and what all of its doors need."""

from typing import Any

from flask import Blueprint, abort, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.lessons import labels, queries

bp = Blueprint("lessons", __name__, template_folder="../templates")

Page = str | tuple[str, int] | Response


@bp.app_context_processor
def words() -> dict[str, Any]:
    """The words of this room's enums, for its templates."""
    return {"lesson_words": labels, "study_tools": study_tools}


def study_tools() -> list[tuple[str, str, str]]:
    """(Name, what it is for, address) of what helps studying."""
    return [(name, text, url_for(endpoint)) for endpoint, name, text in labels.STUDY_TOOLS]


def own_seat() -> queries.ReadingSeat:
    """The current seat of whoever asks."""
    seat = queries.find_reading_seat(current_user.id)
    if seat is None:
        abort(403)
    return seat


def own_desk(lesson_id: str) -> queries.Desk:
    """What whoever asks brings to a lesson."""
    desk = queries.find_desk(current_user.id, lesson_id)
    if desk is None:
        abort(403)
    return desk


def locked(seat: queries.ReadingSeat, lesson_id: str) -> Page:
    """Why a lesson cannot be opened, in words; an unknown one does not exist."""
    course = queries.library().course
    entry = course.find_entry(lesson_id)
    if entry is None:
        abort(404)
    release = queries.release_of(seat, entry, now=clock.now())
    group = course.group(entry.release_group)
    return render_template("lessons/locked.html", here="lessons", entry=entry, release=release, group=group), 403
