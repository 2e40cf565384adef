"""再発行: the orders that wait, what each would print, accepting and declining; an order written down for the holder."""

from flask import flash, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.certification import labels
from lms.certification.forms import AnswerForm, OfficeOrderForm
from lms.certification.queries.dossier import get_dossier
from lms.certification.queries.expiries import present_rule
from lms.certification.queries.ordering import list_open_orders
from lms.certification.queries.pictures import draft_picture
from lms.certification.queries.printed import ERASED_NAME
from lms.certification.queries.reissues import get_order, preview_order
from lms.certification.queries.versions import printed_name
from lms.certification.rules.deciding import CertificationRefused
from lms.certification.services.ordering import order_reissue
from lms.certification.services.reissuing import accept_order, decline_order
from lms.cohorts.queries import participant_names
from lms.office.views.blueprint import bp
from lms.web.access import Role, open_to


@bp.get("/register/reissues")
@open_to(Role.OFFICE)
def reissues() -> str:
    """The orders that wait, oldest first."""
    orders = list_open_orders()
    names = participant_names([order.participant_id for order in orders])
    return render_template("office/reissues.html", orders=orders, names=names, words=labels)


@bp.get("/register/reissues/<int:order_id>")
@open_to(Role.OFFICE)
def reissue_order(order_id: int) -> str:
    """One order with a picture of what would be printed."""
    return _page(order_id, AnswerForm(formdata=None))


@bp.post("/register/reissues/<int:order_id>/<any(accept, decline):verdict>")
@open_to(Role.OFFICE)
def settle_order(order_id: int, verdict: str) -> Response | tuple[str, int]:
    """再発行する or お断りする."""
    form, order = AnswerForm(), get_order(order_id)
    answer, by, now = form.answer.data or "", current_user.id, clock.now()
    try:
        if verdict == "accept":
            version = accept_order(order_id, answer, by=by, now=now)
            flash(f"{order.number}の第{version}版を発行しました。本人にメールでお知らせします。", "done")
        else:
            decline_order(order_id, answer, by=by, now=now)
            flash("再発行しないことを、本人にメールでお知らせします。", "done")
    except CertificationRefused as refused:
        form.answer.errors = [labels.refusal(refused)]
        return _page(order_id, form), 409
    return redirect(url_for(".certificate", number=order.number))


@bp.get("/register/<number>/reissue")
@open_to(Role.OFFICE)
def order_form(number: str) -> str:
    """An order written down for the holder."""
    return _order_page(number, OfficeOrderForm(formdata=None))


@bp.post("/register/<number>/reissue")
@open_to(Role.OFFICE)
def order_for_holder(number: str) -> Response | tuple[str, int]:
    """申込みを記録する."""
    form = OfficeOrderForm()
    if not form.validate():
        return _order_page(number, form), 422
    participant_id = get_dossier(number, today=clock.today_jst()).seat.participant_id
    try:
        order_id = order_reissue(participant_id, *form.typed, by=current_user.id, now=clock.now())
    except CertificationRefused as refused:
        form.form_errors = [labels.refusal(refused)]
        return _order_page(number, form), 409
    flash("再発行の申込みを記録しました。ほかの事務局の方が発行します。", "done")
    return redirect(url_for(".reissue_order", order_id=order_id))


def _order_page(number: str, form: OfficeOrderForm) -> str:
    dossier = get_dossier(number, today=clock.today_jst())
    return render_template("office/reissue_form.html", dossier=dossier, form=form, fee=present_rule().reissue_fee, words=labels)


def _page(order_id: int, form: AnswerForm) -> str:
    order = get_order(order_id)
    preview = preview_order(order, viewer_id=current_user.id, on=clock.today_jst())
    is_open = order.settled_at is None
    is_printable = is_open and preview.record is not None and preview.refusal is None
    return render_template(
        "office/reissue.html",
        order=order,
        preview=preview,
        printed_name=printed_name(order.number) or ERASED_NAME,
        picture=draft_picture(preview.record) if is_printable and preview.record else "",
        form=form,
        words=labels,
    )
