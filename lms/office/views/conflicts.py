"""Doors of 利益相反: who may grade whom and decide, and noting declarations, affiliations and teachers."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.cohorts.queries import get_cohort
from lms.exams.queries.windows import list_windows
from lms.grading import labels as grading_labels
from lms.grading.queries.matrix import get_conflict_page
from lms.grading.queries.staff import has_grading_part
from lms.grading.rules.parts import ConflictKind, Refused
from lms.grading.services.conflicts import (
    COMPANY_LIMIT,
    REASON_LIMIT,
    declare_conflict,
    end_affiliation,
    note_affiliation,
    note_teacher,
    remove_teacher,
)
from lms.office.labels import conflicts as words
from lms.office.views.blueprint import bp
from lms.web.access import Role, open_to
from lms.web.numbers import small_int

Answer = Response | tuple[str, int]


@bp.get("/cohorts/<int:cohort_id>/grading/conflicts")
@open_to(Role.OFFICE)
def conflicts(cohort_id: int) -> str:
    """The matrix of a cohort with what is missing, and the forms below it."""
    return _page(cohort_id)


@bp.post("/cohorts/<int:cohort_id>/grading/conflicts")
@open_to(Role.OFFICE)
def add_conflict(cohort_id: int) -> Answer:
    """利益相反を登録する."""
    person, participant = request.form.get("person", type=small_int), request.form.get("participant", type=small_int)
    kind = request.form.get("kind", type=ConflictKind)
    reason = request.form.get("reason", "")
    known = {line.participant_id for line in get_conflict_page(cohort_id).lines}
    if person is None or kind is None or participant not in known:
        return _page(cohort_id, "職員、受講者、関係をすべて選んでください。"), 422
    return _noted(
        cohort_id,
        lambda: declare_conflict(person, participant, reason, kind=kind, by=current_user.id, now=clock.now()),
        "利益相反を登録しました。",
    )


@bp.post("/cohorts/<int:cohort_id>/grading/affiliations")
@open_to(Role.OFFICE)
def add_affiliation(cohort_id: int) -> Answer:
    """所属を登録する."""
    person, company = request.form.get("person", type=small_int) or 0, request.form.get("company", "")
    return _noted(
        cohort_id, lambda: note_affiliation(person, company, by=current_user.id, now=clock.now()), "所属を登録しました。"
    )


@bp.post("/cohorts/<int:cohort_id>/grading/affiliations/<int:affiliation_id>/end")
@open_to(Role.OFFICE)
def stop_affiliation(cohort_id: int, affiliation_id: int) -> Answer:
    """所属を終了する."""
    return _noted(cohort_id, lambda: end_affiliation(affiliation_id, by=current_user.id, now=clock.now()), "所属を終了しました。")


@bp.post("/cohorts/<int:cohort_id>/grading/teachers")
@open_to(Role.OFFICE)
def add_teacher(cohort_id: int) -> Answer:
    """この期の講師を登録する."""
    person = request.form.get("person", type=small_int) or 0
    return _noted(
        cohort_id, lambda: note_teacher(cohort_id, person, by=current_user.id, now=clock.now()), "この期の講師を登録しました。"
    )


@bp.post("/cohorts/<int:cohort_id>/grading/teachers/<int:user_id>/remove")
@open_to(Role.OFFICE)
def drop_teacher(cohort_id: int, user_id: int) -> Answer:
    """この期の講師の登録を取り消す."""
    return _noted(
        cohort_id, lambda: remove_teacher(cohort_id, user_id, by=current_user.id, now=clock.now()), "講師の登録を取り消しました。"
    )


def _noted(cohort_id: int, note: Callable[[], None], words_done: str) -> Answer:
    get_cohort(cohort_id)
    try:
        note()
    except Refused as refused:
        return _page(cohort_id, grading_labels.refusal_words(refused)), 422
    flash(words_done, "done")
    return redirect(url_for(".conflicts", cohort_id=cohort_id))


def _page(cohort_id: int, problem: str = "") -> str:
    cohort = get_cohort(cohort_id)
    # Who grades here reads the essays by 受験番号 and must not learn whose they are.
    grades_here = any(has_grading_part(window.id, current_user.id) for window in list_windows(cohort_id))
    return render_template(
        "office/conflicts.html",
        cohort=cohort,
        page=get_conflict_page(cohort_id, with_numbers=not grades_here),
        problem=problem,
        typed=request.form,
        kinds=ConflictKind,
        limits={"reason": REASON_LIMIT, "company": COMPANY_LIMIT},
        words=words,
    )
