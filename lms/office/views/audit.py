"""Doors of 操作記録: who did what to what, filtered and in pages."""

from datetime import date, datetime, timedelta

from flask import render_template, request

from lms import clock
from lms.accounts.queries import list_staff, list_users
from lms.audit.labels import SUBJECTS, TAGS
from lms.audit.queries import EventFilter, list_events
from lms.office.queries import subject_names
from lms.office.views.blueprint import bp
from lms.web.access import Role, open_to
from lms.web.numbers import small_int


@bp.get("/audit")
@open_to(Role.OFFICE, Role.ADMIN)
def audit() -> str:
    """The newest acts first."""
    chosen = _filter()
    page = list_events(chosen, page=request.args.get("page", 1, type=small_int))
    shown = {key: value for key, value in request.args.items() if key != "page" and value}
    return render_template(
        "office/audit.html",
        page=page,
        chosen=request.args,
        shown=shown,
        subject_names=subject_names(page.lines),
        names={user_id: user.name for user_id, user in list_users(page.actor_ids).items()},
        staff=list_staff(),
        tags=TAGS,
        subjects=SUBJECTS,
    )


def _filter() -> EventFilter:
    last = _day("until")
    return EventFilter(
        tag=request.args.get("tag", ""),
        actor_id=request.args.get("actor", type=small_int),
        subject_kind=request.args.get("kind", ""),
        subject_id=request.args.get("subject", "").strip(),
        since=_day("since"),
        until=last + timedelta(days=1) if last else None,
    )


def _day(name: str) -> datetime | None:
    try:
        day = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    # The first and the last day there are have no moment in another time zone.
    return clock.jst_moment(day) if day.year in range(1900, 9000) else None
