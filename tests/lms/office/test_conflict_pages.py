"""The office's pages of 利益相反 and 担当替え, by form alone."""

import pytest
from flask import Flask
from sqlalchemy import select

from lms import clock
from lms.cohorts.models import Participant
from lms.db.session import db
from lms.grading.models import Assignment, AssignmentChange, WindowGrader
from lms.grading.queries.reassigning import list_tasks
from lms.grading.services.conflicts import note_affiliation
from lms.web.access import Role
from tests.factories import Factory
from tests.lms.grading.builders import also_office, graders, open_assignments, opened, sit
from tests.lms.office.builders import counted

pytestmark = pytest.mark.database("sqlite")


def test_the_office_notes_every_kind_of_tie_before_anybody_has_sat(app: Flask, make: Factory) -> None:
    cohort_id = make.cohort()
    seat, office = make.seat(cohort_id), make.staff(Role.OFFICE)
    first, second, *_ = graders(make, 4)
    client, address = make.login(office), f"/office/cohorts/{cohort_id}/grading"
    client.get(f"{address}/conflicts")
    assert "合否を決める人があと1名" in client.text
    assert "「職員」から事務局の職員として招待します" in client.text
    told = {"person": str(first), "participant": str(seat.participant_id), "kind": "consulted", "reason": "個別相談を2回"}
    client.submit(f"{address}/conflicts", told, action="/conflicts")
    assert "利益相反を登録しました" in client.text
    assert "不可 個別相談を担当" in client.text
    assert "個別相談を2回" in client.text
    make.staff(Role.OFFICE)
    client.submit(f"{address}/conflicts", {"person": str(second), "company": "架空物産 株式会社"}, action="/affiliations")
    assert "所属を登録しました" in client.text
    client.submit(f"{address}/conflicts", {}, action="/end")
    assert "に終了" in client.text
    client.submit(f"{address}/conflicts", {"person": str(office)}, action="/teachers")
    assert "不可 この期の講師" in client.text
    client.submit(f"{address}/conflicts", {}, action="/remove")
    assert "講師の登録を取り消しました" in client.text


def test_what_is_refused_says_why_and_keeps_what_was_typed(app: Flask, make: Factory) -> None:
    cohort_id = make.cohort()
    seat, (grader, *_) = make.seat(cohort_id), graders(make)
    client, page = make.login(make.staff(Role.OFFICE)), f"/office/cohorts/{cohort_id}/grading/conflicts"
    told = {"person": str(grader), "participant": str(seat.participant_id), "kind": "declared", "reason": " "}
    assert client.submit(page, told, action="/conflicts").status_code == 422
    assert "理由を入力してください。" in client.text
    assert client.submit(page, {**told, "participant": "", "reason": "親族"}, action="/conflicts").status_code == 422
    assert "すべて選んでください" in client.text
    assert client.page is not None
    assert 'value="親族"' in client.page.html
    assert client.submit(page, {"person": str(grader), "company": " "}, action="/affiliations").status_code == 422
    assert client.submit(page, {"person": ""}, action="/teachers").status_code == 422


def test_the_pages_name_what_must_move_after_a_company_was_corrected(app: Flask, make: Factory) -> None:
    sat = sit(make, people=1)
    opened(make, sat, graders(make, 5))
    client, grading = make.login(sat.office), f"/office/cohorts/{sat.cohort_id}/grading"
    client.get(f"{grading}/assignments")
    assert "担当替えが必要" not in client.text
    with app.app_context():
        grader = open_assignments(sat.window_id)[0].grader_id
        note_affiliation(grader, "株式会社青葉", by=sat.office, now=clock.now())
        db.session.get_one(Participant, sat.seats[0].participant_id).company = "㈱ 青葉"
        db.session.commit()
    client.get(f"{grading}/assignments")
    assert "担当替えが必要(利益相反)" in client.text
    client.get(f"{grading}/conflicts")
    assert "関係がわかる前に割り当てた答案があります" in client.text


def test_a_page_without_people_says_what_to_do(app: Flask, make: Factory) -> None:
    client = make.login(make.staff(Role.OFFICE))
    client.get(f"/office/cohorts/{make.cohort()}/grading/conflicts")
    assert "まだ受講者がいません" in client.text
    client.get(f"/office/cohorts/{make.cohort()}/grading/assignments")
    assert "受験期間がまだありません" in client.text


def test_the_matrix_needs_as_many_statements_for_many_people(app: Flask, make: Factory) -> None:
    small, large = make.cohort(), make.cohort()
    graders(make, 5)
    for cohort_id, people in ((small, 2), (large, 9)):
        for _ in range(people):
            make.seat(cohort_id)
    client = make.login(make.staff(Role.OFFICE))
    counts = []
    for cohort_id in (small, large):
        with counted(app) as statements:
            client.get(f"/office/cohorts/{cohort_id}/grading/conflicts")
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_what_was_given_before_a_tie_was_known_is_shown_but_no_number_to_whoever_grades_here(app: Flask, make: Factory) -> None:
    sat, staff = sit(make, people=1), graders(make)
    opened(make, sat, staff)
    also_office(make, staff[0])
    with app.app_context():
        card = list_tasks(sat.window_id, now=clock.now())[0]
        note_affiliation(card.task.grader_id, "架空物産", by=sat.office, now=clock.now())
        db.session.get_one(Participant, sat.seats[0].participant_id).company = "架空物産"
        db.session.commit()
    page = f"/office/cohorts/{sat.cohort_id}/grading/conflicts"
    reader, grader = make.login(sat.office), make.login(staff[0])
    reader.get(page)
    grader.get(page)
    assert "関係がわかる前に割り当てた答案があります" in reader.text
    assert sat.numbers[0] in reader.text
    assert sat.numbers[0] not in grader.text


def test_an_essay_changes_hands_by_form(app: Flask, make: Factory) -> None:
    sat, staff = sit(make, people=1), graders(make, 4)
    opened(make, sat, staff)
    with app.app_context():
        card = list_tasks(sat.window_id, now=clock.now())[0]
    client, task = make.login(sat.office), card.task
    overview = f"/office/cohorts/{sat.cohort_id}/grading/assignments"
    client.get(overview)
    assert card.candidate_number in client.text
    address = f"/office/grading/assignments/{task.assignment_id}/reassign"
    assert client.submit(address, {"reason": "病気"}).status_code == 422
    assert "新しい採点者を選んでください" in client.text
    free = next(each for each in staff if each != task.grader_id and each not in task.involved)
    assert client.submit(address, {"grader": str(task.grader_id), "reason": "病気"}).status_code == 422
    client.submit(address, {"grader": str(free), "reason": "病気"})
    assert "担当を替えました" in client.text
    with app.app_context():
        assert db.session.get_one(Assignment, task.assignment_id).grader_id == free
        assert len(db.session.scalars(select(AssignmentChange)).all()) == 1
    assert client.get("/office/grading/assignments/999999/reassign").status_code == 404


def test_all_of_a_dropout_moves_by_form_and_what_could_not_is_named(app: Flask, make: Factory) -> None:
    sat, staff = sit(make, people=1), graders(make)
    opened(make, sat, staff)
    with app.app_context():
        leaver = open_assignments(sat.window_id)[0].grader_id
    client, page = make.login(sat.office), f"/office/cohorts/{sat.cohort_id}/grading/assignments"
    move = {"grader": str(leaver), "ends_part": "yes"}
    assert client.submit(page, {**move, "reason": " "}, action="/move?window=1").status_code == 422
    client.submit(page, {**move, "reason": "育児休業"}, action="/move?window=1")
    assert "裁定できる人が残らない答案" in client.text
    assert "担当は終了" in client.text
    with app.app_context():
        assert not db.session.get_one(WindowGrader, (sat.window_id, leaver)).is_marker
    other = next(each for each in staff if each != leaver)
    client.submit(page, {"grader": str(other), "reason": "病気"}, action="/move?window=1")
    assert "移せなかった答案" in client.text
    with app.app_context():
        card = list_tasks(sat.window_id, grader_id=other, now=clock.now())[0]
    client.get(f"/office/grading/assignments/{card.task.assignment_id}/reassign")
    assert "引き受けられる採点者がいません" in client.text
