"""問題の査読: two different people approve exactly one wording; a changed one begins anew."""

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from lms import clock
from lms.audit.models import AuditEvent
from lms.config import ROOT
from lms.db.session import db
from lms.exam_engine.definitions import Exam, QuestionStatus
from lms.exams.models import QuestionApproval
from lms.exams.queries.content import find_exam, list_question_findings
from lms.exams.queries.reviewing import (
    QuestionReview,
    count_unapproved,
    find_question_review,
    find_review_state,
    list_review_lines,
    wording_of,
)
from lms.exams.rules.rehearsing import REHEARSAL_EXAM
from lms.exams.rules.reviewing import ReviewRefusal, ReviewRefused, ReviewState, review_state, wording_sha256
from lms.exams.rules.sitting import NotFound
from lms.exams.services.reviewing import approve_question
from lms.web.access import Role
from tests.factories import Factory
from tests.page import PageClient

EXAM = "practitioner"
QUESTION = "D3-002"
OLD, NEW = "対応の方針を分けて作るときの切り口", "対応方針を分けて作るときの切り口"


@pytest.fixture
def content(app: Flask, tmp_path: Path) -> Iterator[Path]:
    """The bank of the application, to be rewritten."""
    shutil.copytree(ROOT / "content", tmp_path / "content")
    before = app.extensions["settings"]
    app.extensions["settings"] = replace(before, content=tmp_path / "content")
    yield tmp_path / "content"
    app.extensions["settings"] = before


def bank() -> Exam:
    exam = find_exam(EXAM)
    assert exam is not None
    return exam


def read(question_id: str = QUESTION) -> QuestionReview:
    found = find_question_review(bank(), question_id)
    assert found is not None
    return found


def approve(by: int, *, sha256: str = "", note: str = "", question_id: str = QUESTION) -> None:
    exam = bank()
    known = wording_of(exam, exam.question(question_id))
    approve_question(EXAM, question_id, sha256 or known, note, by=by, now=clock.now())


def rewrite(content: Path) -> None:
    path = content / "exams/practitioner/bank/d3.yaml"
    text = path.read_text(encoding="utf-8")
    assert OLD in text
    path.write_text(text.replace(OLD, NEW), encoding="utf-8")


def test_two_different_people_make_a_question_approved(context: Flask, make: Factory) -> None:
    first, second = make.staff(Role.OFFICE, name="査読 一子"), make.staff(Role.INSTRUCTOR, name="査読 二郎")
    before = count_unapproved(EXAM)
    assert read().state is ReviewState.UNREVIEWED
    approve(first, note=" 根拠を確かめました。 ")
    assert find_review_state(EXAM, QUESTION) is ReviewState.ONE
    approve(second)
    found = read()
    assert found.state is ReviewState.APPROVED
    assert [(each.name, each.note, each.is_current) for each in found.approvals] == [
        ("査読 二郎", "", True),
        ("査読 一子", "根拠を確かめました。", True),
    ]
    assert count_unapproved(EXAM) == before - 1
    assert db.session.scalars(select(AuditEvent.tag).where(AuditEvent.subject_id == QUESTION)).all() == ["question:approve"] * 2


def test_the_bank_file_itself_claims_nothing(context: Flask, make: Factory) -> None:
    for person in (make.staff(Role.OFFICE), make.staff(Role.OFFICE)):
        approve(person)
    line = next(each for each in list_review_lines(bank()) if each.id == QUESTION)
    assert (line.state, line.written) == (ReviewState.APPROVED, QuestionStatus.UNREVIEWED)


def test_the_same_person_cannot_approve_twice(context: Flask, make: Factory) -> None:
    person = make.staff(Role.OFFICE)
    approve(person)
    with pytest.raises(ReviewRefused) as refused:
        approve(person)
    assert refused.value.reason is ReviewRefusal.TWICE
    assert read().state is ReviewState.ONE


def test_what_was_not_read_is_not_approved(context: Flask, make: Factory) -> None:
    person = make.staff(Role.OFFICE)
    with pytest.raises(ReviewRefused) as refused:
        approve(person, sha256="0" * 64)
    assert refused.value.reason is ReviewRefusal.CHANGED
    for exam_id, question_id in ((EXAM, "D9-999"), ("no-exam", QUESTION)):
        with pytest.raises(NotFound):
            approve_question(exam_id, question_id, "0" * 64, by=person, now=clock.now())


def test_a_changed_wording_needs_new_approvals(context: Flask, make: Factory, content: Path) -> None:
    people = [make.staff(Role.OFFICE), make.staff(Role.OFFICE)]
    for person in people:
        approve(person)
    old = read().sha256
    rewrite(content)
    changed = read()
    assert (changed.state, changed.is_changed) == (ReviewState.UNREVIEWED, True)
    assert [each.is_current for each in changed.approvals] == [False, False]
    with pytest.raises(ReviewRefused):
        approve(people[0], sha256=old)
    for person in people:
        approve(person)
    assert (read().state, read().is_changed) == (ReviewState.APPROVED, False)


def test_the_hash_knows_what_is_read_and_nothing_else(context: Flask) -> None:
    exam = bank()
    question = exam.question(QUESTION)
    same = replace(question, status=QuestionStatus.APPROVED, reviewers=("だれか",), enemies=())
    assert wording_sha256(same, None, None) == wording_sha256(question, None, None)
    for other in (replace(question, version=2), replace(question, facts=()), replace(question, stem=question.stem + "。")):
        assert wording_sha256(other, None, None) != wording_sha256(question, None, None)


def test_case_and_rubric_are_read_with_the_question(context: Flask) -> None:
    exam, sample = bank(), find_exam(REHEARSAL_EXAM)
    assert sample is not None
    essay = exam.essays[0]
    rubric = exam.rubric(essay.rubric_id)
    assert wording_sha256(essay, None, replace(rubric, title="別の基準")) != wording_of(exam, essay)
    asked = sample.question("SAMPLE-7")
    case = sample.case("SAMPLE-CASE")
    assert wording_sha256(asked, replace(case, text="別の事例"), None) != wording_of(sample, asked)
    assert wording_sha256(asked, replace(case, reviewers=("だれか",)), None) == wording_of(sample, asked)


def test_a_retired_question_is_neither_counted_nor_approved(context: Flask, make: Factory, content: Path) -> None:
    person = make.staff(Role.OFFICE)
    before = count_unapproved(EXAM)
    path = content / "exams/practitioner/bank/d3.yaml"
    text = path.read_text(encoding="utf-8")
    head, tail = text.split(f"- id: {QUESTION}\n")
    path.write_text(head + f"- id: {QUESTION}\n" + tail.replace("status: unreviewed", "status: retired", 1), encoding="utf-8")
    assert count_unapproved(EXAM) == before - 1
    with pytest.raises(ReviewRefused) as refused:
        approve(person)
    assert refused.value.reason is ReviewRefusal.RETIRED


def test_enemies_are_shown_on_both_sides_and_findings_belong_to_their_question(
    context: Flask, make: Factory, content: Path
) -> None:
    assert [each.id for each in read("D4-016").enemies] == ["D3-016", "D4-005"]
    assert [each.id for each in read("D3-016").enemies] == ["D4-016"]
    path = content / "exams/practitioner/bank/d3.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("対面・電話・訪問・ネットという場面の別", "対面・電話・訪問・ネットという場面の別" * 3), encoding="utf-8"
    )
    assert ["目立ちます" in each.sentence for each in list_question_findings(EXAM, QUESTION)] == [True]
    assert list_question_findings(EXAM, "D3-001") == ()


def test_every_question_stands_in_the_list_once(context: Flask) -> None:
    exam = bank()
    lines = list_review_lines(exam)
    assert [each.id for each in lines] == sorted(each.id for each in exam.bank)
    assert Counter(each.state for each in lines) == {ReviewState.UNREVIEWED: len(lines)}
    assert count_unapproved("no-exam") == 0


@pytest.mark.parametrize(
    ("people", "state"),
    [((), ReviewState.UNREVIEWED), ((1,), ReviewState.ONE), ((1, 1), ReviewState.ONE), ((1, 2), ReviewState.APPROVED)],
)
def test_people_are_counted_not_approvals(people: tuple[int, ...], state: ReviewState) -> None:
    assert review_state(people) is state


def test_an_approval_stands_for_ever(context: Flask, make: Factory) -> None:
    approve(make.staff(Role.OFFICE))
    row = db.session.scalars(select(QuestionApproval)).one()
    row.note = "別のメモ"
    with pytest.raises(DBAPIError, match="append-only"):
        db.session.flush()
    db.session.rollback()


@pytest.mark.parametrize("role", [Role.OFFICE, Role.INSTRUCTOR])
def test_the_desk_is_open_to_office_and_instructors(make: Factory, role: Role) -> None:
    visitor = make.login(make.staff(role))
    visitor.get("/office/questions/review")
    assert "問題の査読" in visitor.text
    assert "査読前" in visitor.text
    visitor.get("/office/questions/review?domain=D5&state=unreviewed")
    assert "D5-001" in visitor.text
    assert "D1-001" not in visitor.text
    visitor.get("/office/questions/review?state=approved&domain=nonsense")
    assert "この条件に合う問題はありません" in visitor.text
    visitor.get("/")
    assert visitor.page is not None
    assert "/office/questions/review" in visitor.page.html or role is Role.OFFICE


def test_reading_and_approving_at_the_desk(make: Factory) -> None:
    first, second = (make.login(make.staff(Role.OFFICE, name=name)) for name in ("査読 一子", "査読 二郎"))
    _read_and_approve(first, "読みました。")
    assert "承認しました。もう1名の承認を待っています。" in first.text
    assert "次の問題へ(D3-003)" in first.text
    _read_and_approve(second, "")
    assert "2名の承認がそろっています" in second.text
    assert "査読 一子" in second.text


def _read_and_approve(visitor: PageClient, note: str) -> None:
    visitor.get(f"/office/questions/review/{QUESTION}")
    assert "東京都の「各団体共通マニュアル」" in visitor.text
    assert "対面・電話・訪問・インターネットの場面ごとに" in visitor.text
    assert "D3-012" in visitor.text
    visitor.send({"note": note}, action=f"/review/{QUESTION}")


def test_a_page_that_has_grown_old_approves_nothing(make: Factory, content: Path) -> None:
    visitor = make.login(make.staff(Role.OFFICE))
    visitor.get(f"/office/questions/review/{QUESTION}")
    rewrite(content)
    response = visitor.send({"note": "読みました。"}, action=f"/review/{QUESTION}")
    assert response.status_code == 409
    assert "承認していません" in visitor.text
    assert NEW in visitor.text
    assert visitor.send({"note": "あ" * 1001}, action=f"/review/{QUESTION}").status_code == 422
    assert visitor.get("/office/questions/review/SAMPLE-1").status_code == 404


@pytest.mark.parametrize("question_id", ["D1-001", "T1-001"])
def test_every_part_of_a_question_is_on_its_page(make: Factory, question_id: str) -> None:
    visitor = make.login(make.staff(Role.OFFICE))
    visitor.get(f"/office/questions/review/{question_id}")
    for words in ("設問の文", "根拠", "一緒に出題しない問題", "ファイルの状態"):
        assert words in visitor.text
    assert ("採点基準" if question_id == "T1-001" else "選択肢と理由") in visitor.text


def test_the_page_shows_every_kind(make: Factory, content: Path) -> None:
    """The bank with the rehearsal's samples in it, which are of every kind."""
    samples = (content / "exams/rehearsal/bank/samples.yaml").read_text(encoding="utf-8")
    kept = samples.split("  - id: SAMPLE-ESSAY")[0]
    (content / "exams/practitioner/bank/d6.yaml").write_text(kept, encoding="utf-8")
    visitor = make.login(make.staff(Role.OFFICE))
    for question_id, words in {
        "SAMPLE-2": "選択肢ごとに得点になります",
        "SAMPLE-3": "正しい順",
        "SAMPLE-4": "選べる右の項目",
        "SAMPLE-5": "10時間",
        "SAMPLE-6": "正答とする語",
        "SAMPLE-7": "文具店の電話の記録",
    }.items():
        visitor.get(f"/office/questions/review/{question_id}")
        assert words in visitor.text, question_id
