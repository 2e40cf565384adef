"""合理的配慮: asked for by a participant, decided by the office, frozen into the next attempt."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from lms import clock
from lms.audit.models import AuditEvent
from lms.db.session import db
from lms.exam_engine.windows import ExtraTime
from lms.exams.models import Attempt
from lms.exams.queries.accommodation import accommodation_of, list_extra_times
from lms.exams.queries.windows import window_flaws
from lms.exams.rules.accommodating import (
    MAX_EXTRA_MINUTES,
    NOTHING,
    AccommodationState,
    Grant,
    judge_decision,
    judge_request,
    resolve_state,
)
from lms.exams.rules.sitting import RefusalReason, Refused, WindowFlaw, WindowWarning
from lms.exams.services.accommodating import decide_accommodation, request_accommodation
from lms.mail.models import OutgoingMail
from lms.web.access import Role
from tests.conftest import FrozenClock
from tests.factories import Factory, Seat
from tests.lms.exams.builders import begin, eligible_seat, sitting_of, window

HALF_AGAIN = Grant(ExtraTime(percent=50))


def ask(seat: Seat, *, reason: str = "文字を読むのに時間がかかります。", paper: bool = False) -> int:
    return request_accommodation(
        seat.participant_id, wants_extra_time=True, wants_paper=paper, reason=reason, by=seat.user_id, now=clock.now()
    )


def decide(make: Factory, seat: Seat, grant: Grant | None = HALF_AGAIN, *, request_id: int | None = None, by: int = 0) -> int:
    db.session.rollback()
    by = by or make.staff(Role.OFFICE)
    return decide_accommodation(
        seat.participant_id, grant, request_id=request_id, reason="ご事情を確認しました。", by=by, now=clock.now()
    )


@pytest.mark.parametrize(
    ("time", "paper", "reason", "refusal"),
    [
        (True, False, "弱視", None),
        (False, True, "弱視", None),
        (False, False, "弱視", RefusalReason.NOTHING_WANTED),
        (True, True, "   ", RefusalReason.REASON_MISSING),
        (True, True, "あ" * 1001, RefusalReason.REASON_MISSING),
    ],
)
def test_a_request_wants_something_and_says_why(time: bool, paper: bool, reason: str, refusal: RefusalReason | None) -> None:
    assert judge_request(wants_extra_time=time, wants_paper=paper, reason=reason) is refusal


@pytest.mark.parametrize(
    ("grant", "is_granted", "refusal"),
    [
        (HALF_AGAIN, True, None),
        (Grant(has_paper=True), True, None),
        (NOTHING, False, None),
        (NOTHING, True, RefusalReason.NOTHING_GRANTED),
        (Grant(ExtraTime(percent=301)), True, RefusalReason.EXTRA_TIME),
        (Grant(ExtraTime(seconds=-60)), True, RefusalReason.EXTRA_TIME),
        (Grant(ExtraTime(seconds=60 * MAX_EXTRA_MINUTES + 1)), True, RefusalReason.EXTRA_TIME),
    ],
)
def test_a_grant_gives_something_within_bounds(grant: Grant, is_granted: bool, refusal: RefusalReason | None) -> None:
    assert judge_decision(grant, is_granted=is_granted, reason="確認しました") is refusal
    assert judge_decision(HALF_AGAIN, is_granted=True, reason="") is RefusalReason.REASON_MISSING


@pytest.mark.parametrize(
    ("request_id", "answered", "is_granted", "state"),
    [
        (None, None, None, AccommodationState.NONE),
        (1, None, None, AccommodationState.WAITING),
        (1, 1, True, AccommodationState.GRANTED),
        (1, 1, False, AccommodationState.REFUSED),
        (None, None, True, AccommodationState.GRANTED),
        (2, 1, True, AccommodationState.WAITING),
        (1, None, True, AccommodationState.WAITING),
    ],
)
def test_a_case_waits_until_its_latest_request_is_answered(
    request_id: int | None, answered: int | None, is_granted: bool | None, state: AccommodationState
) -> None:
    assert resolve_state(request_id=request_id, answered_id=answered, is_granted=is_granted) is state


def test_a_request_is_decided_told_by_mail_and_frozen_into_the_next_attempt(
    context: Flask, make: Factory, frozen_clock: FrozenClock
) -> None:
    seat = eligible_seat(make)
    request = ask(seat)
    assert accommodation_of(seat.participant_id).state is AccommodationState.WAITING
    decide(make, seat, request_id=request)
    case = accommodation_of(seat.participant_id)
    assert (case.state, case.grant) == (AccommodationState.GRANTED, HALF_AGAIN)
    mail = db.session.scalars(select(OutgoingMail)).one()
    assert (mail.template, mail.user_id) == ("accommodation_decided", seat.user_id)
    assert "50" not in mail.body
    assert "ご事情を確認しました" not in mail.body
    db.session.rollback()
    begun = begin(make, seat)
    attempt = db.session.get_one(Attempt, begun.attempt_id)
    assert (attempt.extra_seconds, attempt.extra_percent) == (0, 50)
    access = sitting_of(begun).section_access(clock.now())
    assert access is not None
    assert access.remaining == timedelta(minutes=90)


def test_a_decision_after_the_start_changes_nothing_in_the_running_attempt(context: Flask, make: Factory) -> None:
    begun = begin(make)
    before = sitting_of(begun).section_access(clock.now())
    decide(make, begun.seat)
    assert sitting_of(begun).section_access(clock.now()) == before
    assert list_extra_times(begun.window_id, begun.seat.cohort_id) == ()


def test_the_latest_decision_counts_and_every_one_stays(context: Flask, make: Factory) -> None:
    seat = eligible_seat(make)
    request = ask(seat)
    decide(make, seat, request_id=request)
    decide(make, seat, None, request_id=request)
    case = accommodation_of(seat.participant_id)
    assert (case.state, case.grant) == (AccommodationState.REFUSED, NOTHING)
    assert db.session.scalar(text("SELECT count(*) FROM accommodation_decisions")) == 2
    assert db.session.scalar(select(func.count(AuditEvent.id)).where(AuditEvent.tag == "accommodation:decide")) == 2
    db.session.rollback()
    begun = begin(make, seat)
    assert sitting_of(begun).extra == ExtraTime()


def test_something_may_be_granted_without_a_request(context: Flask, make: Factory) -> None:
    seat = eligible_seat(make)
    decide(make, seat, Grant(ExtraTime(seconds=900), has_paper=True))
    case = accommodation_of(seat.participant_id)
    assert (case.state, case.grant.has_paper) == (AccommodationState.GRANTED, True)


def test_a_decision_made_without_having_read_the_newest_request_is_refused(context: Flask, make: Factory) -> None:
    seat = eligible_seat(make)
    first = ask(seat)
    ask(seat, reason="診察を受け、必要な時間が分かりました。")
    for seen in (None, first):
        with pytest.raises(Refused) as refused:
            decide(make, seat, request_id=seen)
        assert refused.value.reason is RefusalReason.OTHER_REQUEST


def test_nobody_decides_her_own_request(context: Flask, make: Factory) -> None:
    seat = eligible_seat(make)
    request = ask(seat)
    with pytest.raises(Refused) as refused:
        decide(make, seat, request_id=request, by=seat.user_id)
    assert refused.value.reason is RefusalReason.OWN_REQUEST


def test_nobody_asks_in_the_middle_of_an_attempt(context: Flask, make: Factory) -> None:
    begun = begin(make)
    with pytest.raises(Refused) as refused:
        ask(begun.seat)
    assert refused.value.reason is RefusalReason.IN_ATTEMPT


def test_the_database_keeps_requests_and_decisions_as_they_were_made(context: Flask, make: Factory) -> None:
    seat = eligible_seat(make)
    decide(make, seat, request_id=ask(seat))
    for table in ("accommodation_requests", "accommodation_decisions"):
        with pytest.raises(DatabaseError, match="append-only"):
            db.session.execute(text(f"UPDATE {table} SET reason = ''"))
        db.session.rollback()


def test_a_window_too_short_for_one_person_names_that_person_before_and_after_the_start(context: Flask, make: Factory) -> None:
    seat = eligible_seat(make, eligible_seat(make).cohort_id)
    window_id = window(make, seat.cohort_id, hours=1.25)
    assert window_flaws(window_id) == ()
    decide(make, seat)
    flaw = WindowFlaw(WindowWarning.TOO_SHORT_WITH_EXTRA, (seat.name,))
    assert window_flaws(window_id) == (flaw,)
    db.session.rollback()
    begin(make, seat, window_id)
    assert window_flaws(window_id) == (flaw,)
    decide(make, seat, None)
    assert window_flaws(window_id) == (flaw,)


def test_the_participant_asks_in_the_lobby_and_reads_the_offices_words(app: Flask, make: Factory) -> None:
    seat = eligible_seat(make)
    window(make, seat.cohort_id)
    client = make.login(seat.user_id)
    assert "合理的配慮を申請する" in client.get("/exam").text
    page = client.get("/exam/accommodation")
    assert "診断書や手帳の写しは受け取りません" in page.text
    refused = client.send({"reason": "弱視のため"}, action="/exam/accommodation")
    assert refused.status_code == 409
    assert "希望する配慮を1つ以上選んでください" in client.text
    client.send({"wants": ["extra_time", "paper"], "reason": "弱視のため"}, action="/exam/accommodation")
    assert "申請中" in client.get("/exam").text
    with app.app_context():
        case = accommodation_of(seat.participant_id)
        assert case.request
        decide(make, seat, Grant(ExtraTime(percent=30), has_paper=True), request_id=case.request.id)
    lobby = client.get("/exam").text
    assert "各大問の制限時間を1.3倍にする、紙の問題冊子" in lobby
    assert "ご事情を確認しました。" in lobby


def test_the_office_reads_the_request_and_decides(app: Flask, make: Factory) -> None:
    seat = eligible_seat(make)
    window(make, seat.cohort_id)
    office = make.login(make.staff(Role.OFFICE))
    with app.app_context():
        ask(seat, reason="弱視のため <b>拡大</b>して読みます。", paper=True)
    assert "申請中 1件" in office.get(f"/office/cohorts/{seat.cohort_id}/exam").text
    assert "確認して決定する" in office.get(f"/office/cohorts/{seat.cohort_id}/accommodation").text
    address = f"/office/participants/{seat.participant_id}/accommodation"
    assert "弱視のため" in office.get(address).text
    assert 'value="30"' in office.page.html
    assert office.send({"outcome": "grant", "reason": ""}, action="/accommodation").status_code == 422
    done = office.send({"outcome": "grant", "extra_percent": "50", "reason": "1.5倍にします。"}, action="/accommodation")
    assert (done.status_code, "ご本人にメールでお知らせします" in done.text) == (200, True)
    assert "1.5倍" in office.get(f"/office/cohorts/{seat.cohort_id}/accommodation").text
    with app.app_context():
        assert accommodation_of(seat.participant_id).state is AccommodationState.GRANTED
