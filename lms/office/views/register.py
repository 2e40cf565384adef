"""認定台帳: search, the PDF as issued, and the register as Excel or CSV."""

from flask import Response, abort, render_template, request

from lms import clock
from lms.certification import labels
from lms.certification.queries.register import RegisterRow, find_document, list_register
from lms.certification.rules.entries import CertificateStatus
from lms.office.views.blueprint import bp
from lms.web.access import Role, open_to
from lms.web.exports import Table, send_file, send_table
from lms.web.numbers import small_int

PAGE_SIZE = 100
HEADINGS = ("認定番号", "版", "氏名", "講座", "期", "認定資格", "発行日", "有効期限", "状態")


@bp.get("/register")
@open_to(Role.OFFICE)
def register() -> str:
    """The register, newest first, with a search by number or name."""
    rows = _chosen_rows()
    page = max(request.args.get("page", 1, type=small_int), 1)
    return render_template(
        "office/register.html",
        rows=rows[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
        total=len(rows),
        page=page,
        pages=-(-len(rows) // PAGE_SIZE),
        search=request.args.get("q", ""),
        status=request.args.get("status", ""),
        statuses=CertificateStatus,
        words=labels,
    )


@bp.get("/register/export.<any(xlsx, csv):kind>")
@open_to(Role.OFFICE)
def export_register(kind: str) -> Response:
    """The rows that the search found, as a file."""
    table = Table("認定台帳", HEADINGS, [_cells(row) for row in _chosen_rows()])
    return send_table(table, f"認定台帳_{clock.today_jst():%Y%m%d}", kind)


@bp.get("/register/<number>/pdf")
@open_to(Role.OFFICE)
def register_pdf(number: str) -> Response:
    """The certificate as issued, shown in the browser."""
    document = find_document(number)
    if document is None:
        abort(404)
    response = send_file(document.body, f"認定証_{document.number}.pdf", "application/pdf")
    disposition = response.headers["Content-Disposition"]
    response.headers["Content-Disposition"] = disposition.replace("attachment", "inline", 1)
    return response


def _chosen_rows() -> list[RegisterRow]:
    wanted = request.args.get("status", "")
    status = CertificateStatus(wanted) if wanted in set(CertificateStatus) else None
    return list_register(request.args.get("q", ""), status=status)


def _cells(row: RegisterRow) -> list[str | int | None]:
    record = row.record
    return [
        row.number,
        row.version,
        record.holder_name,
        record.course_title,
        record.cohort_label,
        record.qualification,
        row.issued_on.isoformat(),
        "有効期限なし",
        labels.STATUS[row.status],
    ]
