"""保存された版: looking back at what was kept of an answer, and going back to it."""

import json
import secrets

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.exam_engine.answers import answer_to_json
from lms.exam_engine.papers import PaperQuestion
from lms.exams import labels
from lms.exams.forms import read_device
from lms.exams.queries.history import find_version, list_versions
from lms.exams.queries.pages import find_section, room_page
from lms.exams.queries.sittings import Sitting
from lms.exams.rules.sitting import ItemOutcome, SentAnswer
from lms.exams.services.saving import save_answers
from lms.exams.views.blueprint import bp
from lms.exams.views.own import after_time, own_sitting
from lms.exams.views.sheet import doors_of
from lms.web.access import Role, open_to
from lms.web.numbers import small_int


@bp.get("/exam/<public_id>/history/<question_id>")
@open_to(Role.PARTICIPANT, before_terms=True)
def history(public_id: str, question_id: str) -> str | Response:
    """The versions of an answer of the running section, one of them in full."""
    sitting = own_sitting(public_id)
    page = room_page(sitting, now=clock.now())
    if page is None:
        return after_time(sitting)
    question = _running_question(sitting, page.section_id, question_id)
    versions = list_versions(sitting.attempt_id, question)
    wanted = request.args.get("version", type=small_int)
    shown = find_version(sitting.attempt_id, question, wanted) if wanted else next(iter(versions), None)
    if wanted and shown is None:
        abort(404)
    return render_template(
        "exams/history.html",
        page=page,
        doors=doors_of(public_id),
        question=next(each for each in page.questions if each.id == question_id),
        versions=versions,
        shown=shown,
        device=f"form-{secrets.token_hex(8)}",
        labels=labels,
    )


@bp.post("/exam/<public_id>/history/<question_id>")
@open_to(Role.PARTICIPANT, before_terms=True)
def go_back(public_id: str, question_id: str) -> Response:
    """Make the text of a kept version the answer again, as a new version; nothing is overwritten."""
    sitting, now = own_sitting(public_id), clock.now()
    state = sitting.state_at(now)
    question = _running_question(sitting, state.current_section or "", question_id)
    wanted = find_version(sitting.attempt_id, question, request.form.get("version", type=small_int) or 0) or abort(404)
    base = request.form.get("base", type=small_int) or 0
    is_flagged = request.form.get("flagged") == "1"
    sent = SentAnswer(question.id, json.loads(answer_to_json(wanted.answer)), base_version=base, is_flagged=is_flagged)
    receipt = save_answers(sitting.attempt_id, [sent], device=read_device(request.form), by=current_user.id, now=now)
    if receipt.items[0].outcome is ItemOutcome.CURRENT:
        flash("選んだ版を解答に戻しました。戻す前の解答も、版として残っています。", "done")
        return redirect(url_for("exams.room", public_id=public_id, _anchor=f"q-{question.number}"))
    flash("ほかの画面で新しい解答が保存されたため、戻していません。もう一度版を選んでください。", "warning")
    return redirect(url_for("exams.history", public_id=public_id, question_id=question_id))


def _running_question(sitting: Sitting, section_id: str, question_id: str) -> PaperQuestion:
    section = find_section(sitting, section_id)
    found = next((each for each in section.questions if each.id == question_id), None) if section else None
    return found or abort(404)
