"""Doors of the roster: list, import with preview, template, export, withdrawal."""

from flask import abort, flash, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.billing.queries import payments_of
from lms.cohorts.labels import COHORT_PROBLEMS, column_heading, problem_place, problem_sentence
from lms.cohorts.queries import get_cohort, get_participant, list_participants, preview_roster
from lms.cohorts.rules.decisions import CohortRefused
from lms.cohorts.rules.roster import Column
from lms.cohorts.rules.roster_files import MAX_BYTES
from lms.cohorts.services.seating import RosterRefused, import_roster, restore_participant, withdraw_participant
from lms.office.forms import CarriedRosterForm, ReasonForm, RosterForm
from lms.office.services import PreviewUnusable, open_roster, seal_roster
from lms.office.views.blueprint import bp
from lms.web.access import Role, open_to
from lms.web.exports import Table, send_table

KINDS = ("xlsx", "csv")
SAMPLE = ("見本 花子", "みほん はなこ", "hanako@example.jp", "見本商事株式会社", "お客様相談室", "100-0001", "東京都千代田区1-1")


@bp.get("/cohorts/<int:cohort_id>/roster")
@open_to(Role.OFFICE)
def roster(cohort_id: int) -> str:
    """The participants of a cohort, and the import."""
    return render_template(
        "office/roster.html",
        cohort=get_cohort(cohort_id),
        seats=list_participants(cohort_id, with_withdrawn=True),
        payments=payments_of(cohort_id),
        form=RosterForm(),
    )


@bp.post("/cohorts/<int:cohort_id>/roster/preview")
@open_to(Role.OFFICE)
def roster_preview(cohort_id: int) -> Response | str:
    """Show what importing the file would do; nothing is written."""
    form = RosterForm()
    if not form.validate():
        flash("ファイルを選んでから「内容を確かめる」を押してください。", "error")
        return redirect(url_for("office.roster", cohort_id=cohort_id))
    preview = preview_roster(cohort_id, form.file.data.stream.read(MAX_BYTES + 1))
    carried = CarriedRosterForm(formdata=None)
    if not preview.problems:
        carried.roster.data = seal_roster(cohort_id, preview.rows, by=current_user.id, now=clock.now())
    return render_template(
        "office/roster_preview.html",
        cohort=get_cohort(cohort_id),
        preview=preview,
        problems=[(problem_place(problem), problem_sentence(problem)) for problem in preview.problems],
        carried=carried,
        form=RosterForm(formdata=None),
    )


@bp.post("/cohorts/<int:cohort_id>/roster/import")
@open_to(Role.OFFICE)
def roster_import(cohort_id: int) -> Response:
    """Import exactly the previewed rows."""
    try:
        rows = open_roster(CarriedRosterForm().roster.data or "", cohort_id, by=current_user.id, now=clock.now())
        seated = import_roster(cohort_id, rows, by=current_user.id, now=clock.now())
    except PreviewUnusable:
        flash("確認した内容を読み取れませんでした。取り込みはしていません。もう一度ファイルを選んでください。", "error")
    except RosterRefused as refused:
        first = refused.problems[0]
        flash(f"取り込みはしていません。{problem_place(first)}: {problem_sentence(first)}", "error")
    else:
        flash(f"{len(seated)}名を取り込みました。入金を確認すると、受講者に案内メールが届きます。", "done")
    return redirect(url_for("office.roster", cohort_id=cohort_id))


@bp.get("/roster-template/<kind>")
@open_to(Role.OFFICE)
def roster_template(kind: str) -> Response:
    """An empty roster file with the headings and one sample row."""
    if kind not in KINDS:
        abort(404)
    return send_table(Table("名簿", [column_heading(column) for column in Column], [SAMPLE]), "名簿ひな形", kind)


@bp.get("/cohorts/<int:cohort_id>/roster/export/<kind>")
@open_to(Role.OFFICE)
def roster_export(cohort_id: int, kind: str) -> Response:
    """The participants as Excel or CSV."""
    if kind not in KINDS:
        abort(404)
    card, payments = get_cohort(cohort_id), payments_of(cohort_id)
    headings = [*(column_heading(column) for column in Column), "登録日", "入金"]
    rows = [
        (
            *(seat.name, seat.kana, seat.email, seat.company, seat.department, seat.postal_code, seat.address),
            clock.to_jst(seat.enrolled_at).date().isoformat(),
            "確認済み" if seat.participant_id in payments else "入金待ち",
        )
        for seat in list_participants(cohort_id)
    ]
    return send_table(Table(f"{card.label} 受講者", headings, rows), f"{card.label}_受講者名簿", kind)


@bp.post("/participants/<int:participant_id>/withdraw")
@open_to(Role.OFFICE)
def withdraw(participant_id: int) -> Response:
    """Take a seat back, with a reason."""
    seat, form = get_participant(participant_id), ReasonForm()
    try:
        withdraw_participant(participant_id, form.reason.data or "", by=current_user.id, now=clock.now())
    except CohortRefused as refused:
        flash(COHORT_PROBLEMS[refused.reason], "error")
    else:
        flash(f"{seat.name}さんの受講を取り消しました。これまでの記録は残っています。", "done")
    return redirect(url_for("office.roster", cohort_id=seat.cohort_id))


@bp.post("/participants/<int:participant_id>/restore")
@open_to(Role.OFFICE)
def restore(participant_id: int) -> Response:
    """Give a withdrawn participant the seat again."""
    seat = get_participant(participant_id)
    restore_participant(participant_id, by=current_user.id, now=clock.now())
    flash(f"{seat.name}さんの受講を復帰させました。", "done")
    return redirect(url_for("office.roster", cohort_id=seat.cohort_id))
