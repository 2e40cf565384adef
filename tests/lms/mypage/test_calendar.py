"""The course days in one's own calendar: the file, the subscription, and the end of an address."""

from datetime import date, time, timedelta

import pytest
from flask import Flask
from icalendar import Calendar
from werkzeug.test import TestResponse

from lms import clock
from lms.accounts.models import User
from lms.audit.models import AuditEvent
from lms.cohorts.models import Participant
from lms.cohorts.rules.decisions import DayPlan
from lms.cohorts.services.calendar import CALENDAR, calendar_token, renew_calendar
from lms.cohorts.services.planning import change_days
from lms.db.session import db
from lms.documents.calendar import CalendarEvent, build_calendar
from lms.web.access import Role
from tests.conftest import NOON, FrozenClock
from tests.factories import Factory, Seat
from tests.lms.lessons.builders import LATER, reader
from tests.page import PageClient

LINK = "https://zoom.example.com/j/1"


@pytest.fixture
def seat(make: Factory) -> Seat:
    found = reader(make, cohort_id=make.cohort(4, **LATER))
    move(make, found, LATER["day1"])
    return found


def move(make: Factory, seat: Seat, day1: date) -> None:
    with make.app.app_context():
        plans = [DayPlan(day, time(13), time(18), LINK) for day in (day1, day1 + timedelta(days=1))]
        change_days(seat.cohort_id, *plans, by=make.staff(Role.OFFICE), now=clock.now())


def renew(make: Factory, seat: Seat) -> str:
    """The address after the person pressed the button."""
    client = make.login(seat.user_id)
    client.get("/days")
    client.submit("/days", action="/days/calendar")
    client.get("/days")
    assert client.page is not None
    (field,) = [field for field in client.page.find("input") if field.get("id") == "feed"]
    return field["value"].removeprefix("http://localhost")


def events(response: TestResponse) -> list[dict[str, object]]:
    assert response.content_type == "text/calendar; charset=utf-8"
    calendar = Calendar.from_ical(response.data)
    assert [zone["TZID"] for zone in calendar.walk("VTIMEZONE")] == ["Asia/Tokyo"]
    return [dict(event) for event in calendar.walk("VEVENT")]


def test_the_file_holds_both_days_with_timetable_door_and_reminder(make: Factory, seat: Seat) -> None:
    response = make.login(seat.user_id).get("/days.ics")
    assert response.headers["Content-Disposition"] == 'attachment; filename="days.ics"'
    first, second = events(response)
    assert str(first["SUMMARY"]) == "カスハラ対策の実務者養成講座 研修1日目(第4期)"
    assert first["DTSTART"].dt.isoformat() == "2026-12-10T13:00:00+09:00"  # type: ignore[attr-defined]
    assert second["DTEND"].dt.isoformat() == "2026-12-11T18:00:00+09:00"  # type: ignore[attr-defined]
    assert first["UID"] != second["UID"]
    for words in ("14:30 社内のデータを取る", "http://localhost/days/1/join", "開始の30分前"):
        assert words in str(first["DESCRIPTION"])
    assert b"TRIGGER:-PT30M" in response.data
    assert b"zoom.example" not in response.data.replace(b"\r\n ", b"")
    assert max(map(len, response.data.split(b"\r\n"))) <= 75


def test_a_subscription_answers_without_a_log_in_and_is_not_indexed(make: Factory, seat: Seat, client: PageClient) -> None:
    response = client.get(renew(make, seat))
    assert response.status_code == 200
    assert len(events(response)) == 2
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert response.headers["Cache-Control"] == "private, no-cache"
    assert b"zoom.example" not in response.data.replace(b"\r\n ", b"")


def test_an_unchanged_calendar_is_not_sent_again(
    make: Factory, seat: Seat, client: PageClient, frozen_clock: FrozenClock
) -> None:
    address = renew(make, seat)
    first = client.get(address)
    frozen_clock.advance(hours=5)
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert client.get(address, headers={"If-Modified-Since": first.headers["Last-Modified"]}).status_code == 304
    move(make, seat, date(2026, 12, 17))
    assert client.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_a_moved_day_keeps_its_uid_and_counts_up(
    make: Factory, seat: Seat, client: PageClient, frozen_clock: FrozenClock
) -> None:
    address = renew(make, seat)
    before = events(client.get(address))
    frozen_clock.advance(hours=1)
    move(make, seat, date(2026, 12, 17))
    after = events(client.get(address))
    assert [event["UID"] for event in before] == [event["UID"] for event in after]
    assert all(int(str(late["SEQUENCE"])) > int(str(soon["SEQUENCE"])) for soon, late in zip(before, after, strict=True))
    moments = [event["LAST-MODIFIED"].dt for event in (before[0], after[0])]  # type: ignore[attr-defined]
    assert moments == [NOON, NOON + timedelta(hours=1)]


def test_a_new_address_ends_the_one_before(app: Flask, make: Factory, seat: Seat, client: PageClient) -> None:
    old, new = renew(make, seat), renew(make, seat)
    assert old != new
    assert [client.get(address).status_code for address in (old, new)] == [404, 200]
    with app.app_context():
        lines = db.session.query(AuditEvent).filter_by(tag="participant:renew_calendar").order_by(AuditEvent.id).all()
        assert [line.detail for line in lines] == [{"generation": 1}, {"generation": 2}]


def test_every_address_that_leads_nowhere_gets_the_same_answer(app: Flask, make: Factory, seat: Seat) -> None:
    old, live = renew(make, seat), renew(make, seat)
    never = reader(make, cohort_id=seat.cohort_id)
    withdrawn, disabled = (reader(make, cohort_id=seat.cohort_id) for _ in range(2))
    with app.app_context():
        unmade = calendar_token(never.participant_id, 1)
        tokens = []
        for each in (withdrawn, disabled):
            generation = renew_calendar(each.participant_id, by=each.user_id, now=clock.now())
            tokens.append(calendar_token(each.participant_id, generation))
        db.session.get_one(Participant, withdrawn.participant_id).withdrawn_at = clock.now()
        db.session.get_one(User, disabled.user_id).disabled_at = clock.now()
        db.session.commit()
    forged = live.replace(".ics", "x.ics")
    addresses = [old, forged, "/calendar/x.ics", *(f"/calendar/{token}.ics" for token in (unmade, *tokens))]
    answers = [PageClient(app).get(address) for address in addresses]
    assert {answer.status_code for answer in answers} == {404}
    assert {answer.headers["X-Robots-Tag"] for answer in answers} == {"noindex, nofollow"}
    texts = {answer.text.partition("受付番号")[0] for answer in answers}
    assert len(texts) == 1


def test_programs_that_keep_asking_in_vain_are_slowed_down(
    make: Factory, seat: Seat, client: PageClient, frozen_clock: FrozenClock
) -> None:
    live = renew(make, seat)
    for _ in range(CALENDAR.failures):
        assert client.get("/calendar/x.ics").status_code == 404
    assert client.get("/calendar/x.ics").status_code == 429
    frozen_clock.advance(minutes=2)
    assert client.get(live).status_code == 200


def test_the_same_events_are_the_same_file_and_long_words_are_folded() -> None:
    words = "とても長い説明; コンマ, 改行\n" * 20
    event = CalendarEvent(
        uid="a@example.jp",
        title="研修",
        starts_at=NOON,
        ends_at=NOON + timedelta(hours=5),
        description=words,
        place="オンライン",
        url="https://example.jp/days/1/join",
        changed_at=NOON,
        sequence=3,
        alarm_before=timedelta(minutes=30),
    )
    made = build_calendar("講座", [event])
    assert made == build_calendar("講座", [event])
    (found,) = Calendar.from_ical(made).walk("VEVENT")
    assert str(found["DESCRIPTION"]) == words
    assert all(len(line) <= 75 for line in made.split(b"\r\n"))
