"""The office watches the exam room, the trail of acts, the mail and the staff."""

import re
from datetime import date, time
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms import clock
from lms.audit.models import AuditEvent
from lms.db.session import db
from lms.exams.queries.windows import list_windows
from lms.exams.services.handing_in import hand_in_section
from lms.exams.services.saving import save_answers
from lms.mail.models import OutgoingMail
from lms.web.access import Role
from tests.factories import Factory
from tests.lms.exams.builders import begin, sent
from tests.lms.office.builders import admin, counted, full_cohort, office

DAYS = {
    "day1_on": "2026-12-10",
    "day1_starts": "13:00",
    "day1_ends": "18:00",
    "day1_url": "https://zoom.example/j/1",
    "day2_on": "2026-12-11",
    "day2_starts": "13:00",
    "day2_ends": "18:00",
    "day2_url": "",
}


def test_the_window_is_opened_and_moved_in_japanese_time(app: Flask, make: Factory) -> None:
    client, cohort_id = office(make), make.cohort(2)
    address = f"/office/cohorts/{cohort_id}/exam/window/1"
    client.submit(address, {"opens_at": "2026-12-02T09:00", "closes_at": "2026-12-09T18:00"})
    assert "受験期間を保存しました。" in client.text
    assert "2026年12月2日(水) 09:00 から 2026年12月9日(水) 18:00 まで" in client.text
    with app.app_context():
        assert list_windows(cohort_id)[0].opens_at == clock.jst_moment(date(2026, 12, 2), time(9, 0))
    client.get(address)
    assert client.page is not None
    assert 'value="2026-12-02T09:00"' in client.page.html
    client.send({"closes_at": "2026-12-02T10:00"})
    assert "受験期間をご確認ください" in client.text
    client.submit(address, {"closes_at": "2026-12-02T08:00"})
    assert "締切は、開始より後の日時にしてください。" in client.text


def test_the_exam_page_shows_everybody_in_the_room_and_who_is_lacking(make: Factory) -> None:
    client, cohort_id = office(make), full_cohort(make, 2)
    client.get(f"/office/cohorts/{cohort_id}/exam")
    assert "未受験 2名" in client.text
    assert "採点者が3名" in client.text
    assert "受験のようすを見る" in client.text


def test_the_hub_names_the_next_step(make: Factory) -> None:
    client, cohort_id = office(make), make.cohort(2)
    client.get(f"/office/cohorts/{cohort_id}")
    assert "次にすること: 名簿" in client.text
    make.seat(cohort_id, paid=False)
    client.get(f"/office/cohorts/{cohort_id}")
    assert "次にすること: 入金確認" in client.text
    client.get("/office")
    assert "入金を確認します。" in client.text


@pytest.mark.database("sqlite")
@pytest.mark.parametrize("page", ["", "/roster", "/payments", "/attendance", "/progress", "/exam"])
def test_a_page_of_a_cohort_takes_as_many_statements_for_twelve_people_as_for_two(app: Flask, make: Factory, page: str) -> None:
    client = office(make)
    counts = []
    for people in (2, 12):
        cohort_id = full_cohort(make, people)
        client.get("/office")
        with counted(app) as statements:
            assert client.get(f"/office/cohorts/{cohort_id}{page}").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert counts[0] <= 32


@pytest.mark.database("sqlite")
@pytest.mark.parametrize("page", ["", "/settings", "/roster", "/payments", "/attendance", "/progress", "/exam", "/exam/window/1"])
def test_a_cohort_that_does_not_exist_is_not_found(make: Factory, page: str) -> None:
    assert office(make).get(f"/office/cohorts/99{page}").status_code == 404


def test_what_arrived_after_the_hand_in_is_shown_in_the_room(make: Factory) -> None:
    client = office(make)
    started = begin(make)
    with make.app.app_context():
        by, answer = started.seat.user_id, [sent(started.paper, started.question(), "a")]
        hand_in_section(started.attempt_id, "choice", [], device="form", by=by, now=clock.now())
        save_answers(started.attempt_id, answer, device="form", by=by, now=clock.now())
    client.get(f"/office/cohorts/{started.seat.cohort_id}/exam")
    assert "遅延受信 1件" in client.text


def test_the_audit_trail_speaks_japanese_and_can_be_narrowed(make: Factory) -> None:
    client = office(make)
    client.submit("/office/cohorts/new", DAYS | {"ordinal": "3"}, action="/office/cohorts/new")
    client.get("/office/audit")
    assert re.search(r"事務局 一子 期の開設 期 \d+ 第3期", client.text)
    client.get("/office/audit?tag=payment:confirm&since=2026-12-01&until=2026-12-01&actor=x&page=0")
    assert "該当する記録はありません" in client.text
    client.get("/office/audit?kind=cohort&since=2026-12-02")
    assert "該当する記録はありません" in client.text
    client.get("/office/audit?kind=cohort&until=2026-12-01&since=broken")
    assert "1件" in client.text


def test_long_audit_trails_are_paged(app: Flask, make: Factory) -> None:
    client = office(make)
    with app.app_context():
        db.session.add_all(
            AuditEvent(
                at=clock.now(),
                actor_id=None,
                tag="attempt:attempt_submitted",
                subject_kind="attempt",
                subject_id=str(number),
                detail={},
            )
            for number in range(120)
        )
        db.session.commit()
    client.get("/office/audit?tag=attempt:attempt_submitted")
    assert "120件(1/3ページ)" in client.text
    client.get("/office/audit?tag=attempt:attempt_submitted&page=3")
    assert "3/3ページ" in client.text
    assert "システム" in client.text


def test_an_unsent_mail_can_be_sent_again_and_a_sent_one_not(app: Flask, make: Factory) -> None:
    client, seat = office(make), make.seat(paid=False)
    client.submit(f"/office/participants/{seat.participant_id}/payment", {"method": "bank"})
    with app.app_context():
        mail = db.session.scalars(select(OutgoingMail)).one()
        mail.given_up_at, mail.tries, mail.last_error = clock.now(), 9, "SMTP 550"
        mail_id = mail.id
        db.session.commit()
    client.get("/office")
    assert "1通が届いていません" in client.text
    client.submit("/office/mail", action=f"/mail/{mail_id}/resend")
    assert "もう一度送ります" in client.text
    assert "SMTP 550" in client.text
    with app.app_context():
        mail = db.session.get_one(OutgoingMail, mail_id)
        assert mail.given_up_at is None
        mail.sent_at = clock.now()
        db.session.commit()
    client.post(f"/office/mail/{mail_id}/resend", data={"csrf_token": client.csrf("/office/mail")}, follow_redirects=True)
    assert "すでに送信されています" in client.text
    client.get("/office/mail?show=unsent")
    assert "送信待ちのメールはありません" in client.text


def test_staff_are_invited_stopped_and_let_in_again_by_an_admin(app: Flask, make: Factory) -> None:
    client = admin(make)
    client.submit(
        "/office/staff", {"name": "採点 次郎", "email": "grader@example.jp", "roles": ["grader", "instructor"]}, action="/staff"
    )
    assert "採点 次郎さんに案内メールを送ります" in client.text
    assert "採点者・講師" in client.text
    with app.app_context():
        mail = db.session.scalars(select(OutgoingMail)).one()
        assert (mail.template, mail.to_address) == ("staff_invitation", "grader@example.jp")
    client.send({"reason": "退任"}, action="/disable")
    assert "利用を停止しました" in client.text
    client.send(action="/enable")
    assert "利用を再開しました" in client.text


@pytest.mark.database("sqlite")
@pytest.mark.parametrize("values", [{"email": "x"}, {"name": ""}, {"roles": []}])
def test_a_staff_invitation_that_makes_no_sense_is_explained(make: Factory, values: dict[str, Any]) -> None:
    client = admin(make)
    good = {"name": "採点 次郎", "email": "grader@example.jp", "roles": ["grader"]}
    client.submit("/office/staff", good | values, action="/staff")
    assert "入力内容に誤りがあります。" in client.text


@pytest.mark.database("sqlite")
def test_the_office_does_not_see_the_staff_page(make: Factory) -> None:
    client = office(make)
    assert client.get("/office/staff").status_code == 403
    client.get("/office")
    assert "職員" not in client.text


@pytest.mark.database("sqlite")
@pytest.mark.parametrize("role", [Role.GRADER, Role.INSTRUCTOR])
def test_other_staff_stay_out_of_the_office(make: Factory, role: Role) -> None:
    assert make.login(make.staff(role)).get("/office").status_code == 403
