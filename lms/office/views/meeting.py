"""合否判定会議: everything the meeting needs on one page, as a file, and the 判定案 that a second person finalizes."""

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.cohorts.queries import CohortCard, get_cohort
from lms.documents.minutes import press_minutes
from lms.documents.records import Minutes
from lms.exam_engine.canonical import canonical_json, sha256_hex
from lms.exams.queries.windows import WindowCard, list_windows
from lms.grading import labels
from lms.grading.queries.meeting import MeetingBoard, find_meeting
from lms.grading.queries.meeting_reading import get_reading
from lms.grading.queries.obstacles import find_finalize_obstacles, find_proposal_obstacles
from lms.grading.queries.staff import has_grading_part
from lms.grading.rules import pictures
from lms.grading.rules.distribution import Distribution
from lms.grading.rules.parts import Refused
from lms.grading.services.verdicts import note_named_export, propose_verdicts
from lms.office.labels import meeting as words
from lms.office.views.blindness import close_to_graders
from lms.office.views.blueprint import bp
from lms.office.views.exam import SITTING_NAMES
from lms.office.views.grading import get_window_or_404
from lms.web.access import Role, open_to
from lms.web.exports import XLSX, Table, send_file, to_workbook
from lms.web.numbers import small_int

FILES = {"pdf": "PDF", "xlsx": "Excel"}
SIGNATURES = ("判定案を作った人", "確定する人", "出席者", "出席者")


@bp.get("/cohorts/<int:cohort_id>/results/meeting")
@open_to(Role.OFFICE)
def meeting(cohort_id: int) -> str:
    """議事資料 of a window, and the form of its 判定案."""
    return _page(cohort_id)


@bp.post("/cohorts/<int:cohort_id>/results/meeting")
@open_to(Role.OFFICE)
def propose_results(cohort_id: int) -> Response | tuple[str, int]:
    """判定案を作る: the verdicts as computed, 保留 where the meeting puts one off."""
    window = get_window_or_404(cohort_id) or abort(404)
    held = {attempt_id: request.form.get(f"reason-{attempt_id}", "") for attempt_id in _held()}
    try:
        number = propose_verdicts(window.id, held, by=current_user.id, now=clock.now())
    except Refused as refused:
        return _page(cohort_id, fault=labels.refusal_words(refused)), 409
    flash(f"{number}名の判定案を作りました。ほかの担当者が確定します。", "done")
    return redirect(url_for(".meeting", cohort_id=cohort_id, window=window.number))


@bp.get("/cohorts/<int:cohort_id>/results/meeting/<int:attempt_id>")
@open_to(Role.OFFICE)
def read_candidate(cohort_id: int, attempt_id: int) -> str:
    """The essays of one candidate beside every mark on them; not for whoever grades in the window."""
    window = _window_to_read(cohort_id)
    return render_template(
        "office/meeting_reading.html",
        cohort=get_cohort(cohort_id),
        window=window,
        reading=get_reading(window.id, attempt_id),
        labels=labels,
    )


@bp.get("/cohorts/<int:cohort_id>/results/meeting/export.<any(pdf, xlsx):kind>")
@open_to(Role.OFFICE)
def export_meeting(cohort_id: int, kind: str) -> Response:
    """議事資料 as a file, by 受験番号."""
    return _export(cohort_id, _window_to_read(cohort_id), kind, with_names=False)


@bp.post("/cohorts/<int:cohort_id>/results/meeting/named.<any(pdf, xlsx):kind>")
@open_to(Role.OFFICE)
def export_named_meeting(cohort_id: int, kind: str) -> Response:
    """The same with names; a POST, because who took them out is written down."""
    window = _window_to_read(cohort_id)
    note_named_export(window.id, FILES[kind], by=current_user.id, now=clock.now())
    return _export(cohort_id, window, kind, with_names=True)


def _export(cohort_id: int, window: WindowCard, kind: str, *, with_names: bool) -> Response:
    board = find_meeting(window.id) or abort(404)
    minutes = _minutes(get_cohort(cohort_id), window, board, with_names=with_names)
    name = f"合否判定会議_{minutes.subtitle}"
    if kind == "xlsx":
        tables = [Table("概要", ("項目", "内容"), minutes.facts)]
        tables += [Table(part.title, part.headings, part.rows) for part in minutes.parts]
        return send_file(to_workbook(tables), f"{name}.xlsx", XLSX)
    body = press_minutes(minutes, current_app.extensions["settings"].fonts, fingerprint=_fingerprint(minutes))
    return send_file(body, f"{name}.pdf", "application/pdf")


def _window_to_read(cohort_id: int) -> WindowCard:
    """The window, for somebody who may read essays with their marks: 403 for its graders."""
    window = get_window_or_404(cohort_id) or abort(404)
    close_to_graders(window.id)
    return window


def _fingerprint(minutes: Minutes) -> str:
    return sha256_hex(canonical_json([minutes.title, minutes.facts, [part.rows for part in minutes.parts]]))


def _minutes(cohort: CohortCard, window: WindowCard, board: MeetingBoard, *, with_names: bool) -> Minutes:
    results = board.results
    passing = sum(each.result.is_passed for each in results.standing.values()) + results.passed
    failing = len(results.standing) + results.finalized - passing
    subtitle = f"{cohort.label} {SITTING_NAMES[window.number]}"
    return Minutes(
        "合否判定会議 議事資料",
        subtitle,
        (
            (
                "受験期間",
                f"{clock.to_jst(window.opens_at):%Y年%m月%d日 %H:%M}〜{clock.to_jst(window.closes_at):%Y年%m月%d日 %H:%M}",
            ),
            ("提出", f"{len(results.lines)}名"),
            ("採点による合否", f"合格{passing}名、不合格{failing}名、得点の決まらない受験者{results.unsettled}名"),
            ("講評のない不合格者", f"{len(board.unadvised)}名"),
            ("作成日時", f"{clock.to_jst(clock.now()):%Y年%m月%d日 %H:%M}"),
        ),
        tuple(words.meeting_parts(board, with_names=with_names)),
        SIGNATURES,
    )


def _held() -> list[int]:
    return request.form.getlist("hold", type=small_int)


def _on_hold(board: MeetingBoard | None) -> list[int]:
    """Attempts the last 判定案 put off: whoever proposes anew lifts that by hand, not by forgetting it."""
    standing = board.results.standing if board else {}
    return [attempt_id for attempt_id, each in standing.items() if each.card and each.card.proposal.is_on_hold]


def _page(cohort_id: int, *, fault: str = "") -> str:
    window = get_window_or_404(cohort_id)
    is_grader = window is not None and has_grading_part(window.id, current_user.id)
    board = find_meeting(window.id) if window and not is_grader else None
    by, now = current_user.id, clock.now()
    return render_template(
        "office/meeting.html",
        cohort=get_cohort(cohort_id),
        windows=list_windows(cohort_id),
        window=window,
        is_grader=is_grader,
        meeting=board,
        board=board.results if board else None,
        charts=_charts(board) if board else (),
        to_propose=find_proposal_obstacles(board.results, by=by, now=now) if board else (),
        to_finalize=find_finalize_obstacles(board.results, by=by, now=now) if board else (),
        held=_held() if request.method == "POST" else _on_hold(board),
        given=request.form,
        fault=fault,
        labels=labels,
        words=words,
    )


def _charts(board: MeetingBoard) -> list[tuple[str, str, Distribution]]:
    """(id, title, distribution) of the total and of every section that has a pass line and points."""
    statistics = board.statistics.statistics
    parts = [("total", "合計", statistics.total)]
    parts += [(each.section_id or "", board.statistics.sections[each.section_id or ""], each) for each in statistics.sections]
    return [
        (part_id, title, pictures.histogram(each.points, maximum=each.max_points, pass_line=each.pass_line))
        for part_id, title, each in parts
        if each.points and each.pass_line is not None
    ]
