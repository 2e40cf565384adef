"""Nobody both grades by 受験番号 and reads names beside it: the office's role keeps from grading, and grading from the role."""

import pytest
from flask import Flask

from lms import clock
from lms.accounts.rules.refusals import Refusal as RoleRefusal
from lms.accounts.rules.refusals import Refused as RoleRefused
from lms.accounts.services import give_role
from lms.db.session import db
from lms.exams.models import Attempt
from lms.grading.models import Essay, EssayMasking
from lms.grading.queries.board import get_grading_board
from lms.grading.queries.staff import list_grader_ids
from lms.grading.rules.parts import Refusal, Refused
from lms.grading.services.complaints import enter_complaint
from lms.grading.services.opening import open_grading
from lms.grading.services.results import release_results
from lms.office.queries.desks import list_staffing_gaps
from lms.web.access import Role
from tests.factories import Factory
from tests.lms.grading.builders import also_office, finalize, graders, mark_all, opened, sit

pytestmark = pytest.mark.database("sqlite")


def refusal_of_opening(window_id: int, staff: list[int], by: int) -> Refusal:
    with pytest.raises(Refused) as refused:
        open_grading(window_id, staff, by=by, now=clock.now())
    return refused.value.reason


def test_who_works_in_the_office_is_never_chosen_to_grade(app: Flask, make: Factory) -> None:
    sat, staff, both = sit(make, 1), graders(make, 2), make.staff(Role.GRADER, Role.OFFICE, name="架空 兼任")
    with app.app_context():
        assert list_grader_ids() == set(staff)
        assert len(list_staffing_gaps()) == 1
        assert refusal_of_opening(sat.window_id, [*staff, both], sat.office) is Refusal.WORKS_IN_OFFICE
        (card,) = [each for each in get_grading_board(sat.window_id).graders if each.user_id == both]
        assert card.bar is Refusal.WORKS_IN_OFFICE
    client = make.login(sat.office)
    client.get(f"/office/cohorts/{sat.cohort_id}/grading")
    assert "事務局の役割を併せもち" in client.text
    assert "選べる採点者は2名です" in client.text


def test_who_covered_passages_grades_nothing_of_the_window(app: Flask, make: Factory) -> None:
    sat, staff = sit(make, 1), graders(make, 4)
    opened(make, sat, staff[:3])
    with app.app_context():
        essay = db.session.scalars(db.select(Essay).where(Essay.anchor_id.is_(None))).first()
        assert essay is not None
        row = EssayMasking(essay_id=essay.id, revision=1, spans=[], text=essay.text, reason="", masked_by_id=staff[3])
        row.masked_at = clock.now()
        db.session.add(row)
        db.session.commit()
        assert refusal_of_opening(sat.window_id, [staff[3]], sat.office) is Refusal.MASKED_HERE


def test_a_grader_comes_to_the_office_only_after_the_results_are_out(app: Flask, make: Factory) -> None:
    sat, staff, admin = sit(make, 1), graders(make), make.staff(Role.ADMIN)
    opened(make, sat, staff)
    with app.app_context():
        with pytest.raises(RoleRefused) as refused:
            give_role(staff[0], Role.OFFICE, by=admin, now=clock.now())
        assert refused.value.reason is RoleRefusal.READS_BLIND
        give_role(staff[0], Role.INSTRUCTOR, by=admin, now=clock.now())
        mark_all(sat.window_id)
        finalize(sat)
        release_results(sat.window_id, by=sat.releaser, now=clock.now())
        give_role(staff[0], Role.OFFICE, by=admin, now=clock.now())


def test_where_somebody_has_both_roles_all_the_same_no_page_shows_whose_number_it_is(app: Flask, make: Factory) -> None:
    sat, staff = sit(make, 1), graders(make)
    opened(make, sat, staff)
    with app.app_context():
        attempt = db.session.scalars(db.select(Attempt.id)).one()
        assignment = db.session.scalars(db.select(Essay.id).where(Essay.anchor_id.is_(None))).first()
    both, free = make.login(also_office(make, staff[0])), make.login(sat.office)
    window = f"/office/cohorts/{sat.cohort_id}/exam/1"
    pages = [
        f"{window}/room",
        f"{window}/room/time",
        f"{window}/late",
        f"/office/attempts/{attempt}",
        f"/office/attempts/{attempt}/late",
        f"/office/attempts/{attempt}/reopen",
        f"/office/cohorts/{sat.cohort_id}/grading/assignments",
        f"/office/grading/assignments/{assignment}/reassign",
        f"/office/cohorts/{sat.cohort_id}/results/meeting/{attempt}",
    ]
    for page in pages:
        assert (page, free.get(page).status_code) == (page, 200)
        answer = both.get(page)
        assert (page, answer.status_code) == (page, 403)
        assert "受験番号と氏名を、採点者には一緒に示しません" in answer.text
        assert sat.numbers[0] not in answer.text
    token = both.csrf(f"/office/cohorts/{sat.cohort_id}/results")
    sent = both.post(f"/office/attempts/{attempt}/late", data={"csrf_token": token, "outcome": "admit", "reason": "確認"})
    assert (sent.status_code, sat.seats[0].name in sent.text) == (403, False)
    with app.app_context():
        participant = sat.seats[0]
        enter_complaint("冷房が弱い", "午後", participant_id=participant.participant_id, by=participant.user_id, now=clock.now())
    both.get("/office/complaints")
    assert "採点を担当した期の受講者のため" in both.text
    assert participant.name not in both.text
    assert (both.get("/office/complaints/1").status_code, free.get("/office/complaints/1").status_code) == (403, 200)
    both.get(f"/office/cohorts/{sat.cohort_id}/results")
    assert sat.seats[0].name not in both.text
