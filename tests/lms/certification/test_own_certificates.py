"""What was certified stays with its holder: enrolled again, withdrawn, certified twice."""

from collections.abc import Callable

import pytest

from lms import clock
from lms.certification.queries.register import is_name_shown
from lms.certification.services.using import set_name_consent
from lms.cohorts.models import Participant
from lms.cohorts.services.seating import withdraw_participant
from lms.db.session import db
from tests.lms.billing.test_current_seat import FAR, second_seat
from tests.lms.certification.builders import Builder
from tests.lms.certification.issued import Issued
from tests.page import PageClient


@pytest.fixture
def issued(build: Builder) -> Issued:
    return Issued(build)


def show_name(issued: Issued) -> None:
    with issued.build.app.app_context():
        set_name_consent(issued.seat.participant_id, is_shown=True, by=issued.seat.user_id, now=clock.now())


def name_is_shown(issued: Issued) -> bool:
    with issued.build.app.app_context():
        return is_name_shown(issued.seat.participant_id)


def enroll_again(issued: Issued) -> None:
    cohort_id = issued.build.make.cohort(80, day1=FAR.replace(day=19), day2=FAR)
    second_seat(issued.build.make, issued.seat, cohort_id)


def withdraw(issued: Issued) -> None:
    with issued.build.app.app_context():
        withdraw_participant(issued.seat.participant_id, "ご都合", by=issued.build.proposer, now=clock.now())


def certify_twice(issued: Issued) -> str:
    """A second certificate, of a later cohort; its number."""
    seat, number = issued.build.issued_seat("髙﨑 𠮷邉")
    cohort_id = issued.build.make.cohort(80)
    with issued.build.app.app_context():
        row = db.session.get_one(Participant, seat.participant_id)
        row.user_id, row.cohort_id = issued.seat.user_id, cohort_id
        db.session.commit()
    return number


@pytest.mark.parametrize("happened", [(enroll_again,), (withdraw,), (enroll_again, withdraw)])
def test_the_certificate_stays_with_whoever_enrolls_again_or_withdraws(
    issued: Issued, happened: tuple[Callable[[Issued], None], ...]
) -> None:
    show_name(issued)
    for each in happened:
        each(issued)
    holder = issued.build.make.login(issued.seat.user_id)
    assert issued.number in holder.get("/certificate").text
    assert holder.get("/certificate/pdf").data.startswith(b"%PDF-")
    assert holder.get("/certificate/picture").status_code == 200
    assert holder.get("/certificate/reissue").status_code == 200
    holder.get("/certificate")
    holder.send(action="/certificate/name-consent")
    assert not name_is_shown(issued)


def test_a_holder_without_a_seat_finds_the_way_to_the_certificate_and_to_nothing_closed(issued: Issued) -> None:
    withdraw(issued)
    holder = issued.build.make.login(issued.seat.user_id)
    assert 'href="/certificate"' in holder.get("/").text
    text = holder.get("/certificate").text
    assert 'href="/lessons"' not in text
    assert 'href="/complaint"' not in text


def test_who_has_two_certificates_chooses_by_number_and_each_act_is_of_the_one_chosen(issued: Issued) -> None:
    show_name(issued)
    newer = certify_twice(issued)
    holder = issued.build.make.login(issued.seat.user_id)
    text = holder.get("/certificate").text
    assert f"/certificate/pdf?number={newer}" in text
    assert f'href="/certificate?number={issued.number}"' in text
    text = holder.get(f"/certificate?number={issued.number}").text
    assert f'href="/certificate?number={newer}"' in text
    assert f"/certificate/pdf?number={issued.number}" in text
    holder.send(action=f"/certificate/name-consent?number={issued.number}")
    assert not name_is_shown(issued)
    assert f"ほかの認定証: {newer}" in holder.text


def test_the_number_of_somebody_else_opens_nothing(issued: Issued) -> None:
    _seat, number = issued.build.issued_seat("架空 他人")
    holder = issued.build.make.login(issued.seat.user_id)
    for place in ("", "/pdf", "/picture", "/reissue"):
        assert holder.get(f"/certificate{place}?number={number}").status_code == 404
    response = holder.post(
        f"/certificate/name-consent?number={number}", data={"csrf_token": holder.csrf("/certificate"), "is_shown": "yes"}
    )
    assert response.status_code == 404


def test_staff_have_no_certificate(build: Builder) -> None:
    office: PageClient = build.make.login(build.proposer)
    assert [office.get(f"/certificate{place}").status_code for place in ("", "/pdf", "/picture", "/reissue")] == [404] * 4
