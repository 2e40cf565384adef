"""Doors of 入金確認: one payment at a time, and the invitation once more."""

from flask import flash, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.billing.labels import METHODS, PROBLEMS
from lms.billing.rules import PaymentMethod, PaymentRefused
from lms.billing.services import confirm_payment, invite_again
from lms.cohorts.queries import Seat, get_cohort, get_participant
from lms.cohorts.source import course_facts
from lms.office.forms import PaymentForm
from lms.office.queries import payment_lines
from lms.office.views.blueprint import bp
from lms.web.access import Role, open_to


@bp.get("/cohorts/<int:cohort_id>/payments")
@open_to(Role.OFFICE)
def payments(cohort_id: int) -> str:
    """Who has paid and who has not."""
    lines = payment_lines(cohort_id)
    waiting = [line.seat for line in lines if line.payment is None]
    return render_template(
        "office/payments.html",
        cohort=get_cohort(cohort_id),
        lines=lines,
        waiting=waiting,
        methods=METHODS,
        price=course_facts().prices.course,
    )


@bp.get("/participants/<int:participant_id>/payment")
@open_to(Role.OFFICE)
def payment(participant_id: int) -> str:
    """The form for one payment."""
    seat = get_participant(participant_id)
    method = PaymentMethod.BANK
    form = PaymentForm(method=method, amount=course_facts().prices.course, paid_on=clock.today_jst())
    return _payment_page(form, seat)


@bp.post("/participants/<int:participant_id>/payment")
@open_to(Role.OFFICE)
def confirm(participant_id: int) -> Response | str:
    """Confirm the payment and send the invitation."""
    seat, form = get_participant(participant_id), PaymentForm()
    if not form.validate():
        return _payment_page(form, seat)
    assert form.amount.data
    assert form.paid_on.data
    try:
        confirm_payment(
            participant_id,
            form.method.data,
            form.amount.data,
            form.paid_on.data,
            by=current_user.id,
            now=clock.now(),
            note=form.note.data or "",
        )
    except PaymentRefused as refused:
        form.form_errors = [PROBLEMS[refused.reason]]
        return _payment_page(form, seat)
    flash(f"{seat.name}さんの入金を確認しました。案内メールを送ります。", "done")
    return redirect(url_for("office.payments", cohort_id=seat.cohort_id))


@bp.post("/participants/<int:participant_id>/invite")
@open_to(Role.OFFICE)
def invite(participant_id: int) -> Response:
    """Send the invitation once more."""
    seat = get_participant(participant_id)
    try:
        invite_again(participant_id, by=current_user.id, now=clock.now())
    except PaymentRefused as refused:
        flash(PROBLEMS[refused.reason], "error")
    else:
        flash(f"{seat.name}さんに案内メールをもう一度送ります。", "done")
    return redirect(url_for("office.payments", cohort_id=seat.cohort_id))


def _payment_page(form: PaymentForm, seat: Seat) -> str:
    return render_template("office/payment.html", form=form, seat=seat, cohort=get_cohort(seat.cohort_id))
