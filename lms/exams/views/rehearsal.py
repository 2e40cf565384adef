"""リハーサル: the checks of browser and network, the sample paper on the exam's own pages, and what was stored of it."""

from dataclasses import asdict

from flask import Response as FlaskResponse
from flask import abort, flash, jsonify, redirect, render_template, request, url_for
from flask_login import current_user
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response

from lms import clock
from lms.billing.queries import find_seat
from lms.cohorts.queries import Seat
from lms.exam_engine.attempts import AttemptStatus
from lms.exams import labels
from lms.exams.forms import read_checks, read_device, read_save_request, read_section_answers
from lms.exams.queries.lobby import find_lobby
from lms.exams.queries.pages import find_section, pulse
from lms.exams.queries.rehearsals import RehearsalRun, find_rehearsal, list_rehearsals, rehearsal_page, stored_sample
from lms.exams.rules.rehearsing import judge_browser
from lms.exams.rules.sitting import HandInOutcome, ItemOutcome, Refused, SentAnswer
from lms.exams.services.rehearsing import (
    hand_in_rehearsal_section,
    note_browser,
    open_rehearsal_paper,
    save_rehearsal_answers,
    start_rehearsal,
)
from lms.exams.views.answers import item_json, pulse_json
from lms.exams.views.blueprint import bp
from lms.exams.views.room import LOOK_BACK
from lms.exams.views.sheet import Doors, render_sheet
from lms.text import count_characters
from lms.web.access import Role, open_to

CHECKS_LIMIT = 4096
"""Bytes of a request that tells what the browser found out."""
COUNTED = "髙橋さんと𠮷野さん、カ゛ハ゜ | 👩‍💼 ①ｶﾞ\n次の行"
"""A text whose 字数 tells whether browser and server count alike."""
PROBED = "SAMPLE-6"
"""The question whose answer the checks save and take back: a short text of the first section."""


@bp.get("/exam/rehearsal")
@open_to(Role.PARTICIPANT)
def rehearsal_start() -> str:
    """What the rehearsal is, and the earlier ones."""
    seat, now = _seat(), clock.now()
    lobby = find_lobby(current_user.id, now=now)
    return render_template(
        "exams/rehearsal.html",
        rehearsals=list_rehearsals(seat.participant_id),
        is_running=lobby is not None and lobby.running is not None,
        labels=labels,
    )


@bp.post("/exam/rehearsal")
@open_to(Role.PARTICIPANT)
def start_own_rehearsal() -> Response:
    """Draw a sample paper and go to the checks."""
    try:
        public_id = start_rehearsal(_seat().participant_id, by=current_user.id, now=clock.now())
    except Refused as refused:
        flash(labels.REFUSALS[refused.reason], "error")
        return redirect(url_for("exams.rehearsal_start"))
    return redirect(url_for("exams.rehearsal_checks", public_id=public_id))


@bp.get("/exam/rehearsal/<public_id>/checks")
@open_to(Role.PARTICIPANT)
def rehearsal_checks(public_id: str) -> str:
    """The checks of browser and network, made by the page's script, and their verdict."""
    run, now = _own(public_id), clock.now()
    return render_template(
        "exams/rehearsal_checks.html",
        run=run,
        points=judge_browser(run.facts) if run.is_checked else (),
        is_over=run.state_at(now).status is AttemptStatus.SUBMITTED,
        labels=labels,
        page_data=_check_data(run),
    )


@bp.post("/exam/rehearsal/<public_id>/checks")
@open_to(Role.PARTICIPANT)
def keep_rehearsal_checks(public_id: str) -> FlaskResponse | Response:
    """Keep what the script found out; a form without it says that no script ran."""
    run = _own(public_id)
    if not request.is_json:
        note_browser(run.rehearsal_id, None, now=clock.now())
        return redirect(url_for("exams.rehearsal_checks", public_id=public_id))
    if (request.content_length or 0) > CHECKS_LIMIT:
        abort(413)
    facts = read_checks(request.get_json(silent=True)) or abort(400)
    verdict = note_browser(run.rehearsal_id, facts, now=clock.now())
    return jsonify({"verdict": verdict.value})


@bp.post("/exam/rehearsal/<public_id>/open")
@open_to(Role.PARTICIPANT)
def open_rehearsal(public_id: str) -> Response:
    """Start the sample paper's clock and enter its room."""
    open_rehearsal_paper(_own(public_id).rehearsal_id, now=clock.now())
    return redirect(url_for("exams.rehearsal", public_id=public_id))


@bp.get("/exam/rehearsal/<public_id>")
@open_to(Role.PARTICIPANT)
def rehearsal(public_id: str) -> str | Response:
    """The running section of the sample paper, on the exam's own page."""
    run = _own(public_id)
    page = rehearsal_page(run, now=clock.now())
    return _elsewhere(run) if page is None else render_sheet(page, _doors(public_id))


@bp.post("/exam/rehearsal/<public_id>/save")
@open_to(Role.PARTICIPANT)
def save_rehearsal(public_id: str) -> Response:
    """Keep what is in the form; then stay, or go on to the confirmation of the hand-in."""
    run = _own(public_id)
    receipt = save_rehearsal_answers(run.rehearsal_id, _sent(run), device=read_device(request.form), now=clock.now())
    intent = request.form.get("intent", "")
    if any(item.outcome is not ItemOutcome.CURRENT for item in receipt.items):
        flash(
            "ほかの画面で保存された解答があるか、読み取れない解答があるため、一部を保存していません。下の解答をご確認ください。",
            "warning",
        )
    elif intent == "hand_in":
        return redirect(url_for("exams.confirm_rehearsal", public_id=public_id))
    elif intent.startswith(LOOK_BACK):
        flash("一時保存しました。保存された版の一覧は、本番だけにあります。", "done")
    else:
        flash("一時保存しました。", "done")
    return redirect(url_for("exams.rehearsal", public_id=public_id))


@bp.get("/exam/rehearsal/<public_id>/answers")
@open_to(Role.PARTICIPANT)
def rehearsal_beat(public_id: str) -> FlaskResponse:
    """Where the rehearsal stands, for the open page."""
    return jsonify(pulse_json(pulse(_own(public_id), now=clock.now())) | {"csrf": generate_csrf()})


@bp.post("/exam/rehearsal/<public_id>/answers")
@open_to(Role.PARTICIPANT)
def autosave_rehearsal(public_id: str) -> FlaskResponse:
    """Store what the page's script sends; what it noticed of her conduct is not kept."""
    run = _own(public_id)
    wanted = read_save_request(request.get_json(silent=True)) or abort(400)
    now = clock.now()
    receipt = save_rehearsal_answers(run.rehearsal_id, wanted.answers(), device=wanted.device, now=now)
    return jsonify(pulse_json(pulse(receipt.run, now=now)) | {"items": [item_json(item) for item in receipt.items]})


@bp.get("/exam/rehearsal/<public_id>/confirm")
@open_to(Role.PARTICIPANT)
def confirm_rehearsal(public_id: str) -> str | Response:
    """What is unanswered, before the section is handed in."""
    run = _own(public_id)
    page = rehearsal_page(run, now=clock.now())
    return _elsewhere(run) if page is None else render_template("exams/confirm.html", page=page, doors=_doors(public_id))


@bp.post("/exam/rehearsal/<public_id>/hand-in")
@open_to(Role.PARTICIPANT)
def hand_in_rehearsal(public_id: str) -> Response:
    """Hand in a section: the next one begins, the last one ends the rehearsal."""
    run = _own(public_id)
    section = request.form.get("section", "")
    device = read_device(request.form)
    outcome = hand_in_rehearsal_section(run.rehearsal_id, section, _sent(run), device=device, now=clock.now())
    if outcome in labels.HAND_IN_WORDS:
        flash(labels.HAND_IN_WORDS[outcome], "done" if outcome is HandInOutcome.NEXT_SECTION else "warning")
    return redirect(url_for("exams.rehearsal", public_id=public_id))


@bp.get("/exam/rehearsal/<public_id>/summary")
@open_to(Role.PARTICIPANT)
def rehearsal_summary(public_id: str) -> str | Response:
    """What was stored, as a 提出控 would show it, and the verdict."""
    run = _own(public_id)
    state = run.state_at(clock.now())
    if state.status is not AttemptStatus.SUBMITTED:
        return _elsewhere(run)
    return render_template(
        "exams/rehearsal_summary.html",
        run=run,
        sample=stored_sample(run),
        submitted_at=state.submitted_at,
        points=judge_browser(run.facts) if run.is_checked else (),
        labels=labels,
    )


def _seat() -> Seat:
    return find_seat(current_user.id) or abort(404)


def _own(public_id: str) -> RehearsalRun:
    return find_rehearsal(public_id, user_id=current_user.id) or abort(404)


def _sent(run: RehearsalRun) -> list[SentAnswer]:
    section = find_section(run, request.form.get("section", ""))
    return read_section_answers(section, request.form) if section else []


def _elsewhere(run: RehearsalRun) -> Response:
    """To the checks before the paper is opened, to the room while it runs, to the summary after it."""
    status = run.state_at(clock.now()).status
    doors = {
        AttemptStatus.NOT_STARTED: "exams.rehearsal_checks",
        AttemptStatus.IN_SECTION: "exams.rehearsal",
        AttemptStatus.SUBMITTED: "exams.rehearsal_summary",
    }
    return redirect(url_for(doors[status], public_id=run.public_id))


def _doors(public_id: str) -> Doors:
    return Doors(
        room=url_for("exams.rehearsal", public_id=public_id),
        save=url_for("exams.save_rehearsal", public_id=public_id),
        answers=url_for("exams.autosave_rehearsal", public_id=public_id),
        confirm=url_for("exams.confirm_rehearsal", public_id=public_id),
        hand_in=url_for("exams.hand_in_rehearsal", public_id=public_id),
        history=None,
        is_rehearsal=True,
    )


def _check_data(run: RehearsalRun) -> dict[str, object]:
    """What the checks' script needs."""
    stored = run.answers.get(PROBED)
    return {
        "publicId": run.public_id,
        "userId": current_user.id,
        "answersUrl": url_for("exams.autosave_rehearsal", public_id=run.public_id),
        "checksUrl": url_for("exams.keep_rehearsal_checks", public_id=run.public_id),
        "probedQuestion": PROBED,
        "baseVersion": stored.version if stored else 0,
        "countedText": COUNTED,
        "countedCharacters": count_characters(COUNTED),
        "facts": asdict(run.facts) if run.facts else None,
    }
