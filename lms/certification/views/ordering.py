"""Doors of 再発行の申込み: choose a reason, see what would be printed, send it, take it back."""

from flask import flash, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.certification import labels
from lms.certification.forms import OrderForm
from lms.certification.queries.issuing import settings
from lms.certification.queries.ordering import OrderDraft, draft_order
from lms.certification.queries.pictures import draft_picture
from lms.certification.rules.deciding import CertificationRefused, Refusal
from lms.certification.rules.reasons import Reason
from lms.certification.services.ordering import order_reissue, withdraw_order
from lms.certification.source import validity_rule
from lms.certification.views.blueprint import bp
from lms.certification.views.own import back_to_certificate, own_seat_id
from lms.web.access import Audience, open_to

_BACK_TO_FIELD = (Refusal.NAME_MISSING, Refusal.NAME_UNCHANGED, Refusal.NAME_UNFIT, Refusal.MISSING_GLYPHS)
"""What is the matter of the name's field; everything else is said above the form."""


@bp.get("/certificate/reissue")
@open_to(Audience.LOGGED_IN)
def reissue() -> str | Response:
    """The form of an order; who cannot order just now is led back to the certificate, which says why."""
    form = OrderForm(formdata=None)
    draft = draft_order(own_seat_id(), Reason.LOSS, "")
    if draft.refusal in (Refusal.NOT_POSSIBLE, Refusal.ORDER_WAITS):
        return back_to_certificate()
    return _form(form, draft)


@bp.post("/certificate/reissue")
@open_to(Audience.LOGGED_IN)
def send_reissue() -> Response | str | tuple[str, int]:
    """Show what would be printed, or, once that was seen, send the order."""
    participant_id, form = own_seat_id(), OrderForm()
    if not form.validate():
        return _form(form, draft_order(participant_id, Reason.LOSS, "")), 422
    reason, new_name, explanation = form.typed
    draft = draft_order(participant_id, reason, new_name)
    if draft.refusal is not None:
        return _refused(form, draft)
    if request.form.get("act") != "send":
        return render_template(
            "certification/reissue_check.html",
            here="certificate",
            form=form,
            draft=draft,
            reason=labels.REASON[reason],
            picture=draft_picture(draft.record) if draft.new_name else "",
            fee=_fee(),
        )
    try:
        order_reissue(participant_id, reason, new_name, explanation, by=current_user.id, now=clock.now())
    except CertificationRefused as refused:
        flash(labels.refusal(refused), "error")
        return back_to_certificate()
    flash("再発行のお申込みを受け付けました。控えをメールでお送りしました。", "done")
    return back_to_certificate()


@bp.post("/certificate/reissue/withdraw")
@open_to(Audience.LOGGED_IN)
def withdraw_reissue() -> Response:
    """Take the order back while the office has not settled it."""
    try:
        withdraw_order(own_seat_id(), by=current_user.id, now=clock.now())
    except CertificationRefused as refused:
        flash(labels.refusal(refused), "error")
    else:
        flash("再発行のお申込みを取り下げました。", "done")
    return back_to_certificate()


def _refused(form: OrderForm, draft: OrderDraft) -> Response | tuple[str, int]:
    assert draft.refusal is not None
    words = labels.refusal(CertificationRefused(draft.refusal, characters=draft.missing))
    if draft.refusal in _BACK_TO_FIELD:
        form.new_name.errors = [*form.new_name.errors, words]
        return _form(form, draft), 422
    flash(words, "error")
    return back_to_certificate()


def _form(form: OrderForm, draft: OrderDraft) -> str:
    return render_template("certification/reissue.html", here="certificate", form=form, draft=draft, fee=_fee())


def _fee() -> str:
    return validity_rule(settings().content).reissue_fee
