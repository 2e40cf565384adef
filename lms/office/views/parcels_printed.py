"""Doors of what the post needs: labels, letters, certificates not yet sent, the list for the carrier, tracking numbers back."""

from collections.abc import Callable
from datetime import datetime

from flask import current_app, flash, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response

from certificates.fonts.book import FontsNotBuilt
from lms import clock
from lms.certification import labels
from lms.certification.queries.posting import Parcel, list_parcels, list_printable, posting
from lms.certification.queries.tracking import preview_tracking
from lms.certification.rules.deciding import Refusal
from lms.certification.rules.shipping import ShipmentState
from lms.certification.rules.tracking import TrackingColumn
from lms.certification.services.shipping import TrackingRefused, import_tracking, note_printing
from lms.cohorts.queries import find_cohort
from lms.cohorts.rules.roster_files import MAX_BYTES
from lms.cohorts.source import course_facts
from lms.documents.labels import press_labels
from lms.documents.letters import Letter, Sender, press_letters
from lms.office.forms import CarriedTrackingForm, TrackingForm
from lms.office.labels.posting import column_heading, fault_place, fault_sentence
from lms.office.services import PreviewUnusable, open_tracking, seal_tracking
from lms.office.views.blueprint import bp
from lms.office.views.issue_day import send_certificates
from lms.office.views.posting import addressee_of, back_to_posting
from lms.web.access import Role, open_to
from lms.web.exports import Table, send_file, send_table
from lms.web.numbers import small_int

PDF = "application/pdf"
TO_SEND = (ShipmentState.PREPARED, ShipmentState.UNDELIVERED)
ADDRESS_HEADINGS = ("氏名", "郵便番号", "住所", "会社名", "部署")


@bp.post("/posting/labels.pdf")
@open_to(Role.OFFICE)
def print_labels() -> Response:
    """宛名ラベル of the chosen parcels; a POST, because who printed addresses is written down."""
    chosen = _chosen()
    sheet = posting().find_sheet(request.form.get("sheet", ""))
    start = request.form.get("start", 1, type=small_int)
    if not chosen or sheet is None or not 1 <= start <= sheet.places:
        flash(_nothing_to_print(sheet.places if sheet else None), "error")
        return back_to_posting()
    addressees, fonts = [addressee_of(parcel) for parcel in chosen], current_app.extensions["settings"].fonts
    return _printed("宛名ラベル", chosen, lambda: press_labels(addressees, sheet, fonts, start=start))


@bp.post("/posting/letters.pdf")
@open_to(Role.OFFICE)
def print_letters() -> Response:
    """送付状 of the chosen parcels, in the same order as the labels."""
    chosen = _chosen()
    if not chosen:
        flash(_nothing_to_print(None), "error")
        return back_to_posting()
    letters, fonts = [Letter(addressee_of(parcel), parcel.number) for parcel in chosen], current_app.extensions["settings"].fonts
    return _printed("送付状", chosen, lambda: press_letters(letters, _sender(clock.now()), posting().letter, fonts))


@bp.post("/posting/certificates.pdf")
@open_to(Role.OFFICE)
def print_unsent() -> Response:
    """The certificates that have not been sent yet, of a cohort or of all, in the order of the register."""
    cohort_id = request.args.get("cohort", type=small_int)
    return send_certificates(list_printable(cohort_id=cohort_id, unsent_only=True), f"認定証_未発送_{clock.today_jst():%Y%m%d}")


@bp.post("/posting/list.<any(xlsx, csv):kind>")
@open_to(Role.OFFICE)
def posting_list(kind: str) -> Response:
    """発送一覧: the parcels that wait to be sent, with columns to fill in and bring back.

    A POST, because who took the names and addresses is written down.
    """
    cohort_id = request.args.get("cohort", type=small_int)
    parcels = list_parcels(cohort_id, states=TO_SEND)
    headings = [*(column_heading(column) for column in TrackingColumn), *ADDRESS_HEADINGS]
    rows = [
        (parcel.number, "", "", "", parcel.recipient, parcel.postal_code, parcel.address, parcel.company, parcel.department)
        for parcel in parcels
    ]
    note_printing("発送一覧", [parcel.entry_id for parcel in parcels], by=current_user.id, now=clock.now())
    return send_table(Table("発送一覧", headings, rows), f"発送一覧_{clock.today_jst():%Y%m%d}", kind)


@bp.post("/posting/tracking/preview")
@open_to(Role.OFFICE)
def tracking_preview() -> Response | str:
    """Show what the file would note; nothing is written."""
    form = TrackingForm()
    if not form.validate():
        flash("ファイルを選んでから「内容を確かめる」を押してください。", "error")
        return back_to_posting()
    preview = preview_tracking(form.file.data.stream.read(MAX_BYTES + 1), today=clock.today_jst())
    carried = CarriedTrackingForm(formdata=None)
    if not preview.faults:
        carried.tracking.data = seal_tracking(preview.rows, by=current_user.id, now=clock.now())
    cohort_id = request.args.get("cohort", type=small_int)
    return render_template(
        "office/tracking_preview.html",
        cohort=None if cohort_id is None else find_cohort(cohort_id),
        preview=preview,
        faults=[(fault_place(fault), fault_sentence(fault)) for fault in preview.faults],
        carried=carried,
        form=TrackingForm(formdata=None),
    )


@bp.post("/posting/tracking/import")
@open_to(Role.OFFICE)
def tracking_import() -> Response:
    """Note exactly the previewed rows."""
    try:
        rows = open_tracking(CarriedTrackingForm().tracking.data or "", by=current_user.id, now=clock.now())
        shipped = import_tracking(rows, by=current_user.id, now=clock.now())
    except PreviewUnusable:
        flash("確認した内容を読み取れませんでした。記録はしていません。もう一度ファイルを選んでください。", "error")
    except TrackingRefused as refused:
        first = refused.faults[0]
        flash(f"記録はしていません。{fault_place(first)}: {fault_sentence(first)}", "error")
    else:
        flash(f"{shipped}件を発送済みにしました。本人に追跡番号をメールでお知らせします。", "done")
    return back_to_posting()


def _printed(what: str, chosen: list[Parcel], press: Callable[[], bytes]) -> Response:
    """The pages as a download, and the line in 操作記録 of who printed them."""
    try:
        body = press()
    except FontsNotBuilt:
        flash(labels.REFUSAL[Refusal.FONTS_NOT_BUILT], "error")
        return back_to_posting()
    note_printing(what, [parcel.entry_id for parcel in chosen], by=current_user.id, now=clock.now())
    return send_file(body, f"{what}_{clock.today_jst():%Y%m%d}.pdf", PDF)


def _chosen() -> list[Parcel]:
    """The chosen parcels that are here, in the order of the register."""
    ids = request.form.getlist("parcel", type=small_int)
    return list_parcels(ids=ids, states=TO_SEND)


def _nothing_to_print(places: int | None) -> str:
    if places is None:
        return "印刷していません。発送を1件以上選んでください。"
    return f"印刷していません。発送を1件以上選び、使い始めるラベルの位置を1から{places}までで入力してください。"


def _sender(now: datetime) -> Sender:
    settings, facts = current_app.extensions["settings"], course_facts()
    lines = (facts.contact.address, facts.contact.mail)
    return Sender(settings.certificate.association, lines, facts.title, clock.to_jst(now).date())
