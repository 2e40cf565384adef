"""What a page may send that no page of ours would: times of no clock, floods, and another's name."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text, update

from lms import clock
from lms.db.session import SQLITE_BUSY_MILLISECONDS, db
from lms.exams.models import AnswerVersion, AttemptPresence, ConductFact
from lms.exams.rules import sitting
from lms.exams.rules.client_times import believable
from lms.exams.rules.incidents import ConductKind
from lms.exams.services import conduct
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


def test_a_page_that_calls_itself_the_server_hides_nothing_the_server_notices(
    make: Factory, visitor: PageClient, started: Started
) -> None:
    address = f"/exam/{started.public_id}/answers"
    visitor.get(address, environ_overrides={"REMOTE_ADDR": "192.0.2.1"})
    fact = {"kind": "focus_lost", "detail": {"seconds": 1}, "at": "2026-12-01T03:00:00Z"}
    post_answers(visitor, started, [], device="server", conduct=[fact | {"sequence": number} for number in range(1, 9)])
    visitor.get(address, environ_overrides={"REMOTE_ADDR": "192.0.2.1"})
    visitor.get(address, environ_overrides={"REMOTE_ADDR": "198.51.100.7"})
    with make.app.app_context():
        noted = db.session.scalars(select(ConductFact).where(ConductFact.kind == ConductKind.NETWORK_CHANGED)).all()
    assert len(noted) == 3, "there, to the page's own address and away"
    assert post_answers(visitor, started, [], device=noted[0].device).status_code == 400


def test_no_page_waits_for_room_to_note_its_presence(make: Factory, visitor: PageClient, started: Started) -> None:
    address = f"/exam/{started.public_id}/answers"
    visitor.get(address)
    with make.app.app_context(), db.engine.connect() as holder:
        holder.execute(update(AttemptPresence).values(unsent=7))
        begun = time.monotonic()
        assert visitor.get(address + "?unsent=3").status_code == 200
        assert time.monotonic() - begun < 5, "which is a third of what a save may wait on SQLite"
        holder.rollback()
    visitor.get(address + "?unsent=3")
    with make.app.app_context():
        assert db.session.scalar(select(AttemptPresence.unsent)) == 3, "the next beat notes it"
        if db.engine.dialect.name == "sqlite":
            assert db.session.scalar(text("PRAGMA busy_timeout")) == SQLITE_BUSY_MILLISECONDS


@pytest.mark.proof
def test_a_flood_of_versions_ends_and_keeps_no_other_answer_from_being_saved(
    make: Factory, visitor: PageClient, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sitting, "MOST_VERSIONS", 42)
    flooded, other = started.question(), started.question(number=2)
    for sequence in range(1, 43):
        answer = item(started.paper, flooded, "ab"[sequence % 2], base=sequence - 1, sequence=sequence)
        assert post_answers(visitor, started, [answer]).status_code == 200
    more = item(started.paper, flooded, "b", base=42, sequence=43)
    told = post_answers(visitor, started, [more])
    assert (told.status_code, told.is_json) == (429, True)
    told = post_answers(visitor, started, [more, item(started.paper, other, "a", sequence=44)])
    assert [each["question"] for each in told.get_json()["items"]] == [other], "what is not acknowledged stays on the device"
    again = item(started.paper, flooded, "a", base=41, sequence=42)
    assert post_answers(visitor, started, [again]).get_json()["items"][0]["outcome"] == "current", "a repeat is answered"


def test_a_flood_of_facts_of_one_kind_ends_and_hides_no_other_kind(
    make: Factory, visitor: PageClient, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conduct, "MOST_OF_A_KIND", 5)
    fact = {"detail": {"seconds": 1}, "at": "2026-12-01T03:00:00Z"}
    flood = [fact | {"kind": "focus_lost", "sequence": number} for number in range(1, 10)]
    post_answers(visitor, started, [], conduct=flood)
    post_answers(visitor, started, [], conduct=[fact | {"kind": "offline", "sequence": 99}, flood[0] | {"sequence": 100}])
    with make.app.app_context():
        counts = db.session.execute(select(ConductFact.kind, func.count()).group_by(ConductFact.kind)).all()
    assert {row[0]: row[1] for row in counts} == {ConductKind.FOCUS_LOST: 5, ConductKind.OFFLINE: 1}
