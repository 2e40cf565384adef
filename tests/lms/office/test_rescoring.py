"""The office mends a faulty question: from the statistics to the proposal, the second person's decision, and back."""

import pytest
from flask import Flask
from sqlalchemy import select

from lms import clock
from lms.db.session import db
from lms.exam_engine.rulings import RulingKind
from lms.grading.models import ResultRow
from lms.grading.rules.parts import GraderPart
from lms.grading.services.conflicts import note_teacher
from lms.grading.services.marking import confirm_mark
from lms.grading.services.rescoring import propose_rescoring
from tests.factories import Factory
from tests.lms.grading.builders import open_assignments, sheet
from tests.lms.grading.test_rescoring import decide, faulty, graded, on_the_edge, other_option, ruling
from tests.lms.office.builders import office
from tests.page import PageClient


@pytest.mark.database("sqlite")
def test_a_faulty_question_is_mended_by_two_people(app: Flask, make: Factory) -> None:
    sat = graded(make, 2, right=39)
    with app.app_context():
        question = faulty()
        wrong = other_option(question)
    proposer, decider = office(make), office(make)
    address = f"/office/rescoring/practitioner/{question.id}"
    chosen = {"kind": "accept_answer", f"answer-{question.id}": wrong, "reason": "もう一つの解釈も正しい"}
    proposer.get(f"/office/cohorts/{sat.cohort_id}/statistics/questions/{question.id}")
    assert address in proposer.page.html if proposer.page else False
    proposer.submit(address, chosen, action=address)
    assert "まだ何も変わっていません" in proposer.text
    assert "97.5 → 100点" in proposer.text
    proposer.send({"intent": "propose"}, action=address)
    assert "ほかの担当者が決定します" in proposer.text
    _approve(decider)
    assert "再採点を反映しました" in decider.text
    assert "反映済み" in decider.text
    with app.app_context():
        assert max(row.revision for row in db.session.scalars(select(ResultRow))) == 2
    decider.get(f"/office/cohorts/{sat.cohort_id}/statistics/questions/{question.id}")
    assert "上の統計も再採点の後のものです" in decider.text


def _approve(decider: PageClient) -> None:
    decider.get("/office/rescoring")
    assert "決定待ち" in decider.text
    address = "/office/rescoring/proposals/1"
    decider.submit(address, {"intent": "approve"}, action=address)


@pytest.mark.database("sqlite")
@pytest.mark.parametrize(
    ("given", "words"),
    [
        pytest.param({"reason": "誤り"}, "再採点の方法を選んでください", id="no ruling chosen"),
        pytest.param({"kind": "void"}, "理由を入力してください", id="no reason"),
        pytest.param({"kind": "change_key", "reason": "誤り"}, "設問の形式どおりに", id="no new key"),
    ],
)
def test_what_is_missing_is_said_and_what_was_written_stays(app: Flask, make: Factory, given: dict[str, str], words: str) -> None:
    graded(make, 1, right=39)
    with app.app_context():
        question = faulty()
    client = office(make)
    address = f"/office/rescoring/practitioner/{question.id}"
    token = client.csrf(address)
    answer = client.post(address, data={"csrf_token": token, **given})
    assert answer.status_code == 422
    assert words in client.text
    assert given.get("reason", "") in answer.text


@pytest.mark.database("sqlite")
def test_the_same_key_again_is_no_ruling(app: Flask, make: Factory) -> None:
    graded(make, 1, right=39)
    with app.app_context():
        question = faulty()
    client = office(make)
    address = f"/office/rescoring/practitioner/{question.id}"
    given = {"kind": "change_key", "reason": "誤り", f"answer-{question.id}": question.key, "csrf_token": client.csrf(address)}
    assert client.post(address, data=given).status_code == 422
    assert "今の採点と同じです" in client.text


@pytest.mark.database("sqlite")
def test_nothing_is_offered_to_whoever_has_a_tie(app: Flask, make: Factory) -> None:
    sat = graded(make, 1, right=39)
    with app.app_context():
        wanted, now = ruling(faulty(), RulingKind.FULL_CREDIT), clock.now()
        proposal = propose_rescoring("practitioner", wanted, "誤り", certificates={}, by=sat.office, now=now)
    client = make.login(sat.releaser)
    pages = (f"/office/rescoring/proposals/{proposal}", f"/office/rescoring/practitioner/{wanted.question_id}")
    assert ["<textarea" in client.get(page).text for page in pages] == [True, True]
    with app.app_context():
        note_teacher(sat.cohort_id, sat.releaser, by=sat.office, now=now)
    for page in pages:
        assert "<textarea" not in client.get(page).text
        assert "利害関係がある" in client.text


@pytest.mark.database("sqlite")
def test_what_waited_is_shown_and_written_by_another_than_the_proposer(app: Flask, make: Factory) -> None:
    sat, wanted = on_the_edge(make, released=True)
    with app.app_context():
        proposal, _ = decide(make, sat, wanted)
    address = f"/office/rescoring/proposals/{proposal}"
    proposer, other = make.login(sat.office), make.login(sat.releaser)
    proposer.get(address)
    assert "ご自身の提案の結果は書き加えられません" in proposer.text
    assert "決まった結果を書き加える" not in proposer.text
    other.get(address)
    assert "裁定待ち" in other.text
    with app.app_context():
        (call,) = open_assignments(sat.window_id, GraderPart.ADJUDICATOR)
        confirm_mark(call.public_id, sheet(call.essay_id, 4, note="理由"), by=call.grader_id, now=clock.now())
    other.send({"intent": "settle"}, action=address)
    assert "画面を開いた後に採点が進みました" in other.text
    assert "不合格 → 合格" in " ".join(other.text.split())
    other.send({"intent": "settle"}, action=address)
    assert "1名の結果を書き加えました。" in other.text
    assert "これから書き加える結果" not in other.text


@pytest.mark.database("sqlite")
def test_a_question_nobody_sat_has_no_page(make: Factory) -> None:
    client = office(make)
    assert client.get("/office/rescoring/practitioner/D9-999").status_code == 404
    assert client.get("/office/rescoring/proposals/9").status_code == 404
