"""The wait between a released result and its resit, at the office's desk and in the participant's lobby."""

from flask import Flask

from lms import clock
from lms.exams.queries.windows import list_windows
from lms.grading.services.results import release_results
from tests.conftest import FrozenClock
from tests.factories import Factory
from tests.lms.exams.builders import agree_to_terms
from tests.lms.grading.builders import Sat, finalize, graders, mark_all, opened, sit
from tests.lms.office.builders import office

SECOND = {"opens_at": "2026-12-08T00:00", "closes_at": "2026-12-20T18:00"}


def failed(make: Factory) -> Sat:
    """A cohort whose only sitting was failed and released just now."""
    sat = sit(make, people=1, right=10)
    opened(make, sat, graders(make))
    with make.app.app_context():
        mark_all(sat.window_id, 1)
        finalize(sat)
        release_results(sat.window_id, by=sat.releaser, now=clock.now())
    return sat


def test_the_office_is_told_from_which_day_a_resit_is_possible_and_cannot_open_it_earlier(app: Flask, make: Factory) -> None:
    sat, client = failed(make), office(make)
    address = f"/office/cohorts/{sat.cohort_id}/exam/window/2"
    client.submit(address, SECOND | {"opens_at": "2026-12-07T23:59"}, action="/window/2")
    assert "結果の公開から再受験までの日数が足りません" in client.text
    assert "結果の公開から7日後の 2026年12月8日(火) から始められます" in client.text
    assert client.page is not None
    assert 'value="2026-12-07T23:59"' in client.page.html
    client.send(SECOND, action="/window/2")
    assert "受験期間を保存しました。" in client.text
    with app.app_context():
        assert [each.number for each in list_windows(sat.cohort_id)] == [1, 2]


def test_the_lobby_says_on_which_day_the_resit_becomes_possible(make: Factory, frozen_clock: FrozenClock) -> None:
    sat = failed(make)
    agree_to_terms(make.app, sat.seats[0].user_id)
    office(make).submit(f"/office/cohorts/{sat.cohort_id}/exam/window/2", SECOND, action="/window/2")
    client = make.login(sat.seats[0].user_id)
    client.get("/exam")
    words = "2026年12月8日(火) から再受験できます"
    assert words in client.text
    assert client.text.count("結果の公開から再受験までの日数") == 2, "among what is missing, and in the table"
    frozen_clock.travel(clock.jst_day_after(clock.today_jst(), 7))
    client = make.login(sat.seats[0].user_id)
    client.get("/exam")
    assert client.text.count("結果の公開から再受験までの日数") == 1
