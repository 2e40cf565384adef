"""The grader's and the office's pages: stories through HTTP, blindness, and the number of queries."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import event, select, text

from lms import clock
from lms.accounts.models import User
from lms.cohorts.models import Participant
from lms.db.session import db
from lms.exams.models import ExamWindow
from lms.grading.models import Assignment
from lms.grading.queries.desk import list_queue
from lms.grading.queries.released import find_released_result
from lms.grading.rules.parts import GraderPart, TaskState
from lms.grading.services.marking import confirm_mark
from lms.grading.services.opening import open_grading
from lms.web.access import Role
from tests.factories import Factory
from tests.lms.grading.builders import also_office, calibrate, graders, mark_all, open_assignments, opened, sheet, sit
from tests.page import PageClient


def ids_of(app: Flask, grader_id: int) -> list[str]:
    with app.app_context():
        return [task.public_id for task in list_queue(grader_id)]


def levels(app: Flask, public_id: str, level: int) -> dict[str, str]:
    with app.app_context():
        assignment = db.session.scalars(select(Assignment).where(Assignment.public_id == public_id)).one()
        return {f"level-{criterion}": str(points) for criterion, points in sheet(assignment.essay_id, level).levels.items()}


def grade(app: Flask, client: PageClient, public_id: str, level: int, **words: str) -> None:
    """One essay the way a grader does it without JavaScript."""
    fields = {**levels(app, public_id, level), "feedback": "要点を押さえています。", "act": "confirm", **words}
    client.submit(f"/grading/{public_id}", fields, action=public_id)
    assert "この内容で確定しますか" in client.text
    client.send(action="/confirm")


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    statements: list[str] = []
    with app.app_context():
        engine = db.engine

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


def queries_of(app: Flask, client: PageClient, address: str) -> int:
    client.get(address)
    with counted(app) as statements:
        assert client.get(address).status_code == 200
    return len([statement for statement in statements if statement.lstrip().upper().startswith("SELECT")])


def test_a_grader_without_essays_reads_that_nothing_waits(app: Flask, make: Factory) -> None:
    client = make.login(make.staff(Role.GRADER))
    client.get("/grading")
    assert "採点する答案はありません" in client.text


def test_a_grader_grades_everything_and_ends_at_a_finished_list(app: Flask, make: Factory) -> None:
    sat, staff = sit(make), graders(make)
    with app.app_context():
        open_grading(sat.window_id, staff, by=sat.office, now=clock.now(), due_on=date(2026, 12, 8))
        calibrate(sat.window_id)
    client = make.login(staff[0])
    client.get("/grading")
    assert "2026年12月8日(火)" in client.text
    assert "あと7日" in client.text
    for public_id in ids_of(app, staff[0]):
        grade(app, client, public_id, 4)
    assert "割り当てられた答案は、すべて採点済みです" in client.text
    assert client.address == "/grading"


def test_a_draft_is_kept_by_the_button_and_by_the_pages_script(app: Flask, make: Factory) -> None:
    sat, staff = sit(make, people=1), graders(make)
    opened(make, sat, staff)
    grader = next(grader for grader in staff if ids_of(app, grader))
    client, public_id = make.login(grader), ids_of(app, grader)[0]
    client.submit(f"/grading/{public_id}", {"note": "途中", "act": "save"}, action=public_id)
    assert "下書きを保存しました。" in client.text
    token = client.csrf(f"/grading/{public_id}")
    answer = client.post(
        f"/grading/{public_id}/draft",
        json={"levels": {"unknown": 5}, "note": "自動保存", "feedback": None, "version": "1", "page": "page"},
        headers={"X-CSRFToken": token, "Accept": "application/json"},
    )
    assert answer.get_json() == {"saved_at": "12:00:00", "version": 2}
    client.get(f"/grading/{public_id}")
    assert "自動保存" in client.text
    client.get("/grading")
    assert "下書きあり" in client.text


def test_a_sheet_that_is_not_complete_says_what_is_missing_and_keeps_what_is_there(app: Flask, make: Factory) -> None:
    sat, staff = sit(make, people=1), graders(make)
    opened(make, sat, staff)
    grader = next(grader for grader in staff if ids_of(app, grader))
    client, public_id = make.login(grader), ids_of(app, grader)[0]
    client.submit(f"/grading/{public_id}", {"feedback": "残る講評", "act": "confirm"}, action=public_id)
    assert "段階を選んでいない観点が5つあります" in client.text
    assert "残る講評" in client.text
    client.get(f"/grading/{public_id}/confirm")
    assert "段階を選んでいない観点が5つあります" in client.text


def test_whoever_confirms_without_advice_is_told_so_and_may_go_on(app: Flask, make: Factory) -> None:
    sat = sit(make, people=1)
    opened(make, sat, graders(make))
    with app.app_context():
        one = open_assignments(sat.window_id)[0]
        public_id, grader_id = one.public_id, one.grader_id
    client = make.login(grader_id)
    chosen = {**levels(app, public_id, 2), "act": "confirm"}
    client.submit(f"/grading/{public_id}", {**chosen, "feedback": "要点を押さえています。"}, action=public_id)
    client.get(f"/grading/{public_id}/confirm")
    assert "受験者への講評を書いていません" not in client.text
    client.submit(f"/grading/{public_id}", {**chosen, "feedback": ""}, action=public_id)
    client.get(f"/grading/{public_id}/confirm")
    assert "受験者への講評を書いていません" in client.text
    client.send(action="/confirm")
    client.get(f"/grading/{public_id}")
    assert "確定済み" in client.text


def test_a_confirmed_mark_is_shown_but_cannot_be_changed(app: Flask, make: Factory) -> None:
    sat, staff = sit(make, people=1), graders(make)
    opened(make, sat, staff)
    grader = next(grader for grader in staff if ids_of(app, grader))
    client, public_id = make.login(grader), ids_of(app, grader)[0]
    token = client.csrf(f"/grading/{public_id}")
    grade(app, client, public_id, 3)
    client.get(f"/grading/{public_id}")
    assert "採点は確定済みです(15点)" in client.text
    client.get(f"/grading/{public_id}/confirm")
    assert "採点は確定済みです(15点)" in client.text
    again = client.post(f"/grading/{public_id}", data={"csrf_token": token, "act": "save"}, follow_redirects=True)
    assert again.status_code == 200
    assert "採点は確定済みです" in client.text
    auto = client.post(f"/grading/{public_id}/draft", json={}, headers={"X-CSRFToken": token, "Accept": "application/json"})
    assert auto.status_code == 409


@pytest.mark.parametrize("path", ["", "/confirm"])
def test_another_graders_essay_is_not_there(app: Flask, make: Factory, path: str) -> None:
    sat, staff = sit(make, people=1), graders(make)
    opened(make, sat, staff)
    owner = next(grader for grader in staff if ids_of(app, grader))
    public_id = ids_of(app, owner)[0]
    for stranger in [grader for grader in staff if grader != owner]:
        assert make.login(stranger).get(f"/grading/{public_id}{path}").status_code == 404


def test_the_adjudicator_sees_both_marks_and_nobody_else_sees_another(app: Flask, make: Factory) -> None:
    sat, staff = sit(make, people=1), graders(make)
    opened(make, sat, staff)
    with app.app_context():
        first, second, *_ = open_assignments(sat.window_id)
        pair = [(first.public_id, first.grader_id, first.essay_id), (second.public_id, second.grader_id, second.essay_id)]
    for (public_id, grader, essay_id), level, words in zip(pair, (5, 2), ("甘い採点の理由", "辛い採点の理由"), strict=True):
        with app.app_context():
            confirm_mark(public_id, sheet(essay_id, level, note=words), by=grader, now=clock.now())
    third = next(grader for grader in staff if grader not in {pair[0][1], pair[1][1]})
    client = make.login(third)
    client.get("/grading")
    assert "裁定する答案" in client.text
    with app.app_context():
        public_id = open_assignments(sat.window_id, GraderPart.ADJUDICATOR)[0].public_id
    client.get(f"/grading/{public_id}")
    assert "甘い採点の理由" in client.text
    assert "辛い採点の理由" in client.text
    assert "合計点の差が大きい" in client.text
    grade(app, client, public_id, 4, note="中間が妥当")
    for (own_id, grader, _), others in zip(pair, ("辛い採点の理由", "甘い採点の理由"), strict=True):
        blind = make.login(grader)
        blind.get(f"/grading/{own_id}")
        assert others not in blind.text
        assert "中間が妥当" not in blind.text


def test_no_grader_ever_reads_who_wrote_an_essay(app: Flask, make: Factory) -> None:
    sat, staff = sit(make, people=3), graders(make)
    canaries = []
    with app.app_context():
        for number, seat in enumerate(sat.seats):
            user, participant = db.session.get_one(User, seat.user_id), db.session.get_one(Participant, seat.participant_id)
            user.name, user.kana, user.email = f"炭鉱名前{number}", f"カナリヤ{number}", f"canary{number}@mine.example"
            participant.certificate_name, participant.company = f"炭鉱証書{number}", f"炭鉱商事{number}"
            participant.department, participant.address = f"炭鉱部{number}", f"炭鉱町{number}"
            canaries += [user.name, user.kana, user.email, participant.certificate_name, participant.company]
            canaries += [participant.department, participant.address]
            canaries += list(db.session.scalars(text("SELECT public_id FROM attempts")))
        db.session.commit()
    opened(make, sat, staff)
    with app.app_context():
        for index, assignment in enumerate(open_assignments(sat.window_id)):
            marks = sheet(assignment.essay_id, 5 if index % 2 else 2)
            confirm_mark(assignment.public_id, marks, by=assignment.grader_id, now=clock.now())
    bodies = []
    for grader in staff:
        client = make.login(grader)
        bodies.append(client.get("/grading").get_data(as_text=True))
        for public_id in ids_of(app, grader):
            bodies.append(client.get(f"/grading/{public_id}").get_data(as_text=True))
            bodies.append(client.get(f"/grading/{public_id}/confirm").get_data(as_text=True))
    assert len(bodies) > 20
    assert [canary for canary in canaries for body in bodies if canary in body] == []


def test_the_pages_of_a_grader_cost_the_same_for_few_and_many_participants(app: Flask, make: Factory) -> None:
    costs = []
    for people in (1, 6):
        sat, staff = sit(make, people=people), graders(make)
        opened(make, sat, staff)
        grader = next(grader for grader in staff if ids_of(app, grader))
        client = make.login(grader)
        costs.append((queries_of(app, client, "/grading"), queries_of(app, client, f"/grading/{ids_of(app, grader)[0]}")))
    assert costs[0] == costs[1]
    assert costs[0][0] <= 8
    assert costs[0][1] <= 12


def test_the_office_pages_cost_the_same_for_few_and_many_participants(app: Flask, make: Factory) -> None:
    costs = []
    for people in (1, 6):
        sat, staff = sit(make, people=people), graders(make)
        opened(make, sat, staff)
        client = make.login(sat.office)
        base = f"/office/cohorts/{sat.cohort_id}"
        costs.append((queries_of(app, client, f"{base}/grading"), queries_of(app, client, f"{base}/results")))
    assert costs[0] == costs[1]


def test_the_office_opens_watches_finalizes_and_releases(app: Flask, make: Factory) -> None:
    sat, staff = sit(make, people=3), graders(make)
    client, base = make.login(sat.office), f"/office/cohorts/{sat.cohort_id}"
    client.get(f"{base}/grading")
    assert "採点を始める" in client.text
    chosen = [str(grader) for grader in staff]
    client.submit(f"{base}/grading", {"marker": chosen[:1], "adjudicator": chosen[:1]}, action="/grading?window=1")
    assert "あと2名を選んでください" in client.text
    values = {"marker": chosen, "adjudicator": chosen, "due_on": "2026-12-08"}
    client.submit(f"{base}/grading", values, action="/grading?window=1")
    assert "答案6件を割り当てました" in client.text
    assert sat.seats[0].name not in client.text
    client.get(f"{base}/results")
    assert "得点が決まっていない受験者が3名います" in client.text
    client.get(f"{base}/results/finalize")
    assert "まだ確定できません" in client.text
    with app.app_context():
        mark_all(sat.window_id)
    client.get(f"{base}/grading")
    assert "すべての答案の得点が決まりました" in client.text
    client.get(f"{base}/results/finalize")
    assert "判定案のない受験者が3名います" in client.text
    proposer = make.login(sat.releaser)
    proposer.submit(f"{base}/results/meeting", action="/results/meeting?window=1")
    assert "3名の判定案を作りました" in proposer.text
    client.submit(f"{base}/results/finalize", action="/results/finalize?window=1")
    assert "3名の得点と合否を確定しました" in client.text
    assert sat.seats[0].name in client.text
    assert "≧ 105" in client.text
    with app.app_context():
        assert find_released_result(sat.seats[0].participant_id) is None
    releaser = make.login(sat.releaser)
    releaser.get(f"{base}/results/release")
    assert "3通" in releaser.text
    releaser.send(action="/results/release?window=1")
    assert "結果を公開しました" in releaser.text
    with app.app_context():
        assert find_released_result(sat.seats[0].participant_id) is not None
        assert [task for task in list_queue(staff[0]) if task.state is not TaskState.DONE] == []
    client.get(f"{base}/grading")
    assert "公開済みです" in client.text


def test_the_office_person_who_graded_is_told_why_finalizing_is_refused(app: Flask, make: Factory) -> None:
    sat, staff = sit(make, people=1), graders(make)
    opened(make, sat, staff)
    with app.app_context():
        mark_all(sat.window_id)
    client, address = make.login(also_office(make, staff[2])), f"/office/cohorts/{sat.cohort_id}/results"
    for page in ("", "/finalize"):
        client.get(f"{address}{page}")
        assert "まだ確定できません" in client.text
        assert "採点していない担当者が行ってください" in client.text
    client.post(f"{address}/finalize", data={"csrf_token": client.csrf(address)}, follow_redirects=True)
    assert "採点していない担当者が行ってください" in client.text


@pytest.mark.database("sqlite")
def test_while_people_may_still_sit_the_office_reads_until_when_before_it_can_press(app: Flask, make: Factory) -> None:
    sat, staff = sit(make, people=1), graders(make)
    opened(make, sat, staff)
    with app.app_context():
        mark_all(sat.window_id)
        window = db.session.get_one(ExamWindow, sat.window_id)
        window.closes_at = clock.now() + timedelta(days=1)
        db.session.commit()
    client, address = make.login(sat.office), f"/office/cohorts/{sat.cohort_id}/results"
    for page in ("", "/finalize"):
        client.get(f"{address}{page}")
        assert "受験の締切は 2026年12月2日(水) 12:00 です。" in client.text
        assert client.page is not None
        assert not [form for form in client.page.forms if "/finalize" in str(form["attrs"].get("action"))]


def test_pages_of_a_cohort_without_window_say_so(app: Flask, make: Factory) -> None:
    client, cohort_id = make.login(make.staff(Role.OFFICE)), make.cohort()
    for page in ("grading", "results"):
        client.get(f"/office/cohorts/{cohort_id}/{page}")
        assert "受験期間がまだありません" in client.text
    assert client.get(f"/office/cohorts/{cohort_id}/results?window=2").status_code == 404


def test_participants_and_graders_do_not_enter_the_offices_results(app: Flask, make: Factory) -> None:
    sat, staff = sit(make, people=1), graders(make)
    opened(make, sat, staff)
    for grader in staff:
        assert make.login(grader).get(f"/office/cohorts/{sat.cohort_id}/results").status_code == 403
