"""Doors of the 確認テスト: its questions, a try, the result."""

from collections.abc import Mapping

from flask import redirect, render_template, request, url_for
from flask_login import current_user

from lms import clock
from lms.lessons import queries, services
from lms.lessons.forms import read_answers
from lms.lessons.rules.content import Lesson
from lms.lessons.rules.quizzes import mark_quiz, needed_answers, unanswered
from lms.lessons.views.blueprint import Page, bp, locked, own_desk, own_seat
from lms.web.access import Role, open_to


@bp.get("/lessons/<lesson_id>/quiz")
@open_to(Role.PARTICIPANT)
def quiz(lesson_id: str) -> Page:
    """The 確認テスト, without its answers."""
    seat = own_seat()
    lesson = queries.find_open_lesson(seat, lesson_id, now=clock.now())
    if lesson is None:
        return locked(seat, lesson_id)
    return _quiz_form(lesson, answers={}, missing=())


@bp.post("/lessons/<lesson_id>/quiz")
@open_to(Role.PARTICIPANT)
def try_quiz(lesson_id: str) -> Page:
    """Mark a try and show its result on the next page."""
    seat, now = own_seat(), clock.now()
    lesson = queries.find_open_lesson(seat, lesson_id, now=now)
    if lesson is None:
        return locked(seat, lesson_id)
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
    desk = own_desk(lesson_id)
    page = queries.find_lesson_page(desk, now=clock.now())
    if page is None:
        return locked(desk.seat, lesson_id)
    last = queries.find_last_try(desk.seat.participant_id, lesson_id)
    if last is None:
        return redirect(url_for("lessons.quiz", lesson_id=lesson_id))
    is_same_text = last.content_sha256 == page.lesson.quiz.sha256 and not unanswered(page.lesson.quiz, last.answers)
    percent = queries.library().course.pass_percent
    outcome = mark_quiz(page.lesson.quiz, last.answers, pass_percent=percent) if is_same_text else None
    return render_template("lessons/quiz_result.html", here="lessons", page=page, last=last, outcome=outcome)


def _quiz_form(lesson: Lesson, *, answers: Mapping[str, str], missing: tuple[str, ...]) -> str:
    needed = needed_answers(lesson.quiz, pass_percent=queries.library().course.pass_percent)
    return render_template("lessons/quiz.html", here="lessons", lesson=lesson, answers=answers, missing=missing, needed=needed)
