"""Doors of 合理的配慮: who asked for what, and the office's decision."""

from flask import flash, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.cohorts.queries import Seat, get_cohort, get_participant
from lms.cohorts.source import course_facts
from lms.exams import labels
from lms.exams.queries.accommodation import accommodation_of, list_accommodations
from lms.exams.queries.content import find_exam
from lms.exams.queries.sittings import list_own_sittings
from lms.exams.rules.accommodating import AccommodationState
from lms.exams.rules.sitting import Refused
from lms.exams.services.accommodating import decide_accommodation
from lms.office.forms import AccommodationForm
from lms.office.views.blueprint import bp
from lms.web.access import Role, open_to


@bp.get("/cohorts/<int:cohort_id>/accommodation")
@open_to(Role.OFFICE)
def accommodation(cohort_id: int) -> str:
    """The cases of a cohort, those that wait first, and everybody else to grant something without a request."""
    lines = list_accommodations(cohort_id)
    cases = [line for line in lines if line.case.state is not AccommodationState.NONE]
    return render_template(
        "office/accommodation.html",
        cohort=get_cohort(cohort_id),
        cases=sorted(cases, key=lambda line: line.case.state is not AccommodationState.WAITING),
        others=[line.seat for line in lines if line.case.state is AccommodationState.NONE],
        exam_labels=labels,
    )


@bp.get("/participants/<int:participant_id>/accommodation")
@open_to(Role.OFFICE)
def accommodation_case(participant_id: int) -> str:
    """One case, and the form to decide it; a first grant begins with the usual extra time."""
    seat, case = get_participant(participant_id), accommodation_of(participant_id)
    usual = course_facts().usual_extra_percent if case.request and case.request.wants_extra_time else None
    granted = case.grant.extra
    form = AccommodationForm(
        formdata=None,
        data={
            "extra_percent": (granted.percent or None) if case.decision else usual,
            "extra_minutes": granted.seconds // 60 or None,
            "has_paper": case.grant.has_paper or bool(not case.decision and case.request and case.request.wants_paper),
            "request_id": case.request.id if case.request else "",
        },
    )
    return _page(seat, form)


@bp.post("/participants/<int:participant_id>/accommodation")
@open_to(Role.OFFICE)
def decide_accommodation_case(participant_id: int) -> Response | tuple[str, int]:
    """Keep the decision and tell the participant."""
    seat, form = get_participant(participant_id), AccommodationForm()
    if not form.validate():
        return _page(seat, form), 422
    try:
        decide_accommodation(
            participant_id,
            form.grant,
            request_id=form.seen_request,
            reason=form.reason.data or "",
            by=current_user.id,
            now=clock.now(),
        )
    except Refused as refused:
        form.form_errors = [labels.REFUSALS[refused.reason]]
        return _page(seat, form), 409
    flash(f"{seat.name}さんの合理的配慮を決定しました。ご本人にメールでお知らせします。", "done")
    return redirect(url_for("office.accommodation", cohort_id=seat.cohort_id))


def _page(seat: Seat, form: AccommodationForm) -> str:
    return render_template(
        "office/accommodation_case.html",
        seat=seat,
        cohort=get_cohort(seat.cohort_id),
        case=accommodation_of(seat.participant_id),
        sittings=list_own_sittings(seat.participant_id),
        exam=find_exam(course_facts().exam_id),
        form=form,
        exam_labels=labels,
    )
