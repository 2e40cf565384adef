"""An appeal and a complaint through the pages: participant, office, handler, closer; nothing for those who grade."""

import pytest
from flask import Flask

from lms import clock
from lms.db.session import db
from lms.exams.models import ExamWindow
from lms.grading.models import WindowGrader
from lms.web.access import Role
from tests.conftest import FrozenClock
from tests.factories import Factory
from tests.lms.grading.builders import mark_all
from tests.lms.grading.test_appeals import TEXT, released
from tests.lms.lessons.builders import consent
from tests.page import PageClient

FORM = "/result/appeal"


def participant(make: Factory, user_id: int) -> PageClient:
    consent(make, user_id)
    return make.login(user_id)


@pytest.mark.database("sqlite")
def test_an_appeal_from_the_result_page_to_a_corrected_result(app: Flask, make: Factory) -> None:
    case = released(make, level=4)
    person, office, handler, closer = (
        participant(make, case.person),
        make.login(case.sat.office),
        make.login(case.handler),
        make.login(case.closer),
    )
    person.get("/result")
    assert "2026年12月15日(火)まで" in person.text
    assert FORM in {link["href"] for link in (person.page.find("a") if person.page else [])}
    person.submit(FORM, {"text": TEXT}, action=FORM)
    assert "受付番号は 1 です" in person.text
    assert "担当者を決めています" in person.text
    assert "この内容で申し立てる" not in person.text
    office.get("/office")
    assert "異議申立て1件" in office.text
    office.submit("/office/appeals/1", {"handler": str(case.handler)}, action="/office/appeals/1/handler")
    assert "担当者を決めました" in office.text
    assert "得点と合否の確定" in office.text  # why the office person may not take it
    assert "決定して回答する" not in office.text
    words = {"remedy": "regrade", "findings": "監督記録と時刻が合わない。", "answer": "採点し直します。"}
    handler.submit("/office/appeals/1", words, action="/office/appeals/1/decision")
    assert "ほかの担当者が終えます" in handler.text
    person.get(FORM)
    assert "採点し直します。" in person.text
    assert "監督記録" not in person.text
    assert "公開済みの結果は変わりません" in person.text
    closer.get("/office/appeals/1")
    assert "この結果で終える" not in closer.text
    with app.app_context():
        mark_all(case.sat.window_id, level=2)
    person.get("/result")
    assert "140点" in person.text
    closer.submit("/office/appeals/1", {"outcome": "採点し直し、得点を改めました。"}, action="/office/appeals/1/closing")
    assert "新しい結果を申立人に公開しました" in closer.text
    person.get("/result")
    assert "120点" in person.text
    person.get(FORM)
    assert "採点し直し、得点を改めました。" in person.text


@pytest.mark.database("sqlite")
def test_after_the_term_the_form_says_until_when_it_was(make: Factory, frozen_clock: FrozenClock) -> None:
    case = released(make)
    frozen_clock.advance(days=15)
    person = participant(make, case.person)
    person.get(FORM)
    assert "2026年12月15日(火)まで(日本時間)でした" in person.text
    assert "この内容で申し立てる" not in person.text


@pytest.mark.database("sqlite")
def test_who_grades_in_the_window_sees_nothing_of_an_appeal_in_it(app: Flask, make: Factory) -> None:
    case = released(make)
    both = make.staff(Role.OFFICE, Role.GRADER)
    with app.app_context():
        case.file()
        db.session.add(WindowGrader(window_id=case.sat.window_id, grader_id=both, is_marker=True, is_adjudicator=False))
        db.session.commit()
    client = make.login(both)
    client.get("/office/appeals/1")
    assert "内容は表示しません" in client.text
    for secret in (TEXT, case.sat.seats[0].name, case.sat.numbers[0]):
        assert secret not in client.text


@pytest.mark.database("sqlite")
def test_who_failed_reads_when_the_second_sitting_is(app: Flask, make: Factory) -> None:
    case = released(make, level=1, right=10)
    with app.app_context():
        opens_at, closes_at = clock.jst_moment(clock.today_jst()), clock.jst_day_after(clock.today_jst(), 20)
        db.session.add(
            ExamWindow(cohort_id=case.sat.cohort_id, exam_id="practitioner", number=2, opens_at=opens_at, closes_at=closes_at)
        )
        db.session.commit()
    person = participant(make, case.person)
    person.get("/result")
    for words in (
        "2026年12月1日(火) 00:00 から 2026年12月21日(月) 00:00 まで",
        "2026年12月8日(火) 00:00 から",
        "得点の低かった観点",
        "研修2日間の出席",
    ):
        assert words in person.text


@pytest.mark.database("sqlite")
def test_a_complaint_is_sent_worked_through_and_closed_apart_from_appeals(app: Flask, make: Factory) -> None:
    seat = make.seat()
    person, office = participant(make, seat.user_id), make.login(make.staff(Role.OFFICE))
    person.submit("/complaint", {"subject": "音声が聞こえません", "text": "1日目の午後に途切れました。"}, action="/complaint")
    assert "受付番号は 1 です" in person.text
    assert "対応中" in person.text
    office.submit("/office/complaints", {"subject": "駐車場", "text": "電話で受けた。"}, action="/office/complaints")
    office.get("/office/complaints/1")
    office.send({"text": "録画をお送りした。", "intent": "close"}, action="/office/complaints/1")
    assert "対応を終えました" in office.text
    office.get("/office/complaints")
    assert office.text.index("駐車場") < office.text.index("音声が聞こえません")
    office.get("/office/appeals")
    assert "音声が聞こえません" not in office.text
    person.get("/complaint")
    assert "対応を終えました" in person.text
    assert "録画をお送りした" not in person.text
    grader = make.login(make.staff(Role.GRADER))
    assert grader.get("/office/complaints").status_code == 403
