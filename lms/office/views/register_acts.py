"""Acts of two people on a certificate: 効力停止, its end, 失効, 無効. One proposes, another decides."""

from flask import flash, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.certification import labels
from lms.certification.forms import ActForm, DecisionForm
from lms.certification.queries.acts import find_decider_refusal, get_act
from lms.certification.queries.dossier import get_dossier
from lms.certification.rules.deciding import CertificationRefused
from lms.certification.rules.entries import EntryKind
from lms.certification.services.acting import decide_act, propose_act, withdraw_act
from lms.office.views.blueprint import bp
from lms.web.access import Role, open_to


@bp.get("/register/<number>/<any(suspend, resume, revoke, void):act>")
@open_to(Role.OFFICE)
def act_form(number: str, act: str) -> str:
    """Why, what the register keeps, what the holder is told."""
    return _form(number, EntryKind(act), ActForm(formdata=None))


@bp.post("/register/<number>/<any(suspend, resume, revoke, void):act>")
@open_to(Role.OFFICE)
def propose_register_act(number: str, act: str) -> Response | tuple[str, int]:
    """提案する."""
    kind, form = EntryKind(act), ActForm()
    form.offer(kind)
    if not form.validate():
        return _form(number, kind, form), 422
    words = {"explanation": form.explanation.data or "", "words": form.words.data or ""}
    try:
        proposal_id = propose_act(number, kind, form.reason.data, **words, by=current_user.id, now=clock.now())
    except CertificationRefused as refused:
        form.form_errors = [labels.refusal(refused)]
        return _form(number, kind, form), 409
    flash("提案しました。ほかの事務局の方が決定します。", "done")
    return redirect(url_for(".register_act", act_id=proposal_id))


@bp.get("/register/acts/<int:act_id>")
@open_to(Role.OFFICE)
def register_act(act_id: int) -> str:
    """One proposed act, and its decision."""
    return _page(act_id, DecisionForm(formdata=None))


@bp.post("/register/acts/<int:act_id>/<any(approve, decline):verdict>")
@open_to(Role.OFFICE)
def decide_register_act(act_id: int, verdict: str) -> Response | tuple[str, int]:
    """承認する or 承認しない."""
    form, act = DecisionForm(), get_act(act_id)
    try:
        decide_act(act_id, verdict == "approve", form.reason.data or "", by=current_user.id, now=clock.now())
    except CertificationRefused as refused:
        form.reason.errors = [labels.refusal(refused)]
        return _page(act_id, form), 409
    flash("台帳に記録し、本人にメールでお知らせしました。" if verdict == "approve" else "承認しませんでした。", "done")
    return redirect(url_for(".certificate", number=act.number))


@bp.post("/register/acts/<int:act_id>/withdraw")
@open_to(Role.OFFICE)
def withdraw_register_act(act_id: int) -> Response | tuple[str, int]:
    """提案を取り下げる, by whoever proposed it."""
    form, act = DecisionForm(formdata=None), get_act(act_id)
    try:
        withdraw_act(act_id, by=current_user.id, now=clock.now())
    except CertificationRefused as refused:
        form.reason.errors = [labels.refusal(refused)]
        return _page(act_id, form), 409
    flash("提案を取り下げました。", "done")
    return redirect(url_for(".certificate", number=act.number))


def _form(number: str, kind: EntryKind, form: ActForm) -> str:
    form.offer(kind)
    dossier = get_dossier(number, today=clock.today_jst())
    return render_template("office/register_act_form.html", dossier=dossier, kind=kind, form=form, words=labels)


def _page(act_id: int, form: DecisionForm) -> str:
    act = get_act(act_id)
    dossier = get_dossier(act.number, today=clock.today_jst())
    return render_template(
        "office/register_act.html",
        act=act,
        dossier=dossier,
        cannot_decide=find_decider_refusal(act, dossier.seat, viewer_id=current_user.id),
        still_fits=act.kind in dossier.may,
        form=form,
        words=labels,
    )
