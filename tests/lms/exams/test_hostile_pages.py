"""What a page may send that no page of ours would: times of no clock, floods, and another's name."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from lms import clock
from lms.db.session import db
from lms.exams.models import AnswerVersion, ConductFact
from lms.exams.rules.client_times import believable
from tests.conftest import NOON
from tests.factories import Factory
from tests.lms.exams.builders import Started, begin
from tests.lms.exams.test_views import item, post_answers
from tests.lms.office.builders import office
from tests.page import PageClient


@pytest.fixture
def started(make: Factory) -> Started:
    return begin(make)


@pytest.fixture
def visitor(make: Factory, started: Started) -> PageClient:
    return make.login(started.seat.user_id)


@pytest.mark.parametrize(
    ("moment", "is_believed"),
    [
        pytest.param(NOON - timedelta(days=1), True, id="a day before the start"),
        pytest.param(NOON - timedelta(days=1, seconds=1), False, id="earlier than that"),
        pytest.param(NOON + timedelta(minutes=35), True, id="five minutes ahead"),
        pytest.param(NOON + timedelta(minutes=35, seconds=1), False, id="further ahead"),
        pytest.param(datetime.fromisoformat("0001-01-01T00:00:00+14:00"), False, id="before time itself"),
        pytest.param(datetime.fromisoformat("9999-12-31T23:59:59-12:00"), False, id="after the last year"),
        pytest.param(None, False, id="no time at all"),
    ],
)
def test_a_time_is_believed_only_near_its_attempt(moment: datetime | None, is_believed: bool) -> None:
    told = believable(moment, started_at=NOON, now=NOON + timedelta(minutes=30))
    assert told == (moment if is_believed else None)


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "9999-12-31T23:59:59Z"])
def test_times_of_no_clock_are_not_kept_and_no_page_of_the_office_falls_over(
    make: Factory, visitor: PageClient, started: Started, moment: str
) -> None:
    answer = item(started.paper, started.question(), "a") | {"typed_at": moment}
    fact = {"sequence": 1, "kind": "focus_lost", "detail": {"seconds": 3}, "at": moment}
    assert post_answers(visitor, started, [answer], conduct=[fact]).status_code == 200
    with make.app.app_context():
        assert db.session.scalars(select(AnswerVersion.typed_at)).all() == [None]
        assert db.session.scalars(select(ConductFact.happened_at)).all() == [clock.now().astimezone(UTC)]
    assert office(make).get(f"/office/attempts/{started.attempt_id}").status_code == 200
