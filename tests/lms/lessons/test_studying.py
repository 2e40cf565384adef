"""Search, 用語集, しおり, メモ and the place of reading, as a participant meets them."""

import pytest
from flask import Flask

from lms.lessons.queries import library
from lms.lessons.source.lesson_text import lesson_text
from tests.conftest import FrozenClock
from tests.factories import Factory
from tests.lms.lessons.builders import LATER, LESSON, counted, finish, reader
from tests.lms.lessons.test_views import MAX_PAGE_BYTES
from tests.page import PageClient

MAX_QUERIES = {"/lessons": 6, "/search?q=録音": 6, "/glossary": 6, "/bookmarks": 8}


def heading_of(app: Flask, lesson_id: str = LESSON) -> tuple[str, str]:
    """The second heading of a lesson's main text as the 目次 has it."""
    with app.test_request_context():
        lesson = library().lessons[lesson_id]
    second = lesson_text(lesson.body, lesson.pictures).headings[1]
    return second.id, second.text


def ask(client: PageClient, query: str) -> str:
    client.get("/search", query_string={"q": query})
    return client.text


def test_a_two_character_word_is_found_marked_and_leads_to_its_heading(make: Factory) -> None:
    client = make.login(reader(make).user_id)
    html = client.get("/search?q=録音").get_data(as_text=True)
    assert "<mark>録音</mark>" in html
    assert client.page is not None
    links = [values["href"] for values in client.page.find("a") if "/lessons/L" in values.get("href", "")]
    assert any("#s-" in link for link in links)
    for link in links[:3]:
        address, _, anchor = link.partition("#")
        found = client.get(address).get_data(as_text=True)
        assert not anchor or f'id="{anchor}"' in found


def test_lessons_that_are_not_open_show_their_title_only(make: Factory) -> None:
    client = make.login(reader(make, cohort_id=make.cohort(**LATER)).user_id)
    assert "これから公開されるレッスン" in ask(client, "条例と各主体")
    assert "12月10日(木) 18:00 に公開されます" in client.text
    assert client.page is not None
    assert not [values for values in client.page.find("a") if values.get("href", "").split("#")[0].endswith("/L06")]


def test_terms_are_found_by_their_reading(make: Factory) -> None:
    client = make.login(reader(make).user_id)
    assert "限定的謝罪" in ask(client, "ゲンテイテキシャザイ")
    assert client.page is not None
    assert any("/glossary#T-" in values.get("href", "") for values in client.page.find("a"))


def test_what_somebody_wrote_is_found_by_nobody_else(make: Factory) -> None:
    writer, other = make.login(reader(make).user_id), make.login(reader(make).user_id)
    writer.submit(f"/lessons/{LESSON}", {"text-definition": "ゆず茶の窓口で起きたこと"}, action="/worksheet")
    writer.submit(f"/lessons/{LESSON}", {"text-memo": "ゆず茶のことを店長に話す"}, action="/memo")
    assert "2件見つかりました" in ask(writer, "ゆず茶")
    assert "自分のワークとメモ" in writer.text
    assert "見つかりませんでした" in ask(other, "ゆず茶")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        pytest.param("", "漢字1文字でもかまいません", id="nothing asked"),
        pytest.param("。", "探す言葉を入力してください", id="no word"),
        pytest.param("ぴよぴよ", "別の言い方でお試しください", id="no hit"),
        pytest.param("<b>&\"'", "見つかりませんでした", id="markup"),
        pytest.param("録" * 500, "見つかりませんでした", id="endless"),
    ],
)
def test_every_answer_says_what_to_do(make: Factory, query: str, words: str) -> None:
    client = make.login(reader(make).user_id)
    assert words in ask(client, query)


def test_the_glossary_is_in_rows_with_anchors_and_links_to_open_lessons(make: Factory, app: Flask) -> None:
    client = make.login(reader(make, cohort_id=make.cohort(**LATER)).user_id)
    html = client.get("/glossary").get_data(as_text=True)
    with app.test_request_context():
        terms = library().terms
    for term in terms:
        assert f'id="{term.id}"' in html
        assert term.meaning in client.text
    assert "L06(未公開)" in client.text
    places = [html.index(f'id="{term.id}"') for term in sorted(terms, key=lambda term: term.reading)]
    assert places == sorted(places)


def test_a_lesson_links_its_terms_and_brings_their_meanings(make: Factory) -> None:
    client = make.login(reader(make).user_id)
    client.get(f"/lessons/{LESSON}")
    assert client.page is not None
    linked = {values["data-term"] for values in client.page.find("a") if "data-term" in values}
    notes = {values["id"].removeprefix("term-") for values in client.page.find("section") if "popover" in values}
    assert linked == notes != set()


def test_a_bookmark_is_put_shown_and_taken(make: Factory, app: Flask) -> None:
    client = make.login(reader(make).user_id)
    heading_id, title = heading_of(app)
    response = client.submit(f"/lessons/{LESSON}", {"put": heading_id}, action="/bookmark", follow=False)
    assert response.headers["Location"].endswith(f"/lessons/{LESSON}#toc")
    client.submit(f"/lessons/{LESSON}", {"put": heading_id}, action="/bookmark")
    client.submit(f"/lessons/{LESSON}", {"put": ""}, action="/bookmark")
    assert "しおりをはさんでいます" in client.text
    client.get("/bookmarks")
    assert title in client.text
    assert "レッスン全体" in client.text
    client.send({"take": heading_id}, action="/bookmark")
    assert title not in client.text
    client.send({"take": ""}, action="/bookmark")
    assert "しおりもメモもまだありません" in client.text


@pytest.mark.parametrize(
    ("paid", "address", "status"),
    [(True, "bookmark", 404), (True, "place", 404), (False, "bookmark", 403), (False, "place", 403), (False, "memo", 403)],
)
def test_unknown_headings_and_closed_lessons_take_nothing(make: Factory, paid: bool, address: str, status: int) -> None:
    client = make.login(reader(make, paid=paid).user_id)
    data = {"csrf_token": client.csrf("/lessons"), "put": "s-nowhere", "heading": "s-nowhere", "text-memo": "あ"}
    assert client.post(f"/lessons/{LESSON}/{address}", data=data).status_code == status


def test_a_memo_is_kept_in_versions_beside_the_worksheet(make: Factory, frozen_clock: FrozenClock) -> None:
    client = make.login(reader(make).user_id)
    client.submit(f"/lessons/{LESSON}", {"text-memo": "一つめ"}, action="/memo")
    assert "メモを保存しました(12:00)" in client.text
    assert "まだ保存していません" in client.text  # the worksheet is another matter
    frozen_clock.advance(minutes=5)
    client.submit(f"/lessons/{LESSON}", {"text-memo": "二つめ"}, action="/memo")
    client.send({"text-memo": "古い画面から", "base-memo": "1"}, action="/memo")
    assert "両方を残しました" in client.text
    client.get(f"/lessons/{LESSON}/worksheet/memo")
    assert all(words in client.text for words in ("一つめ", "二つめ", "古い画面から"))
    response = client.submit(f"/lessons/{LESSON}", {"text-memo": "長" * 5001}, action="/memo")
    assert (response.status_code, "長" * 5001 in client.text) == (422, True)
    client.get("/bookmarks")
    assert "古い画面から" in client.text


def test_the_place_of_reading_is_offered_at_the_next_visit(make: Factory, app: Flask) -> None:
    client = make.login(reader(make).user_id)
    heading_id, title = heading_of(app)
    token = client.csrf(f"/lessons/{LESSON}")
    assert "まで読みました" not in client.text
    for heading in ("worksheet", heading_id):
        told = client.post(f"/lessons/{LESSON}/place", data={"csrf_token": token, "heading": heading})
        assert (told.status_code, told.data) == (204, b"")
    client.get(f"/lessons/{LESSON}")
    assert f"前回は「{title}」まで読みました" in client.text
    client.get("/lessons/L02")
    assert "まで読みました" not in client.text


def test_hot_pages_ask_little_and_are_light(make: Factory, app: Flask) -> None:
    cohort_id = make.cohort()
    few, many = reader(make, cohort_id=cohort_id), reader(make, cohort_id=cohort_id)
    finish(make, many)
    for seat in (few, many):
        client = make.login(seat.user_id)
        client.get("/lessons")
        for address, most in MAX_QUERIES.items():
            with counted(app) as statements:
                response = client.get(address)
            assert len(response.data) <= MAX_PAGE_BYTES
            assert len(statements) <= most, f"{address}: {statements}"


def test_the_start_page_asks_the_same_of_everybody(make: Factory, app: Flask) -> None:
    cohort_id, costs = make.cohort(), set()
    for done in (("L01",), ()):
        seat = reader(make, cohort_id=cohort_id)
        finish(make, seat, done)
        client = make.login(seat.user_id)
        with counted(app) as statements:
            assert len(client.get("/").data) <= MAX_PAGE_BYTES
        costs.add(len(statements))
    assert len(costs) == 1
