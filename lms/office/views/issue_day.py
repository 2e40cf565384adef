"""Doors of the day of issue: what would be printed, the run over a cohort and how far it is, the certificates for the printer."""

import tempfile
from collections.abc import Sequence

from flask import Response, abort, flash, jsonify, redirect, render_template, request, url_for
from flask import send_file as send_stream
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from lms import clock
from lms.certification import labels
from lms.certification.queries.issuing import preview_issue
from lms.certification.queries.posting import list_printable, posting, stream_documents
from lms.certification.queries.runs import RunProgress, get_run, list_run_items
from lms.certification.rules.deciding import CertificationRefused
from lms.certification.services.running import NothingToIssue, start_run, work_run
from lms.certification.services.shipping import note_printing
from lms.cohorts.queries import get_cohort
from lms.documents.batch import print_batch
from lms.office.labels.posting import run_sentence
from lms.office.views.blueprint import bp
from lms.web.access import Role, open_to
from lms.web.numbers import small_int

SECONDS_A_REQUEST = 3
"""How long one request issues before it answers; the page asks again."""


@bp.get("/cohorts/<int:cohort_id>/certification/issue")
@open_to(Role.OFFICE)
def issue_preview(cohort_id: int) -> str:
    """What will be printed, problems first."""
    previews = preview_issue(cohort_id, issued_on=clock.today_jst())
    return render_template(
        "office/certification_issue.html",
        cohort=get_cohort(cohort_id),
        problems=[preview for preview in previews if preview.refusal],
        ready=[preview for preview in previews if not preview.refusal],
        today=clock.today_jst(),
        words=labels,
    )


@bp.post("/cohorts/<int:cohort_id>/certification/issue")
@open_to(Role.OFFICE)
def issue(cohort_id: int) -> AnyResponse:
    """認定証を発行する for those on the preview: the run begins, its page shows how far it is."""
    chosen = request.form.getlist("participant", type=small_int)
    try:
        run_id = start_run(cohort_id, chosen, by=current_user.id, now=clock.now())
    except NothingToIssue:
        flash("発行するものはありません。すでに発行済みです。", "warning")
        return redirect(url_for(".certification", cohort_id=cohort_id))
    return _work(run_id)


@bp.get("/issue-runs/<int:run_id>")
@open_to(Role.OFFICE)
def issue_run(run_id: int) -> str:
    """How far a run is, and what came of it: numbers, refusals, what to do about them."""
    run = get_run(run_id)
    items = list_run_items(run_id)
    return render_template(
        "office/issue_run.html",
        run=run,
        cohort=get_cohort(run.cohort_id),
        items=items,
        numbers=[item.certificate_number for item in items if item.certificate_number],
        refused=[item for item in items if item.refusal],
        sentence=run_sentence(run),
    )


@bp.post("/issue-runs/<int:run_id>/work")
@open_to(Role.OFFICE)
def work_issue_run(run_id: int) -> AnyResponse:
    """続きを発行する for a few seconds; the page's script repeats it and asks for figures instead of a page."""
    if request.accept_mimetypes.best == "application/json":
        return _figures(run_id)
    return _work(run_id)


@bp.post("/issue-runs/<int:run_id>/certificates.pdf")
@open_to(Role.OFFICE)
def print_run(run_id: int) -> AnyResponse:
    """The certificates of a run for the printer; a POST, because who printed is written down."""
    run = get_run(run_id)
    return send_certificates(list_printable(run_id=run_id), f"認定証_{get_cohort(run.cohort_id).label}_発行{run_id}")


@bp.post("/cohorts/<int:cohort_id>/certificates.pdf")
@open_to(Role.OFFICE)
def print_cohort(cohort_id: int) -> AnyResponse:
    """The certificates of a cohort for the printer."""
    return send_certificates(list_printable(cohort_id=cohort_id), f"認定証_{get_cohort(cohort_id).label}")


def send_certificates(entry_ids: Sequence[int], name: str) -> AnyResponse:
    """The papers of these entries in one file, in this order; 404 when there is none."""
    if not entry_ids:
        abort(404)
    note_printing("認定証", entry_ids, by=current_user.id, now=clock.now())
    target = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    print_batch(stream_documents(entry_ids), posting().print, target)
    target.seek(0)
    return send_stream(target, "application/pdf", as_attachment=True, download_name=f"{name}.pdf")


def _work(run_id: int) -> AnyResponse:
    try:
        work_run(run_id, for_seconds=SECONDS_A_REQUEST, now=clock.now())
    except CertificationRefused as refused:
        flash(f"いまは発行できません。{labels.refusal(refused)}", "error")
    return redirect(url_for(".issue_run", run_id=run_id))


def _figures(run_id: int) -> Response:
    """How far the run is after a few seconds of work, for the script; 503 when it cannot go on by itself."""
    try:
        run: RunProgress = work_run(run_id, for_seconds=SECONDS_A_REQUEST, now=clock.now())
    except CertificationRefused as refused:
        answer = jsonify(sentence=f"いまは発行できません。{labels.refusal(refused)}")
        answer.status_code = 503
        return answer
    return jsonify(done=run.done, total=run.total, is_finished=run.finished_at is not None, sentence=run_sentence(run))
