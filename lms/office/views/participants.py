"""Doors of one participant's registration: correcting name, company and addresses."""

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.accounts.labels import REFUSALS
from lms.accounts.queries import get_account
from lms.accounts.rules.refusals import Refused
from lms.certification.queries.register import find_certificate
from lms.cohorts.forms import ParticipantForm
from lms.cohorts.labels import column_heading
from lms.cohorts.queries import Seat, get_cohort, get_participant
from lms.cohorts.rules.roster import Column
from lms.cohorts.services.correcting import correct_participant
from lms.cohorts.services.seating import RosterRefused
from lms.office.views.blueprint import bp
from lms.web.access import Role, open_to

ORIGINS = {
    "certification": "office.certification",
    "issue": "office.issue_preview",
    "payments": "office.payments",
    "posting": "office.cohort_posting",
}
"""Pages other than the roster from which one comes here and to which one goes back."""


@bp.get("/participants/<int:participant_id>/edit")
@open_to(Role.OFFICE)
def edit_participant(participant_id: int) -> str:
    """The form with what is registered."""
    seat = get_participant(participant_id)
    return _page(seat, ParticipantForm(data={column.value: getattr(seat, column.value) for column in Column}))


@bp.post("/participants/<int:participant_id>/edit")
@open_to(Role.OFFICE)
def correct(participant_id: int) -> Response | str:
    """Register what was typed."""
    seat, form = get_participant(participant_id), ParticipantForm()
    if not form.validate():
        return _page(seat, form)
    try:
        changed = correct_participant(
            participant_id, form.typed, by=current_user.id, now=clock.now(), reason=form.reason.data or ""
        )
    except RosterRefused as refused:
        form.explain(refused.problems)
        return _page(seat, form)
    except Refused as refused:
        form.email.errors = [REFUSALS[refused.reason]]
        return _page(seat, form)
    flash(*_outcome(get_participant(participant_id), changed))
    return redirect(_origin(seat))


def _outcome(seat: Seat, changed: tuple[Column, ...]) -> tuple[str, str]:
    if not changed:
        return "変更はありませんでした。", "done"
    said = f"{seat.name}さんの{'・'.join(column_heading(column) for column in changed)}を直しました。"
    if Column.EMAIL in changed:
        said += "前と新しいメールアドレスの両方に、変更をお知らせします。"
        if not get_account(seat.user_id).has_password:
            said += "すでに案内メールを送っていたときは、「入金確認」から再送してください。"
    return said, "done"


def _origin(seat: Seat) -> str:
    return url_for(ORIGINS.get(request.args.get("back", ""), "office.roster"), cohort_id=seat.cohort_id)


def _page(seat: Seat, form: ParticipantForm) -> str:
    return render_template(
        "office/participant_edit.html",
        seat=seat,
        cohort=get_cohort(seat.cohort_id),
        certificate=find_certificate(seat.participant_id),
        form=form,
        back=request.args.get("back"),
        back_address=_origin(seat),
    )
