"""The office mends a faulty question: from the statistics to the proposal, the second person's decision, and back."""

import pytest
from flask import Flask
from sqlalchemy import select

from lms.db.session import db
from lms.grading.models import ResultRow
from tests.factories import Factory
from tests.lms.grading.test_rescoring import faulty, graded, other_option
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
def test_a_question_nobody_sat_has_no_page(make: Factory) -> None:
    client = office(make)
    assert client.get("/office/rescoring/practitioner/D9-999").status_code == 404
    assert client.get("/office/rescoring/proposals/9").status_code == 404
