"""提出控 of one's own hand-ins: to be read, printed, kept as a file."""

from flask import Response as FlaskResponse
from flask import abort, redirect, render_template, url_for
from werkzeug.wrappers import Response

from lms.exam_engine.attempts import AttemptStatus
from lms.exams import labels
from lms.exams.queries.pages import receipt_sections
from lms.exams.queries.receipts import find_receipt_file, find_signed_receipt
from lms.exams.queries.sittings import Sitting
from lms.exams.queries.submissions import SubmissionRecord, list_hand_ins
from lms.exams.views.blueprint import bp
from lms.exams.views.own import own_sitting
from lms.web.access import Role, open_to
from lms.web.exports import send_file


@bp.get("/exam/<public_id>/receipt")
@open_to(Role.PARTICIPANT, before_terms=True)
def receipt(public_id: str) -> str | Response:
    """提出控 of the latest hand-in."""
    sitting = own_sitting(public_id)
    hand_ins = list_hand_ins(sitting.attempt_id)
    if not hand_ins:
        return redirect(url_for("exams.room", public_id=public_id))
    return _page(sitting, hand_ins, hand_ins[-1])


@bp.get("/exam/<public_id>/receipt/<int:hand_in>")
@open_to(Role.PARTICIPANT, before_terms=True)
def numbered_receipt(public_id: str, hand_in: int) -> str:
    """提出控 of this hand-in of the attempt, each its own."""
    sitting = own_sitting(public_id)
    hand_ins = list_hand_ins(sitting.attempt_id)
    return _page(sitting, hand_ins, _numbered(hand_ins, hand_in))


@bp.get("/exam/<public_id>/receipt/<int:hand_in>/file")
@open_to(Role.PARTICIPANT, before_terms=True)
def receipt_file(public_id: str, hand_in: int) -> FlaskResponse:
    """The signed 提出控 with its answers as a file, for checking it anywhere."""
    submission = _numbered(list_hand_ins(own_sitting(public_id).attempt_id), hand_in)
    text = find_receipt_file(submission) or abort(404)
    name = f"teishutsu-hikae-{submission.candidate_number}-{submission.number}.json"
    return send_file(text.encode(), name, "application/json")


def _numbered(hand_ins: tuple[SubmissionRecord, ...], number: int) -> SubmissionRecord:
    found = next((each for each in hand_ins if each.number == number), None)
    return found or abort(404)


def _page(sitting: Sitting, hand_ins: tuple[SubmissionRecord, ...], submission: SubmissionRecord) -> str:
    is_submitted = sitting.stored_state.status is AttemptStatus.SUBMITTED
    return render_template(
        "exams/receipt.html",
        sitting=sitting,
        is_submitted=is_submitted,
        hand_ins=hand_ins,
        submission=submission,
        signed=find_signed_receipt(submission),
        sections=receipt_sections(submission),
        started_at=sitting.stored_state.started_at,
        labels=labels,
    )
