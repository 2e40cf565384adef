"""Doors of 教材."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.lessons import labels, queries, services
from lms.lessons.forms import read_answers, read_sheet
from lms.lessons.rules.content import Lesson
from lms.lessons.rules.quizzes import mark_quiz, needed_answers, unanswered
from lms.lessons.rules.worksheets import MAX_TEXT_LENGTH, SheetEdit, SheetOutcome
from lms.web.access import Role, open_to
from lms.web.errors import wants_json

bp = Blueprint("lessons", __name__, template_folder="templates")

Page = str | tuple[str, int] | Response


@bp.app_context_processor
def words() -> dict[str, Any]:
    """The words of this room's enums, for its templates."""
    return {"lesson_words": labels}


@bp.get("/lessons")
@open_to(Role.PARTICIPANT)
def index() -> Page:
    """The list of lessons."""
    seat = _seat()
    return render_template("lessons/index.html", here="lessons", seat=seat, page=queries.course_page(seat, now=clock.now()))


@bp.get("/lessons/<lesson_id>")
@open_to(Role.PARTICIPANT)
def show(lesson_id: str) -> Page:
    """One lesson."""
    seat, now = _seat(), clock.now()
    page = queries.find_lesson_page(seat, lesson_id, now=now)
    if page is None:
        return _locked(seat, lesson_id)
    if page.mark.opened_at is None:
        services.note_opening(seat.participant_id, lesson_id, now=now)
    return render_template("lessons/show.html", here="lessons", page=page, typed={}, wrong=())


@bp.post("/lessons/<lesson_id>/complete")
@open_to(Role.PARTICIPANT)
def complete(lesson_id: str) -> Page:
    """「読み終えました」."""
    seat = _seat()
    try:
        services.complete_lesson(seat, lesson_id, by=current_user.id, now=clock.now())
    except services.LessonRefused:
        return _locked(seat, lesson_id)
    flash("受講済みにしました。続けて確認テストで確かめましょう。", "done")
    return redirect(url_for("lessons.show", lesson_id=lesson_id) + "#finish")


@bp.post("/lessons/<lesson_id>/worksheet")
@open_to(Role.PARTICIPANT)
def save_worksheet(lesson_id: str) -> Page:
    """Save the 自組織ワーク, from the form or from the page's own script."""
    seat, now = _seat(), clock.now()
    lesson = queries.find_open_lesson(seat, lesson_id, now=now)
    if lesson is None:
        return _locked(seat, lesson_id)
    edits = read_sheet(request.form, lesson.worksheet)
    try:
        saved = services.save_worksheet(seat, lesson_id, edits, by=current_user.id, now=now)
    except services.LessonRefused as refused:
        return _refused_sheet(seat, lesson_id, edits, refused)
    return _saved_json(saved) if wants_json() else _saved_page(lesson_id, saved)


@bp.get("/lessons/<lesson_id>/worksheet/<key>")
@open_to(Role.PARTICIPANT)
def worksheet_history(lesson_id: str, key: str) -> Page:
    """Earlier versions of one worksheet field."""
    seat = _seat()
    lesson = _published(lesson_id)
    field = next((each for each in lesson.worksheet if each.key == key), None)
    if field is None:
        abort(404)
    versions = queries.list_sheet_versions(seat.participant_id, lesson_id, key)
    return render_template("lessons/history.html", here="lessons", lesson=lesson, field=field, versions=versions)


@bp.get("/lessons/<lesson_id>/quiz")
@open_to(Role.PARTICIPANT)
def quiz(lesson_id: str) -> Page:
    """The 確認テスト, without its answers."""
    seat = _seat()
    lesson = queries.find_open_lesson(seat, lesson_id, now=clock.now())
    if lesson is None:
        return _locked(seat, lesson_id)
    return _quiz_form(lesson, answers={}, missing=())


@bp.post("/lessons/<lesson_id>/quiz")
@open_to(Role.PARTICIPANT)
def try_quiz(lesson_id: str) -> Page:
    """Mark a try and show its result on the next page."""
    seat, now = _seat(), clock.now()
    lesson = queries.find_open_lesson(seat, lesson_id, now=now)
    if lesson is None:
        return _locked(seat, lesson_id)
    answers = read_answers(request.form, lesson.quiz)
    try:
        services.try_quiz(seat, lesson_id, answers, by=current_user.id, now=now)
    except services.LessonRefused as refused:
        return _quiz_form(lesson, answers=answers, missing=refused.fields), 422
    return redirect(url_for("lessons.quiz_result", lesson_id=lesson_id))


@bp.get("/lessons/<lesson_id>/quiz/result")
@open_to(Role.PARTICIPANT)
def quiz_result(lesson_id: str) -> Page:
    """The latest try, marked, with explanations."""
    seat, now = _seat(), clock.now()
    page, last = queries.find_lesson_page(seat, lesson_id, now=now), queries.find_last_try(seat.participant_id, lesson_id)
    if page is None:
        return _locked(seat, lesson_id)
    if last is None:
        return redirect(url_for("lessons.quiz", lesson_id=lesson_id))
    is_same_text = last.content_sha256 == page.lesson.quiz.sha256 and not unanswered(page.lesson.quiz, last.answers)
    percent = queries.library().course.pass_percent
    outcome = mark_quiz(page.lesson.quiz, last.answers, pass_percent=percent) if is_same_text else None
    return render_template("lessons/quiz_result.html", here="lessons", page=page, last=last, outcome=outcome)


def _seat() -> queries.ReadingSeat:
    seat = queries.find_reading_seat(current_user.id)
    if seat is None:
        abort(403)
    return seat


def _published(lesson_id: str) -> Lesson:
    lesson = queries.library().lessons.get(lesson_id)
    if lesson is None:
        abort(404)
    return lesson


def _locked(seat: queries.ReadingSeat, lesson_id: str) -> Page:
    entry = queries.library().course.find_entry(lesson_id)
    if entry is None:
        abort(404)
    release = queries.release_of(seat, entry, now=clock.now())
    return render_template("lessons/locked.html", here="lessons", entry=entry, release=release), 403


def _quiz_form(lesson: Lesson, *, answers: Mapping[str, str], missing: tuple[str, ...]) -> str:
    needed = needed_answers(lesson.quiz, pass_percent=queries.library().course.pass_percent)
    return render_template("lessons/quiz.html", here="lessons", lesson=lesson, answers=answers, missing=missing, needed=needed)


def _saved_json(saved: Mapping[str, services.SavedField]) -> Response:
    fields = {key: {"version": each.version, "beside": each.beside} for key, each in saved.items()}
    return jsonify(saved_at=f"{clock.to_jst(clock.now()):%H:%M}", fields=fields)


def _saved_page(lesson_id: str, saved: Mapping[str, services.SavedField]) -> Response:
    if any(each.outcome is SheetOutcome.SAVED_BESIDE for each in saved.values()):
        flash(labels.SAVED_BESIDE, "warning")
    else:
        flash(f"自組織ワークを保存しました({clock.to_jst(clock.now()):%H:%M})。", "done")
    return redirect(url_for("lessons.show", lesson_id=lesson_id) + "#worksheet")


def _refused_sheet(
    seat: queries.ReadingSeat, lesson_id: str, edits: Mapping[str, SheetEdit], refused: services.LessonRefused
) -> Page:
    if wants_json():
        response = jsonify(error=labels.TOO_LONG.format(limit=MAX_TEXT_LENGTH))
        response.status_code = 422
        return response
    page = queries.find_lesson_page(seat, lesson_id, now=clock.now())
    typed = {key: edit.text for key, edit in edits.items()}
    return render_template("lessons/show.html", here="lessons", page=page, typed=typed, wrong=refused.fields), 422
