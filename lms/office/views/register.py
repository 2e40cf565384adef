"""認定台帳: search, one certificate, the PDF as issued, the register as a file, the yearly figures."""

from flask import Response, abort, render_template, request
from flask_login import current_user

from lms import clock
from lms.certification import labels
from lms.certification.queries.acts import list_waiting_acts
from lms.certification.queries.dossier import get_dossier
from lms.certification.queries.figures import list_yearly_figures
from lms.certification.queries.ordering import list_open_orders
from lms.certification.queries.posting import list_shipments
from lms.certification.queries.register import RegisterRow, find_document, list_register
from lms.certification.rules.entries import REPLACED, CertificateStatus
from lms.certification.rules.figures import COUNTED, YearFigures
from lms.certification.services.recording import note_register_export
from lms.office import labels as office_labels
from lms.office.views.blueprint import bp
from lms.web.access import Role, open_to
from lms.web.exports import Table, send_file, send_table
from lms.web.numbers import small_int

PAGE_SIZE = 100
HEADINGS = ("認定番号", "版", "氏名", "講座", "期", "認定資格", "認定日", "この版の発行日", "有効期限", "状態")


@bp.get("/register")
@open_to(Role.OFFICE)
def register() -> str:
    """The register, newest first, with a search by number or name, status and year."""
    rows = _chosen_rows()
    page = max(request.args.get("page", 1, type=small_int), 1)
    return render_template(
        "office/register.html",
        rows=rows[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
        total=len(rows),
        page=page,
        pages=-(-len(rows) // PAGE_SIZE),
        chosen=_chosen(),
        statuses=[status for status in CertificateStatus if status not in REPLACED],
        years=[each.year for each in list_yearly_figures(today=clock.today_jst())],
        acts=list_waiting_acts(),
        orders=list_open_orders(),
        words=labels,
    )


@bp.post("/register/export.<any(xlsx, csv):kind>")
@open_to(Role.OFFICE)
def export_register(kind: str) -> Response:
    """The rows that the search found, as a file; who took the names out is written down."""
    rows = _chosen_rows()
    table = Table("認定台帳", HEADINGS, [_cells(row) for row in rows])
    note_register_export(kind, len(rows), by=current_user.id, now=clock.now())
    return send_table(table, f"認定台帳_{clock.today_jst():%Y%m%d}", kind)


@bp.get("/register/figures")
@open_to(Role.OFFICE)
def register_figures() -> str:
    """年次の件数."""
    figures = list_yearly_figures(today=clock.today_jst())
    return render_template(
        "office/register_figures.html",
        figures=figures,
        counted=COUNTED,
        highest=max((each.valid for each in figures), default=0),
        today=clock.today_jst(),
        words=labels,
    )


@bp.get("/register/figures.<any(xlsx, csv):kind>")
@open_to(Role.OFFICE)
def export_figures(kind: str) -> Response:
    """The yearly figures as a file; they hold no names."""
    headings = ("年", *(labels.ENTRY[counted] for counted in COUNTED), "年末の有効件数")
    rows = [_figure_cells(each) for each in list_yearly_figures(today=clock.today_jst())]
    return send_table(Table("認定台帳の年次の件数", headings, rows), f"認定台帳の年次の件数_{clock.today_jst():%Y%m%d}", kind)


@bp.get("/register/<number>")
@open_to(Role.OFFICE)
def certificate(number: str) -> str:
    """One certificate: what was printed, every entry, what waits and what may be done."""
    return render_template(
        "office/certificate.html",
        dossier=get_dossier(number, today=clock.today_jst()),
        shipments=list_shipments(number),
        words=labels,
        office_words=office_labels,
    )


@bp.get("/register/<number>/pdf")
@open_to(Role.OFFICE)
def register_pdf(number: str) -> Response:
    """The certificate as issued, shown in the browser; the newest version, or the one asked for."""
    document = find_document(number, version=request.args.get("version", type=small_int))
    if document is None:
        abort(404)
    response = send_file(document.body, f"認定証_{document.number}.pdf", "application/pdf")
    disposition = response.headers["Content-Disposition"]
    response.headers["Content-Disposition"] = disposition.replace("attachment", "inline", 1)
    return response


def _chosen() -> dict[str, str]:
    return {name: request.args.get(name, "") for name in ("q", "status", "year")}


def _chosen_rows() -> list[RegisterRow]:
    chosen = _chosen()
    status = CertificateStatus(chosen["status"]) if chosen["status"] in set(CertificateStatus) else None
    return list_register(chosen["q"], status=status, year=request.args.get("year", type=small_int))


def _cells(row: RegisterRow) -> list[str | int | None]:
    record = row.record
    return [
        row.number,
        row.version,
        record.holder_name,
        record.course_title,
        record.cohort_label,
        record.qualification,
        row.first_issued_on.isoformat(),
        row.issued_on.isoformat(),
        row.expires_on.isoformat() if row.expires_on else "有効期限なし",
        labels.STATUS[row.status],
    ]


def _figure_cells(figures: YearFigures) -> list[str | int | None]:
    return [figures.year, *(figures.counts[kind] for kind in COUNTED), figures.valid]
