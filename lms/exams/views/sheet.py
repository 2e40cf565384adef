"""The running section as a page, for the exam and for its rehearsal, which have doors of their own."""

import functools
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app, render_template, url_for
from flask_login import current_user
from markupsafe import Markup

from lms.exams.queries.notices import NoticeOnPage
from lms.exams.queries.pages import QuestionOnPage, RoomPage

SCRIPTS = ("canonical", "clock", "conduct", "graphemes", "notes", "outbox", "pages", "store", "timer")
"""What the page's script imports, besides one file for each kind of question."""


@dataclass(frozen=True, slots=True)
class Doors:
    """Addresses of one sitting; a rehearsal keeps no versions to look back at."""

    room: str
    save: str
    answers: str
    confirm: str
    hand_in: str
    history: str | None
    """What the id of a question is appended to."""
    is_rehearsal: bool = False


def doors_of(public_id: str) -> Doors:
    """The doors of an attempt."""
    room = url_for("exams.room", public_id=public_id)
    return Doors(
        room=room,
        save=url_for("exams.save", public_id=public_id),
        answers=url_for("exams.autosave", public_id=public_id),
        confirm=url_for("exams.confirm", public_id=public_id),
        hand_in=url_for("exams.hand_in", public_id=public_id),
        history=f"{room}/history/",
    )


def render_sheet(page: RoomPage, doors: Doors, notices: Sequence[NoticeOnPage] = ()) -> str:
    """The page of a section: one form, which the page's script takes over where there is one."""
    return render_template(
        "exams/room.html",
        page=page,
        questions=[_question_html(question) for question in page.questions],
        doors=doors,
        notices=notices,
        scripts=(*SCRIPTS, *(f"kinds/{kind}" for kind in page.kinds)),
        page_data=_page_data(page, doors),
        device=f"form-{secrets.token_hex(8)}",
    )


@functools.lru_cache(maxsize=4096)
def _question_html(question: QuestionOnPage) -> Markup:
    """A question as HTML, which nothing but its own value decides; of a page seen again only what was answered is made anew."""
    return Markup(current_app.jinja_env.get_template("exams/_question.html").render(q=question))


def _page_data(page: RoomPage, doors: Doors) -> dict[str, object]:
    """What the page's script needs besides the form; like the form it holds no key and no reason."""
    return {
        "publicId": page.public_id,
        "userId": current_user.id,
        "section": page.section_id,
        "kinds": page.kinds,
        "deadline": page.access.deadline.isoformat(),
        "paused": page.access.is_paused,
        "remaining": int(page.access.remaining.total_seconds()),
        "serverTime": page.server_time.isoformat(),
        "overLimit": page.over_limit,
        "answersUrl": doors.answers,
        "handInUrl": doors.hand_in,
        "confirmUrl": doors.confirm,
        "historyUrl": doors.history,
        "loginUrl": url_for("accounts.login"),
    }
