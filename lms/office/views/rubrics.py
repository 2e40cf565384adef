"""採点基準: every wording that papers were drawn with, beside the current one, and what a new revision would change."""

from flask import abort, render_template
from flask_login import current_user

from lms.cohorts.source import course_facts
from lms.exams.queries.content import find_exam
from lms.grading.queries.rubrics import RubricCard, foresee_rubric, list_rubric_cards
from lms.office.labels import rubrics as words
from lms.office.views.blueprint import bp
from lms.web.access import Role, open_to


@bp.get("/rubrics")
@open_to(Role.OFFICE)
def rubrics() -> str:
    """The rubrics of the exam with their revisions and how much rests on each."""
    return render_template("office/rubrics.html", cards=_cards(), has_content=_has_content(), words=words)


@bp.get("/rubrics/<rubric_id>")
@open_to(Role.OFFICE)
def rubric(rubric_id: str) -> str:
    """One rubric: its text, every used wording with the differences, and what the current one would make of given marks."""
    card = next((each for each in _cards() if each.id == rubric_id), None) or abort(404)
    may_foresee = Role.GRADER not in current_user.roles
    foresight = foresee_rubric(course_facts().exam_id, card.current) if card.current and may_foresee else None
    return render_template(
        "office/rubric.html",
        card=card,
        shown=card.current or card.versions[-1].used.rubric,
        foresight=foresight,
        may_foresee=may_foresee,
        words=words,
    )


def _cards() -> tuple[RubricCard, ...]:
    exam = find_exam(course_facts().exam_id)
    return list_rubric_cards(course_facts().exam_id, exam.rubrics if exam else ())


def _has_content() -> bool:
    return find_exam(course_facts().exam_id) is not None
