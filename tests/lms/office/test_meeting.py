"""合否判定会議 on its pages and in its files: by 受験番号, complete, at a fixed cost, and closed to whoever grades."""

import io

import pytest
from flask import Flask
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import select

from lms import clock
from lms.audit.models import AuditEvent
from lms.db.session import db
from lms.exams.models import ConductFact
from lms.exams.rules.incidents import ConductKind
from lms.grading.models import Assignment, GraderMarkRow
from lms.grading.queries.facts import list_attempt_facts
from lms.grading.rules.highlights import Highlight
from lms.grading.rules.parts import GraderPart
from lms.grading.services.conflicts import declare_conflict
from lms.grading.services.marking import confirm_mark
from lms.web.access import Role
from tests.factories import Factory
from tests.lms.grading.builders import SENTENCE, Sat, also_office, graders, mark_all, open_assignments, opened, sheet, sit
from tests.lms.grading.test_views import queries_of
from tests.page import PageClient

pytestmark = pytest.mark.database("sqlite")


def graded(make: Factory, people: int = 2, **options: int) -> Sat:
    """Everybody wrote the same; the very first mark has a note, a highlight and a wish."""
    sat = sit(make, people, **options)
    opened(make, sat, graders(make))
    with make.app.app_context():
        first = open_assignments(sat.window_id)[0]
        words = {"note": "論点の取り違えがあります。", "highlights": (Highlight(0, 5, "ここが要点"),)}
        confirm_mark(first.public_id, sheet(first.essay_id, 4, **words), by=first.grader_id, now=clock.now())
        mark_all(sat.window_id)
    return sat


def address(sat: Sat) -> str:
    return f"/office/cohorts/{sat.cohort_id}/results/meeting"


def attempt_ids(make: Factory, sat: Sat) -> list[int]:
    with make.app.app_context():
        return [each.attempt_id for each in list_attempt_facts(window_id=sat.window_id)]


def notice(make: Factory, attempt_id: int) -> None:
    """The page was left twice, for 80 seconds in all."""
    with make.app.app_context():
        now = clock.now()
        for number, seconds in enumerate((30, 50)):
            fact = {"device": "d", "client_sequence": number, "kind": ConductKind.FOCUS_LOST, "detail": {"seconds": seconds}}
            db.session.add(ConductFact(attempt_id=attempt_id, happened_at=now, received_at=now, **fact))
        db.session.commit()


def test_the_meeting_reads_everything_by_number_and_nobody_by_name(make: Factory) -> None:
    # 25 right choices are 62.5 points and the essays 40: two and a half points short of 105.
    sat = graded(make, right=25)
    notice(make, attempt_ids(make, sat)[0])
    client = make.login(sat.releaser)
    client.get(address(sat))
    for words in (
        *("合計 105点±7.5点", "-2.5", "論点の取り違えがあります。", "共通の割合 100%", "画面から離れた 2回(計1分20秒)"),
        *("重み付きκ", "判定不能", "案なし", "判定案を作る", sat.numbers[0], sat.numbers[1]),
    ):
        assert words in client.text
    for private in (sat.seats[0].name, sat.seats[0].email):
        assert private not in client.text


def test_a_tie_that_came_up_after_the_marking_is_told_to_the_meeting_on_the_page_and_in_the_minutes(make: Factory) -> None:
    sat = graded(make, 1)
    client = make.login(sat.office)
    client.get(address(sat))
    assert "割り当てた後にわかった利益相反はありません" in client.text
    with make.app.app_context():
        grader = db.session.scalars(select(Assignment.grader_id).join(GraderMarkRow).order_by(Assignment.id)).first()
        declare_conflict(grader or 0, sat.seats[0].participant_id, "いとこ", by=sat.office, now=clock.now())
    client.get(address(sat))
    assert "そのほかの関係" in client.text
    assert "いとこ" not in client.text
    book = load_workbook(io.BytesIO(taken(client, sat, "export", "xlsx")))
    rows = list(book["割り当てた後にわかった利益相反"].values)[1:]
    assert rows
    for number, _question, who, tie, state in rows:
        assert (number, tie, state) == (sat.numbers[0], "そのほかの関係", "採点済み")
        assert "採点者1" in str(who)


def test_a_candidates_essays_stand_beside_every_mark(make: Factory) -> None:
    sat = graded(make)
    client = make.login(sat.office)
    client.get(f"{address(sat)}/{attempt_ids(make, sat)[0]}")
    for words in (
        "一次採点",
        "二次採点",
        "論点の取り違えがあります。",
        "ここが要点",
        SENTENCE[:5],
        "具体的に書けています。",
        "得点確定",
    ):
        assert words in client.text
    assert sat.seats[0].name not in client.text
    assert client.get(f"{address(sat)}/99999").status_code == 404


def test_one_proposes_with_a_hold_and_the_other_cannot_finalize_until_it_is_lifted(make: Factory) -> None:
    sat = graded(make)
    first, second = make.login(sat.releaser), make.login(sat.office)
    held = str(attempt_ids(make, sat)[0])
    first.get(address(sat))
    first.submit(address(sat), {"hold": held}, action="/meeting?window=1")
    assert "理由を入力してください" in first.text
    first.submit(address(sat), {"hold": held, f"reason-{held}": "答案の類似を確かめる"}, action="/meeting?window=1")
    assert "2名の判定案を作りました" in first.text
    second.get(address(sat))
    assert "答案の類似を確かめる" in second.text
    assert "保留の受験者が1名います" in second.text
    first.submit(address(sat), action="/meeting?window=1")
    second.get(address(sat))
    assert "保留の受験者が1名います" in second.text, "what is on hold stays so until somebody lifts it"
    first.submit(address(sat), {"hold": []}, action="/meeting?window=1")
    assert "ご自身の提案は決定できません" in first.text
    second.get(address(sat))
    assert "得点と合否の確定に進む" in second.text
    second.submit(f"/office/cohorts/{sat.cohort_id}/results/finalize", action="/results/finalize?window=1")
    second.get(address(sat))
    assert "得点と合否は確定済みです" in second.text


def test_the_minutes_are_complete_and_without_names_unless_asked_for(make: Factory, fonts: None) -> None:
    sat = graded(make)
    client = make.login(sat.office)
    name = sat.seats[0].name
    told = []
    for part in ("export", "named"):
        pdf = taken(client, sat, part, "pdf")
        words = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).replace("\n", "")
        book = load_workbook(io.BytesIO(taken(client, sat, part, "xlsx")))
        cells = "".join(str(cell or "") for sheet in book for row in sheet.values for cell in row)
        for text in (words, cells):
            assert sat.numbers[0] in text
            assert "論点の取り違えがあります。" in text
            told.append((name in text, "採点者1" in text))
        assert len(book.sheetnames) == 10
        assert "会議の記録" in words
    assert told == [(False, True)] * 2 + [(True, False)] * 2
    with make.app.app_context():
        lines = db.session.scalars(select(AuditEvent).where(AuditEvent.tag == "grading:export_names").order_by(AuditEvent.id))
        assert [(line.actor_id, line.detail) for line in lines] == [(sat.office, {"file": each}) for each in ("PDF", "Excel")]


def taken(client: PageClient, sat: Sat, part: str, kind: str) -> bytes:
    """The file; with names by the form only, whatever the address asks for."""
    url = f"{address(sat)}/{part}.{kind}?window=1"
    if part == "export":
        return client.get(f"{url}&names=1").data
    assert client.get(url).status_code == 405
    return client.post(url, data={"csrf_token": client.csrf(address(sat))}).data


def marked_with(make: Factory, feedbacks: tuple[str, str], level: int = 1) -> Sat:
    """One candidate, who fails with level 1; the first and the second markers write these 講評 on both essays."""
    sat = sit(make, 1, right=40 if level == 5 else 10)
    opened(make, sat, graders(make))
    with make.app.app_context():
        for each in open_assignments(sat.window_id):
            words = feedbacks[each.part is GraderPart.SECOND]
            confirm_mark(each.public_id, sheet(each.essay_id, level, feedback=words), by=each.grader_id, now=clock.now())
    return sat


def test_who_would_fail_without_a_word_of_advice_is_named_before_anything_is_final(make: Factory) -> None:
    sat = marked_with(make, ("", ""))
    first, second = make.login(sat.releaser), make.login(sat.office)
    first.get(address(sat))
    assert "講評のない不合格者 1名" in first.text
    link = f"{address(sat)}/{attempt_ids(make, sat)[0]}?window=1"
    assert first.page is not None
    assert any(values.get("href") == link for values in first.page.find("a"))
    first.submit(address(sat), action="/meeting?window=1")
    second.get(f"/office/cohorts/{sat.cohort_id}/results/finalize")
    assert "講評のない不合格者 1名" in second.text
    second.submit(f"/office/cohorts/{sat.cohort_id}/results/finalize", action="/results/finalize?window=1")
    second.get(address(sat))
    assert "得点と合否は確定済みです" in second.text, "it is a warning and no refusal"
    assert "講評のない不合格者" not in second.text


@pytest.mark.parametrize(
    ("feedbacks", "level"), [(("", "次はここを学びましょう。"), 1), (("", ""), 5)], ids=["one word is enough", "or else to pass"]
)
def test_nobody_else_is_named_as_without_advice(make: Factory, feedbacks: tuple[str, str], level: int) -> None:
    sat = marked_with(make, feedbacks, level)
    client = make.login(sat.office)
    client.get(address(sat))
    assert "判定案を作る" in client.text
    assert "講評のない不合格者" not in client.text


def test_whoever_grades_here_reads_nothing_of_it(make: Factory) -> None:
    sat, both = sit(make, 1), make.staff(Role.GRADER)
    opened(make, sat, [*graders(make), both])
    client = make.login(also_office(make, both))
    client.get(address(sat))
    assert "採点を担当されているため" in client.text
    assert sat.numbers[0] not in client.text
    for page in (f"/{attempt_ids(make, sat)[0]}", "/export.pdf", "/export.xlsx"):
        assert client.get(f"{address(sat)}{page}").status_code == 403
    assert client.post(f"{address(sat)}/named.pdf", data={"csrf_token": client.csrf(address(sat))}).status_code == 403


def test_the_pages_cost_the_same_for_few_and_many(app: Flask, make: Factory) -> None:
    costs = []
    for people in (1, 5):
        sat = graded(make, people)
        client = make.login(sat.office)
        costs.append(
            (queries_of(app, client, address(sat)), queries_of(app, client, f"{address(sat)}/{attempt_ids(make, sat)[0]}"))
        )
    assert costs[0] == costs[1]
    assert costs[0][0] <= 64


def test_a_window_in_which_nobody_sat_has_an_empty_page(make: Factory) -> None:
    client = make.login(make.staff(Role.OFFICE))
    client.get(f"/office/cohorts/{make.cohort()}/results/meeting")
    assert "受験期間がまだありません" in client.text
