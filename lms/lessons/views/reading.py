"""Doors to the lessons: the list, one lesson, and what is written in it."""

from collections.abc import Collection, Mapping

from flask import abort, flash, jsonify, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.cohorts.source import find_contact
from lms.lessons import labels, queries, services
from lms.lessons.forms import MEMO_FIELD, read_earlier, read_memo, read_sheet, read_version
from lms.lessons.rules.worksheets import MAX_TEXT_LENGTH, MEMO_KEY, SheetEdit, SheetOutcome
from lms.lessons.views.blueprint import Page, bp, locked, own_desk, own_seat
from lms.web.access import Role, open_to
from lms.web.conditional import is_unchanged, kept, page_tag, unchanged
from lms.web.errors import wants_json


@bp.get("/lessons")
@open_to(Role.PARTICIPANT)
def index() -> Page:
    """The list of lessons."""
    seat = own_seat()
    return render_template("lessons/index.html", here="lessons", seat=seat, page=queries.course_page(seat, now=clock.now()))


@bp.get("/lessons/<lesson_id>")
@open_to(Role.PARTICIPANT)
def show(lesson_id: str) -> Page:
    """One lesson; a browser that has this very page already is told so."""
    desk, now = own_desk(lesson_id), clock.now()
    page = queries.find_lesson_page(desk, now=now)
    if page is None:
        return locked(desk.seat, lesson_id)
    tag = page_tag(page, find_contact(), current_user.name)
    if is_unchanged(tag):
        return unchanged(tag)
    if page.mark.opened_at is None:
        services.note_opening(desk.seat.participant_id, lesson_id, now=now)
    return kept(_lesson(page), tag)


@bp.post("/lessons/<lesson_id>/complete")
@open_to(Role.PARTICIPANT)
def complete(lesson_id: str) -> Page:
    """「読み終えました」."""
    seat = own_seat()
    try:
        services.complete_lesson(seat, lesson_id, by=current_user.id, now=clock.now())
    except services.LessonRefused:
        return locked(seat, lesson_id)
    flash("受講済みにしました。続けて確認テストで確かめましょう。", "done")
    return redirect(url_for("lessons.show", lesson_id=lesson_id) + "#finish")


@bp.post("/lessons/<lesson_id>/worksheet")
@open_to(Role.PARTICIPANT)
def save_worksheet(lesson_id: str) -> Page:
    """Save the 自組織ワーク, from the form or from the page's own script."""
    seat, now = own_seat(), clock.now()
    lesson = queries.find_open_lesson(seat, lesson_id, now=now)
    if lesson is None:
        return locked(seat, lesson_id)
    earlier = read_earlier(request.form, lesson.worksheet)
    edits = {**read_sheet(request.form, lesson.worksheet), **earlier}
    try:
        saved = services.save_worksheet(seat, lesson_id, edits, earlier=earlier.keys(), by=current_user.id, now=now)
    except services.LessonRefused as refused:
        return _refused_sheet(lesson_id, edits, refused)
    return _saved_json(saved) if wants_json() else _saved_page(lesson_id, saved, earlier=earlier)


@bp.post("/lessons/<lesson_id>/memo")
@open_to(Role.PARTICIPANT)
def save_memo(lesson_id: str) -> Page:
    """Save the memo beside a lesson, from its form or from the page's own script."""
    seat, now, edits = own_seat(), clock.now(), read_memo(request.form)
    try:
        saved = services.save_worksheet(seat, lesson_id, edits, by=current_user.id, now=now)
    except services.LessonRefused as refused:
        if refused.reason is services.Refusal.NOT_OPEN:
            return locked(seat, lesson_id)
        return _refused_sheet(lesson_id, edits, refused)
    return _saved_json(saved) if wants_json() else _saved_page(lesson_id, saved)


@bp.get("/lessons/<lesson_id>/worksheet/<key>")
@open_to(Role.PARTICIPANT)
def worksheet_history(lesson_id: str, key: str) -> Page:
    """What was saved for one worksheet field, also for one that went with another edition."""
    seat, lesson = own_seat(), queries.library().lessons.get(lesson_id)
    field = next((each for each in (*(lesson.worksheet if lesson else ()), MEMO_FIELD) if each.key == key), None)
    if not f"{lesson_id}{key}".isprintable():
        abort(404)  # no database knows a NUL
    newest = read_version(request.args.get("from", "")) or None
    history = queries.find_sheet_history(seat.participant_id, lesson_id, key, newest=newest)
    if not history.versions and (lesson is None or field is None):
        abort(404)
    words = {"lesson": lesson, "lesson_id": lesson_id, "key": key, "field": field, "history": history, "is_first": newest is None}
    return render_template("lessons/history.html", here="lessons", **words)


def _saved_json(saved: Mapping[str, services.SavedField]) -> Response:
    fields = {key: {"version": each.version, "beside": each.beside} for key, each in saved.items()}
    return jsonify(saved_at=f"{clock.to_jst(clock.now()):%H:%M}", fields=fields)


def _saved_page(lesson_id: str, saved: Mapping[str, services.SavedField], *, earlier: Collection[str] = ()) -> Response:
    is_memo = MEMO_KEY in saved
    if any(saved[key].outcome is not SheetOutcome.UNCHANGED for key in earlier):
        flash(labels.SAVED_EARLIER, "warning")
    if any(each.outcome is SheetOutcome.SAVED_BESIDE for each in saved.values()):
        flash(labels.SAVED_BESIDE, "warning")
    else:
        flash(f"{'メモ' if is_memo else '自組織ワーク'}を保存しました({clock.to_jst(clock.now()):%H:%M})。", "done")
    return redirect(url_for("lessons.show", lesson_id=lesson_id) + ("#memo" if is_memo else "#worksheet"))


def _refused_sheet(lesson_id: str, edits: Mapping[str, SheetEdit], refused: services.LessonRefused) -> Page:
    if wants_json():
        response = jsonify(error=labels.TOO_LONG.format(limit=MAX_TEXT_LENGTH))
        response.status_code = 422
        return response
    page = queries.find_lesson_page(own_desk(lesson_id), now=clock.now()) or abort(403)
    return _lesson(page, typed=edits, wrong=refused.fields), 422


def _lesson(page: queries.LessonPage, *, typed: Mapping[str, SheetEdit] | None = None, wrong: tuple[str, ...] = ()) -> str:
    return render_template("lessons/show.html", here="lessons", page=page, memo_field=MEMO_FIELD, typed=typed or {}, wrong=wrong)
