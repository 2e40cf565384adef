"""Doors of 場面練習."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.lessons.queries import ReadingSeat, find_reading_seat
from lms.scenarios import labels, queries, services
from lms.scenarios.forms import read_reply, read_step
from lms.scenarios.rules.graph import Scenario, mood_of
from lms.scenarios.rules.sheet import prepare_sheet
from lms.scenarios.rules.telling import tell
from lms.web.access import Role, open_to

bp = Blueprint("scenarios", __name__, template_folder="templates")

Page = str | tuple[str, int] | Response


@bp.app_context_processor
def words() -> dict[str, Any]:
    """The words of this room's enums, and how its texts are told, for its templates."""
    return {"scenario_words": labels, "tell": tell, "mood_of": mood_of}


@bp.get("/scenarios")
@open_to(Role.PARTICIPANT, Role.OFFICE, Role.INSTRUCTOR)
def index() -> Page:
    """The list of scenarios; for people on the staff, of their role-play sheets."""
    if not _is_participant():
        return render_template("scenarios/sheets.html", scenarios=queries.list_published())
    seat = _seat()
    page = queries.index_page(seat, now=clock.now())
    return render_template("scenarios/index.html", here="lessons", seat=seat, page=page)


@bp.get("/scenarios/<scenario_id>")
@open_to(Role.PARTICIPANT)
def show(scenario_id: str) -> Page:
    """What is known before the first word."""
    page = queries.setting_page(_seat(), scenario_id, now=clock.now())
    if page is None:
        abort(404)
    return render_template("scenarios/show.html", here="lessons", page=page), 200 if page.line.is_open else 403


@bp.get("/scenarios/<scenario_id>/sheet")
@open_to(Role.PARTICIPANT, Role.OFFICE, Role.INSTRUCTOR)
def sheet(scenario_id: str) -> Page:
    """The role-play sheet, to be printed."""
    scenario = _published(scenario_id)
    is_participant = _is_participant()
    if is_participant and not queries.is_open(_seat(), scenario, now=clock.now()):
        return redirect(url_for("scenarios.show", scenario_id=scenario_id))
    layout = "layout_participant.html" if is_participant else "layout_desk.html"
    return render_template("scenarios/sheet.html", here="lessons", layout=layout, sheet=prepare_sheet(scenario))


@bp.post("/scenarios/<scenario_id>/plays")
@open_to(Role.PARTICIPANT)
def begin(scenario_id: str) -> Page:
    """Begin a play."""
    try:
        public_id = services.begin_play(_seat(), scenario_id, by=current_user.id, now=clock.now())
    except services.ScenarioRefused as refused:
        return _refused(refused, url_for("scenarios.show", scenario_id=scenario_id))
    return redirect(url_for("scenarios.play", public_id=public_id, _anchor="now"))


@bp.get("/plays/<public_id>")
@open_to(Role.PARTICIPANT)
def play(public_id: str) -> Page:
    """The moment a play stands at, or its debrief when it is over."""
    seat, own = _seat(), _own_play(public_id)
    page = queries.play_page(own, seat, now=clock.now())
    if page is None:
        published = queries.find_published(own.row.scenario_id)
        return render_template("scenarios/changed.html", here="lessons", row=own.row, published=published)
    template = "play" if isinstance(page, queries.MomentPage) else "debrief"
    return render_template(f"scenarios/{template}.html", here="lessons", page=page)


@bp.post("/plays/<public_id>/choose")
@open_to(Role.PARTICIPANT)
def choose(public_id: str) -> Page:
    """Take a reply and show what follows."""
    here, sent = url_for("scenarios.play", public_id=public_id), read_reply(request.form)
    if sent is None:
        _own_play(public_id)
        flash(labels.NOTHING_CHOSEN, "warning")
        return redirect(here)
    try:
        outcome = services.choose_reply(public_id, sent.step, sent.choice, by=current_user.id, now=clock.now())
    except services.ScenarioRefused as refused:
        return _refused(refused, here)
    if outcome is services.Choosing.OUTDATED:
        flash(labels.OUTDATED, "info")
        return redirect(here)
    return redirect(url_for("scenarios.play", public_id=public_id, _anchor="now"))


@bp.post("/plays/<public_id>/branches")
@open_to(Role.PARTICIPANT)
def branch(public_id: str) -> Page:
    """Try another way from a step on."""
    step = read_step(request.form)
    if step is None:
        abort(400)
    try:
        branched = services.branch_play(_seat(), public_id, step, by=current_user.id, now=clock.now())
    except services.ScenarioRefused as refused:
        return _refused(refused, url_for("scenarios.play", public_id=public_id))
    return redirect(url_for("scenarios.play", public_id=branched, _anchor="now"))


def _is_participant() -> bool:
    return Role.PARTICIPANT in current_user.roles


def _seat() -> ReadingSeat:
    seat = find_reading_seat(current_user.id)
    if seat is None:
        abort(403)
    return seat


def _published(scenario_id: str) -> Scenario:
    published = queries.find_published(scenario_id)
    if published is None:
        abort(404)
    return published.scenario


def _own_play(public_id: str) -> queries.OwnPlay:
    own = queries.find_play(public_id, user_id=current_user.id)
    if own is None:
        abort(404)
    return own


def _refused(refused: services.ScenarioRefused, where: str) -> Response:
    """Back to where the reason stands in words."""
    if refused.reason is services.Refusal.UNKNOWN:
        abort(404)
    if refused.reason is services.Refusal.NO_SUCH_REPLY:
        flash(labels.NOTHING_CHOSEN, "warning")
    return redirect(where)
