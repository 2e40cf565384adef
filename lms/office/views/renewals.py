"""更新: every condition with what was found, then the new version."""

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.certification import labels
from lms.certification.queries.acts import get_standing
from lms.certification.queries.dossier import get_dossier
from lms.certification.queries.expiries import present_rule
from lms.certification.queries.renewals import draft_renewal
from lms.certification.rules.deciding import CertificationRefused, Refusal
from lms.certification.services.renewing import MAX_EVIDENCE, renew_certificate
from lms.office.views.blueprint import bp
from lms.web.access import Role, open_to


@bp.get("/register/<number>/renew")
@open_to(Role.OFFICE)
def renewal_form(number: str) -> Response | str:
    """The conditions, each to be ticked with its evidence; who cannot be renewed is told why on the certificate's page."""
    return _form(number, fault="")


@bp.post("/register/<number>/renew")
@open_to(Role.OFFICE)
def renew(number: str) -> Response | str | tuple[Response | str, int]:
    """更新する."""
    evidence = [
        request.form.get(f"evidence-{index}", "") if f"met-{index}" in request.form else ""
        for index in range(len(present_rule().renewal_conditions))
    ]
    try:
        version = renew_certificate(number, evidence, by=current_user.id, now=clock.now())
    except CertificationRefused as refused:
        shown = _form(number, fault=labels.refusal(refused))
        return (shown, 422) if refused.reason is Refusal.CONDITIONS_MISSING else shown
    flash(f"{number}を更新し、第{version}版を発行しました。本人にメールでお知らせします。", "done")
    return redirect(url_for(".certificate", number=number))


def _form(number: str, *, fault: str) -> Response | str:
    today = clock.today_jst()
    try:
        draft = draft_renewal(get_standing(number), on=today)
    except CertificationRefused as refused:
        flash(labels.refusal(refused), "error")
        return redirect(url_for(".certificate", number=number))
    return render_template(
        "office/renewal.html",
        dossier=get_dossier(number, today=today),
        draft=draft,
        conditions=present_rule().renewal_conditions,
        given=request.form,
        longest=MAX_EVIDENCE,
        fault=fault,
        words=labels,
    )
