"""教材の版: what everybody reads, editions made from files or an upload, and what each would change before it is published."""

from flask import abort, flash, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.editions import labels
from lms.editions.queries import UnknownEdition, UnreadableEdition, installed_files, published_files
from lms.editions.rules.contents import Files, Origin, digest, laid_over
from lms.editions.rules.limits import MAX_UPLOAD_BYTES
from lms.editions.rules.refusals import ReleaseRefused, UploadFault, UploadRefused
from lms.editions.services import make_edition, note_export
from lms.editions.source.archives import pack, read_upload
from lms.editions.source.folders import read_files
from lms.exams.queries.readiness import list_outdated_windows
from lms.office.forms import EditionForm, EditionReleaseForm, InstalledEditionForm
from lms.office.labels import editions as words
from lms.office.queries.edition_timing import timing_of
from lms.office.queries.editions import INSTALLED_ID, editions_page, find_edition_page, target_folder
from lms.office.services import publish_edition
from lms.office.views.blueprint import bp
from lms.web.access import Role, open_to
from lms.web.exports import send_file

Page = str | tuple[str, int] | Response


@bp.errorhandler(UnreadableEdition)
def edition_unreadable(_error: UnreadableEdition) -> Response:
    """Wherever at the desk an edition cannot be read, the way leads to where another one can be published."""
    flash(words.UNREADABLE, "warning")
    return redirect(url_for("office.editions"))


@bp.get("/editions")
@open_to(Role.OFFICE)
def editions() -> Page:
    """What is published, the editions there are, and the ways to make another."""
    return _list_page(EditionForm(formdata=None), InstalledEditionForm(formdata=None))


@bp.post("/editions/installed")
@open_to(Role.OFFICE)
def make_edition_from_files() -> Page:
    """Keep the files of the installation as an edition."""
    form = InstalledEditionForm()
    if not form.validate():
        return _list_page(EditionForm(formdata=None), form), 422
    return _made(installed_files(), Origin.FILES, form.note.data or "")


@bp.post("/editions/upload")
@open_to(Role.OFFICE)
def upload_edition() -> Page:
    """Keep an upload, laid over what is published or whole as it is, as an edition; a faulty one leaves nothing behind."""
    form, published = EditionForm(), published_files()
    if not form.validate():
        return _list_page(form, InstalledEditionForm(formdata=None)), 422
    name = form.file.data.filename or ""
    try:
        data = form.file.data.stream.read(MAX_UPLOAD_BYTES + 1)
        files = read_upload(name, data, published, is_whole=form.is_whole.data)
    except UploadRefused as refused:
        return _list_page(form, InstalledEditionForm(formdata=None), refused.faults), 422
    return _made(files if form.is_whole.data else laid_over(published, files), Origin.UPLOAD, form.note.data or "")


@bp.get("/editions/<int:edition_id>")
@open_to(Role.OFFICE)
def edition(edition_id: int) -> Page:
    """What an edition would change, and what the check of the content finds in it."""
    return _edition_page(edition_id, EditionReleaseForm(formdata=None))


@bp.post("/editions/<int:edition_id>/export")
@open_to(Role.OFFICE)
def edition_export(edition_id: int) -> Response:
    """An edition as a ZIP to be edited; a POST, because who took the questions out is written down."""
    try:
        files = read_files(target_folder(edition_id))
    except UnknownEdition:
        abort(404)
    note_export(edition_id or None, digest(files), by=current_user.id, now=clock.now())
    name = f"第{edition_id}版" if edition_id != INSTALLED_ID else words.INSTALLED
    return send_file(pack(files), f"教材_{name}.zip", "application/zip")


@bp.post("/editions/<int:edition_id>/release")
@open_to(Role.OFFICE)
def edition_release(edition_id: int) -> Page:
    """Publish an edition, or go back to an earlier one or to the files of the installation."""
    form = EditionReleaseForm()
    if not form.validate():
        return _edition_page(edition_id, form), 422
    try:
        publish_edition(edition_id, form.reason.data or "", seen=form.seen.data or 0, by=current_user.id, now=clock.now())
    except ReleaseRefused as refused:
        form.form_errors = [labels.REFUSALS[refused.reason]]
        return _edition_page(edition_id, form), 422
    flash("公開しました。次に開くページから、この内容が表示されます。受講者の記入と解答は、そのまま残っています。", "done")
    if outdated := list_outdated_windows(now=clock.now()):
        flash(words.CHECKED_AGAIN.format(count=len(outdated)), "info")
    return redirect(url_for("office.editions"))


def _made(files: Files, origin: Origin, note: str) -> Response:
    made = make_edition(files, origin, note, by=current_user.id, now=clock.now())
    if made.is_new:
        flash("教材の版を作りました。まだ公開していません。違いを確かめてから公開してください。", "done")
    else:
        flash("同じ内容の版がすでにあるため、新しくは作らず、その版を表示しています。", "info")
    return redirect(url_for("office.edition", edition_id=made.edition_id))


def _list_page(form: EditionForm, installed: InstalledEditionForm, faults: tuple[UploadFault, ...] = ()) -> str:
    return render_template(
        "office/editions.html",
        page=editions_page(),
        form=form,
        installed=installed,
        faults=faults,
        fault_words=labels.fault_words,
        origins=labels.ORIGINS,
        installed_id=INSTALLED_ID,
        words=words,
    )


def _edition_page(edition_id: int, form: EditionReleaseForm) -> str:
    page = find_edition_page(edition_id, today=clock.today_jst())
    if page is None:
        abort(404)
    return render_template(
        "office/edition.html",
        page=page,
        timing=timing_of(page.changes, now=clock.now()),
        form=form,
        origins=labels.ORIGINS,
        installed_id=INSTALLED_ID,
        words=words,
    )
