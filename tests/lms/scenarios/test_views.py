"""The practice scenarios as participants, instructors and the office meet them, on both databases."""

import re

import pytest
from flask import Flask
from sqlalchemy import select, update

from lms.db.session import db
from lms.scenarios import labels
from lms.scenarios.models import ScenarioPlay
from lms.scenarios.queries import list_published
from lms.scenarios.rules.debriefing import debrief
from lms.scenarios.rules.looking_back import turning_point
from lms.scenarios.rules.playing import is_over, replay
from lms.web.access import Role
from tests.factories import Factory, Seat
from tests.lms.lessons.builders import LATER, counted, reader
from tests.lms.scenarios.builders import shipped
from tests.lms.scenarios.builders_of_plays import SCENARIO, scenario_of, way_through
from tests.page import PageClient

MAX_PAGE_BYTES = 100 * 1024
MAX_QUERIES = 6


def begin(client: PageClient, scenario_id: str = SCENARIO) -> str:
    """Begin a play from its setting and give back its address."""
    client.submit(f"/scenarios/{scenario_id}", action="/plays")
    assert client.address.startswith("/plays/")
    return client.address


def play_to_the_end(client: PageClient, scenario_id: str = SCENARIO) -> str:
    """Begin a play, follow the pattern to the debrief and give back its address."""
    with client.application.app_context():
        choices = way_through(scenario_of(scenario_id))
    address = begin(client, scenario_id)
    for choice in choices:
        client.send({"choice": str(choice)}, action="/choose")
    return address


def test_the_list_shows_channels_situations_and_what_to_do_next(make: Factory) -> None:
    client = make.login(reader(make).user_id)
    client.get("/scenarios")
    for words in ("電話", "対面", "訪問", "SNS・メール", "時間拘束型", "正当な申入れ", "はじめる", "目安10分"):
        assert words in client.text
    address = begin(client)
    client.get("/scenarios")
    assert "つづける" in client.text
    assert address in client.page.html  # type: ignore[union-attr]
    play_to_the_end(client, "S03")
    client.get("/scenarios")
    assert "もう一度" in client.text
    assert "いちばん良かった回: 7つの観点のうち" in client.text


def test_a_scenario_opens_with_the_last_of_its_lessons(make: Factory) -> None:
    client = make.login(reader(make, cohort_id=make.cohort(day1=LATER["day1"], day2=LATER["day2"])).user_id)
    client.get("/scenarios")
    assert "L15・L16・L17 とともに開きます。12月11日(金) 18:00 に公開されます。" in client.text
    assert "はじめる" not in client.text
    assert client.get("/scenarios/S01").status_code == 403
    assert "12月11日(金) 18:00 に公開されます。" in client.text
    assert "決めてよいこと" not in client.text
    assert client.get("/scenarios/S01/sheet").status_code == 302
    token = client.csrf("/scenarios/S01")
    client.post("/scenarios/S01/plays", data={"csrf_token": token}, follow_redirects=True)
    assert "この場面はまだ開いていません" in client.text


def test_before_the_payment_the_list_says_so(make: Factory) -> None:
    client = make.login(reader(make, paid=False).user_id)
    client.get("/scenarios")
    assert "入金の確認後に公開されます。" in client.text


@pytest.mark.parametrize("scenario_id", ["S99", "..", "s01"])
def test_an_unknown_scenario_does_not_exist(make: Factory, scenario_id: str) -> None:
    client = make.login(reader(make).user_id)
    for address in (f"/scenarios/{scenario_id}", f"/scenarios/{scenario_id}/sheet"):
        assert client.get(address).status_code == 404
    token = client.csrf("/scenarios/S01")
    assert client.post(f"/scenarios/{scenario_id}/plays", data={"csrf_token": token}).status_code == 404


def test_a_moment_shows_words_mood_minutes_safety_and_what_was_recorded(make: Factory, app: Flask) -> None:
    client = make.login(reader(make).user_id)
    with app.app_context():
        scenario = scenario_of()
    begin(client)
    first = scenario.node(scenario.start)
    assert first.text in client.text
    assert "1つ目の場面" in client.text
    for words in (
        "張りつめている",
        "応対にかかった時間",
        "0分",
        "ふつう",
        "まだ何も書き残していません",
        *(r.says for r in first.replies),
    ):
        assert words in client.text
    client.send({"choice": "1"}, action="/choose")
    reply = first.replies[1]
    assert "2つ目の場面" in client.text
    assert reply.says in client.text
    assert f"{reply.minutes}分" in client.text
    client.send({"choice": "0"}, action="/choose")
    assert "ここまでのやりとり(1回)" in client.text


@pytest.mark.parametrize("scenario_id", [each.id for each in shipped().scenarios])
@pytest.mark.database("sqlite")
def test_every_scenario_is_walked_to_its_debrief(make: Factory, app: Flask, scenario_id: str) -> None:
    client = make.login(reader(make).user_id)
    address = play_to_the_end(client, scenario_id)
    assert client.address == address
    with app.app_context():
        scenario = scenario_of(scenario_id)
        found = debrief(scenario, replay(scenario, way_through(scenario)))
    assert labels.RESULTS[found.result] in client.text
    assert f"{found.minutes}分" in client.text
    for each in found.criteria:
        assert labels.CRITERIA[each.criterion] in client.text
        assert labels.STANDINGS[each.standing] in client.text
        for words in (*(e.why for e in each.evidence), *(a.text for a in each.advice), each.untouched):
            assert re.sub(r"\s+", " ", words) in client.text
    assert ("書き残せなかったこと" in client.text) is bool(found.missed)
    assert client.get(f"/scenarios/{scenario_id}/sheet").status_code == 200


def test_the_debrief_names_its_sources_and_links_to_the_lessons(make: Factory) -> None:
    client = make.login(reader(make).user_id)
    play_to_the_end(client)
    assert "根拠とレッスン" in client.text
    assert re.search(r"F-\d{3}", client.text)
    assert client.page is not None
    links = [values.get("href", "") for values in client.page.find("a")]
    assert any(re.fullmatch(r"/lessons/L\d\d", link) for link in links)


def test_another_way_is_tried_from_the_turning_point_and_the_first_play_stays(make: Factory, app: Flask) -> None:
    client = make.login(reader(make).user_id)
    first = play_to_the_end(client)
    client.send(action="/branches")
    second = client.address
    assert second != first
    with app.app_context():
        scenario = scenario_of()
        rows = {
            f"/plays/{row.public_id}": row.choices
            for row in db.session.execute(select(ScenarioPlay.public_id, ScenarioPlay.choices))
        }
        turning = turning_point(replay(scenario, rows[first]))
    assert turning is not None
    assert rows[second] == rows[first][: len(rows[second])]
    assert len(rows[second]) == turning - 1
    assert f"{turning}つ目の場面" in client.text
    client.get(first)
    assert "これまでの練習" in client.text
    assert second in client.page.html  # type: ignore[union-attr]


def test_a_second_click_counts_once_and_a_stale_page_shows_the_present(make: Factory, app: Flask) -> None:
    client = make.login(reader(make).user_id)
    address = begin(client)
    token = client.csrf(address)
    sent = {"csrf_token": token, "step": "0", "choice": "1"}
    for _ in range(2):
        client.post(f"{address}/choose", data=sent, follow_redirects=True)
        assert "2つ目の場面" in client.text
        assert labels.OUTDATED not in client.text
    client.post(f"{address}/choose", data=sent | {"choice": "2"}, follow_redirects=True)
    assert labels.OUTDATED in client.text
    assert "2つ目の場面" in client.text
    with app.app_context():
        assert db.session.scalars(select(ScenarioPlay.choices)).all() == [[1]]


@pytest.mark.parametrize("sent", [{}, {"choice": "7"}, {"choice": "x"}, {"choice": "1", "step": "-1"}, {"choice": "999999"}])
def test_what_is_no_reply_changes_nothing_and_is_said(make: Factory, app: Flask, sent: dict[str, str]) -> None:
    client = make.login(reader(make).user_id)
    begin(client)
    client.send(sent, action="/choose")
    assert labels.NOTHING_CHOSEN in client.text
    assert "1つ目の場面" in client.text
    with app.app_context():
        assert db.session.scalars(select(ScenarioPlay.choices)).all() == [[]]


def test_a_play_of_an_older_text_says_so_and_offers_a_new_start(make: Factory, app: Flask) -> None:
    client = make.login(reader(make).user_id)
    address = begin(client)
    token = client.csrf(address)
    with app.app_context():
        db.session.execute(update(ScenarioPlay).values(content_sha256="0" * 64))
        db.session.commit()
    client.get(address)
    assert "場面の文章が新しくなりました" in client.text
    client.post(f"{address}/choose", data={"csrf_token": token, "step": "0", "choice": "1"}, follow_redirects=True)
    assert "場面の文章が新しくなりました" in client.text
    client.send(action="/plays")
    assert client.address != address
    assert "1つ目の場面" in client.text
    client.get("/scenarios/S01")
    assert "場面の文章が新しくなる前の練習" in client.text


def test_a_play_of_a_scenario_that_is_gone_still_tells_its_result(make: Factory, app: Flask) -> None:
    client = make.login(reader(make).user_id)
    address = play_to_the_end(client)
    with app.app_context():
        db.session.execute(update(ScenarioPlay).values(scenario_id="S98"))
        db.session.commit()
    client.get(address)
    assert "この場面は、いまは公開されていません" in client.text


def test_nobody_sees_or_moves_the_play_of_another(make: Factory) -> None:
    address = begin(make.login(reader(make).user_id))
    other = make.login(reader(make).user_id)
    assert other.get(address).status_code == 404
    token = other.csrf("/scenarios/S01")
    for action in ("choose", "branches"):
        assert other.post(f"{address}/{action}", data={"csrf_token": token, "step": "0", "choice": "0"}).status_code == 404
    assert other.post(f"{address}/choose", data={"csrf_token": token}).status_code == 404
    assert other.post(f"{address}/branches", data={"csrf_token": token}).status_code == 400


@pytest.mark.parametrize("role", [Role.OFFICE, Role.INSTRUCTOR])
def test_the_staff_finds_and_opens_every_sheet(make: Factory, app: Flask, role: Role) -> None:
    client = make.login(make.staff(role))
    client.get("/scenarios")
    with app.app_context():
        scenarios = list_published()
    for scenario in scenarios:
        assert scenario.title in client.text
    client.get("/scenarios/S01/sheet")
    for words in ("従業員役のカード", "顧客役のカード", "観察役のカード", "→ A", "足す言葉を1つ"):
        assert words in client.text
    assert client.get("/scenarios/S01").status_code == 403


def test_pages_are_light_and_their_queries_few_and_constant(make: Factory, app: Flask) -> None:
    seat: Seat = reader(make)
    client = make.login(seat.user_id)
    done = play_to_the_end(client)
    client.send(action="/branches")
    running = client.address
    for address in ("/scenarios", "/scenarios/S01", running, done, "/scenarios/S01/sheet"):
        with counted(app) as statements:
            response = client.get(address)
        assert response.status_code == 200
        assert len(response.data) <= MAX_PAGE_BYTES
        assert len(statements) <= MAX_QUERIES, (address, [each[:60] + each[-120:] for each in statements])


def test_the_way_of_the_tests_reaches_an_ending(app: Flask) -> None:
    with app.app_context():
        for scenario in list_published():
            assert is_over(scenario, replay(scenario, way_through(scenario)))
