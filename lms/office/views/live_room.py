"""試験当日: the room as it is now, and acts on the clocks of everybody in it or of one person."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.cohorts.queries import get_cohort
from lms.exam_engine.windows import resolve_access
from lms.exams.labels import STATUSES
from lms.exams.queries.windows import WindowCard
from lms.exams.rules.incidents import IncidentKind, IncidentRefused
from lms.exams.rules.live_room import RoomOrder
from lms.exams.services.incidents import Incident, add_time, pause_attempts, resume_attempts
from lms.office.forms import ActForm
from lms.office.labels import exam_day as words
from lms.office.queries.exam_day import live_room as live_room_page
from lms.office.queries.exam_day import preview_act
from lms.office.views.blindness import close_to_graders
from lms.office.views.blueprint import bp
from lms.office.views.exam import find_window
from lms.web.access import Role, open_to
from lms.web.numbers import small_int

USUAL_MINUTES = 10


@dataclass(frozen=True, slots=True)
class Act:
    """One of the acts on running clocks, as its page calls it."""

    kind: IncidentKind
    title: str
    button: str


ACTS: Mapping[str, Act] = MappingProxyType(
    {
        "time": Act(IncidentKind.TIME_ADDED, "時間を足す", "時間を足す"),
        "pause": Act(IncidentKind.PAUSED, "試験を一時停止する", "一時停止する"),
        "resume": Act(IncidentKind.RESUMED, "試験を再開する", "再開する"),
    }
)
_DONE: Mapping[IncidentKind, str] = MappingProxyType(
    {
        IncidentKind.TIME_ADDED: "{people}名の締切を延ばしました。",
        IncidentKind.PAUSED: "{people}名の試験を一時停止しました。再開するまで、時間は進みません。",
        IncidentKind.RESUMED: "{people}名の試験を再開しました。止まっていた時間は締切に足されています。",
    }
)


@bp.get("/cohorts/<int:cohort_id>/exam/<int:number>/room")
@open_to(Role.OFFICE)
def live_room(cohort_id: int, number: int) -> str:
    """受験のようす."""
    window, now = get_room_or_403(cohort_id, number), clock.now()
    order = _order()
    room = live_room_page(window, order, now=now)
    return render_template(
        "office/live_room.html",
        cohort=get_cohort(cohort_id),
        window=window,
        room=room,
        phase=resolve_access(window.engine_window, now=now).phase,
        order=order,
        orders=RoomOrder,
        statuses=STATUSES,
        words=words,
        moment=now,
    )


@bp.get("/cohorts/<int:cohort_id>/exam/<int:number>/room/<any(time,pause,resume):act>")
@open_to(Role.OFFICE)
def confirm_act(cohort_id: int, number: int, act: str) -> str:
    """Whom it concerns and what will happen, once more before it is done."""
    window = get_room_or_403(cohort_id, number)
    form = ActForm(formdata=None, minutes=_minutes(), form_key=secrets.token_urlsafe(18))
    return _act_page(window, ACTS[act], form)


@bp.post("/cohorts/<int:cohort_id>/exam/<int:number>/room/<any(time,pause,resume):act>")
@open_to(Role.OFFICE)
def do_act(cohort_id: int, number: int, act: str) -> Response | str:
    """時間を足す, 一時停止する, 再開する."""
    window, form = get_room_or_403(cohort_id, number), ActForm()
    if not form.validate():
        return _act_page(window, ACTS[act], form)
    try:
        done = _run(ACTS[act].kind, window, form)
    except IncidentRefused as refused:
        form.form_errors = [words.REFUSALS[refused.reason]]
        return _act_page(window, ACTS[act], form)
    _tell(ACTS[act].kind, done)
    attempt_id = _attempt_id()
    if attempt_id is not None:
        return redirect(url_for(".attempt", attempt_id=attempt_id))
    return redirect(url_for(".live_room", cohort_id=cohort_id, number=number))


def get_window_or_404(cohort_id: int, number: int) -> WindowCard:
    """The cohort's window of this number."""
    return find_window(cohort_id, number) or abort(404)


def get_room_or_403(cohort_id: int, number: int) -> WindowCard:
    """The same for a page with names beside 受験番号, which is closed to whoever grades in the window."""
    window = get_window_or_404(cohort_id, number)
    close_to_graders(window.id)
    return window


def _run(kind: IncidentKind, window: WindowCard, form: ActForm) -> Incident:
    reason, key, by, now = form.reason.data or "", form.form_key.data or "", current_user.id, clock.now()
    if kind is IncidentKind.TIME_ADDED:
        minutes = form.minutes.data or 0
        return add_time(window.id, minutes, reason, form_key=key, attempt_id=_attempt_id(), by=by, now=now)
    act: Callable[..., Incident] = pause_attempts if kind is IncidentKind.PAUSED else resume_attempts
    return act(window.id, reason, form_key=key, attempt_id=_attempt_id(), by=by, now=now)


def _tell(kind: IncidentKind, done: Incident) -> None:
    if done.is_repeat:
        flash("同じ操作が2回送られました。1回目だけを行い、2回目は何も変えていません。", "warning")
        return
    told = _DONE[kind].format(people=done.people)
    widened = f"受験期間の締切も{words.duration(done.widened)}延ばしました。" if done.widened else ""
    flash(told + widened, "done")


def _act_page(window: WindowCard, act: Act, form: ActForm) -> str:
    minutes = form.minutes.data or USUAL_MINUTES
    given, attempt_id = timedelta(minutes=minutes), _attempt_id()
    now = clock.now()
    return render_template(
        "office/live_room_act.html",
        cohort=get_cohort(window.cohort_id),
        window=window,
        act=act,
        form=form,
        given=given,
        attempt_id=attempt_id,
        preview=preview_act(window, act.kind, given, attempt_id=attempt_id, now=now),
        phase=resolve_access(window.engine_window, now=now).phase,
        words=words,
    )


def _order() -> RoomOrder:
    asked = request.args.get("order", "")
    return RoomOrder(asked) if asked in set(RoomOrder) else RoomOrder.ATTENTION


def _attempt_id() -> int | None:
    return request.args.get("attempt", type=small_int)


def _minutes() -> int:
    asked = request.args.get("minutes", type=small_int) or USUAL_MINUTES
    return asked if 1 <= asked <= 180 else USUAL_MINUTES
