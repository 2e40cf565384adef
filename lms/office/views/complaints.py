"""ご意見・苦情: taken down, worked through and closed by the office; graders have no access."""

from collections.abc import Collection

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.exams.queries.windows import list_windows
from lms.grading import labels
from lms.grading.queries.complaints import ComplaintCard, get_complaint, list_complaints
from lms.grading.queries.staff import has_grading_part
from lms.grading.rules.appealing import TEXT_LIMIT
from lms.grading.rules.parts import Refused
from lms.grading.services.complaints import SUBJECT_LIMIT, enter_complaint, take_step
from lms.office.views.blindness import close_to_graders
from lms.office.views.blueprint import bp
from lms.web.access import Role, open_to


@bp.get("/complaints")
@open_to(Role.OFFICE)
def complaints() -> str:
    """Every complaint, open ones first, and the form for one that came by mail or telephone."""
    return _list()


@bp.post("/complaints")
@open_to(Role.OFFICE)
def note_complaint() -> Response | tuple[str, int]:
    """Take one down."""
    try:
        number = enter_complaint(
            request.form.get("subject", ""),
            request.form.get("text", ""),
            participant_id=None,
            by=current_user.id,
            now=clock.now(),
        )
    except Refused as refused:
        return _list(refusal=labels.refusal_words(refused)), 409
    flash(f"受け付けました。受付番号は {number} です。", "done")
    return redirect(url_for(".complaint", complaint_id=number))


@bp.get("/complaints/<int:complaint_id>")
@open_to(Role.OFFICE)
def complaint(complaint_id: int) -> str:
    """One complaint with its steps."""
    return _one(_complaint(complaint_id))


@bp.post("/complaints/<int:complaint_id>")
@open_to(Role.OFFICE)
def note_step(complaint_id: int) -> Response | tuple[str, int]:
    """Write down what was done; with 「終える」 pressed, close it."""
    card, is_closing = _complaint(complaint_id), request.form.get("intent") == "close"
    try:
        take_step(complaint_id, request.form.get("text", ""), is_closing=is_closing, by=current_user.id, now=clock.now())
    except Refused as refused:
        return _one(card, refusal=labels.refusal_words(refused)), 409
    flash("対応を終えました。" if is_closing else "対応を記録しました。", "done")
    return redirect(url_for(".complaint", complaint_id=complaint_id))


def _complaint(complaint_id: int) -> ComplaintCard:
    card = get_complaint(complaint_id)
    if card.cohort_id is not None:
        # What somebody complains of may tell whose essay a grader has read.
        for window in list_windows(card.cohort_id):
            close_to_graders(window.id)
    return card


def _hidden(cards: Collection[ComplaintCard]) -> frozenset[int]:
    """The complaints by somebody whose essays the person at the desk may have read."""
    cohorts = {card.cohort_id for card in cards if card.cohort_id is not None}
    graded = {each for each in cohorts if any(has_grading_part(window.id, current_user.id) for window in list_windows(each))}
    return frozenset(card.id for card in cards if card.cohort_id in graded)


def _list(*, refusal: str = "") -> str:
    cards = list_complaints()
    return render_template(
        "office/complaints.html",
        cards=cards,
        hidden=_hidden(cards),
        refusal=refusal,
        given=request.form,
        longest=TEXT_LIMIT,
        longest_subject=SUBJECT_LIMIT,
    )


def _one(card: ComplaintCard, *, refusal: str = "") -> str:
    return render_template("office/complaint.html", card=card, refusal=refusal, given=request.form, longest=TEXT_LIMIT)
