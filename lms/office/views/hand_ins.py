"""Submitted attempts in the hands of two people: late answers, reopenings, and the decision about either."""

from collections.abc import Callable

from flask import abort, flash, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.cohorts.queries import get_cohort
from lms.exams.queries.proposals import Proposal, get_proposal
from lms.exams.rules.incidents import IncidentRefused
from lms.exams.rules.sitting import NotFound
from lms.office.forms import HandInDecisionForm, LateAnswersForm, ReopeningForm
from lms.office.labels import exam_day as words
from lms.office.queries.exam_day import AttemptRecord, attempt_record, get_late_case, list_late_cases, standing_in
from lms.office.services import decide_about_hand_in, propose_about_late, propose_to_reopen
from lms.office.views.blindness import close_attempt_to_graders, close_to_graders
from lms.office.views.blueprint import bp
from lms.office.views.exam import SITTING_NAMES
from lms.office.views.live_room import get_room_or_403
from lms.web.access import Role, open_to
from lms.web.forms import JapaneseForm

PROPOSED = "提案しました。ほかの事務局の方が決定します。"


@bp.get("/cohorts/<int:cohort_id>/exam/<int:number>/late")
@open_to(Role.OFFICE)
def late_answers(cohort_id: int, number: int) -> str:
    """Everybody of the window with late answers."""
    window = get_room_or_403(cohort_id, number)
    return render_template(
        "office/late_answers.html",
        cohort=get_cohort(cohort_id),
        window=window,
        cases=list_late_cases(window.id),
    )


@bp.get("/attempts/<int:attempt_id>/late")
@open_to(Role.OFFICE)
def late_case(attempt_id: int) -> str:
    """The late answers of one attempt, beside what was handed in."""
    close_attempt_to_graders(attempt_id)
    return _late_page(attempt_id, LateAnswersForm(formdata=None))


@bp.post("/attempts/<int:attempt_id>/late")
@open_to(Role.OFFICE)
def propose_late_answers(attempt_id: int) -> Response | str:
    """Propose that late answers count, or are left aside."""
    close_attempt_to_graders(attempt_id)
    form = LateAnswersForm()

    def propose() -> object:
        return propose_about_late(
            attempt_id,
            form.version.data or [],
            form.reason.data or "",
            is_admission=form.outcome.data == "admit",
            by=current_user.id,
            now=clock.now(),
        )

    if form.validate() and _is_done(form, propose):
        flash(PROPOSED, "done")
        return redirect(url_for(".late_case", attempt_id=attempt_id))
    return _late_page(attempt_id, form)


@bp.get("/attempts/<int:attempt_id>/reopen")
@open_to(Role.OFFICE)
def reopening(attempt_id: int) -> str:
    """The form for proposing a reopening, with what it will mean."""
    record = _record(attempt_id)
    return _reopening_page(record, _reopening_form(record, is_sent=False))


@bp.post("/attempts/<int:attempt_id>/reopen")
@open_to(Role.OFFICE)
def propose_reopening(attempt_id: int) -> Response | str:
    """Propose to open a section again."""
    record = _record(attempt_id)
    form = _reopening_form(record, is_sent=True)

    def propose() -> object:
        return propose_to_reopen(
            attempt_id,
            form.section.data,
            form.minutes.data or 0,
            form.reason.data or "",
            by=current_user.id,
            now=clock.now(),
        )

    if form.validate() and _is_done(form, propose):
        flash(PROPOSED, "done")
        return redirect(url_for(".attempt", attempt_id=attempt_id))
    return _reopening_page(record, form)


@bp.get("/hand-in-proposals/<int:proposal_id>")
@open_to(Role.OFFICE)
def hand_in_proposal(proposal_id: int) -> str:
    """A proposal with what it is about, for the second person."""
    return _proposal_page(_proposal(proposal_id), HandInDecisionForm(formdata=None))


@bp.post("/hand-in-proposals/<int:proposal_id>")
@open_to(Role.OFFICE)
def decide_hand_in_proposal(proposal_id: int) -> Response | str:
    """承認する, or not."""
    proposal, form = _proposal(proposal_id), HandInDecisionForm()
    is_approved = form.outcome.data == "approve"

    def decide() -> object:
        return decide_about_hand_in(proposal_id, is_approved, form.reason.data or "", by=current_user.id, now=clock.now())

    if form.validate() and _is_done(form, decide):
        flash("承認し、実行しました。" if is_approved else "承認しませんでした。理由を記録しました。", "done")
        return redirect(url_for(".attempt", attempt_id=proposal.attempt_id))
    return _proposal_page(_proposal(proposal_id), form)


def _is_done(form: JapaneseForm, act: Callable[[], object]) -> bool:
    try:
        act()
    except IncidentRefused as refused:
        form.form_errors = [words.REFUSALS[refused.reason]]
        return False
    return True


def _record(attempt_id: int) -> AttemptRecord:
    close_attempt_to_graders(attempt_id)
    return attempt_record(attempt_id, now=clock.now())


def _proposal(proposal_id: int) -> Proposal:
    try:
        proposal = get_proposal(proposal_id)
    except NotFound:
        abort(404)
    close_to_graders(proposal.window_id)
    return proposal


def _reopening_form(record: AttemptRecord, *, is_sent: bool) -> ReopeningForm:
    form = ReopeningForm() if is_sent else ReopeningForm(formdata=None)
    form.section.choices = [(section.id, section.title) for section in record.sitting.paper.sections]
    return form


def _reopening_page(record: AttemptRecord, form: ReopeningForm) -> str:
    return render_template(
        "office/reopening.html",
        cohort=get_cohort(record.sitting.cohort_id),
        record=record,
        standing=standing_in(record.sitting.window_id),
        form=form,
    )


def _late_page(attempt_id: int, form: LateAnswersForm) -> str:
    case = get_late_case(attempt_id)
    return render_template(
        "office/late_case.html",
        cohort=get_cohort(case.sitting.cohort_id),
        case=case,
        answers=case.compare(),
        standing=standing_in(case.sitting.window_id),
        form=form,
        words=words,
        title=SITTING_NAMES[case.sitting.window_number],
    )


def _proposal_page(proposal: Proposal, form: HandInDecisionForm) -> str:
    case = get_late_case(proposal.attempt_id)
    return render_template(
        "office/hand_in_proposal.html",
        cohort=get_cohort(proposal.cohort_id),
        proposal=proposal,
        answers=case.compare_proposed(proposal.version_ids),
        section_titles={section.id: section.title for section in case.sitting.paper.sections},
        standing=standing_in(proposal.window_id),
        is_own_proposal=proposal.proposed_by_id == current_user.id,
        is_own_attempt=proposal.holder_id == current_user.id,
        form=form,
        words=words,
        title=SITTING_NAMES[proposal.window_number],
    )
