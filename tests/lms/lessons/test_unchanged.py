"""A lesson a browser has already: 304 when it is the same, the page when anything of it changed, never another's."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.factories import Factory
from tests.lms.lessons.builders import LATER, LESSON, counted, reader
from tests.page import PageClient

ADDRESS = f"/lessons/{LESSON}"


def tag_of(client: PageClient) -> str:
    """The tag of the page as it stands after the opening was noted."""
    client.get(ADDRESS)
    response = client.get(ADDRESS)
    assert response.headers["Cache-Control"] == "private, no-cache"
    assert "Cookie" in response.headers["Vary"]
    return response.headers["ETag"]


def status(client: PageClient, tag: str) -> int:
    return client.get(ADDRESS, headers={"If-None-Match": tag}).status_code


def test_the_same_page_is_not_sent_twice(make: Factory, app: Flask) -> None:
    client = make.login(reader(make).user_id)
    tag = tag_of(client)
    with counted(app) as statements:
        response = client.get(ADDRESS, headers={"If-None-Match": tag})
    assert (response.status_code, response.data) == (304, b"")
    assert response.headers["Cache-Control"] == "private, no-cache"
    assert "Content-Security-Policy" in response.headers
    assert len(statements) <= 5


def read(client: PageClient) -> None:
    client.submit(ADDRESS, action="/complete")


def write(client: PageClient) -> None:
    client.submit(ADDRESS, {"text-definition": "当社の定義"}, action="/worksheet")


def remember(client: PageClient) -> None:
    client.submit(ADDRESS, {"text-memo": "メモ"}, action="/memo")


def mark(client: PageClient) -> None:
    client.submit(ADDRESS, {"put": ""}, action="/bookmark")


def move(client: PageClient) -> None:
    client.post(f"{ADDRESS}/place", data={"csrf_token": client.csrf(ADDRESS), "heading": "worksheet"})


def enlarge(client: PageClient) -> None:
    client.submit(ADDRESS, {"text": "large"}, action="/display")


@pytest.mark.parametrize("change", [read, write, remember, mark, move, enlarge])
def test_whatever_changes_on_it_sends_it_again(make: Factory, change: Callable[[PageClient], None]) -> None:
    client = make.login(reader(make).user_id)
    tag = tag_of(client)
    change(client)
    assert status(client, tag) == 200
    assert status(client, tag_of(client)) == 304


def test_a_message_is_never_kept_back(make: Factory) -> None:
    client = make.login(reader(make).user_id)
    tag = tag_of(client)
    data = {"csrf_token": client.csrf("/lessons"), "text-definition": "", "base-definition": "0"}
    client.post(f"{ADDRESS}/worksheet", data=data)  # changes nothing, and says that it was saved
    response = client.get(ADDRESS, headers={"If-None-Match": tag})
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert "ETag" not in response.headers
    assert status(client, tag) == 304


def test_nobody_gets_an_answer_to_another_persons_tag_or_log_in(make: Factory) -> None:
    seat, other = reader(make), reader(make)
    first, again, stranger = make.login(seat.user_id), make.login(seat.user_id), make.login(other.user_id)
    tag = tag_of(first)
    tag_of(again)
    tag_of(stranger)
    assert [status(client, tag) for client in (first, again, stranger)] == [304, 200, 200]


def test_another_lesson_is_another_page(make: Factory) -> None:
    client = make.login(reader(make, cohort_id=make.cohort(**LATER)).user_id)
    client.get("/lessons/L05")
    tag = client.get("/lessons/L05").headers["ETag"]
    assert client.get("/lessons/L05", headers={"If-None-Match": tag}).status_code == 304
    assert client.get("/lessons/L04", headers={"If-None-Match": tag}).status_code == 200


def test_leaving_empties_the_browser(make: Factory) -> None:
    client = make.login(reader(make).user_id)
    response = client.submit(ADDRESS, action="/logout", follow=False)
    assert response.headers["Clear-Site-Data"] == '"cache"'
