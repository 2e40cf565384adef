"""試験の統計 at the office's desk: the figures of a window, pooled windows, one question, and the table as a file."""

import io
from decimal import Decimal
from html import unescape

import pytest
from flask import Flask
from openpyxl import load_workbook

from lms import clock
from lms.exam_engine.statistics.figures import Undecided, known, undecided
from lms.exam_engine.statistics.questions import Flag, QuestionStatistics
from lms.exam_engine.vocabulary import QuestionStatus
from lms.exams.queries.windows import list_windows
from lms.grading.queries.board import get_result_board
from lms.grading.queries.statistics import StatisticsBoard, find_statistics
from lms.grading.rules.pictures import BOTTOM, LEFT, RIGHT, TOP, across, histogram, scatter
from lms.grading.services.opening import open_grading
from lms.office.labels import QUESTION_FLAGS, QUESTION_STATUSES, undecided_words
from lms.web.access import Role
from tests.factories import Factory
from tests.lms.grading.builders import graders, mark_all
from tests.lms.office.builders import counted, office
from tests.lms.office.sitting_many import sit_many


def _window(app: Flask, cohort_id: int, number: int = 1) -> int:
    with app.app_context():
        return list_windows(cohort_id)[number - 1].id


def _board(app: Flask, cohort_id: int, number: int = 1, *, is_pooled: bool = False) -> StatisticsBoard:
    window_id = _window(app, cohort_id, number)
    with app.app_context():
        board = find_statistics(window_id, is_pooled=is_pooled)
    assert board is not None
    return board


def test_a_cohort_without_windows_or_hand_ins_says_so(make: Factory) -> None:
    client, cohort_id = office(make), make.cohort()
    client.get(f"/office/cohorts/{cohort_id}/statistics")
    assert "受験期間がまだありません" in client.text
    client.get(f"/office/cohorts/{sit_many(make, 0)}/statistics")
    assert "提出された受験がありません" in client.text


def test_the_page_shows_every_section_and_every_question(app: Flask, make: Factory) -> None:
    client, cohort_id = office(make), sit_many(make, 24)
    client.get(f"/office/cohorts/{cohort_id}/statistics")
    for words in ("提出済み24名", "選択問題", "論述問題", "信頼性", "測定の標準誤差", "合否の一致率", "設問の難しさと識別力"):
        assert words in client.text
    assert "24名は、得点の決まった大問だけを数えています。" in client.text
    assert "全員が同じ問題なので" in client.text
    assert "<svg" in client.page.html if client.page else False
    board = _board(app, cohort_id)
    choice = board.statistics.sections[0]
    assert (choice.n, choice.questions, choice.is_sampled) == (24, 40, False)
    assert choice.reliability.is_known
    assert board.statistics.total.n == 0
    assert len(board.statistics.questions) == 40


@pytest.mark.database("sqlite")
def test_a_small_group_is_told_what_is_needed(make: Factory) -> None:
    client, cohort_id = office(make), sit_many(make, 6)
    client.get(f"/office/cohorts/{cohort_id}/statistics")
    assert "判定不能" in client.text
    assert "10名以上で判定できます(今は6名)" in client.text
    assert "20名以上で判定できます(今は6名)" in client.text
    assert "まだ図に示せる設問がありません" in client.text


def test_points_agree_with_the_board_of_results(app: Flask, make: Factory) -> None:
    cohort_id = sit_many(make, 10, papers=3)
    window_id = _window(app, cohort_id)
    staff, opener = graders(make), make.staff(Role.OFFICE)
    with app.app_context():
        open_grading(window_id, staff, by=opener, now=clock.now())
        mark_all(window_id)
        board, results = find_statistics(window_id), get_result_board(window_id)
        assert board is not None
        assert board.unsettled == 0
        assert list(board.statistics.total.points) == sorted(line.total for line in results.lines if line.total is not None)
        choice, essay = board.statistics.sections
        assert list(choice.points) == sorted(line.choice_points for line in results.lines if line.choice_points is not None)
        assert choice.is_sampled
        assert essay.n == 10
        assert board.statistics.total.reliability.reason is Undecided.NO_SPREAD


@pytest.mark.database("sqlite")
def test_windows_of_one_version_are_pooled_and_everybody_counts_once(app: Flask, make: Factory) -> None:
    client, cohort_id = office(make), sit_many(make, 8)
    first = _window(app, cohort_id)
    with app.app_context():
        seats = [line.participant_id for line in get_result_board(first).lines]
    sit_many(make, 0, cohort_id=cohort_id, number=2, seats=seats[:3])
    sit_many(make, 5, cohort_id=make.cohort(9))
    alone, pooled = (_board(app, cohort_id, 2, is_pooled=each) for each in (False, True))
    assert (alone.statistics.people, alone.windows) == (3, 1)
    assert (pooled.statistics.people, pooled.windows) == (13, 2)
    client.get(f"/office/cohorts/{cohort_id}/statistics?window=2&pool=all")
    assert "提出済み13名" in client.text
    assert "2回受けた人は1回目だけを数えます。" in client.text


@pytest.mark.database("sqlite")
def test_nobody_in_a_window_is_no_statistics_even_pooled(app: Flask, make: Factory) -> None:
    window_id = _window(app, sit_many(make, 0))
    with app.app_context():
        assert find_statistics(window_id, is_pooled=True) is None


def test_a_question_has_its_own_page(app: Flask, make: Factory) -> None:
    client, cohort_id = office(make), sit_many(make, 24)
    board = _board(app, cohort_id)
    each = board.statistics.questions[0]
    question = board.questions[each.question_id]
    client.get(f"/office/cohorts/{cohort_id}/statistics/questions/{each.question_id}")
    for words in ("選択肢ごとの人数", "正答と理由", "根拠と査読", "査読前", "上位群"):
        assert words in client.text
    html = unescape(client.page.html if client.page else "")
    assert all(option.reason in html and option.text in html for option in question.options)
    assert client.get(f"/office/cohorts/{cohort_id}/statistics/questions/NO-1").status_code == 404


def test_an_essay_has_its_own_page_once_it_is_graded(app: Flask, make: Factory) -> None:
    client, cohort_id = office(make), sit_many(make, 3)
    window_id = _window(app, cohort_id)
    staff, opener = graders(make), make.staff(Role.OFFICE)
    with app.app_context():
        open_grading(window_id, staff, by=opener, now=clock.now())
        mark_all(window_id)
        board = find_statistics(window_id)
        assert board is not None
        essay = board.statistics.questions[-1]
        assert (essay.section_id, essay.options) == ("essay", ())
    client.get(f"/office/cohorts/{cohort_id}/statistics/questions/{essay.question_id}?window=1&pool=all")
    assert "選択肢ごとの人数" not in client.text
    assert "根拠と査読" in client.text


@pytest.mark.database("sqlite")
def test_the_table_is_handed_out_as_a_file_without_formulas(app: Flask, make: Factory) -> None:
    client, cohort_id = office(make), sit_many(make, 21)
    answer = client.get(f"/office/cohorts/{cohort_id}/statistics/export.xlsx")
    assert "attachment" in answer.headers["Content-Disposition"]
    sheet = load_workbook(io.BytesIO(answer.data)).active
    assert sheet is not None
    rows = list(sheet.iter_rows())
    assert [cell.value for cell in rows[0]][:3] == ["設問", "種類", "問題文"]
    assert len(rows) == 41
    assert all(cell.data_type != "f" for row in rows for cell in row)
    assert isinstance(rows[1][9].value, float)
    assert client.get(f"/office/cohorts/{cohort_id}/statistics/export.csv").status_code == 200
    assert client.get(f"/office/cohorts/{sit_many(make, 0, cohort_id=make.cohort(7))}/statistics/export.csv").status_code == 404


@pytest.mark.database("sqlite")
def test_questions_are_filtered_by_what_is_the_matter(app: Flask, make: Factory) -> None:
    client, cohort_id = office(make), sit_many(make, 30)
    board = _board(app, cohort_id)
    flagged = {flag: [each.question_id for each in board.statistics.questions if flag in each.flags] for flag in Flag}
    flag = next(flag for flag, questions in flagged.items() if 0 < len(questions) < 40)
    client.get(f"/office/cohorts/{cohort_id}/statistics?flag={flag.value}")
    html = client.page.html if client.page else ""
    shown = {each.question_id for each in board.statistics.questions if f"questions/{each.question_id}?" in html}
    assert shown == set(flagged[flag])
    assert client.get(f"/office/cohorts/{cohort_id}/statistics?flag=nonsense").status_code == 200


@pytest.mark.database("sqlite")
@pytest.mark.parametrize("pool", ["", "?pool=all"])
def test_the_number_of_statements_does_not_grow_with_people(app: Flask, make: Factory, pool: str) -> None:
    client, counts = office(make), []
    for ordinal, people in ((3, 2), (4, 12)):
        cohort_id = sit_many(make, people, cohort_id=make.cohort(ordinal), papers=2)
        client.get("/office")
        with counted(app) as statements:
            assert client.get(f"/office/cohorts/{cohort_id}/statistics{pool}").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert counts[0] <= 25


@pytest.mark.database("sqlite")
@pytest.mark.parametrize("page", ["exam", "results"])
def test_the_pages_of_the_window_lead_there(make: Factory, page: str) -> None:
    client, cohort_id = office(make), sit_many(make, 2)
    client.get(f"/office/cohorts/{cohort_id}/{page}")
    assert client.page is not None
    assert f"/office/cohorts/{cohort_id}/statistics?window=1" in client.page.html


def test_every_reason_flag_and_status_has_words() -> None:
    assert all(undecided_words(undecided(3, 10, reason)) for reason in Undecided)
    assert undecided_words(known(0.5, 10, 10)) == ""
    assert set(QUESTION_FLAGS) == set(Flag)
    assert set(QUESTION_STATUSES) == set(QuestionStatus)


def _question(facility: float, telling: float) -> QuestionStatistics:
    figures = known(facility, 40, 10), known(telling, 40, 20)
    return QuestionStatistics("Q-1", "choice", 40, 20, 0, 1.0, Decimal(2), *figures, options=(), flags=())


@pytest.mark.parametrize(("telling", "lowest", "ticks"), [(0.3, -0.5, 4), (-0.8, -1.0, 5)])
def test_the_frame_of_the_scatter_holds_every_value(telling: float, lowest: float, ticks: int) -> None:
    drawn = scatter([_question(0.0, telling), _question(1.0, 0.1)])
    assert (across(0), across(1), drawn.down(1), drawn.down(lowest)) == (LEFT, RIGHT, TOP, BOTTOM)
    assert (drawn.lowest, len(drawn.ticks), drawn.left_out) == (lowest, ticks, 0)
    assert all(LEFT <= spot.x <= RIGHT and TOP <= spot.y <= BOTTOM for spot in drawn.spots)
    assert drawn.spots[1].label_start < drawn.spots[1].x


@pytest.mark.database("sqlite")
def test_labels_in_the_scatter_do_not_cover_each_other(app: Flask, make: Factory) -> None:
    drawn = scatter(_board(app, sit_many(make, 24)).statistics.questions)
    assert len(drawn.spots) + drawn.left_out == 40
    labelled = [(spot.label_start, spot.y) for spot in drawn.spots if spot.label]
    pairs = [(a, b) for place, a in enumerate(labelled) for b in labelled[place + 1 :]]
    assert all(abs(a[0] - b[0]) >= 72 or abs(a[1] - b[1]) >= 14 for a, b in pairs)


@pytest.mark.parametrize(
    ("maximum", "columns", "width"), [("100", 20, "5"), ("50", 20, "2.5"), ("150", 15, "10"), ("7", 14, "0.5")]
)
def test_columns_have_tidy_widths_and_count_everybody(maximum: str, columns: int, width: str) -> None:
    top = Decimal(maximum)
    drawn = histogram([Decimal(0), top / 2, top], maximum=top, pass_line=top / 2)
    assert (len(drawn.columns), drawn.columns[0].high) == (columns, Decimal(width))
    assert (sum(each.count for each in drawn.columns), sum(each.passed for each in drawn.columns)) == (3, 2)
    assert drawn.columns[-1].high == top
    assert drawn.columns[-1].count == 1
