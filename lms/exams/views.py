"""Doors of 受験; those of an attempt stay open while new terms await consent, so that nobody is kept from saving."""

import secrets

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask_login import current_user
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response

from lms import clock
from lms.exam_engine.attempts import AttemptStatus
from lms.exams import labels
from lms.exams.forms import read_device, read_save_request, read_section_answers
from lms.exams.queries.lobby import Lobby, find_lobby
from lms.exams.queries.pages import Pulse, RoomPage, find_section, pulse, receipt_sections, room_page
from lms.exams.queries.sittings import Sitting, find_sitting
from lms.exams.queries.submissions import find_submission
from lms.exams.rules.sitting import HandInOutcome, ItemOutcome, Refused, SentAnswer
from lms.exams.services.handing_in import hand_in_section
from lms.exams.services.saving import SavedItem, save_answers
from lms.exams.services.starting import start_attempt
from lms.web.access import Role, open_to

bp = Blueprint("exams", __name__, template_folder="templates")


@bp.get("/exam")
@open_to(Role.PARTICIPANT)
def lobby() -> str:
    """認定試験の入口: eligibility, rules, pledge, or where the attempt stands."""
    return render_template("exams/lobby.html", lobby=_lobby(), labels=labels)


@bp.post("/exam/start")
@open_to(Role.PARTICIPANT)
def start() -> Response | tuple[str, int]:
    """Start the attempt and enter the room."""
    hall = _lobby()
    pledges = len(hall.exam.pledge) if hall.exam else 0
    window_id = request.form.get("window_id", type=int) or 0
    if window_id not in {window.id for window in hall.windows}:
        abort(404)
    try:
        public_id = start_attempt(
            hall.seat.participant_id,
            window_id,
            pledged=len(set(request.form.getlist("pledge"))) == pledges,
            by=current_user.id,
            now=clock.now(),
        )
    except Refused as refused:
        flash(labels.REFUSALS[refused.reason], "error")
        return render_template("exams/lobby.html", lobby=_lobby(), labels=labels), 409
    return redirect(url_for("exams.room", public_id=public_id))


@bp.get("/exam/<public_id>")
@open_to(Role.PARTICIPANT, before_terms=True)
def room(public_id: str) -> str | Response:
    """The running section as one form."""
    sitting = _own_sitting(public_id)
    page = room_page(sitting, now=clock.now())
    if page is None:
        return _after_time(sitting)
    return render_template("exams/room.html", page=page, page_data=_page_data(page), device=f"form-{secrets.token_hex(8)}")


@bp.post("/exam/<public_id>/save")
@open_to(Role.PARTICIPANT, before_terms=True)
def save(public_id: str) -> Response | tuple[str, int]:
    """Keep what is in the form; then stay, or go on to the confirmation of the hand-in."""
    sitting = _own_sitting(public_id)
    sent = _sent_by_form(sitting)
    receipt = save_answers(sitting.attempt_id, sent, device=read_device(request.form), by=current_user.id, now=clock.now())
    if beside := [item for item in receipt.items if item.outcome is not ItemOutcome.CURRENT]:
        return _show_kept_beside(sitting, sent, beside), 409
    if request.form.get("intent") == "hand_in":
        return redirect(url_for("exams.confirm", public_id=public_id))
    flash("一時保存しました。", "done")
    return redirect(url_for("exams.room", public_id=public_id))


@bp.get("/exam/<public_id>/confirm")
@open_to(Role.PARTICIPANT, before_terms=True)
def confirm(public_id: str) -> str | Response:
    """What is unanswered, before the section is handed in."""
    sitting = _own_sitting(public_id)
    page = room_page(sitting, now=clock.now())
    return _after_time(sitting) if page is None else render_template("exams/confirm.html", page=page)


@bp.post("/exam/<public_id>/hand-in")
@open_to(Role.PARTICIPANT, before_terms=True)
def hand_in(public_id: str) -> Response | tuple[str, int]:
    """Hand in a section: the next one begins, the last one submits."""
    sitting = _own_sitting(public_id)
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


@bp.get("/exam/<public_id>/answers")
@open_to(Role.PARTICIPANT, before_terms=True)
def beat(public_id: str) -> Response:
    """Where the attempt stands, for the open page; with a fresh CSRF token after a new log-in."""
    return jsonify(_pulse_json(pulse(_own_sitting(public_id), now=clock.now())) | {"csrf": generate_csrf()})


@bp.post("/exam/<public_id>/answers")
@open_to(Role.PARTICIPANT, before_terms=True)
def autosave(public_id: str) -> Response:
    """Store what the page's script sends, and answer with what was stored."""
    wanted = read_save_request(request.get_json(silent=True))
    if wanted is None:
        abort(400)
    now = clock.now()
    receipt = save_answers(
        _own_sitting(public_id).attempt_id,
        wanted.answers(),
        device=wanted.device,
        claims=wanted.claim,
        by=current_user.id,
        now=now,
    )
    items = [_item_json(item) for item in receipt.items]
    return jsonify(_pulse_json(pulse(receipt.sitting, now=now)) | {"items": items})


@bp.get("/exam/<public_id>/receipt")
@open_to(Role.PARTICIPANT, before_terms=True)
def receipt(public_id: str) -> str | Response:
    """提出控, made to be printed."""
    sitting = _own_sitting(public_id)
    submission = find_submission(sitting.attempt_id)
    if submission is None:
        return redirect(url_for("exams.room", public_id=public_id))
    started_at = sitting.stored_state.started_at
    sections = receipt_sections(submission)
    return render_template(
        "exams/receipt.html", sitting=sitting, submission=submission, sections=sections, started_at=started_at, labels=labels
    )


def _lobby() -> Lobby:
    found = find_lobby(current_user.id, now=clock.now())
    return found or abort(404)


def _own_sitting(public_id: str) -> Sitting:
    found = find_sitting(public_id, user_id=current_user.id)
    return found or abort(404)


def _after_time(sitting: Sitting) -> str | Response:
    if sitting.stored_state.status is AttemptStatus.SUBMITTED:
        return redirect(url_for("exams.receipt", public_id=sitting.public_id))
    return render_template("exams/over.html", sitting=sitting)


def _sent_by_form(sitting: Sitting) -> list[SentAnswer]:
    section = find_section(sitting, request.form.get("section", ""))
    return read_section_answers(section, request.form) if section else []


def _show_kept_beside(sitting: Sitting, sent: list[SentAnswer], items: list[SavedItem]) -> str:
    bodies = {answer.question_id: answer.body for answer in sent}
    kept = [(sitting.paper.question(item.question_id), item, bodies[item.question_id]) for item in items]
    return render_template("exams/kept.html", sitting=sitting, kept=kept, labels=labels)


def _page_data(page: RoomPage) -> dict[str, object]:
    """What the page's script needs besides the form; like the form it holds no key and no reason."""
    return {
        "publicId": page.public_id,
        "userId": current_user.id,
        "section": page.section_id,
        "deadline": page.access.deadline.isoformat(),
        "serverTime": page.server_time.isoformat(),
        "overLimit": page.over_limit,
        "answersUrl": url_for("exams.autosave", public_id=page.public_id),
        "handInUrl": url_for("exams.hand_in", public_id=page.public_id),
        "confirmUrl": url_for("exams.confirm", public_id=page.public_id),
        "loginUrl": url_for("accounts.login"),
    }


def _pulse_json(now: Pulse) -> dict[str, object]:
    return {
        "status": now.status.value,
        "section": now.section_id,
        "deadline": now.deadline.isoformat() if now.deadline else None,
        "server_time": now.server_time.isoformat(),
        "writer": now.writer_device,
    }


def _item_json(item: SavedItem) -> dict[str, object]:
    told: dict[str, object] = {
        "question": item.question_id,
        "sequence": item.sequence,
        "outcome": item.outcome.value,
        "version": item.version,
        "sha256": item.sha256,
    }
    if item.stored is not None:
        told |= {"current_version": item.stored.version, "current_body": item.stored.body, "current_sha256": item.stored.sha256}
    if item.fault is not None:
        told["text"] = labels.ANSWER_FAULTS[item.fault]
    return told
