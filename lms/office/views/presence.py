"""Doors of 参加記録: the participants report of the meeting, whose stays are whose, breaks, minutes per block."""

from collections.abc import Iterator
from datetime import datetime, time

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from lms import clock
from lms.cohorts import labels
from lms.cohorts.queries import CohortCard, Day, get_cohort, list_participants
from lms.cohorts.queries.presence import PresenceLine, PresenceOfDay, hours_of, presence_of_day, preview_report
from lms.cohorts.rules.decisions import CohortRefused
from lms.cohorts.rules.presence import counted_minutes
from lms.cohorts.rules.roster_files import MAX_BYTES
from lms.cohorts.services.presence import (
    MAX_BREAKS,
    MatchedStay,
    PresenceOutcome,
    change_breaks,
    import_presence,
    move_stays,
)
from lms.cohorts.source import course_facts
from lms.office.forms import CarriedReportForm, ReportForm
from lms.office.services import PreviewUnusable, open_stays, seal_stays
from lms.office.views.blueprint import bp
from lms.office.views.kept import flash_kept
from lms.web.access import Role, open_to
from lms.web.exports import Cell, Table, send_table
from lms.web.numbers import small_int

LATER, NOBODY = "", "other"
SPARE_BREAKS = 3
UNUSABLE = "確認した内容を読み取れませんでした。もう一度ファイルを選んでください。"
HEADINGS = ("氏名", "メールアドレス", "出席時間(分)", "Zoomの参加(分)", "遅刻(分)", "早退(分)")


@bp.get("/cohorts/<int:cohort_id>/attendance/<int:day_number>")
@open_to(Role.OFFICE)
def presence(cohort_id: int, day_number: int) -> str:
    """Everybody's presence on a day, and the import of a report."""
    cohort, day = _day(cohort_id, day_number)
    return _page(cohort, presence_of_day(cohort_id, day))


@bp.post("/cohorts/<int:cohort_id>/attendance/<int:day_number>/report")
@open_to(Role.OFFICE)
def presence_preview(cohort_id: int, day_number: int) -> AnyResponse | str:
    """Show what the report says and whose stays the house believes them to be; nothing is written."""
    cohort, day = _day(cohort_id, day_number)
    form = ReportForm()
    if not form.validate():
        flash("ファイルを選んでから「内容を確かめる」を押してください。", "error")
        return _back(cohort_id, day_number)
    preview = preview_report(cohort_id, day, form.file.data.stream.read(MAX_BYTES + 1))
    carried = CarriedReportForm(formdata=None)
    carried.stays.data = seal_stays(cohort_id, day_number, preview.strands, by=current_user.id, now=clock.now())
    problems = [labels.report_sentence(fault) for fault in preview.faults]
    if preview.unreadable:
        problems = [f"{labels.problem_place(preview.unreadable)}: {labels.problem_sentence(preview.unreadable)}"]
    return render_template(
        "office/presence_preview.html",
        cohort=cohort,
        day=day,
        preview=preview,
        problems=problems,
        seats=list_participants(cohort_id),
        carried=carried,
        form=ReportForm(formdata=None),
        reasons=labels.MATCH_REASONS,
        is_early=clock.today_jst() < day.held_on,
    )


@bp.post("/cohorts/<int:cohort_id>/attendance/<int:day_number>/import")
@open_to(Role.OFFICE)
def presence_import(cohort_id: int, day_number: int) -> AnyResponse:
    """Import the previewed stays as they were matched; those left for later are not imported."""
    _day(cohort_id, day_number)
    by, now = current_user.id, clock.now()
    try:
        strands = open_stays(CarriedReportForm().stays.data or "", cohort_id, day_number, by=by, now=now)
        chosen = [request.form.get(f"match-{place}", LATER) for place in range(len(strands))]
        stays = [
            MatchedStay(who, span, small_int(match) if match != NOBODY else None)
            for (who, spans), match in zip(strands, chosen, strict=True)
            if match != LATER
            for span in spans
        ]
        outcome = import_presence(cohort_id, day_number, stays, by=by, now=now)
    except (PreviewUnusable, ValueError) as problem:
        reason = labels.COHORT_PROBLEMS[problem.reason] if isinstance(problem, CohortRefused) else UNUSABLE
        flash(f"取り込みはしていません。{reason}", "error")
    else:
        flash(f"{outcome.added}件の参加記録を取り込み、{outcome.entered}名の出席時間を入力しました。", "done")
        _flash_rest(outcome, chosen.count(LATER))
    return _back(cohort_id, day_number)


@bp.post("/cohorts/<int:cohort_id>/attendance/<int:day_number>/breaks")
@open_to(Role.OFFICE)
def presence_breaks(cohort_id: int, day_number: int) -> AnyResponse:
    """Enter the breaks of the day."""
    _day(cohort_id, day_number)
    try:
        breaks = list(_typed_breaks())
        outcome = change_breaks(cohort_id, day_number, breaks, by=current_user.id, now=clock.now())
    except CohortRefused as refused:
        flash(f"休憩は変更していません。{labels.COHORT_PROBLEMS[refused.reason]}", "error")
    except ValueError:
        flash("休憩は変更していません。開始と終了を両方、「14:30」の形で入力してください。", "error")
    else:
        flash(f"休憩を保存し、{outcome.entered}名の出席時間を計算し直しました。", "done")
        _flash_rest(outcome)
    return _back(cohort_id, day_number)


@bp.post("/cohorts/<int:cohort_id>/attendance/<int:day_number>/stays")
@open_to(Role.OFFICE)
def presence_move(cohort_id: int, day_number: int) -> AnyResponse:
    """Put stays to whom they belong."""
    _day(cohort_id, day_number)
    chosen = request.form.getlist("stay", type=small_int)
    to = request.form.get("to", LATER)
    if not chosen or to == LATER:
        flash("移す参加記録と、移す先の方を選んでください。", "warning")
        return _back(cohort_id, day_number)
    person = None if to == NOBODY else request.form.get("to", type=small_int) or 0
    try:
        outcome = move_stays(cohort_id, day_number, chosen, person, by=current_user.id, now=clock.now())
    except CohortRefused as refused:
        flash(labels.COHORT_PROBLEMS[refused.reason], "error")
    else:
        flash(f"{outcome.added}件の参加記録を移し、出席時間を計算し直しました。", "done")
        _flash_rest(outcome)
    return _back(cohort_id, day_number)


@bp.get("/cohorts/<int:cohort_id>/attendance/<int:day_number>/export.<any(xlsx, csv):kind>")
@open_to(Role.OFFICE)
def presence_export(cohort_id: int, day_number: int, kind: str) -> Response:
    """Minutes per person and block as a file."""
    cohort, day = _day(cohort_id, day_number)
    found = presence_of_day(cohort_id, day)
    rows: list[list[Cell]] = [_cells(line) for line in found.lines]
    table = Table(f"{cohort.label} {day_number}日目", [*HEADINGS, *(block.title for block in found.blocks)], rows)
    return send_table(table, f"{cohort.label}_{day_number}日目_参加記録", kind)


def _cells(line: PresenceLine) -> list[Cell]:
    presence = line.presence
    known: list[Cell] = [line.seat.name, line.seat.email, line.entry.minutes if line.entry else None]
    from_stays = (presence.minutes, presence.late_minutes, presence.early_minutes, *presence.minutes_of_blocks)
    return [*known, *(from_stays if line.stays else [None] * len(from_stays))]


def _day(cohort_id: int, day_number: int) -> tuple[CohortCard, Day]:
    cohort = get_cohort(cohort_id)
    day = next((day for day in cohort.days if day.number == day_number), None)
    return (cohort, day) if day is not None else abort(404)


def _typed_breaks() -> Iterator[tuple[time, time]]:
    starts, ends = request.form.getlist("starts"), request.form.getlist("ends")
    for start, end in zip(starts[: MAX_BREAKS + 1], ends[: MAX_BREAKS + 1], strict=True):
        if start.strip() or end.strip():
            yield time.fromisoformat(start.strip()), time.fromisoformat(end.strip())


def _flash_rest(outcome: PresenceOutcome, later: int = 0) -> None:
    if later:
        flash(f"{later}件は「あとで決める」のままです。同じファイルをもう一度選ぶと、続きから決められます。", "warning")
    flash_kept(outcome.kept)


def _back(cohort_id: int, day_number: int) -> AnyResponse:
    return redirect(url_for("office.presence", cohort_id=cohort_id, day_number=day_number))


def _page(cohort: CohortCard, found: PresenceOfDay) -> str:
    return render_template(
        "office/presence.html",
        cohort=cohort,
        day=found.day,
        found=found,
        breaks=[*found.breaks, *[None] * min(SPARE_BREAKS, MAX_BREAKS - len(found.breaks))],
        clock_time=_clock_time,
        form=ReportForm(formdata=None),
        hours_minutes=counted_minutes(hours_of(found.day), ()),
        late_after=course_facts().late_after_minutes,
        early_before=course_facts().early_before_minutes,
        is_early=clock.today_jst() < found.day.held_on,
    )


def _clock_time(moment: datetime) -> str:
    """「14:05」 on a Japanese wall clock."""
    return f"{clock.to_jst(moment):%H:%M}"
