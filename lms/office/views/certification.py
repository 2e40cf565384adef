"""修了認定 of a cohort: checklists, proposals, decisions by another person, and the day of issue."""

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.certification import labels
from lms.certification.forms import DecisionForm, ReasonForm
from lms.certification.queries.completion import get_proposal, list_candidates
from lms.certification.queries.runs import list_runs
from lms.certification.rules.deciding import CertificationRefused, Refusal, Stage
from lms.certification.services.deciding import approve_batch, decide_certification, hold_certification, propose_certification
from lms.cohorts.queries import get_cohort, get_participant
from lms.office.views.blueprint import bp
from lms.web.access import Role, open_to
from lms.web.numbers import small_int


@bp.get("/cohorts/<int:cohort_id>/certification")
@open_to(Role.OFFICE)
def certification(cohort_id: int) -> str:
    """Everybody's checklist and what may be done next."""
    candidates = list_candidates(cohort_id, viewer_id=current_user.id)
    return render_template(
        "office/certification.html",
        cohort=get_cohort(cohort_id),
        candidates=candidates,
        waiting=[candidate for candidate in candidates if candidate.is_waiting],
        counts={stage: sum(candidate.stage is stage for candidate in candidates) for stage in Stage},
        stages=Stage,
        name_changed=Refusal.NAME_CHANGED,
        not_complete=Refusal.NOT_COMPLETE,
        runs=list_runs(cohort_id),
        words=labels,
    )


@bp.post("/cohorts/<int:cohort_id>/certification/propose")
@open_to(Role.OFFICE)
def propose(cohort_id: int) -> Response:
    """修了認定を提案する for the chosen participants."""
    chosen = request.form.getlist("participant", type=small_int)
    try:
        proposals = propose_certification(chosen, note=request.form.get("note", ""), by=current_user.id, now=clock.now())
    except CertificationRefused as refused:
        flash(f"提案していません。{labels.refusal(refused)}", "error")
    else:
        flash(
            f"{len(proposals)}名の修了認定を提案しました。ほかの事務局の方が承認します。"
            if proposals
            else "提案する方を選んでください。",
            "done" if proposals else "warning",
        )
    return redirect(url_for(".certification", cohort_id=cohort_id))


@bp.post("/cohorts/<int:cohort_id>/certification/approve")
@open_to(Role.OFFICE)
def approve(cohort_id: int) -> Response:
    """修了認定を承認する for the chosen proposals."""
    chosen = request.form.getlist("proposal", type=small_int)
    outcome = approve_batch(chosen, by=current_user.id, now=clock.now())
    if outcome.approved:
        flash(f"{len(outcome.approved)}名の修了認定を承認しました。", "done")
    elif not chosen:
        flash("承認する方を選んでください。", "warning")
    _flash_refused(outcome.refused)
    return redirect(url_for(".certification", cohort_id=cohort_id))


@bp.get("/certification/<int:proposal_id>/hold")
@open_to(Role.OFFICE)
def hold_form(proposal_id: int) -> str:
    """The reason for holding a proposal back, or for letting it go."""
    return _hold_page(proposal_id, ReasonForm(formdata=None))


@bp.post("/certification/<int:proposal_id>/hold/<any(hold, release):verdict>")
@open_to(Role.OFFICE)
def hold(proposal_id: int, verdict: str) -> Response | str | tuple[str, int]:
    """保留する or 保留を解く."""
    form = ReasonForm()
    if not form.validate():
        return _hold_page(proposal_id, form), 422
    is_held = verdict == "hold"
    seat = get_participant(get_proposal(proposal_id).participant_id)
    try:
        hold_certification(proposal_id, is_held, form.reason.data or "", by=current_user.id, now=clock.now())
    except CertificationRefused as refused:
        form.reason.errors = [labels.refusal(refused)]
        return _hold_page(proposal_id, form), 409
    flash(f"{seat.name}さんの修了認定を保留しました。" if is_held else f"{seat.name}さんの保留を解きました。", "done")
    return redirect(url_for(".certification", cohort_id=seat.cohort_id))


@bp.get("/certification/<int:proposal_id>/refuse")
@open_to(Role.OFFICE)
def refuse_form(proposal_id: int) -> str:
    """The reason for not approving."""
    return _refusal_page(proposal_id, DecisionForm(formdata=None))


@bp.post("/certification/<int:proposal_id>/refuse")
@open_to(Role.OFFICE)
def refuse(proposal_id: int) -> Response | str:
    """承認しない, with a reason."""
    form = DecisionForm()
    seat = get_participant(get_proposal(proposal_id).participant_id)
    if not form.validate():
        return _refusal_page(proposal_id, form)
    try:
        decide_certification(proposal_id, False, form.reason.data or "", by=current_user.id, now=clock.now())
    except CertificationRefused as refused:
        form.reason.errors = [labels.refusal(refused)]
        return _refusal_page(proposal_id, form)
    flash(f"{seat.name}さんの修了認定を承認しませんでした。理由を記録しました。", "done")
    return redirect(url_for(".certification", cohort_id=seat.cohort_id))


def _flash_refused(refused: tuple[tuple[int, CertificationRefused], ...]) -> None:
    for participant_id, refusal in refused:
        flash(f"{get_participant(participant_id).name}さん: {labels.refusal(refusal)}", "error")


def _hold_page(proposal_id: int, form: ReasonForm) -> str:
    proposal = get_proposal(proposal_id)
    seat = get_participant(proposal.participant_id)
    cohort = get_cohort(seat.cohort_id)
    return render_template("office/certification_hold.html", proposal=proposal, seat=seat, cohort=cohort, form=form, words=labels)


def _refusal_page(proposal_id: int, form: DecisionForm) -> str:
    proposal = get_proposal(proposal_id)
    seat = get_participant(proposal.participant_id)
    return render_template(
        "office/certification_refuse.html",
        proposal=proposal,
        seat=seat,
        cohort=get_cohort(seat.cohort_id),
        form=form,
        words=labels,
    )
