"""The paper edition of a drawn paper: 問題冊子 and 解答用紙 as PDF, each printing written down."""

from flask import Response, current_app
from flask_login import current_user

from lms import clock
from lms.documents.booklet import press_answer_sheet, press_booklet
from lms.exams.queries.printing import booklet_of
from lms.exams.queries.sittings import get_sitting
from lms.office.services import note_printing
from lms.office.views.blindness import close_attempt_to_graders
from lms.office.views.blueprint import bp
from lms.web.access import Role, open_to
from lms.web.exports import send_file

PRESSES = {"booklet": (press_booklet, "問題冊子"), "answer-sheet": (press_answer_sheet, "解答用紙")}


@bp.post("/attempts/<int:attempt_id>/<any('booklet', 'answer-sheet'):part>.pdf")
@open_to(Role.OFFICE)
def print_paper(attempt_id: int, part: str) -> Response:
    """A part of the paper edition of an attempt; a POST, because who printed the questions is written down."""
    close_attempt_to_graders(attempt_id)
    sitting = get_sitting(attempt_id)
    press, words = PRESSES[part]
    note_printing(attempt_id, words, by=current_user.id, now=clock.now())
    body = press(booklet_of(sitting), current_app.extensions["settings"].fonts)
    return send_file(body, f"{words}_{sitting.candidate_number}.pdf", "application/pdf")
