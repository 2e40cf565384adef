"""問題の入出力: the bank out as a file of another system, and such a file in as a bank file; the site itself stays as it is."""

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from lms import clock
from lms.cohorts.source import course_facts
from lms.exam_engine.exchange.decoding import MAX_BYTES
from lms.exam_engine.exchange.files import SUFFIXES
from lms.exam_engine.exchange.losses import Format
from lms.exams.labels import FORMAT_WORDS, LOSS_WORDS, fault_place, fault_sentence
from lms.exams.queries.content import find_exam
from lms.exams.queries.exchange import export_card, export_file, preview_lines, read_upload, template_file
from lms.exams.services.exchanging import BankUnusable, note_export, open_bank, seal_bank
from lms.office.forms import CarriedBankForm, QuestionFileForm
from lms.office.labels import LEVELS
from lms.office.views.blueprint import bp
from lms.web.access import Role, open_to
from lms.web.exports import XLSX, send_file

MIME_TYPES = {Format.GIFT: "text/plain; charset=utf-8", Format.MOODLE_XML: "application/xml", Format.EXCEL: XLSX}


@bp.get("/questions")
@open_to(Role.OFFICE)
def exchange() -> str:
    """What a file of the chosen format would not carry, the download, and the import."""
    to, exam = _format(request.args.get("format")), find_exam(course_facts().exam_id)
    return render_template(
        "office/exchange.html",
        exam=exam,
        card=export_card(exam.id, to) if exam else None,
        to=to,
        formats=FORMAT_WORDS,
        losses=LOSS_WORDS,
        form=QuestionFileForm(formdata=None),
    )


@bp.post("/questions/export")
@open_to(Role.OFFICE)
def export_questions() -> Response:
    """The bank as a file; a POST, because who took the questions out is written down."""
    exam, to = find_exam(course_facts().exam_id), _format(request.form.get("format"))
    if exam is None:
        abort(404)
    body, count = export_file(exam.id, to)
    note_export(exam.id, to, count, by=current_user.id, now=clock.now())
    return send_file(body, f"{exam.title}_問題.{SUFFIXES[to]}", MIME_TYPES[to])


@bp.get("/questions/template.xlsx")
@open_to(Role.OFFICE)
def question_template() -> Response:
    """The empty Excel template."""
    return send_file(template_file(), "試験問題のひな形.xlsx", XLSX)


@bp.post("/questions/import")
@open_to(Role.OFFICE)
def import_questions() -> AnyResponse | str:
    """Show what is in an uploaded file, or everything that is wrong with it; nothing is written."""
    form = QuestionFileForm()
    if not form.validate():
        flash("ファイルを選んでから「内容を確かめる」を押してください。", "error")
        return redirect(url_for("office.exchange"))
    imported = read_upload(
        form.file.data.stream.read(MAX_BYTES + 1),
        course_facts().exam_id,
        domain=form.domain.data or "",
        level=form.level.data or "",
        lessons=(form.lessons.data or "").replace("、", ",").replace(",", " ").split(),
        author=form.author.data or "",
    )
    carried = CarriedBankForm(formdata=None)
    if not imported.is_refused:
        carried.bank.data = seal_bank(imported.bank, by=current_user.id)
    return render_template(
        "office/exchange_preview.html",
        imported=imported,
        lines=preview_lines(imported),
        levels=LEVELS,
        place_words=fault_place,
        sentence=fault_sentence,
        carried=carried,
        form=form,
    )


@bp.post("/questions/bank.yaml")
@open_to(Role.OFFICE)
def download_bank() -> AnyResponse:
    """The previewed questions as a bank file."""
    try:
        text = open_bank(CarriedBankForm().bank.data or "", by=current_user.id)
    except BankUnusable:
        flash("確認した内容を読み取れませんでした。もう一度ファイルを選んでください。", "error")
        return redirect(url_for("office.exchange"))
    return send_file(text.encode(), "取り込んだ問題.yaml", "application/yaml")


def _format(chosen: str | None) -> Format:
    return Format(chosen) if chosen in set(Format) else Format.EXCEL
