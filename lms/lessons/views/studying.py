"""Doors to what helps studying: the search, the 用語集, しおり and メモ, the place of reading."""

from flask import abort, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.lessons import queries, services
from lms.lessons.views.blueprint import Page, bp, locked, own_seat
from lms.web.access import Role, open_to

MAX_QUERY_LENGTH = 200


@bp.get("/search")
@open_to(Role.PARTICIPANT)
def search() -> Page:
    """What may be read or was written that holds the words of the query."""
    query = request.args.get("q", "")[:MAX_QUERY_LENGTH]
    page = queries.search_page(own_seat(), query, now=clock.now())
    return render_template("lessons/search.html", here="lessons", page=page, query=query)


@bp.get("/glossary")
@open_to(Role.PARTICIPANT)
def glossary() -> Page:
    """The 用語集."""
    page = queries.glossary_page(own_seat(), now=clock.now())
    return render_template("lessons/glossary.html", here="lessons", page=page)


@bp.get("/bookmarks")
@open_to(Role.PARTICIPANT)
def bookmarks() -> Page:
    """しおり and メモ by lesson."""
    kept = queries.list_keepsakes(own_seat(), now=clock.now())
    return render_template("lessons/bookmarks.html", here="lessons", kept=kept)


@bp.post("/lessons/<lesson_id>/bookmark")
@open_to(Role.PARTICIPANT)
def set_bookmark(lesson_id: str) -> Page:
    """Put a しおり at a heading, or take it away; back to where the button stood."""
    seat, is_set = own_seat(), "put" in request.form
    heading_id = request.form.get("put" if is_set else "take", "")
    try:
        services.set_bookmark(seat, lesson_id, heading_id, is_set=is_set, by=current_user.id, now=clock.now())
    except services.LessonRefused as refused:
        return _refused(seat, lesson_id, refused)
    if request.form.get("back") == "bookmarks":
        return redirect(url_for("lessons.bookmarks"))
    return redirect(url_for("lessons.show", lesson_id=lesson_id) + ("#toc" if heading_id else ""))


@bp.post("/lessons/<lesson_id>/place")
@open_to(Role.PARTICIPANT)
def save_place(lesson_id: str) -> Page:
    """Keep the heading that the page's script saw last; there is nothing to answer."""
    seat = own_seat()
    try:
        services.note_place(seat, lesson_id, request.form.get("heading", ""), now=clock.now())
    except services.LessonRefused as refused:
        return _refused(seat, lesson_id, refused)
    return Response(status=204)


def _refused(seat: queries.ReadingSeat, lesson_id: str, refused: services.LessonRefused) -> Page:
    if refused.reason is services.Refusal.UNKNOWN_HEADING:
        abort(404)
    return locked(seat, lesson_id)
