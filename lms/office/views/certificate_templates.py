"""認定証のひな形: the designs as pictures, with sample words or with a name the office types."""

from collections.abc import Callable

from flask import Response, abort, render_template

from certificates.fonts.book import FontsNotBuilt
from certificates.layout import Template
from certificates.press import MissingGlyphs, TextTooLong
from certificates.record import CertificateRecord
from certificates.templates import TemplateError, UnknownTemplate
from lms import clock
from lms.certification import labels
from lms.certification.queries.designs import (
    Trial,
    find_design,
    list_designs,
    sample_address,
    sample_pdf,
    sample_picture,
    sample_record,
    unprintable,
)
from lms.certification.rules.deciding import Refusal
from lms.office.forms import CertificateTrialForm
from lms.office.views.blueprint import bp
from lms.web.access import Role, open_to
from lms.web.exports import send_file


@bp.get("/certificate-templates")
@open_to(Role.OFFICE)
def certificate_templates() -> str:
    """Every design with its picture, which one is in use, and what is wrong with any."""
    return _page(CertificateTrialForm(formdata=None).offering(list_designs()))


@bp.post("/certificate-templates")
@open_to(Role.OFFICE)
def try_certificate_template() -> str:
    """The design with the typed words, or the characters that cannot be printed. Nothing is kept."""
    form = CertificateTrialForm().offering(list_designs())
    if not form.validate():
        return _page(form)
    design = _design(form.template.data)
    record = sample_record(form.template.data, form.trial(), today=clock.today_jst())
    try:
        missing = unprintable(record, design)
        shown = "" if missing else sample_address(record, design)
    except FontsNotBuilt:
        return _page(form, fault=labels.REFUSAL[Refusal.FONTS_NOT_BUILT])
    except TextTooLong:
        return _page(form, fault=labels.REFUSAL[Refusal.TEXT_TOO_LONG])
    spelled = [(piece, " ".join(f"U+{ord(part):04X}" for part in piece)) for piece in missing]
    return _page(form, missing=spelled, picture=shown, record=record)


@bp.get("/certificate-templates/<template>/picture")
@open_to(Role.OFFICE)
def certificate_template_picture(template: str) -> Response:
    """A design with sample words as a picture."""
    return Response(_drawn(sample_picture, template), mimetype="image/png")


@bp.get("/certificate-templates/<template>/pdf")
@open_to(Role.OFFICE)
def certificate_template_pdf(template: str) -> Response:
    """A design with sample words as a PDF, to try the paper and the printer with."""
    return send_file(_drawn(sample_pdf, template), f"認定証の見本_{template}.pdf", "application/pdf")


def _drawn(draw: Callable[[CertificateRecord, Template], bytes], template: str) -> bytes:
    """The sample of a design; a design that cannot be drawn has no picture."""
    design = _design(template)
    try:
        return draw(sample_record(template, Trial(), today=clock.today_jst()), design)
    except (FontsNotBuilt, MissingGlyphs, TextTooLong):
        abort(404)


def _design(name: str) -> Template:
    try:
        return find_design(name)
    except (UnknownTemplate, TemplateError):
        abort(404)


def _page(form: CertificateTrialForm, **shown: object) -> str:
    return render_template("office/certificate_templates.html", designs=list_designs(), form=form, **shown)
