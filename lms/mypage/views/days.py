"""Doors of 研修: both days with timetable and own attendance, and the way into the meeting."""

from typing import cast

from flask import abort, current_app, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.cohorts.services.calendar import calendar_token
from lms.config import Settings
from lms.lessons.labels import short_moment
from lms.mypage import labels
from lms.mypage.queries.days import DaysPage, find_days_page, find_door
from lms.mypage.views.blueprint import bp
from lms.web.access import Role, open_to


@bp.get("/days")
@open_to(Role.PARTICIPANT)
def days() -> str:
    """The course days: when, what for, what to prepare, how to get in, and what was attended."""
    page = find_days_page(current_user.id, now=clock.now()) or abort(403)
    return render_template(
        "mypage/days.html",
        here="mypage",
        page=page,
        doors=labels.DOORS,
        join_words=labels.JOIN,
        short_moment=short_moment,
        feed=_feed_address(page) if page.generation else "",
    )


def _feed_address(page: DaysPage) -> str:
    base = cast(Settings, current_app.extensions["settings"]).public_base_url
    return base + url_for("mypage.calendar_feed", token=calendar_token(page.participant_id, page.generation))


@bp.get("/days/<int:number>/join")
@open_to(Role.PARTICIPANT)
def join(number: int) -> Response | str:
    """Into the meeting, when the door is open; the address is told to nobody before that and stands in no page."""
    found = find_door(current_user.id, number, now=clock.now()) or abort(404)
    if found.door.is_open:
        return redirect(found.day.join_url)
    words = labels.DOORS[found.door.state]
    return render_template("mypage/door.html", here="mypage", found=found, words=words, short_moment=short_moment)
