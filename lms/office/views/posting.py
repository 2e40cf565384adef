"""発送: papers that wait, parcels on their way, and what happened to each; over all cohorts or of one."""

from datetime import date

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from certificates.fonts.book import FontsNotBuilt
from lms import clock
from lms.certification import labels
from lms.certification.queries.posting import Parcel, WaitingPaper, get_parcel, list_parcels, list_waiting, posting
from lms.certification.rules.shipping import ShipmentState, ShippingProblem, ShippingRefused
from lms.certification.services.shipping import (
    Consignment,
    cancel_parcel,
    note_arrival,
    note_return,
    prepare_again,
    prepare_parcels,
    ship_parcel,
)
from lms.cohorts.queries import find_cohort, get_cohort, list_cohorts
from lms.documents.parcels import Addressee, missing_characters
from lms.office.forms import ArrivalForm, CancelForm, ReturnForm, ShipForm, TrackingForm
from lms.office.labels.posting import SHIPMENT_KINDS, SHIPPING_PROBLEMS
from lms.office.views.blueprint import bp
from lms.web.access import Role, open_to
from lms.web.numbers import small_int

UNDER_WAY = (ShipmentState.PREPARED, ShipmentState.SHIPPED, ShipmentState.UNDELIVERED)
OVER = (ShipmentState.DELIVERED, ShipmentState.CANCELED)
MOST_SHOWN = 300
"""How many parcels that are over are listed, the latest."""


@bp.get("/posting")
@open_to(Role.OFFICE)
def all_posting() -> str:
    """発送 over all cohorts."""
    return _page(None)


@bp.get("/cohorts/<int:cohort_id>/posting")
@open_to(Role.OFFICE)
def cohort_posting(cohort_id: int) -> str:
    """発送 of one cohort."""
    get_cohort(cohort_id)
    return _page(cohort_id)


@bp.post("/posting/prepare")
@open_to(Role.OFFICE)
def prepare_posting() -> Response:
    """発送の用意をする for the chosen papers; the addresses stay as they are now."""
    chosen = request.form.getlist("paper", type=small_int)
    try:
        prepared = prepare_parcels(chosen, by=current_user.id, now=clock.now())
    except ShippingRefused as refused:
        flash(f"用意していません。{SHIPPING_PROBLEMS[refused.problem]}", "error")
    else:
        flash(f"{len(prepared)}件の発送を用意しました。宛名ラベルと送付状を印刷できます。", "done")
    return back_to_posting()


@bp.get("/parcels/<int:parcel_id>")
@open_to(Role.OFFICE)
def parcel(parcel_id: int) -> str:
    """One parcel, what happened to it and what may happen next."""
    return _parcel_page(get_parcel(parcel_id))


@bp.post("/parcels/<int:parcel_id>/ship")
@open_to(Role.OFFICE)
def ship(parcel_id: int) -> Response | str:
    """発送済みにする, with day, carrier and tracking number."""
    found, form = get_parcel(parcel_id), _ship_form()
    if not form.validate():
        return _parcel_page(found, ship=form)
    consignment = Consignment(form.shipped_on.data or date.min, form.carrier.data or "", form.tracking_number.data or "")
    try:
        ship_parcel(parcel_id, consignment, by=current_user.id, now=clock.now())
    except ShippingRefused as refused:
        return _parcel_page(found, ship=_explain(form, refused.problem))
    flash(f"{found.number} を発送済みにしました。{found.recipient}さんにメールでお知らせします。", "done")
    return back_to_posting(found)


@bp.post("/parcels/<int:parcel_id>/return")
@open_to(Role.OFFICE)
def note_undelivered(parcel_id: int) -> Response | str:
    """不達として記録する, with the day and the reason."""
    found, form = get_parcel(parcel_id), ReturnForm()
    if not form.validate():
        return _parcel_page(found, returned=form)
    try:
        note_return(parcel_id, form.reason.data or "", on=form.returned_on.data or date.min, by=current_user.id, now=clock.now())
    except ShippingRefused as refused:
        form.returned_on.errors = [SHIPPING_PROBLEMS[refused.problem]]
        return _parcel_page(found, returned=form)
    flash(f"{found.number} を不達として記録しました。住所を確かめて、再発送してください。", "done")
    return redirect(url_for(".parcel", parcel_id=parcel_id))


@bp.post("/parcels/<int:parcel_id>/arrive")
@open_to(Role.OFFICE)
def note_delivered(parcel_id: int) -> Response | str:
    """配達済みにする, with the day."""
    found, form = get_parcel(parcel_id), ArrivalForm()
    if not form.validate():
        return _parcel_page(found, arrived=form)
    try:
        note_arrival(parcel_id, on=form.arrived_on.data or date.min, by=current_user.id, now=clock.now())
    except ShippingRefused as refused:
        form.arrived_on.errors = [SHIPPING_PROBLEMS[refused.problem]]
        return _parcel_page(found, arrived=form)
    flash(f"{found.number} を配達済みにしました。", "done")
    return back_to_posting(found)


@bp.post("/parcels/<int:parcel_id>/cancel")
@open_to(Role.OFFICE)
def cancel(parcel_id: int) -> Response:
    """発送を取りやめる: the paper waits anew, if it is in force."""
    found, form = get_parcel(parcel_id), CancelForm()
    try:
        cancel_parcel(parcel_id, form.words.data or "", by=current_user.id, now=clock.now())
    except ShippingRefused as refused:
        flash(SHIPPING_PROBLEMS[refused.problem], "error")
        return redirect(url_for(".parcel", parcel_id=parcel_id))
    flash(f"{found.number} の発送を取りやめました。", "done")
    return back_to_posting(found)


@bp.post("/parcels/<int:parcel_id>/again")
@open_to(Role.OFFICE)
def parcel_again(parcel_id: int) -> Response:
    """登録の住所で用意し直す: a new parcel of the same paper to the address registered now."""
    get_parcel(parcel_id)
    try:
        fresh = prepare_again(parcel_id, by=current_user.id, now=clock.now())
    except ShippingRefused as refused:
        flash(f"用意し直していません。{SHIPPING_PROBLEMS[refused.problem]}", "error")
        return redirect(url_for(".parcel", parcel_id=parcel_id))
    flash("いま登録されている住所で、発送を用意し直しました。", "done")
    return redirect(url_for(".parcel", parcel_id=fresh))


def back_to_posting(found: Parcel | None = None) -> Response:
    """To the page of 発送 one came from: of the cohort that the address or the parcel names, or of all."""
    cohort_id = found.cohort_id if found else request.args.get("cohort", type=small_int)
    known = cohort_id is not None and find_cohort(cohort_id) is not None
    return redirect(url_for(".cohort_posting", cohort_id=cohort_id) if known else url_for(".all_posting"))


def addressee_of(paper: Parcel | WaitingPaper) -> Addressee:
    """What is printed on label and letter."""
    name = paper.recipient if isinstance(paper, Parcel) else paper.name
    return Addressee(paper.postal_code, paper.address, paper.company, paper.department, name)


def _page(cohort_id: int | None) -> str:
    shows_over = request.args.get("show") == "over"
    parcels = list_parcels(cohort_id, states=UNDER_WAY)
    waiting = list_waiting(cohort_id)
    return render_template(
        "office/posting.html",
        cohort=None if cohort_id is None else get_cohort(cohort_id),
        cohorts=list_cohorts(),
        waiting=waiting,
        parcels={state: [parcel for parcel in parcels if parcel.state is state] for state in UNDER_WAY},
        over=list_parcels(cohort_id, states=OVER)[-MOST_SHOWN:] if shows_over else None,
        missing=_missing([*waiting, *parcels]),
        states=ShipmentState,
        sheets=posting().label_sheets,
        form=TrackingForm(formdata=None),
        words=labels,
        kinds=SHIPMENT_KINDS,
    )


def _missing(papers: list[Parcel | WaitingPaper]) -> dict[str, tuple[str, ...]]:
    """Number → characters that will be printed as 〓; nothing is known while there is no typeface."""
    fonts = current_app.extensions["settings"].fonts
    try:
        found = {paper.number: missing_characters(addressee_of(paper), fonts) for paper in papers}
    except FontsNotBuilt:
        return {}
    return {number: characters for number, characters in found.items() if characters}


def _ship_form() -> ShipForm:
    form = ShipForm()
    form.carrier.choices = [(carrier.name, carrier.name) for carrier in posting().carriers]
    return form


def _explain(form: ShipForm, problem: ShippingProblem) -> ShipForm:
    """The problem in words, under the field it is about."""
    tracking = (ShippingProblem.TRACKING_MISSING, ShippingProblem.NOT_A_TRACKING_NUMBER)
    field = form.tracking_number if problem in tracking else form.shipped_on
    field.errors = [SHIPPING_PROBLEMS[problem]]
    return form


def _parcel_page(
    found: Parcel,
    *,
    ship: ShipForm | None = None,
    returned: ReturnForm | None = None,
    arrived: ArrivalForm | None = None,
) -> str:
    if ship is None:
        ship = ShipForm(formdata=None, data={"shipped_on": clock.today_jst()})
        ship.carrier.choices = [(carrier.name, carrier.name) for carrier in posting().carriers]
    return render_template(
        "office/parcel.html",
        parcel=found,
        cohort=get_cohort(found.cohort_id),
        states=ShipmentState,
        ship=ship,
        returned=returned or ReturnForm(formdata=None, data={"returned_on": clock.today_jst()}),
        arrived=arrived or ArrivalForm(formdata=None, data={"arrived_on": clock.today_jst()}),
        cancel=CancelForm(formdata=None),
        words=labels,
        kinds=SHIPMENT_KINDS,
        missing=_missing([found]).get(found.number, ()),
    )
