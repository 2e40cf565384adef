"""Doors of the desk: one essay with its rubric, its draft, its 印, and the device it is graded on."""

import secrets
from collections.abc import Mapping
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.grading import labels
from lms.grading.forms import Pressed, opened_page, pressed_button, sheet_body
from lms.grading.queries.desk import DeskPage, get_desk_page, list_queue
from lms.grading.queries.pace import find_pace, list_paces
from lms.grading.queries.phrases import list_common_phrases, list_own_phrases
from lms.grading.rules.highlights import COMMENT_LIMIT, HIGHLIGHT_LIMIT, add_quotation
from lms.grading.rules.parts import Refusal, Refused
from lms.grading.rules.sheets import MarkSheet, check_complete, read_sheet
from lms.grading.services.leasing import renew_lease, take_lease
from lms.grading.services.marking import save_draft
from lms.grading.services.phrases import add_phrase, remove_phrase
from lms.grading.views.blueprint import bp
from lms.lessons.source.rendering import render
from lms.web.access import Role, open_to
from lms.web.errors import wants_json

Answer = Response | str | tuple[str, int]
CONFLICT = 409


@bp.get("/<public_id>")
@open_to(Role.GRADER)
def show(public_id: str) -> str:
    """One essay beside its rubric."""
    return draw_desk(get_desk_page(public_id, grader_id=current_user.id))


@bp.post("/<public_id>")
@open_to(Role.GRADER)
def save(public_id: str) -> Answer:
    """Keep the draft; what the pressed button asks for besides is done before or after."""
    page = get_desk_page(public_id, grader_id=current_user.id)
    pressed = pressed_button(request.form)
    typed = read_sheet(page.frame.rubric, sheet_body(request.form)).within(len(page.text))
    sheet, problem = _edit_highlights(page, typed, pressed)
    try:
        version = _save(public_id, sheet, request.form)
    except Refused as refused:
        return _not_saved(page.with_sheet(sheet, version=opened_page(request.form).version), refused)
    page = page.with_sheet(sheet, version=version)
    try:
        return draw_desk(page, problem) if problem else _go_on(page, pressed)
    except Refused as refused:
        return draw_desk(page, refused)


@bp.post("/<public_id>/draft")
@open_to(Role.GRADER)
def autosave(public_id: str) -> tuple[Response, int]:
    """Keep the draft the page's script sends while the grader works."""
    page = get_desk_page(public_id, grader_id=current_user.id)
    body = request.get_json(silent=True)
    fields = body if isinstance(body, dict) else {}
    try:
        version = _save(public_id, read_sheet(page.frame.rubric, fields), fields)
    except Refused as refused:
        return jsonify(text=labels.refusal_words(refused)), CONFLICT
    return jsonify(saved_at=f"{clock.to_jst(clock.now()):%H:%M:%S}", version=version), 200


@bp.post("/<public_id>/lease")
@open_to(Role.GRADER)
def lease(public_id: str) -> Response | tuple[Response, int]:
    """担当中: the page was opened on this device, or its grader is active there; without a script a button says so."""
    page = get_desk_page(public_id, grader_id=current_user.id)
    hold = renew_lease if request.form.get("act") == "renew" else take_lease
    try:
        hold(public_id, device=device(), by=current_user.id, now=clock.now())
    except Refused as refused:
        if wants_json():
            return jsonify(text=labels.refusal_words(refused)), CONFLICT
        flash(labels.refusal_words(refused), "error")
    if wants_json():
        return jsonify(version=page.version), 200
    return redirect(url_for(".show", public_id=public_id))


def device() -> str:
    """The device of this request: the log-in it belongs to."""
    return f"login-{current_user.login_session_id}"


def draw_desk(page: DeskPage, problem: Refused | None = None) -> str:
    """The page of the desk; `problem` is why the last act was refused."""
    queue = list_queue(current_user.id)
    rubric = page.frame.rubric
    return render_template(
        "grading/desk.html",
        page=page,
        prompt=render(page.frame.question.prompt, prefix="prompt").html,
        problem=problem,
        token=secrets.token_hex(8),
        is_elsewhere=page.is_held_elsewhere(device(), clock.now()),
        common_phrases=list_common_phrases(page.frame.paper.exam_id, rubric),
        own_phrases=list_own_phrases(current_user.id),
        pace=find_pace(list_paces(queue, current_user.id, now=clock.now()), queue, page.public_id),
        highlight_limit=HIGHLIGHT_LIMIT,
        comment_limit=COMMENT_LIMIT,
        labels=labels,
        Refusal=Refusal,
    )


def _save(public_id: str, sheet: MarkSheet, fields: Mapping[str, Any]) -> int:
    opened = opened_page(fields)
    return save_draft(public_id, sheet, by=current_user.id, now=clock.now(), device=device(), opened=opened)


def _edit_highlights(page: DeskPage, sheet: MarkSheet, pressed: Pressed) -> tuple[MarkSheet, Refused | None]:
    if pressed.act == "unmark":
        return sheet.without_highlight(pressed.number), None
    if pressed.act != "mark":
        return sheet, None
    try:
        return sheet.with_highlight(add_quotation(page.text, request.form)), None
    except Refused as refused:
        return sheet, refused


def _go_on(page: DeskPage, pressed: Pressed) -> Response:
    """After the draft was kept: to the confirmation, or back to the page with what else was asked for."""
    now, anchor = clock.now(), None
    if pressed.act == "confirm":
        check_complete(page.frame.rubric, page.sheet, page.part)
        return redirect(url_for(".review", public_id=page.public_id))
    if pressed.act in {"mark", "unmark"}:
        flash("印を付けました。" if pressed.act == "mark" else "印を外しました。", "done")
        anchor = "highlights"
    elif pressed.act == "keep":
        add_phrase(request.form.get("phrase") or page.sheet.feedback, by=current_user.id, now=now)
        anchor = "phrases"
    elif pressed.act == "forget":
        remove_phrase(pressed.number, by=current_user.id, now=now)
        anchor = "phrases"
    else:
        flash("下書きを保存しました。", "done")
    return redirect(url_for(".show", public_id=page.public_id, _anchor=anchor))


def _not_saved(page: DeskPage, refused: Refused) -> Answer:
    if refused.reason is Refusal.ALREADY_CONFIRMED:
        flash(labels.refusal_words(refused), "error")
        return redirect(url_for(".show", public_id=page.public_id))
    return draw_desk(page, refused), CONFLICT
