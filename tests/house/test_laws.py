"""The thirteen laws of the house, each told as a sentence; docs/laws.md says where else each is proved, and how.

A law that a room's own tests prove is not told again here.
"""

import ast
import json
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from ruamel.yaml import YAML
from sqlalchemy import DateTime, Float, Numeric, create_engine, insert, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.sql.type_api import TypeEngine

from lms import clock
from lms.audit.models import AuditEvent
from lms.billing.rules import PaymentMethod
from lms.billing.services import confirm_payment
from lms.certification.models import IssuedDocument
from lms.certification.queries.register import find_certificate
from lms.certification.source import read_certificate_content
from lms.cohorts.models import Participant
from lms.cohorts.queries import get_participant, preview_roster
from lms.cohorts.rules.roster import RosterProblem
from lms.cohorts.services.attending import enter_attendance
from lms.cohorts.services.seating import import_roster
from lms.cohorts.source import course_facts
from lms.config import ROOT
from lms.db.append_only import APPEND_ONLY_TABLES
from lms.db.base import Base, Points, UTCDateTime
from lms.db.session import db
from lms.exam_engine.papers import paper_sha256
from lms.exams.models import StoredPaper
from lms.exams.queries import papers
from lms.exams.queries.content import get_exam
from lms.exams.queries.sittings import find_sitting
from lms.grading.models import GraderMarkRow
from lms.text import count_characters
from lms.web.access import Role
from tests.certificates.reading import page_text
from tests.conftest import FrozenClock
from tests.databases import Databases
from tests.factories import Factory, Seat
from tests.lms.certification.builders import Builder
from tests.lms.cohorts.builders import HEADINGS
from tests.lms.demo.filled import filled_site, fonts, rows, user_id
from tests.lms.exams import builders as exams
from tests.page import PageClient

CODE = sorted(path for path in (ROOT / "lms").rglob("*.py") if "migrations" not in path.parts)


@pytest.fixture
def demo(databases: Databases, frozen_clock: FrozenClock) -> Iterator[Flask]:
    with filled_site(databases) as site:
        yield site


# 1. An acknowledged answer is on disk.


def test_1_an_answer_that_was_acknowledged_is_there_for_everybody_else(app: Flask, make: Factory) -> None:
    begun = exams.begin(make)
    client, question = make.login(begun.seat.user_id), begun.question()
    option = begun.paper.question(question).options[1].id  # type: ignore[union-attr]
    token = client.csrf(f"/exam/{begun.public_id}")
    body = {"kind": "single_choice", "option": option}
    item = {"question": question, "body": body, "base_version": 0, "sequence": 1, "sha256": "0" * 64}
    sent = {"device": "page-1", "items": [item]}
    told = client.post(f"/exam/{begun.public_id}/answers", json=sent, headers={"X-CSRFToken": token})
    assert told.status_code == 200, told.text
    (acknowledged,) = told.get_json()["items"]
    other_process = create_engine(app.config["SQLALCHEMY_DATABASE_URI"])
    with other_process.connect() as connection:
        (stored,) = connection.execute(text("SELECT body, sha256, version FROM answer_versions"))
    other_process.dispose()
    assert json.loads(stored.body)["option"] == option
    assert (stored.sha256, stored.version) == (acknowledged["sha256"], acknowledged["version"])


# 2, 3 and 4. What was handed in, drawn, marked, decided, registered or recorded is appended, never changed.


def test_2_to_4_the_tables_of_record_are_append_only() -> None:
    assert {"submissions", "papers", "answer_versions", "attempt_events"} <= set(APPEND_ONLY_TABLES)
    assert {"choice_marks", "grader_marks", "results", "result_releases", "completion_decisions"} <= set(APPEND_ONLY_TABLES)
    assert {"register_entries", "issued_documents", "audit_events", "terms_consents"} <= set(APPEND_ONLY_TABLES)


EMPTY_IN_THE_DEMO = {"renewal_applications"}
"""Certificates have no end until the association decides that they have one, so the demo cannot renew any."""


def test_2_to_4_the_database_refuses_to_change_any_column_of_what_stands(demo: Flask) -> None:
    with demo.app_context():
        for name in set(APPEND_ONLY_TABLES) - EMPTY_IN_THE_DEMO:
            table = Base.metadata.tables[name]
            assert db.session.execute(select(table).limit(1)).first() is not None, f"the demo has no row in {name}"
            statements = [f"UPDATE {name} SET {column.name} = {column.name}" for column in table.columns]
            for statement in [*statements, f"DELETE FROM {name}", f"INSERT OR REPLACE INTO {name} SELECT * FROM {name}"]:
                with pytest.raises(DatabaseError, match="append-only"):
                    db.session.execute(text(statement))
                db.session.rollback()


def test_3_a_drawn_paper_stays_though_the_bank_is_rewritten(
    databases: Databases, frozen_clock: FrozenClock, tmp_path: Path
) -> None:
    content = shutil.copytree(ROOT / "content", tmp_path / "content")
    with filled_site(databases, content=content) as site:
        person = user_id(site, "mihon.yoshida@example.com")
        public_id = str(_attempt_of(site, person).public_id)
        with site.app_context():
            before = find_sitting(public_id, user_id=person)
            for bank in (content / "exams/practitioner/bank").glob("*.yaml"):
                bank.write_text(bank.read_text(encoding="utf-8").replace("適切なもの", "正しいもの"), encoding="utf-8")
            papers._papers.clear()  # what a restart does
            after = find_sitting(public_id, user_id=person)
            assert before is not None
            assert after is not None
            assert after.paper == before.paper
            stored = db.session.scalars(select(StoredPaper)).all()
            assert all(paper_sha256(paper.body) == paper.sha256 for paper in stored)
            assert any("適切なもの" in paper.body for paper in stored)


def _attempt_of(site: Flask, person: int) -> Any:
    statement = "SELECT a.* FROM attempts a JOIN participants p ON p.id = a.participant_id WHERE p.user_id = :person"
    return rows(site, statement, person=person)[0]


# 5. A grader's pages, files and addresses never carry an identity.


def test_5_no_page_header_or_address_of_a_grader_carries_an_identity(demo: Flask) -> None:
    identities = _identities(demo)
    for grader in ("saiten1@example.jp", "saiten2@example.jp", "saiten3@example.jp"):
        client = Factory(demo).login(user_id(demo, grader))
        addresses = {"/grading"}
        seen: set[str] = set()
        while addresses - seen:
            address = (addresses - seen).pop()
            seen.add(address)
            response = client.get(address)
            assert response.status_code == 200, address
            whole = f"{address}\n{response.headers}\n{response.text}"
            assert [each for each in identities if each in whole] == [], address
            addresses |= set(re.findall(r'(?:href|action)="(/grading[^"#?]*)', response.text))
        assert len(seen) > 4
        for address in seen - {"/grading"}:
            assert re.fullmatch(r"/grading/[0-9a-f]{20,}(/confirm|/draft|/calibration)?", address), address


def _identities(site: Flask) -> set[str]:
    """Everything by which a participant of the demo could be known."""
    found: set[str] = set()
    people = (
        "SELECT u.name, u.kana, u.email, p.certificate_name, p.company, p.department, p.address, a.public_id FROM participants p"
    )
    for row in rows(site, f"{people} JOIN users u ON u.id = p.user_id LEFT JOIN attempts a ON a.participant_id = p.id"):
        found |= {str(value) for value in row if value}
        found.add(str(row.email).partition("@")[0])
    return found


# 8. Time is UTC inside and 日本時間 outside; "today" is Japan's.


def _columns() -> Iterator[tuple[str, TypeEngine[Any]]]:
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            yield f"{table.name}.{column.name}", column.type


def test_8_every_moment_in_the_database_is_of_the_type_that_refuses_naive_time() -> None:
    moments = {name for name, kind in _columns() if isinstance(kind, DateTime | UTCDateTime)}
    assert len(moments) > 40
    assert {name for name, kind in _columns() if isinstance(kind, DateTime)} == set()


def test_8_a_moment_comes_back_as_the_same_moment_in_utc(context: Flask) -> None:
    noon_in_japan = datetime(2026, 12, 1, 12, 0, tzinfo=clock.JST)
    line = {"actor_id": None, "tag": "house:test", "subject_kind": "house", "subject_id": "1", "reason": "", "detail": {}}
    db.session.execute(insert(AuditEvent).values(at=noon_in_japan, **line))
    stored = db.session.scalars(select(AuditEvent.at)).one()
    assert stored == noon_in_japan
    assert stored.utcoffset() == timedelta(0)
    assert stored.hour == 3
    with pytest.raises(Exception, match="naive"):
        db.session.execute(insert(AuditEvent).values(at=noon_in_japan.replace(tzinfo=None), **line))


def test_8_nobody_but_the_clock_reads_the_time() -> None:
    for path in CODE:
        if path.name == "clock.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today", "time", "localtime", "gmtime"}:
                owner = ast.unparse(node.value)
                assert owner not in {"datetime", "date", "datetime.datetime", "datetime.date", "time"}, f"{path}:{node.lineno}"


def test_8_today_changes_at_midnight_in_japan(frozen_clock: FrozenClock) -> None:
    frozen_clock.travel(datetime(2026, 11, 30, 14, 59, 59, tzinfo=UTC))
    assert clock.today_jst().isoformat() == "2026-11-30"
    frozen_clock.advance(seconds=1)
    assert clock.today_jst().isoformat() == "2026-12-01"


def test_8_pages_show_the_japanese_clock(app: Flask, make: Factory, frozen_clock: FrozenClock) -> None:
    frozen_clock.travel(datetime(2026, 12, 31, 15, 30, tzinfo=UTC))
    office = make.login(make.staff(Role.OFFICE))
    with app.app_context():
        line = {"actor_id": None, "subject_kind": "cohort", "subject_id": "1", "reason": "", "detail": {}}
        db.session.execute(insert(AuditEvent).values(at=clock.now(), tag="cohort:create", **line))
        db.session.commit()
    office.get("/office/audit")
    assert "2027年1月1日(金) 0:30" in office.text.replace("00:30", "0:30")
    assert "15:30" not in office.text


# 9. Points are Decimals.


def test_9_no_column_can_hold_a_float_and_every_column_of_points_is_exact() -> None:
    assert {name for name, kind in _columns() if isinstance(kind, Float | Numeric)} == set()
    exact = {name for name, kind in _columns() if isinstance(kind, Points)}
    marks = {"choice_marks.points", "choice_marks.max_points", "grader_marks.points"}
    assert exact == marks | {"verdict_proposals.total", "results.total"}


@pytest.mark.parametrize("points", ["0.01", "0.1", "2.5", "97.55", "100", "150"])
def test_9_points_come_back_exactly(context: Flask, points: str) -> None:
    kind = Points()
    stored = kind.process_bind_param(Decimal(points), db.engine.dialect)
    assert isinstance(stored, int)
    back = kind.process_result_value(stored, db.engine.dialect)
    assert isinstance(back, Decimal)
    assert back == Decimal(points)
    with pytest.raises(ValueError, match="two decimals"):
        kind.process_bind_param(Decimal("0.005"), db.engine.dialect)


ESTIMATES = ("exam_engine/statistics", "grading/rules/pictures.py", "grading/rules/marked.py")
"""Where points are looked at as data of a sample; no stored or shown point is computed there."""


@pytest.mark.parametrize("room", ["exam_engine", "exams", "grading", "certification", "mypage"])
def test_9_where_points_are_handled_there_is_no_float(room: str) -> None:
    for path in sorted((ROOT / "lms" / room).rglob("*.py")):
        if path.relative_to(ROOT / "lms").as_posix().startswith(ESTIMATES):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), f"{path}: {node.value}"
            assert not (isinstance(node, ast.Name) and node.id == "float"), f"{path}:{node.lineno}"


def test_9_no_stored_document_of_the_demo_holds_a_float(demo: Flask) -> None:
    def floats(value: object) -> Iterator[float]:
        if isinstance(value, float):
            yield value
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            yield from floats(inner)

    with demo.app_context():
        for table in Base.metadata.sorted_tables:
            for row in db.session.execute(select(table)):
                for name, value in row._mapping.items():
                    assert not list(floats(value)), f"{table.name}.{name}"
        assert all(isinstance(mark.points, Decimal) for mark in db.session.scalars(select(GraderMarkRow)))
        paper = db.session.scalars(select(StoredPaper.body)).first()
        assert paper is not None
        assert not list(floats(json.loads(paper)))


# 10. Every route names who may enter; everything else is refused.


def test_10_a_route_that_names_nobody_lets_nobody_in(demo: Flask) -> None:
    demo.add_url_rule("/forgotten", "forgotten", lambda: "inside", methods=["GET"])
    people = ("jimu@example.jp", "saiten1@example.jp", "koushi@example.jp", "mihon.takahashi@example.com")
    for visitor in [PageClient(demo), *(Factory(demo).login(user_id(demo, email)) for email in people)]:
        response = visitor.get("/forgotten")
        assert response.status_code == 403
        assert "inside" not in response.text


# 12. Japanese text comes back as it was typed.

ROSTERS = {
    "utf-8": ["髙橋 𠮷男", "山﨑 邉子", "辻󠄀 葛󠄀城", "濵田　德美", "渡邊 がぎ"],
    "utf-8-sig": ["𠮷田 𠮷野", "神谷 祐"],
    "cp932": ["髙橋 ①子", "山﨑 花子", "纊 黑"],
}


@pytest.mark.parametrize("encoding", ROSTERS)
def test_12_a_name_goes_from_the_roster_to_the_certificate_as_it_was_typed(
    app: Flask, make: Factory, databases: Databases, encoding: str
) -> None:
    place = app.extensions["settings"].fonts
    if not place.exists():
        place.symlink_to(fonts(databases), target_is_directory=True)
    build, names = Builder(make), ROSTERS[encoding]
    lines = [",".join(HEADINGS), *(f"{name},みほん,n{number}@example.jp,,,," for number, name in enumerate(names))]
    with app.app_context():
        preview = preview_roster(build.cohort_id, "\r\n".join(lines).encode(encoding))
        assert not preview.problems
        ids = import_roster(build.cohort_id, preview.rows, by=build.proposer, now=clock.now())
        kept = [db.session.get_one(Participant, each).certificate_name for each in ids]
        db.session.rollback()
    assert kept == names
    for participant_id, name in zip(ids, names, strict=True):
        assert _printed_name(build, participant_id) == name


def _printed_name(build: Builder, participant_id: int) -> str:
    """Lead an imported participant to the certificate; the name in the record, which the paper shows as well."""
    with build.app.app_context():
        found = get_participant(participant_id)
        seat = Seat(found.user_id, participant_id, build.cohort_id, found.email, found.name)
        on = clock.today_jst()
        confirm_payment(participant_id, PaymentMethod.BANK, 198_000, on, by=build.proposer, now=clock.now())
        for day in (1, 2):
            enter_attendance(participant_id, day, 300, "", by=build.proposer, now=clock.now())
    build.finish_lessons(seat)
    build.consent_to_terms(seat)
    build.release_result(seat, is_passed=True)
    build.approve(seat)
    build.issue(seat)
    with build.app.app_context():
        certificate = find_certificate(participant_id)
        pdf = db.session.scalars(select(IssuedDocument.pdf).order_by(IssuedDocument.register_entry_id.desc())).first()
        assert certificate is not None
        assert pdf is not None
        assert "".join(certificate.record.holder_name.split()) in "".join(page_text(pdf).split())
        return certificate.record.holder_name


def test_12_a_character_of_ones_own_is_reported_and_nobody_is_seated(context: Flask, make: Factory) -> None:
    cohort = make.cohort()
    lines = [",".join(HEADINGS), "外\ue000 字,みほん,g@example.jp,,,,"]
    preview = preview_roster(cohort, "\r\n".join(lines).encode())
    assert [(problem.kind, problem.row) for problem in preview.problems] == [(RosterProblem.PRIVATE_CHARACTER, 2)]


def test_12_characters_are_counted_as_people_count_them() -> None:
    assert count_characters("辻󠄀が\n が 𠮷👨‍👩‍👧") == 5


# 13. Content is data: wording, prices, limits, rules and texts change without touching code.

CHANGES = {
    "course.yaml": ("course: 198000", "course: 123456"),
    "terms/2026-11-22.md": ("title: 受講・受験規約", "title: 改めた規約"),
    "lessons/practitioner/L01.md": ("## 場面\n\n", "## 場面\n\n書き換えた場面です。"),
    "mail/participant_welcome.txt": ("件名: ", "件名: 書き換えた件名 "),
    "mail/participant_invitation.txt": ("件名: ", "件名: 書き換えた件名 "),
    "certificate.yaml": ("requirements: [attendance, lessons, quizzes, exam, payment, terms]", "requirements: [payment]"),
    "exams/practitioner/exam.yaml": ("title: カスハラ対策の実務者養成講座 認定試験", "title: 名前を改めた認定試験"),
}


def test_13_the_association_changes_its_words_prices_and_rules_without_touching_code(
    databases: Databases, frozen_clock: FrozenClock, tmp_path: Path
) -> None:
    content = shutil.copytree(ROOT / "content", tmp_path / "content")
    for name, (old, new) in CHANGES.items():
        before = (content / name).read_text(encoding="utf-8")
        assert old in before, name
        (content / name).write_text(before.replace(old, new, 1), encoding="utf-8")
    with filled_site(databases, content=content) as site:
        office, unpaid = Factory(site).login(user_id(site, "jimu@example.jp")), user_id(site, "hana.kakuu@example.com")
        (seat,) = rows(site, "SELECT id FROM participants WHERE user_id = :person", person=unpaid)
        assert "123456" in office.get(f"/office/participants/{seat.id}/payment").text
        assert "改めた規約" in PageClient(site).get("/terms").text
        learner = Factory(site).login(user_id(site, "mihon.takahashi@example.com"))
        learner.get("/lessons/L01")
        assert "書き換えた場面です。" in learner.text
        office.submit(f"/office/participants/{seat.id}/payment", {"method": "bank"})
        subject = rows(site, "SELECT subject FROM outgoing_mails ORDER BY id DESC LIMIT 1")[0].subject
        assert subject.startswith("書き換えた件名")
        with site.app_context():
            assert get_exam("practitioner").title == "名前を改めた認定試験"
            facts, wording = course_facts(), read_certificate_content(content)
            assert [each.value for each in wording.rule(facts.attendance_percent).requirements] == ["payment"]


def test_13_no_price_or_pass_mark_of_the_association_stands_in_code() -> None:
    facts = YAML(typ="safe", pure=True).load((ROOT / "content/course.yaml").read_text(encoding="utf-8"))
    exam = YAML(typ="safe", pure=True).load((ROOT / "content/exams/practitioner/exam.yaml").read_text(encoding="utf-8"))
    numbers = {*facts["prices"].values(), int(exam["pass_rule"]["total"]), exam["sections"][1]["limits"]["over_not_graded"]}
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_one = isinstance(node, ast.Constant) and type(node.value) is int and node.value in numbers
            assert not is_one, f"{path}:{node.lineno}"  # type: ignore[attr-defined]
