"""試験の統計: a window's figures, one page for each question, and the table as a file."""

from flask import Response, abort, render_template, request

from lms.cohorts.queries import get_cohort
from lms.exam_engine.definitions import Exam
from lms.exam_engine.papers import PaperEssayQuestion, PaperQuestion
from lms.exam_engine.statistics.figures import Figure
from lms.exam_engine.statistics.questions import Flag, QuestionStatistics
from lms.exam_engine.statistics.summary import PointsStatistics
from lms.exams.queries.content import find_exam
from lms.exams.queries.reviewing import find_review_state
from lms.exams.queries.windows import WindowCard, list_windows
from lms.grading.queries.statistics import StatisticsBoard, find_statistics
from lms.grading.rules import pictures
from lms.grading.rules.distribution import Distribution
from lms.grading.rules.marked import key_words, keys_of, options_of
from lms.lessons.queries import library
from lms.lessons.source.rendering import render
from lms.office import labels
from lms.office.labels.reviewing import REVIEW_STATES
from lms.office.views.blueprint import bp
from lms.office.views.grading import get_window_or_404
from lms.web.access import Role, open_to
from lms.web.exports import Cell, Table, send_table

SIGHT = 60
"""Characters of a question shown in tables."""

HEADINGS = (
    "設問",
    "種類",
    "問題文",
    "大問",
    "人数",
    "満点の人数",
    "無解答",
    "平均点",
    "配点",
    "正答率",
    "正答率の下限",
    "正答率の上限",
    "識別力",
    "識別力の下限",
    "識別力の上限",
    "しるし",
    "判定不能の理由",
)


@bp.get("/cohorts/<int:cohort_id>/statistics")
@open_to(Role.OFFICE)
def statistics(cohort_id: int) -> str:
    """The figures of a window, or of all windows of the same version of the exam (?pool=all)."""
    window, is_pooled = get_window_or_404(cohort_id), _is_pooled()
    board = find_statistics(window.id, is_pooled=is_pooled) if window else None
    only = Flag(request.args["flag"]) if request.args.get("flag") in set(Flag) else None
    return render_template(
        "office/statistics.html",
        cohort=get_cohort(cohort_id),
        windows=list_windows(cohort_id),
        window=window,
        is_pooled=is_pooled,
        board=board,
        parts=_parts(board) if board else (),
        picture=pictures.scatter(board.statistics.questions) if board else None,
        pictures=pictures,
        rows=[each for each in board.statistics.questions if _is_shown(each, only)] if board else (),
        untold=[each for each in board.statistics.questions if not each.facility.is_known] if board else (),
        only=only,
        counts={flag: sum(flag in each.flags for each in board.statistics.questions) for flag in Flag} if board else {},
        sight=_sight,
        words=labels,
    )


@bp.get("/cohorts/<int:cohort_id>/statistics/questions/<question_id>")
@open_to(Role.OFFICE)
def question_statistics(cohort_id: int, question_id: str) -> str:
    """One question: its figures, its options with their choosers, its text, reasons, sources and state."""
    window, board = _board_or_404(cohort_id)
    figures, question = board.statistics.question(question_id), board.questions.get(question_id)
    if figures is None or question is None:
        abort(404)
    exam = find_exam(board.exam_id)
    return render_template(
        "office/statistics_question.html",
        cohort=get_cohort(cohort_id),
        window=window,
        is_pooled=_is_pooled(),
        board=board,
        figures=figures,
        question=question,
        is_essay=isinstance(question, PaperEssayQuestion),
        text=render(_text(question), prefix=question.id).html,
        options={option.id: option for option in options_of(question)},
        key=", ".join(keys_of(question)) or key_words(question),
        banked=_banked(exam, question_id),
        review_state=find_review_state(board.exam_id, question_id),
        review_words=REVIEW_STATES,
        library=library(),
        words=labels,
    )


@bp.get("/cohorts/<int:cohort_id>/statistics/export.<any(xlsx, csv):kind>")
@open_to(Role.OFFICE)
def export_statistics(cohort_id: int, kind: str) -> Response:
    """Every question's figures as a file."""
    window, board = _board_or_404(cohort_id)
    cohort = get_cohort(cohort_id)
    table = Table("設問の統計", HEADINGS, [_cells(board, each) for each in board.statistics.questions])
    extent = "同じ版の全期間" if _is_pooled() else f"受験期間{window.number}"
    return send_table(table, f"設問の統計_{cohort.label}_{extent}", kind)


def _is_shown(each: QuestionStatistics, only: Flag | None) -> bool:
    return each.facility.is_known if only is None else only in each.flags


def _is_pooled() -> bool:
    return request.args.get("pool") == "all"


def _board_or_404(cohort_id: int) -> tuple[WindowCard, StatisticsBoard]:
    window = get_window_or_404(cohort_id) or abort(404)
    board = find_statistics(window.id, is_pooled=_is_pooled()) or abort(404)
    return window, board


def _parts(board: StatisticsBoard) -> list[tuple[str, str, PointsStatistics, Distribution | None]]:
    """(id, title, figures, distribution) of every section and of the total."""
    parts = [(each.section_id or "", board.sections[each.section_id or ""], each) for each in board.statistics.sections]
    parts.append(("total", "合計", board.statistics.total))
    return [(part_id, title, each, _distribution(each)) for part_id, title, each in parts]


def _distribution(part: PointsStatistics) -> Distribution | None:
    if not part.points or part.pass_line is None:
        return None
    return pictures.histogram(part.points, maximum=part.max_points, pass_line=part.pass_line)


def _text(question: PaperQuestion) -> str:
    return question.prompt if isinstance(question, PaperEssayQuestion) else question.stem


def _sight(question: PaperQuestion) -> str:
    """The beginning of a question on one line, without the marks of emphasis."""
    text = question.title if isinstance(question, PaperEssayQuestion) else question.stem
    line = " ".join(text.replace("**", "").split())
    return line if len(line) <= SIGHT else f"{line[:SIGHT]}…"


def _banked(exam: Exam | None, question_id: str) -> object | None:
    """The question as it stands in the bank today, with its sources and state; None when it is no longer there."""
    if exam is None:
        return None
    try:
        return exam.question(question_id)
    except KeyError:
        return None


def _cells(board: StatisticsBoard, each: QuestionStatistics) -> list[Cell]:
    question = board.questions[each.question_id]
    return [
        each.question_id,
        question.kind,
        _sight(question),
        board.sections[each.section_id],
        each.n,
        each.full,
        each.omitted,
        round(each.mean_points, 4),
        float(each.max_points),
        *_figure_cells(each.facility),
        *_figure_cells(each.discrimination),
        "、".join(labels.QUESTION_FLAGS[flag][0] for flag in each.flags),
        _reasons(each),
    ]


def _figure_cells(figure: Figure) -> list[Cell]:
    interval = figure.interval
    values = (figure.value, interval.low if interval else None, interval.high if interval else None)
    return [None if value is None else round(value, 4) for value in values]


def _reasons(each: QuestionStatistics) -> str:
    named = (("正答率", each.facility), ("識別力", each.discrimination))
    return " / ".join(f"{name}: {labels.undecided_words(figure)}" for name, figure in named if not figure.is_known)
