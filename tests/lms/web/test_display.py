"""Text size, line spacing and colors: a choice in a cookie, on every page, without a script."""

import pytest

from lms.web.display import Display, LineSpacing, Scheme, TextSize, read_display, way_back
from tests.factories import Factory
from tests.lms.exams import builders as exams
from tests.lms.lessons.builders import reader
from tests.page import PageClient

CHOSEN = {"text": "largest", "spacing": "wide", "scheme": "dark"}
ATTRIBUTES = 'data-text="largest" data-spacing="wide" data-scheme="dark"'


@pytest.mark.parametrize(
    ("cookie", "wanted"),
    [
        ("", Display()),
        ("large.wide.light", Display(TextSize.LARGE, LineSpacing.WIDE, Scheme.LIGHT)),
        ("huge.wide.dark", Display(TextSize.NORMAL, LineSpacing.WIDE, Scheme.DARK)),
        ("large", Display(TextSize.LARGE)),
        ('"><script>.x.y.z', Display()),
    ],
)
def test_an_unknown_choice_is_the_usual_one(cookie: str, wanted: Display) -> None:
    assert read_display(cookie) == wanted


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("/lessons/L01", "/lessons/L01"),
        ("/search?q=録音", "/search?q=録音"),
        ("", "/"),
        ("//example.com", "/"),
        ("https://example.com/", "/"),
        ("/\\example.com", "/"),
        ("/\texample.com", "/"),
        ("lessons", "/"),
    ],
)
def test_the_way_back_stays_on_the_site(address: str, wanted: str) -> None:
    assert way_back(address) == wanted


def test_the_choice_is_on_every_page_and_leads_back(make: Factory) -> None:
    client = make.login(reader(make).user_id)
    response = client.submit("/search?q=録音", CHOSEN, action="/display")
    assert response.request.full_path.startswith("/search?q=")
    assert ATTRIBUTES in response.get_data(as_text=True)
    for address in ("/", "/lessons", "/lessons/L01", "/exam", "/account"):
        html = client.get(address).get_data(as_text=True)
        assert ATTRIBUTES in html
        assert 'media="screen"' in html
        assert html.count(" selected") == 3


def test_the_exam_room_heeds_the_choice(make: Factory) -> None:
    begun = exams.begin(make)
    client = make.login(begun.seat.user_id)
    client.set_cookie("display", "large.wide.light")
    html = client.get(f"/exam/{begun.public_id}").get_data(as_text=True)
    assert 'data-text="large" data-spacing="wide" data-scheme="light"' in html
    assert "dark.css" not in html


def test_without_a_choice_the_device_decides(client: PageClient) -> None:
    html = client.get("/login").get_data(as_text=True)
    assert 'media="screen and (prefers-color-scheme: dark)"' in html
    assert 'content="light dark"' in html


def test_the_cookie_is_no_script_s_business(make: Factory) -> None:
    client = make.login(reader(make).user_id)
    response = client.submit("/lessons", CHOSEN, action="/display", follow=False)
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("display=largest.wide.dark;")
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
