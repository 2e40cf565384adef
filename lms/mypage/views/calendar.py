"""Doors of the calendar: the course days as a file, as a subscription, and a new address for that."""

from datetime import timedelta
from typing import cast
from urllib.parse import urlsplit

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from lms import clock
from lms.billing.queries import find_seat
from lms.cohorts.queries import Day
from lms.cohorts.queries.own_days import CalendarDays, calendar_days
from lms.cohorts.queries.presence import blocks_of
from lms.cohorts.services.calendar import TooManyAddresses, open_calendar, renew_calendar
from lms.cohorts.source import course_facts, course_facts_changed_at
from lms.config import Settings
from lms.documents.calendar import CalendarEvent, build_calendar
from lms.mypage.views.blueprint import bp
from lms.web.access import Audience, Role, open_to
from lms.web.errors import WORDS
from lms.web.security import unlisted

CALENDAR = "text/calendar; charset=utf-8"
PLACE = "オンライン(Zoom)"


@bp.get("/days.ics")
@open_to(Role.PARTICIPANT)
def calendar_file() -> Response:
    """The course days as a file to be opened once."""
    seat = find_seat(current_user.id)
    response = _calendar(seat.cohort_id if seat else 0)
    response.headers["Content-Disposition"] = 'attachment; filename="days.ics"'
    return response


@bp.get("/calendar/<token>.ics")
@open_to(Audience.ANYBODY)
def calendar_feed(token: str) -> Response:
    """What a calendar program asks for again and again; every address that leads nowhere gets the same answer."""
    try:
        cohort_id = open_calendar(token, visitor=request.remote_addr or "", now=clock.now())
    except TooManyAddresses:
        return _refusal(429)
    if cohort_id is None:
        return _refusal(404)
    response = _calendar(cohort_id)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cache-Control"] = "private, no-cache"
    return cast(Response, response.make_conditional(request))


@bp.post("/days/calendar", endpoint="renew_calendar")
@open_to(Role.PARTICIPANT)
def renew_calendar_address() -> AnyResponse:
    """A new subscription address; the one before ends."""
    seat = find_seat(current_user.id)
    if seat is not None:
        generation = renew_calendar(seat.participant_id, by=current_user.id, now=clock.now())
        made = "購読用のアドレスを作りました。"
        flash(made if generation == 1 else f"{made}前のアドレスは使えなくなりました。", "done")
    return redirect(url_for("mypage.days", _anchor="calendar"))


def _refusal(status: int) -> Response:
    return unlisted(render_template("errors/error.html", status=status, words=WORDS[status]), status)


def _calendar(cohort_id: int) -> Response:
    found, facts = calendar_days(cohort_id), course_facts()
    events = [_event(found, day, facts.title) for day in found.days] if found else []
    response = Response(build_calendar(f"{facts.title} 研修", events), content_type=CALENDAR)
    response.add_etag()
    response.last_modified = max(found.changed_at, course_facts_changed_at()) if found else None
    return response


def _event(found: CalendarDays, day: Day, title: str) -> CalendarEvent:
    """A day as an event: what it says of the way in is the address of our page, never that of the meeting."""
    base = cast(Settings, current_app.extensions["settings"]).public_base_url
    join = base + url_for("mypage.join", number=day.number)
    return CalendarEvent(
        uid=f"course-day-{found.cohort_id}-{day.number}@{urlsplit(base).hostname}",
        title=f"{title} 研修{day.number}日目({found.cohort_label})",
        starts_at=day.starts_at,
        ends_at=day.ends_at,
        description=_description(day, join),
        place=PLACE,
        url=join,
        changed_at=found.changed_at,
        sequence=found.changes,
        alarm_before=timedelta(minutes=course_facts().join_minutes_before),
    )


def _description(day: Day, join: str) -> str:
    lines = [f"{clock.to_jst(block.span.start):%H:%M} {block.title}" for block in blocks_of(day)]
    minutes = course_facts().join_minutes_before
    return "\n".join([*lines, "", f"Zoomには、次のページから、開始の{minutes}分前に入れます(ログインが必要です)。", join])
