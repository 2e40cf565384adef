"""The exam room as pages and forms: it works without the page's script."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.exam_engine.answers import InvalidAnswer, parse_answer
from lms.exam_engine.papers import PaperQuestion
from lms.exams import labels
from lms.exams.forms import read_device, read_section_answers
from lms.exams.queries.notices import list_notices
from lms.exams.queries.pages import find_section, room_page, words_of
from lms.exams.queries.sittings import Sitting
from lms.exams.rules.sitting import HandInOutcome, ItemOutcome, SentAnswer
from lms.exams.services.handing_in import hand_in_section
from lms.exams.services.saving import SavedItem, save_answers
from lms.exams.views.blueprint import bp
from lms.exams.views.own import after_time, own_sitting
from lms.exams.views.sheet import doors_of, render_sheet
from lms.web.access import Role, open_to

LOOK_BACK = "history-"
"""What stands before the id of the question whose versions she wants to see, in the form's `intent`."""


@bp.get("/exam/<public_id>")
@open_to(Role.PARTICIPANT, before_terms=True)
def room(public_id: str) -> str | Response:
    """The running section as one form."""
    sitting = own_sitting(public_id)
    page = room_page(sitting, now=clock.now())
    if page is None:
        return after_time(sitting)
    return render_sheet(page, doors_of(public_id), list_notices(sitting.window_id))


@bp.post("/exam/<public_id>/save")
@open_to(Role.PARTICIPANT, before_terms=True)
def save(public_id: str) -> Response | tuple[str, int]:
    """Keep what is in the form; then stay, go on to the confirmation of the hand-in, or look back at an answer's versions."""
    sitting = own_sitting(public_id)
    sent = _sent_by_form(sitting)
    receipt = save_answers(sitting.attempt_id, sent, device=read_device(request.form), by=current_user.id, now=clock.now())
    if beside := [item for item in receipt.items if item.outcome is not ItemOutcome.CURRENT]:
        return _show_kept_beside(sitting, sent, beside), 409
    intent = request.form.get("intent", "")
    if intent == "hand_in":
        return redirect(url_for("exams.confirm", public_id=public_id))
    if intent.startswith(LOOK_BACK):
        return redirect(url_for("exams.history", public_id=public_id, question_id=intent.removeprefix(LOOK_BACK)))
    flash("一時保存しました。", "done")
    return redirect(url_for("exams.room", public_id=public_id))


@bp.get("/exam/<public_id>/confirm")
@open_to(Role.PARTICIPANT, before_terms=True)
def confirm(public_id: str) -> str | Response:
    """What is unanswered, before the section is handed in."""
    sitting = own_sitting(public_id)
    page = room_page(sitting, now=clock.now())
    return after_time(sitting) if page is None else render_template("exams/confirm.html", page=page, doors=doors_of(public_id))


@bp.post("/exam/<public_id>/hand-in")
@open_to(Role.PARTICIPANT, before_terms=True)
def hand_in(public_id: str) -> Response | tuple[str, int]:
    """Hand in a section: the next one begins, the last one submits."""
    sitting = own_sitting(public_id)
    sent = _sent_by_form(sitting)
    outcome = hand_in_section(
        sitting.attempt_id,
        request.form.get("section", ""),
        sent,
        device=read_device(request.form),
        by=current_user.id,
        now=clock.now(),
    )
    if outcome in labels.HAND_IN_WORDS:
        flash(labels.HAND_IN_WORDS[outcome], "done" if outcome is HandInOutcome.NEXT_SECTION else "warning")
    target = "exams.receipt" if outcome is HandInOutcome.SUBMITTED else "exams.room"
    return redirect(url_for(target, public_id=public_id))


def _sent_by_form(sitting: Sitting) -> list[SentAnswer]:
    section = find_section(sitting, request.form.get("section", ""))
    return read_section_answers(section, request.form) if section else []


def _show_kept_beside(sitting: Sitting, sent: list[SentAnswer], items: list[SavedItem]) -> str:
    bodies = {answer.question_id: answer.body for answer in sent}
    kept = [
        (question, item, bodies[item.question_id], _words(question, bodies[item.question_id]))
        for item in items
        for question in [sitting.paper.question(item.question_id)]
    ]
    return render_template("exams/kept.html", sitting=sitting, kept=kept, labels=labels)


def _words(question: PaperQuestion, body: Mapping[str, object]) -> str:
    try:
        return words_of(question, parse_answer(question, body))
    except InvalidAnswer:
        return ""
