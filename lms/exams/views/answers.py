"""What the exam page's script says and hears: answers on their way in, where the attempt stands on the way out."""

from flask import Response, abort, jsonify, request
from flask_login import current_user
from flask_wtf.csrf import generate_csrf

from lms import clock
from lms.exams import labels
from lms.exams.forms import read_save_request, read_unsent
from lms.exams.queries.notices import NoticeOnPage, list_notices
from lms.exams.queries.pages import Pulse, pulse
from lms.exams.rules.sitting import ItemOutcome
from lms.exams.services.presence import note_presence
from lms.exams.services.saving import SavedItem, save_answers
from lms.exams.views.blueprint import bp
from lms.exams.views.own import own_attempt_id, own_sitting
from lms.web.access import Role, open_to


@bp.get("/exam/<public_id>/answers")
@open_to(Role.PARTICIPANT, before_terms=True)
def beat(public_id: str) -> Response:
    """Where the attempt stands, for the open page; with the office's notices, and a fresh CSRF token after a new log-in."""
    sitting, now = own_sitting(public_id), clock.now()
    note_presence(sitting, unsent=read_unsent(request.args.get("unsent", "")), address=request.remote_addr or "", now=now)
    notices = [_notice_json(notice) for notice in list_notices(sitting.window_id)]
    return jsonify(pulse_json(pulse(sitting, now=now)) | {"notices": notices, "csrf": generate_csrf()})


@bp.post("/exam/<public_id>/answers")
@open_to(Role.PARTICIPANT, before_terms=True)
def autosave(public_id: str) -> Response:
    """Store what the page's script sends, and answer with what was stored."""
    wanted = read_save_request(request.get_json(silent=True))
    if wanted is None:
        abort(400)
    now = clock.now()
    receipt = save_answers(
        own_attempt_id(public_id),
        wanted.answers(),
        device=wanted.device,
        claims=wanted.claim,
        replaces=wanted.replaces,
        facts=wanted.facts(),
        by=current_user.id,
        now=now,
    )
    note_presence(receipt.sitting, unsent=wanted.unsent, address=request.remote_addr or "", now=now)
    taken = [item for item in receipt.items if item.outcome is not ItemOutcome.FULL]
    if receipt.items and not taken:
        abort(429)
    # What is not acknowledged stays on the device.
    items = [item_json(item) for item in taken]
    return jsonify(pulse_json(pulse(receipt.sitting, now=now)) | {"items": items})


def _notice_json(notice: NoticeOnPage) -> dict[str, object]:
    return {"id": notice.id, "text": notice.text, "at": notice.published_at.isoformat()}


def pulse_json(now: Pulse) -> dict[str, object]:
    """Where it stands, as the page's script reads it."""
    return {
        "status": now.status.value,
        "section": now.section_id,
        "deadline": now.deadline.isoformat() if now.deadline else None,
        "paused": now.is_paused,
        "remaining": now.remaining_seconds,
        "server_time": now.server_time.isoformat(),
        "writer": now.writer_device,
    }


def item_json(item: SavedItem) -> dict[str, object]:
    """The acknowledgement of one answer, as the page's script reads it."""
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
