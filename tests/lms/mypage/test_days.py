"""研修: the timetable, the door to the meeting, and one's own attendance, as participants meet them."""

from datetime import date, datetime, time, timedelta

import pytest
from flask import Flask

from lms import clock
from lms.cohorts.models import CourseDay, Participant
from lms.cohorts.rules.joining import DoorState, is_safe_address, judge_door
from lms.cohorts.rules.presence import Span
from lms.cohorts.rules.zoom_report import ZoomIdentity
from lms.cohorts.services.attending import enter_attendance
from lms.cohorts.services.presence import MatchedStay, import_presence
from lms.db.session import db
from lms.web.access import Role
from tests.conftest import FrozenClock
from tests.factories import Factory, Seat
from tests.lms.lessons.builders import LATER, consent, finish, reader
from tests.lms.mypage.test_views import buttons, counted
from tests.page import PageClient

MEETING = "https://zoom.example.com/j/1234567890?pwd=geheim"
START = clock.jst_moment(LATER["day1"], time(13))
END = clock.jst_moment(LATER["day1"], time(18))
MAX_QUERIES = 8
"""Of the whole page, with what every request asks of the visitor."""


def with_meeting(make: Factory, cohort_id: int, address: str = MEETING) -> int:
    with make.app.app_context():
        for day in db.session.query(CourseDay).filter_by(cohort_id=cohort_id):
            day.join_url = address
        db.session.commit()
    return cohort_id


@pytest.fixture
def seat(make: Factory) -> Seat:
    return reader(make, cohort_id=with_meeting(make, make.cohort(4, **LATER)))


def at(frozen_clock: FrozenClock, make: Factory, seat: Seat, moment: datetime) -> PageClient:
    frozen_clock.travel(moment)
    return make.login(seat.user_id)


@pytest.mark.parametrize(
    ("now", "is_paid", "address", "state"),
    [
        (START - timedelta(minutes=30, seconds=1), True, MEETING, DoorState.TOO_EARLY),
        (START - timedelta(minutes=30), True, MEETING, DoorState.OPEN),
        (END - timedelta(seconds=1), True, MEETING, DoorState.OPEN),
        (END, True, MEETING, DoorState.OVER),
        (START, False, MEETING, DoorState.UNPAID),
        (START - timedelta(days=3), False, MEETING, DoorState.UNPAID),
        (START - timedelta(days=3), True, "", DoorState.TOO_EARLY),
        (START, True, "", DoorState.NO_ADDRESS),
        (START, True, "http://zoom.example.com/", DoorState.NO_ADDRESS),
        (END, False, "", DoorState.OVER),
    ],
)
def test_the_door_opens_for_the_paid_half_an_hour_before_and_closes_at_the_end(
    now: datetime, is_paid: bool, address: str, state: DoorState
) -> None:
    door = judge_door(START, END, address, is_paid=is_paid, minutes_before=30, now=now)
    assert (door.state, door.opens_at) == (state, START - timedelta(minutes=30))


@pytest.mark.parametrize(
    ("address", "is_safe"),
    [
        (MEETING, True),
        ("https://", False),
        ("http://zoom.example.com", False),
        ("javascript:alert(1)", False),
        ("//zoom.example.com", False),
        ("https://[zoom", False),
        ("https:/\\zoom.example.com", False),
        ("https://zoom.example.com/j/1\r\nSet-Cookie: a=b", False),
        ("https://zoom.example.com/j/1 2", False),
    ],
)
def test_only_an_https_address_leads_out(address: str, is_safe: bool) -> None:
    assert is_safe_address(address) is is_safe


def test_before_the_door_opens_no_page_holds_the_address(make: Factory, seat: Seat, frozen_clock: FrozenClock) -> None:
    client = at(frozen_clock, make, seat, START - timedelta(minutes=31))
    for address in ("/days", "/", "/days/1/join", "/lessons", "/days.ics"):
        response = client.get(address)
        assert response.status_code == 200
        assert "zoom.example" not in response.text + str(response.headers), address
    client.get("/days")
    assert "12月10日(木) 12:30から入れます" in client.text
    client.get("/days/1/join")
    assert "Zoomには、まだ入れません" in client.text
    assert "12月10日(木) 12:30から入れます" in client.text


def test_when_the_door_is_open_the_server_leads_into_the_meeting(make: Factory, seat: Seat, frozen_clock: FrozenClock) -> None:
    client = at(frozen_clock, make, seat, START - timedelta(minutes=30))
    assert "zoom.example" not in client.get("/days").text
    assert buttons(client) == ["/days/1/join"]
    response = client.get("/days/1/join")
    assert (response.status_code, response.headers["Location"]) == (302, MEETING)
    assert (response.headers["Cache-Control"], response.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert "zoom.example" not in client.get("/").text
    assert buttons(client) == ["/days/1/join"]
    assert "Zoomに入る" in client.text
    client.get("/days/2/join")
    assert "まだ入れません" in client.text
    assert client.get("/days/3/join").status_code == 404


def test_after_the_end_the_door_is_shut(make: Factory, seat: Seat, frozen_clock: FrozenClock) -> None:
    client = at(frozen_clock, make, seat, END)
    client.get("/days/1/join")
    assert "この日の研修は終わりました" in client.text
    client.get("/days")
    assert "出席時間は確認中です" in client.text


def test_who_has_not_paid_is_told_so_and_stays_outside(make: Factory, frozen_clock: FrozenClock) -> None:
    cohort_id = with_meeting(make, make.cohort(4, **LATER))
    client = at(frozen_clock, make, reader(make, cohort_id=cohort_id, paid=False), START)
    response = client.get("/days/1/join")
    assert response.status_code == 200
    assert "入金を確認できていません" in client.text
    client.get("/days")
    assert "入金を確認した後に入れます" in client.text
    assert "zoom.example" not in response.text + client.text


def test_who_owes_the_consent_is_led_to_the_terms_first(make: Factory, frozen_clock: FrozenClock) -> None:
    cohort_id = with_meeting(make, make.cohort(4, **LATER))
    seat = make.seat(cohort_id)
    client = at(frozen_clock, make, seat, START)
    response = client.get("/days/1/join")
    assert response.headers["Location"].startswith("/terms")
    assert client.get("/days").headers["Location"].startswith("/terms")


def test_who_has_withdrawn_is_out(make: Factory, seat: Seat, frozen_clock: FrozenClock) -> None:
    client = at(frozen_clock, make, seat, START)
    with make.app.app_context():
        db.session.get_one(Participant, seat.participant_id).withdrawn_at = clock.now()
        db.session.commit()
    for address in ("/days", "/days/1/join", "/days.ics"):
        assert client.get(address).status_code == 403


def test_staff_have_no_days_of_their_own(make: Factory) -> None:
    client = make.login(make.staff(Role.OFFICE))
    assert client.get("/days").status_code == 403


@pytest.mark.parametrize("address", ["", "http://zoom.example.com/j/1"])
def test_without_an_address_one_is_told_whom_to_ask(make: Factory, frozen_clock: FrozenClock, address: str) -> None:
    cohort_id = with_meeting(make, make.cohort(4, **LATER), address)
    client = at(frozen_clock, make, reader(make, cohort_id=cohort_id), START)
    assert client.get("/days/1/join").status_code == 200
    assert "Zoomの入口が、まだ登録されていません" in client.text
    client.get("/days")
    assert "事務局にお問い合わせください" in client.text


def test_a_cohort_without_days_says_so(make: Factory) -> None:
    cohort_id = make.cohort(4, **LATER)
    with make.app.app_context():
        db.session.query(CourseDay).filter_by(cohort_id=cohort_id).delete()
        db.session.commit()
    client = make.login(reader(make, cohort_id=cohort_id).user_id)
    client.get("/days")
    assert "開催日は調整中です" in client.text
    assert client.get("/days/1/join").status_code == 404
    assert b"BEGIN:VEVENT" not in client.get("/days.ics").data


def test_a_cohort_with_one_day_shows_that_day(make: Factory) -> None:
    cohort_id = make.cohort(4, **LATER)
    with make.app.app_context():
        db.session.query(CourseDay).filter_by(cohort_id=cohort_id, number=2).delete()
        db.session.commit()
    client = make.login(reader(make, cohort_id=cohort_id).user_id)
    client.get("/days")
    assert "研修1日目" in client.text
    assert "もう1日の日程は、決まりしだい表示します" in client.text
    assert client.get("/days.ics").data.count(b"BEGIN:VEVENT") == 1


def test_the_timetable_links_the_lessons_that_are_open(make: Factory, seat: Seat) -> None:
    client = make.login(seat.user_id)
    client.get("/days")
    for words in ("13:00〜14:30", "社内のデータを取る", "17:50〜18:00", "L10 社内のデータを取る① 現場アンケートの設計(未公開)"):
        assert words in client.text
    assert client.page is not None
    links = [link["href"] for link in client.page.find("a")]
    assert "/lessons/L01" in links
    assert "/lessons/L10" not in links


def test_what_there_is_to_prepare_shrinks_with_the_reading(make: Factory, seat: Seat) -> None:
    client = make.login(seat.user_id)
    client.get("/days")
    assert "残り5本" in client.text
    finish(make, seat)
    client.get("/days")
    assert "1日目の前に読むレッスンは、すべて終わっています" in client.text


def attended(make: Factory, *stays: tuple[time, time], hand: int | None = None) -> PageClient:
    """A participant after the first day (2026-11-26) with these stays, and minutes corrected by hand."""
    seat, office = make.seat(make.cohort(3)), make.staff(Role.OFFICE)
    consent(make, seat.user_id)
    on = date(2026, 11, 26)
    who = ZoomIdentity(seat.name, "")
    spans = [Span(clock.jst_moment(on, start), clock.jst_moment(on, end)) for start, end in stays]
    with make.app.app_context():
        matched = [MatchedStay(who, span, seat.participant_id) for span in spans]
        import_presence(seat.cohort_id, 1, matched, by=office, now=clock.now())
        if hand is not None:
            enter_attendance(seat.participant_id, 1, hand, "回線の障害を確認", by=office, now=clock.now())
    client = make.login(seat.user_id)
    client.get("/days")
    return client


def test_minutes_stays_and_blocks_of_ones_own(make: Factory) -> None:
    client = attended(make, (time(13, 31), time(15, 0)), (time(15, 10), time(17, 15, 45)))
    for words in (
        "214分 (300分のうち)",
        "必要な240分に達していません",
        "遅刻 — 開始の31分後に入室",
        "早退 — 終了の44分前に退室",
        "13:31:00〜15:00:00",
        "15:10:00〜17:15:45",
        "参加 59分(90分のうち)",
        "参加 80分(90分のうち)",
        "参加 15分(60分のうち)",
    ):
        assert words.replace(" (", "(") in client.text.replace(" (", "("), words
    assert "事務局が訂正しました" not in client.text


def test_a_few_minutes_late_are_borne_and_the_last_seconds_are_not_early(make: Factory) -> None:
    client = attended(make, (time(13, 5), time(17, 59, 30)))
    assert "遅刻 —" not in client.text
    assert "早退 —" not in client.text
    assert "必要な240分に達しています" in client.text


def test_a_second_more_than_is_borne_is_late(make: Factory) -> None:
    client = attended(make, (time(13, 5, 1), time(18, 10)))
    assert "遅刻 — 開始の5分後に入室" in client.text


def test_a_correction_is_told_with_its_reason(make: Factory) -> None:
    client = attended(make, (time(13, 0), time(16, 0)), hand=300)
    assert "事務局が訂正しました。理由: 回線の障害を確認" in client.text
    assert "必要な240分に達しています" in client.text


def test_stays_outside_the_hours_are_no_presence(make: Factory) -> None:
    client = attended(make, (time(12, 0), time(12, 50)))
    assert "研修の時間内の参加は記録されていません" in client.text


def test_minutes_entered_without_a_report_have_no_stays(make: Factory) -> None:
    seat = make.seat(make.cohort(3), minutes=290)
    consent(make, seat.user_id)
    client = make.login(seat.user_id)
    client.get("/days")
    assert "Zoomの入室と退室の記録はありません" in client.text
    assert "290分" in client.text


def test_the_page_costs_the_same_whatever_there_is(make: Factory, app: Flask, seat: Seat) -> None:
    clients = [make.login(seat.user_id), attended(make, *((time(13, n), time(13, n + 1)) for n in range(0, 40, 2)), hand=1)]
    for client in clients:
        client.get("/days")
        with counted(app) as statements:
            client.get("/days")
        selects = [each for each in statements if each.lstrip().upper().startswith("SELECT")]
        assert len(selects) <= MAX_QUERIES, "\n".join(selects)


def test_the_hours_of_a_day_move_the_timetable_along(make: Factory, seat: Seat) -> None:
    with make.app.app_context():
        day = db.session.query(CourseDay).filter_by(cohort_id=seat.cohort_id, number=1).one()
        day.starts_at, day.ends_at = START - timedelta(hours=3), END - timedelta(hours=3)
        db.session.commit()
    client = make.login(seat.user_id)
    client.get("/days")
    assert "11:30〜13:00" in client.text
