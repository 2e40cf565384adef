"""教材の版 side by side: a lesson, the questions of an exam or a file, published and new."""

from flask import abort, render_template

from lms.editions.queries import UnknownEdition, content_folder
from lms.office.labels import editions as words
from lms.office.labels import reviewing
from lms.office.queries.edition_lessons import compare_lesson
from lms.office.queries.edition_questions import compare_questions
from lms.office.queries.editions import INSTALLED_ID, compare_file, readable_exam, target_folder
from lms.office.views.blueprint import bp
from lms.web.access import Role, open_to


@bp.get("/editions/<int:edition_id>/lessons/<lesson_id>")
@open_to(Role.OFFICE)
def edition_lesson(edition_id: int, lesson_id: str) -> str:
    """A lesson, published and new beside each other."""
    try:
        lesson = compare_lesson(edition_id, lesson_id)
    except UnknownEdition:
        abort(404)
    if lesson is None:
        abort(404)
    return _page("office/edition_lesson.html", edition_id, lesson=lesson)


@bp.get("/editions/<int:edition_id>/exams/<exam_id>")
@open_to(Role.OFFICE)
def edition_exam(edition_id: int, exam_id: str) -> str:
    """The questions that differ, each published and new beside each other."""
    try:
        folder = target_folder(edition_id)
    except UnknownEdition:
        abort(404)
    before, after = readable_exam(content_folder(), exam_id), readable_exam(folder, exam_id)
    if before is None or after is None:
        abort(404)
    questions = compare_questions(before, after)
    return _page("office/edition_exam.html", edition_id, exam=after, questions=questions, review_states=reviewing.REVIEW_STATES)


@bp.get("/editions/<int:edition_id>/files/<path:path>")
@open_to(Role.OFFICE)
def edition_file(edition_id: int, path: str) -> str:
    """A file line by line, published and new beside each other."""
    try:
        file = compare_file(edition_id, path)
    except UnknownEdition:
        abort(404)
    if file is None:
        abort(404)
    return _page("office/edition_file.html", edition_id, file=file)


def _page(template: str, edition_id: int, **shown: object) -> str:
    name = words.INSTALLED if edition_id == INSTALLED_ID else f"第{edition_id}版"
    return render_template(template, edition_id=edition_id, edition_name=name, words=words, **shown)
